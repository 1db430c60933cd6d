"""At 320 px (a page enlarged four times), and with the lines and letters as wide as a reader wants them, nothing is cut off."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import alone
from tests.journeys.counter import begin_claim, sit_down
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
NARROW = {"width": 320, "height": 640}
# Source: WCAG 2.2, 1.4.12 Text Spacing.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""
SIDEWAYS = """() => [document.documentElement.scrollWidth, window.innerWidth]"""
# Of whatever holds words itself: what its box does not show of them. What is there for screen readers alone is not to be seen.
CUT_OFF = """() => [...document.querySelectorAll('body *')].filter((one) => {
    if (!one.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) return false;
    if (one.closest('.visually-hidden, .skip, [aria-hidden=true], select, svg, canvas')) return false;
    const ownWords = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!ownWords && !one.matches('button, .button, .tag')) return false;
    const style = getComputedStyle(one);
    const clips = (axis) => style[axis] !== 'visible';
    const fixed = style.display !== 'inline' && one.matches('button, .button, .tag');
    const [tooWide, tooHigh] = [one.scrollWidth > one.clientWidth + 1, one.scrollHeight > one.clientHeight + 1];
    if (((clips('overflowX') || fixed) && tooWide) || ((clips('overflowY') || fixed) && tooHigh)) return true;
    const box = one.getBoundingClientRect();
    return box.right > window.innerWidth + 1 && !one.closest('.scrolls, [data-scrolls]');
}).map((one) => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)"""


def check(stage: Stage, page: Page, title: str) -> None:
    """Check a page at 320 px as it comes, and again with the text spaced out."""
    stage.look_once(page, title)
    before = page.viewport_size
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    _measure(stage, page, f"{title}、幅320")
    style = page.evaluate_handle(
        "css => document.head.appendChild(Object.assign(document.createElement('style'), {textContent: css}))",
        SPACING,
    )
    _measure(stage, page, f"{title}、幅320で字間と行間を広げて")
    for size in ((820, 1180), (1440, 900)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        _measure(stage, page, f"{title}、幅{size[0]}で字間と行間を広げて")
    style.evaluate("one => one.remove()")
    if before is not None:
        page.set_viewport_size(before)


def _measure(stage: Stage, page: Page, title: str) -> None:
    wide, window = page.evaluate(SIDEWAYS)
    if wide > window + 1:
        stage.problems.append(f"{title}: {wide} px wide")
    stage.problems += [f"{title}: cut off: {one}" for one in page.evaluate(CUT_OFF)]


def test_residents_pages_reflow_and_take_wider_text(stage: Stage) -> None:
    stage.expected_statuses |= {410}
    phone = stage.visitor(**alone.PHONE)
    phone.goto(f"{stage.address}/apply/")
    check(stage, phone, "ご自分で手続")
    phone.goto(f"{stage.address}/apply/machines/")
    check(stage, phone, "ほかの機械でできること（住民）")
    phone.goto(f"{stage.address}/booking/")
    check(stage, phone, "予約")
    phone.goto(f"{stage.address}/ticket/of-yesterday/")
    check(stage, phone, "終わった番号札")
    alone.choose(phone, stage, "産前", "national-pension-maternity")
    own = re.sub("/q/.*", "", phone.url)
    check(stage, phone, "選ぶ質問")
    for place, title in {
        "resident.name": "名前の質問",
        "resident.birth_date": "日付の質問",
        "resident.address": "住所の質問",
        "attachments": "写真の質問",
    }.items():
        phone.goto(f"{own}/q/{place}/")
        check(stage, phone, title)
    phone.goto(f"{own}/check/")
    check(stage, phone, "内容の確認")
    phone.goto(f"{own}/leave/")
    check(stage, phone, "続きの控え")
    phone.goto(f"{stage.address}/apply/resume/")
    check(stage, phone, "再開コードを入れる")


def test_officers_main_pages_and_the_tablet_reflow_and_take_wider_text(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    officer.goto(f"{stage.address}/counter/")
    check(stage, officer, "窓口")
    officer.goto(f"{stage.address}/reception/")
    check(stage, officer, "受付")
    begin_claim(officer, stage)
    expect(officer.get_by_role("button", name=re.compile("住民の確認へ"))).to_be_visible()
    check(stage, officer, "聞取り")
    check(stage, tablet, "いま入力している内容")
    officer.keyboard.press("Alt+t")
    tablet.wait_for_url("**/q/**")
    check(stage, tablet, "住民の画面で自分で答える")
    officer.get_by_role("link", name=re.compile("番$")).click()
    check(stage, officer, "手続を選ぶ")
    officer.goto(f"{stage.address}/counter/desk/")
    check(stage, officer, "窓口と住民の画面")
