"""Residents' pages in every language and palette, in large letters, zoomed, from right to left, and read aloud."""

import pytest
from playwright.sync_api import Page, expect

from machimado.ground.ui.languages import Language
from tests.journeys.counter import end_open_cases, sit_down
from tests.journeys.sizes import resize
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
PALETTES = ("normal", "clear", "dark")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
# A page of 1280 pixels at 200 % and at 400 %.
ZOOMED = ((640, 480), (320, 256))
WIDER = "() => document.documentElement.scrollWidth > window.innerWidth + 1"
# What stands over something else: of all that has text or is to be pressed.
OVERLAPS = """() => {
  const own = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const all = [...document.querySelectorAll('body :is(h1,h2,h3,p,li,dt,dd,span,strong,legend,summary,button,a,input,select)')]
    .filter((one) => one.checkVisibility() && !one.closest('.visually-hidden, .skip') && (own(one) || one.matches('button,input,select')));
  const boxes = all.map((one) => [one, one.getBoundingClientRect()]);
  const found = [];
  for (const [one, a] of boxes) for (const [other, b] of boxes) {
    if (one === other || one.contains(other) || other.contains(one)) continue;
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 3 && high > 3) found.push(`${one.textContent.trim()} / ${other.textContent.trim()}`.slice(0, 80));
  }
  return found;
}"""
# What the machine lacks: a voice, which keeps what it was asked to say.
VOICE = """
window.said = [];
Object.defineProperty(window, 'speechSynthesis', { value: {
  getVoices: () => [{ lang: 'ja-JP', name: 'test' }, { lang: 'en-US', name: 'test' }],
  addEventListener() {}, removeEventListener() {}, cancel() { this.now = null; },
  speak(one) { window.said.push([one.lang, one.text]); this.now = one; },
  end() { const one = this.now; one.onend(); },
} });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; this.lang = ''; } set voice(_) {} };
"""


def speak(page: Page, language: str) -> None:
    page.locator(f'.languages button[value="{language}"]').click()
    expect(page.locator(f'.languages button[value="{language}"]')).to_have_attribute("aria-pressed", "true")


def begin(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.address}/apply/residence-certificate/")
    stage.look_once(page, "はじめる前に（自分で）")
    page.locator("main .is-main").click()
    page.wait_for_url("**/q/applicant.role/")
    stage.look_once(page, "質問（自分で）")


def read_so(page: Page, name: str, value: str) -> None:
    if not page.locator(".aids details").evaluate("(one) => one.open"):
        page.locator(".aids summary").click()
    page.locator(f'.aids button[name="{name}"][value="{value}"]').click()


def palette(page: Page, colours: str) -> None:
    read_so(page, "colours", colours)
    expect(page.locator(f'.aids button[value="{colours}"][name="colours"]')).to_have_attribute(
        "aria-pressed", "true"
    )


def check(page: Page, stage: Stage, title: str) -> None:
    stage.examine(page, title)
    if page.evaluate(WIDER):
        stage.problems.append(f"{title}: wider than the screen")
    stage.problems += [f"{title}: overlaps {found}" for found in page.evaluate(OVERLAPS)]


def test_reading_each_language_in_each_palette(stage: Stage) -> None:
    page = stage.visitor(**PHONE)
    begin(page, stage)
    for language in Language.values:
        speak(page, language)
        for colours in PALETTES:
            palette(page, colours)
            check(page, stage, f"{language} {colours}")
    # A field with what is wrong with it, in the darkest and in a language of many letters.
    page.goto(page.url.replace("applicant.role", "resident.birth_date"))
    page.locator('input[name$=".year"]').fill("1958")
    page.locator('input[name$=".month"]').fill("13")
    page.locator(".apply-page .is-main").click()
    expect(page.get_by_role("alert").first).to_contain_text("13")
    stage.look_once(page, "日付がちがう（自分で）")
    for colours in PALETTES:
        palette(page, colours)
        check(page, stage, f"refused {colours}")


