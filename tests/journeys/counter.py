"""The steps of a case at the counter, for journeys that go through it or past it."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage

# Whoever presses a key again before that means what it did first.
HURRY_MS = 800
TABLET = {"viewport": {"width": 1180, "height": 820}, "has_touch": True}


def sit_down(stage: Stage, officer: Page) -> Page:
    """Let the officer choose a desk and connect the resident's tablet by its number; return the tablet."""
    end_open_cases(officer, stage)
    tablet = stage.visitor(**TABLET)
    pair(stage, officer, tablet)
    stage.look_once(officer, "窓口と住民の画面")
    expect(tablet.get_by_role("heading", name="こんにちは。")).to_be_visible()
    stage.look_once(tablet, "こんにちは")
    return tablet


def pair(stage: Stage, officer: Page, tablet: Page) -> None:
    """Make a tablet the one of the officer's desk, by the number that it shows."""
    officer.goto(f"{stage.address}/counter/desk/")
    officer.get_by_role("button", name="窓口1").click()
    tablet.goto(f"{stage.address}/screen/")
    stage.look_once(tablet, "住民の画面をつなぐ")
    officer.get_by_label("番号", exact=True).fill(tablet.locator(".pair-code").inner_text())
    officer.get_by_role("button", name="つなぐ", exact=True).click()
    expect(officer.get_by_role("status")).to_contain_text("住民の画面をつなぎました")


def end_open_cases(officer: Page, stage: Stage) -> None:
    """End what another journey left open: a desk shows the case that goes on at it."""
    officer.goto(f"{stage.address}/counter/")
    stage.look_once(officer, "窓口")
    while (still := officer.locator(".case-item a[href*='/cases/']")).count():
        still.first.click()
        officer.wait_for_url("**/counter/cases/*/")
        stage.look_once(officer, "手続を選ぶ")
        end_case(officer)
        officer.wait_for_url("**/counter/")


def end_case(officer: Page) -> None:
    """End the case whose page is open; what was not sent is withdrawn."""
    if officer.locator("summary", has_text="受付を終了する").count():
        officer.locator("summary", has_text="受付を終了する").click()
    officer.get_by_role("button", name="受付を終了する").click()


def end_by_key(officer: Page) -> None:
    """End the case whose application has been sent, after a look at what became of it: the key that sent it ends it."""
    officer.wait_for_timeout(HURRY_MS)
    officer.keyboard.press("Alt+Enter")
    officer.wait_for_url("**/counter/")


def find(officer: Page, stage: Stage, words: str) -> None:
    """Find somebody by the keyboard and open the first that is found."""
    officer.goto(f"{stage.address}/counter/")
    stage.look_once(officer, "窓口")
    officer.get_by_role("searchbox").fill("")
    officer.keyboard.type(words)
    expect(officer.locator("[data-result]").first).to_be_visible()
    officer.keyboard.press("ArrowDown")
    expect(officer.locator("[data-result]").first).to_be_focused()
    officer.keyboard.press("Enter")
    officer.wait_for_url("**/counter/cases/*/")
    stage.look_once(officer, "手続を選ぶ")


def answer(officer: Page, path: str, *, digit: str = "", text: str = "") -> None:
    """Answer one question without a mouse, and wait until it is saved."""
    line = officer.locator(f"#q-{path.replace('.', '-')}")
    with officer.expect_response(re.compile("/answers/$")):
        if digit:
            line.locator(f'[data-digit="{digit}"]').focus()
            officer.keyboard.press(digit)
        else:
            line.locator("input:not([type=hidden])").first.fill(text)
            officer.keyboard.press("Enter")


def begin_claim(officer: Page, stage: Stage) -> None:
    """Open a parent's 児童手当 認定請求: the first household with a child of the sample's people."""
    begin(officer, stage, "児童手当 認定請求")


def begin(officer: Page, stage: Stage, title: str) -> None:
    """Begin a procedure for the parent; what another journey left open is ended first."""
    find(officer, stage, stage.product.parent)
    if officer.locator("#running").count():
        end_case(officer)
        officer.wait_for_url("**/counter/")
        find(officer, stage, stage.product.parent)
    officer.get_by_role("button", name=re.compile(f"^{title} ")).click()
    officer.wait_for_url("**/counter/applications/*/")
    expect(officer.get_by_role("heading", name=title, exact=True)).to_be_visible()


def answer_all(officer: Page) -> None:
    """Answer whatever is still open, the first choice where there are choices."""
    fixed = {
        "contact.phone": "0235-00-0000",
        "event_date": "R8.11.1",
        "employment.workplace": "雪見精機",
        "certificate.copies": "1",
    }
    chosen = {"has_older_children": "2", "spouse.exists": "2", "employment.kind": "3", "pension.kind": "2"}
    for _ in range(40):
        line = officer.locator(".line.is-missing").first
        if line.count() == 0:
            return
        path = line.locator("[name=path]").get_attribute("value") or ""
        if path in fixed:
            answer(officer, path, text=fixed[path])
        else:
            answer(officer, path, digit=chosen.get(path, "1"))
        expect(officer.locator(f"#q-{path.replace('.', '-')}.is-missing")).to_have_count(0)
    raise AssertionError("the interview does not come to an end")


def write_name(tablet: Page) -> None:
    """Sign with a finger."""
    box = tablet.locator("signature-pad canvas").bounding_box()
    assert box is not None
    tablet.mouse.move(box["x"] + 60, box["y"] + 60)
    tablet.mouse.down()
    for step in range(30):
        tablet.mouse.move(box["x"] + 60 + step * 9, box["y"] + 60 + (step % 5) * 18)
    tablet.mouse.up()


def agree(stage: Stage, tablet: Page) -> None:
    """Let the resident say yes to each part, up to the signature."""
    while tablet.locator("signature-pad").count() == 0:
        step = tablet.locator(".resident-kicker").last.inner_text()
        tablet.get_by_role("button", name=re.compile("^はい")).click()
        expect(tablet.locator(".resident-kicker").last).not_to_have_text(step)
    stage.look_once(tablet, "署名")


def sign(stage: Stage, tablet: Page) -> None:
    """Let the resident read everything, write the name and hand the application in."""
    expect(tablet.get_by_text("この内容でよろしいですか。")).to_be_visible()
    agree(stage, tablet)
    write_name(tablet)
    tablet.get_by_role("button", name="これで申請します").click()
    expect(tablet.get_by_role("heading", name="ありがとうございました。")).to_be_visible()
