"""An officer whose hands stay on the keyboard and whose eyes stay on the resident: no click, no script, from the sign-in on."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.counter import TABLET, end_by_key, sign
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
# More Tabs than these, and nobody gets there without a mouse.
FEW_TABS = 8
# Nobody else in the journeys works as this officer: the case that is ended here holds nothing of theirs.
LOGIN = "igarashi"
MOST_QUESTIONS = 60
# What the officer hears; the first choice for all other questions.
HEARD = {
    "contact.phone": "0235-00-0000",
    "event_date": "R8.11.1",
    "employment.workplace": "雪見精機",
    "has_older_children": "2",
    "spouse.exists": "2",
    "employment.kind": "3",
    "pension.kind": "2",
}


def tab_to(officer: Page, words: str, *, key: str = "Tab") -> None:
    """Go by Tab to what says `words`, as somebody does who looks where the focus is."""
    for _ in range(FEW_TABS):
        if words in officer.evaluate("() => document.querySelector(':focus')?.innerText ?? ''"):
            return
        officer.keyboard.press(key)
    raise AssertionError(f"「{words}」 is more than {FEW_TABS} Tabs away")


def asked(officer: Page) -> str:
    """Return the path of the question in which the focus is."""
    path: str = officer.evaluate(
        "() => document.activeElement.closest('[data-line]')?.querySelector('[name=path]')?.value ?? ''"
    )
    return path


def connect_tablet(stage: Stage, officer: Page) -> Page:
    """Sit down at a desk and connect the resident's tablet."""
    tab_to(officer, "窓口と住民の画面を決める", key="Shift+Tab")
    officer.keyboard.press("Enter")
    officer.wait_for_url("**/counter/desk/")
    expect(officer.get_by_role("button", name="窓口1")).to_be_focused()
    officer.keyboard.press("2")
    tablet = stage.visitor(**TABLET)
    tablet.goto(f"{stage.address}/screen/")
    stage.look_once(tablet, "住民の画面をつなぐ")
    expect(officer.get_by_label("番号", exact=True)).to_be_focused()
    stage.look_once(officer, "窓口と住民の画面")
    officer.keyboard.type(tablet.locator(".pair-code").inner_text())
    officer.keyboard.press("Enter")
    expect(officer.get_by_role("link", name="窓口を始める")).to_be_focused()
    officer.keyboard.press("Enter")
    expect(tablet.get_by_role("heading", name="こんにちは。")).to_be_visible()
    stage.look_once(tablet, "こんにちは")
    return tablet


def interview(officer: Page) -> None:
    """Answer each open question, and let Alt+N lead to the next one."""
    for _ in range(MOST_QUESTIONS):
        if officer.get_by_text("すべてそろいました").is_visible():
            return
        path = asked(officer)
        revision = officer.locator("#revision")
        before = revision.input_value()
        officer.keyboard.type(HEARD.get(path, "1"))
        officer.keyboard.press("Alt+n")
        # A second "1" would take the tick away again.
        expect(revision).not_to_have_value(before)
    raise AssertionError("the interview does not come to an end")


def test_keyboard_from_sign_in_to_accepted(stage: Stage) -> None:
    officer = stage.visitor()
    officer.goto(stage.address)
    stage.look_once(officer, "サインイン")
    officer.keyboard.type(LOGIN)
    officer.keyboard.press("Tab")
    officer.keyboard.type(stage.product.password(LOGIN))
    officer.keyboard.press("Enter")
    expect(officer.get_by_role("searchbox")).to_be_focused()
    stage.look_once(officer, "窓口")
    tablet = connect_tablet(stage, officer)

    expect(officer.get_by_role("searchbox")).to_be_focused()
    # The arrow comes before any results have, or while there are those of half the words: the focus waits for the whole.
    half, rest = stage.product.parent[:1], stage.product.parent[1:]
    for more in (half, rest):
        officer.keyboard.type(more)
        officer.keyboard.press("ArrowDown")
        words = half if more == half else half + rest
        expect(officer.locator(f'[data-for="{words}"] ~ .results [data-result]').first).to_be_focused()
        if more == half:
            officer.keyboard.press("ArrowUp")
            officer.keyboard.press("End")
    officer.keyboard.press("Enter")
    officer.wait_for_url("**/counter/cases/*/")
    stage.look_once(officer, "手続を選ぶ")
    officer.keyboard.press("3")
    officer.wait_for_url("**/counter/applications/*/")
    stage.look_once(officer, "聞取り")
    interview(officer)
    officer.keyboard.press("Alt+Enter")
    sign(stage, tablet)

    expect(officer.get_by_text("署名をいただきました")).to_be_visible()
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("基幹システム受理済")).to_be_visible()
    end_by_key(officer)
    expect(officer.get_by_role("searchbox")).to_be_focused()
    expect(tablet.get_by_role("heading", name="こんにちは。")).to_be_visible()
