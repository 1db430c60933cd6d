"""Whoever reads no Japanese follows on the tablet in another language, and the officer can say the questions in it."""

import pytest
from playwright.sync_api import expect

from tests.journeys.counter import answer, answer_all, begin, end_by_key, end_open_cases, sit_down, write_name
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
PHONE = "0235-66-6666"


def test_language_is_chosen_on_the_tablet_and_goes_with_its_speaker(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    tablet.get_by_role("button", name="English").click()
    expect(tablet.get_by_role("heading", name="Hello.")).to_be_visible()
    stage.look(tablet, "英語の待ち画面")
    begin(officer, stage, "住民票の写しの交付請求")
    expect(officer.get_by_text("画面の言語：English")).to_be_visible()
    expect(officer.get_by_text("How many copies?")).to_be_visible()
    stage.look(officer, "英語を話す方の聞取り")
    answer(officer, "contact.phone", text=PHONE)
    expect(tablet.get_by_role("heading", name="Daytime telephone number")).to_be_visible()
    expect(tablet.locator(".now-words")).to_have_text(PHONE)
    stage.look(tablet, "いま入力している内容（英語）")
    answer_all(officer)
    officer.keyboard.press("Alt+Enter")
    expect(tablet.get_by_text("Is this correct?")).to_be_visible()
    stage.look(tablet, "確認（英語）")
    tablet.get_by_role("button", name="Yes, go on").click()
    expect(tablet.get_by_text("2 / ")).to_be_visible()
    tablet.get_by_role("button", name="やさしい にほんご").click()
    expect(tablet.get_by_text("これで いいですか。")).to_be_visible()
    expect(tablet.get_by_text("2 / ")).to_be_visible()
    stage.look(tablet, "確認（やさしい日本語）")
    tablet.get_by_role("button", name="English").click()
    expect(tablet.get_by_text("Is this correct?")).to_be_visible()
    while tablet.locator("signature-pad").count() == 0:
        step = tablet.locator(".resident-kicker").last
        shown = step.inner_text()
        tablet.locator(".resident-actions .is-main").click()
        expect(step).not_to_have_text(shown)
    stage.look(tablet, "署名（英語）")
    tablet.get_by_role("button", name="Apply with this").click()
    expect(tablet.get_by_role("alert")).to_have_text(
        "There is no signature yet. Please write your name in the box."
    )
    write_name(tablet)
    tablet.get_by_role("button", name="Apply with this").click()
    expect(tablet.get_by_role("heading", name="Thank you.")).to_be_visible()
    stage.look(tablet, "署名のあと（英語）")
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("基幹システム受理済")).to_be_visible()
    stage.look_once(officer, "受理済み")
    expect(tablet.get_by_role("heading", name="Your application has been received.")).to_be_visible()
    end_by_key(officer)
    expect(tablet.get_by_role("heading", name="こんにちは。")).to_be_visible()
    expect(tablet.get_by_role("button", name="日本語", exact=True)).to_have_attribute("aria-pressed", "true")


def test_language_is_changed_in_the_middle_of_the_interview(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    begin(officer, stage, "住民票の写しの交付請求")
    asked_in_english = officer.locator(".ask[lang=en]")
    tablet.get_by_role("button", name="English").click()
    # The page says so at once; the questions stand in both with the next answer.
    expect(officer.get_by_text("画面の言語：English")).to_be_visible()
    answer(officer, "contact.phone", text=PHONE)
    expect(asked_in_english).to_have_count(officer.locator(".ask:not([lang])").count())
    tablet.get_by_role("button", name="日本語", exact=True).click()
    expect(officer.get_by_text("画面の言語：English")).to_have_count(0)
    answer(officer, "contact.phone", text=PHONE[:-1] + "0")
    expect(asked_in_english).to_have_count(0)
    stage.look_once(officer, "住民票の聞取り")
    stage.look_once(tablet, "いま入力している内容")
    end_open_cases(officer, stage)


def test_language_is_not_lost_on_a_tablet_without_a_connection(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    tablet.context.set_offline(True)
    tablet.get_by_role("button", name="English").click()
    tablet.wait_for_timeout(500)
    assert tablet.url.startswith(stage.address)  # and not the browser's own page of errors
    tablet.context.set_offline(False)
    tablet.get_by_role("button", name="English").click()
    expect(tablet.get_by_role("heading", name="Hello.")).to_be_visible()
    tablet.get_by_role("button", name="日本語", exact=True).click()
    expect(tablet.get_by_role("heading", name="こんにちは。")).to_be_visible()
    stage.problems[:] = [problem for problem in stage.problems if "console" not in problem]  # as it should be
