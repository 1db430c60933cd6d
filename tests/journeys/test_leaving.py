"""Alt+Enter in the middle of a field: what stands in it goes along with the step, in one request."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.counter import answer_all, begin, end_open_cases
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
COPIES = "#q-certificate-copies-field"
# Somebody whose fingers are faster than the eye: the key's new meaning is used as soon as the page has it.
BACK_AT_ONCE = """() => document.addEventListener("htmx:afterSwap", () => setTimeout(
    () => document.querySelector("[data-key='Alt+z']").click()), {once: true})"""


def posts(officer: Page) -> list[str]:
    """Return a list that grows by the last part of each address that this page posts to."""
    found: list[str] = []
    officer.on(
        "request", lambda asked: found.append(asked.url.split("/")[-2]) if asked.method == "POST" else None
    )
    return found


def answered(stage: Stage) -> Page:
    """Return an officer's page on which all that a certificate needs is answered."""
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    begin(officer, stage, "住民票の写しの交付請求")
    stage.look_once(officer, "住民票の聞取り")
    answer_all(officer)
    return officer


def retype(officer: Page, words: str) -> None:
    officer.locator(COPIES).fill("")
    officer.locator(COPIES).focus()
    officer.keyboard.type(words)


def test_leaving_the_check_while_the_page_looks_how_it_stands(stage: Stage) -> None:
    officer = answered(stage)
    looks: list[Route] = []
    officer.route("**/status/?state=review*", lambda look: looks.append(look))  # noqa: PLW0108 - Playwright marks it
    with officer.expect_request("**/status/?state=review*"):
        officer.keyboard.press("Alt+Enter")
    officer.keyboard.press("Alt+z")
    expect(officer.locator(COPIES)).to_be_visible()
    retype(officer, "5")
    with officer.expect_response("**/status/?state=review*"):
        looks[0].continue_()
    officer.wait_for_timeout(1500)
    assert len(looks) == 1  # nothing asks any more
    expect(officer.locator(COPIES)).to_have_value("5")
    expect(officer.get_by_role("button", name="住民の確認へ")).to_be_visible()
    end_open_cases(officer, stage)


def test_leaving_a_field_by_the_next_step(stage: Stage) -> None:
    officer = answered(stage)
    posted = posts(officer)
    retype(officer, "2")
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("住民の画面で内容を確かめ")).to_be_visible()
    expect(officer.locator("#next")).to_be_focused()
    assert posted == ["review"]
    stage.look_once(officer, "住民の確認")
    officer.keyboard.press("Alt+z")
    expect(officer.locator(COPIES)).to_have_value("2")

    retype(officer, "たくさん")
    officer.wait_for_timeout(
        1500
    )  # the page that waited for the resident looked again each second: this one does not
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("印のついた項目を確かめてください")).to_be_visible()
    expect(officer.locator("#q-certificate-copies .error").first).to_be_visible()
    expect(officer.locator(COPIES)).to_have_value("たくさん")
    expect(officer.locator(COPIES)).to_be_focused()
    assert posted == ["review", "back", "review"]
    stage.look_once(officer, "確認へ進めない入力")

    retype(officer, "3")
    officer.evaluate(BACK_AT_ONCE)
    with officer.expect_response("**/back/"):
        officer.keyboard.press("Alt+Enter")
    expect(officer.locator(COPIES)).to_have_value("3")
    assert posted == ["review", "back", "review", "review", "back"]
    end_open_cases(officer, stage)
