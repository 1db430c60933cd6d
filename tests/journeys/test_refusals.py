"""Where a page is not for somebody, is not there, or is too old to be sent: a sentence says what to do next."""

import pytest
from playwright.sync_api import expect

from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


def test_refusals_say_what_to_do_next(stage: Stage) -> None:
    stage.expected_statuses |= {403, 404}
    page = stage.enter("sakurai")
    page.wait_for_url("**/staff/journal/")
    stage.look_once(page, "記録台帳")
    page.goto(f"{stage.address}/counter/")
    expect(page.get_by_role("heading", name="この画面は使えません")).to_be_visible()
    stage.look(page, "役割がない画面")
    page.goto(f"{stage.address}/nowhere/")
    expect(page.get_by_role("heading", name="この画面は見つかりません")).to_be_visible()
    stage.look(page, "見つからない画面")
    page.goto(f"{stage.address}/staff/journal/")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="席を離れる").click()
    expect(page.get_by_role("heading", name="画面が古くなっています")).to_be_visible()
    stage.look(page, "古い画面からの送信")
    page.get_by_role("link", name="最初の画面へ").click()
    page.wait_for_url("**/staff/journal/")