def test_reading_larger_loses_nothing(stage: Stage) -> None:
    page = stage.visitor(**PHONE)
    begin(page, stage)
    page.goto(page.url.replace("applicant.role", "resident.name"))
    page.locator('input[name="resident.name.text"]').fill("見本　花子")
    for name, value in (("size", "largest"), ("furigana", "on"), ("colours", "dark")):
        read_so(page, name, value)
        expect(page.locator(f'.aids button[name="{name}"][aria-pressed="true"]')).to_be_visible()
        expect(page.locator('input[name="resident.name.text"]')).to_have_value("見本　花子")
    expect(page.locator("ruby", has_text="氏名").first).to_be_visible()
    stage.look_once(page, "いちばん大きく、ふりがな、暗く")
    check(page, stage, "largest")
    for width, height in ZOOMED:
        resize(page, (width, height))
        check(page, stage, f"largest at {width}")
    # It goes along from page to page.
    page.locator(".apply-help button, .apply-back a").first.scroll_into_view_if_needed()
    page.goto(f"{stage.address}/apply/")
    stage.look_once(page, "自分で手続（暗く）")
    assert "reads-largest" in (page.locator("html").get_attribute("class") or "")


def from_the_right(page: Page) -> None:
    page.evaluate("() => document.querySelectorAll('[dir]').forEach((one) => { one.dir = 'rtl'; })")


def test_reading_from_right_to_left(stage: Stage) -> None:
    page = stage.visitor(**PHONE)
    begin(page, stage)
    here = page.url.partition("q/")[0]
    speak(page, "en")
    for place in ("q/applicant.role/", "q/resident.birth_date/", "q/resident.address/", "check/", "leave/"):
        page.goto(here + place)
        stage.look_once(page, f"右から {place}")
        for width, height in ((390, 844), (820, 1180), (320, 640)):
            resize(page, (width, height))
            from_the_right(page)
            stage.problems += [f"rtl {place}: {one}" for one in page.evaluate(OVERLAPS)]
            if page.evaluate(WIDER):
                stage.problems.append(f"rtl {place}: wider than {width}")


def test_reading_aloud_says_the_question_and_its_choices(stage: Stage) -> None:
    page = stage.visitor(**PHONE)
    page.add_init_script(VOICE)
    begin(page, stage)
    read_so(page, "furigana", "on")
    expect(page.locator("ruby").first).to_be_visible()
    page.locator("read-aloud button").click()
    expect(page.locator(".is-read-aloud")).to_have_count(1)
    while page.locator(".is-read-aloud").count():
        page.evaluate("() => speechSynthesis.end()")
    said = [text for _, text in page.evaluate("() => window.said")]
    assert "手続をするのは、どなたですか。" in said
    assert said[-3:] == ["本人", "同じ世帯の方", "代理人"]
    page.locator("read-aloud button").click()
    expect(page.locator("read-aloud button")).to_have_text("読み上げを止める")
    page.locator("read-aloud button").click()
    expect(page.locator(".is-read-aloud")).to_have_count(0)
    speak(page, "en")
    page.get_by_role("button", name="Read aloud").click()
    assert page.evaluate("() => window.said.at(-1)[0]") == "en-US"
    # There is no voice for it here: instead of a button that does nothing a sentence says so.
    speak(page, "ko")
    expect(page.locator("read-aloud button")).to_be_hidden()
    page.locator(".aids summary").click()
    expect(page.get_by_text("이 기기에는 이 언어의 음성이 없습니다.")).to_be_visible()


def test_reading_on_the_tablet_is_for_whoever_sits_there(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    for language in ("zh-hans", "pt-br", "ja"):
        speak(tablet, language)
        for colours in PALETTES:
            palette(tablet, colours)
            check(tablet, stage, f"tablet {language} {colours}")
    read_so(tablet, "furigana", "on")
    expect(tablet.locator("#now .welcome ruby").first).to_be_visible()
    read_so(tablet, "size", "largest")
    expect(tablet.locator("html.reads-largest")).to_have_count(1)
    check(tablet, stage, "tablet largest")
    from_the_right(tablet)
    assert tablet.evaluate(OVERLAPS) == []
    read_so(tablet, "size", "normal")
    read_so(tablet, "furigana", "off")
    end_open_cases(officer, stage)
