"""An officer comes to work, leaves the desk for a moment, and goes home."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
LOGIN = "ono"


def leave_the_desk(page: Page) -> None:
    page.get_by_role("button", name="席を離れる").click()
    expect(page.get_by_role("heading", name="画面をロックしています")).to_be_visible()


def test_sign_in_and_out(stage: Stage) -> None:
    page = stage.visitor()
    page.goto(stage.address)
    stage.sign_in(page, LOGIN, "not-the-password")
    expect(page.get_by_role("alert")).to_contain_text("もう一度入力してください")
    stage.look(page, "パスワードが違う")

    stage.sign_in(page, LOGIN, stage.product.password(LOGIN))
    expect(page.get_by_role("button", name="席を離れる")).to_be_visible()
    stage.look_once(page, "最初の画面")

    leave_the_desk(page)
    stage.look_once(page, "ロック")
    page.get_by_role("button", name="別の職員に交代する").click()
    expect(page.get_by_role("heading", name="職員サインイン")).to_be_visible()
    stage.look(page, "サインアウト後")
    page.go_back()
    expect(page.get_by_role("heading", name="職員サインイン")).to_be_visible()


def test_lock_and_unlock(stage: Stage) -> None:
    page = stage.enter(LOGIN)
    here = page.url
    stage.look_once(page, "最初の画面")
    leave_the_desk(page)
    stage.look_once(page, "ロック")

    page.goto(stage.address)
    expect(page.get_by_role("heading", name="画面をロックしています")).to_be_visible()
    page.get_by_label("パスワード").fill("not-the-password")
    page.get_by_role("button", name="続ける").click()
    expect(page.get_by_role("alert")).to_contain_text("パスワードが違います")
    stage.look(page, "ロックのパスワードが違う")

    page.get_by_label("パスワード").fill(stage.product.password(LOGIN))
    page.get_by_role("button", name="続ける").click()
    page.wait_for_url(here)


def test_lock_by_itself(stage: Stage) -> None:
    page = stage.enter(LOGIN)
    here = page.url
    stage.look_once(page, "最初の画面")
    page.clock.install()
    page.reload()
    page.clock.run_for(9 * 60_000)
    page.keyboard.press("Shift")  # somebody is still there
    page.clock.run_for(9 * 60_000)
    expect(page.get_by_role("button", name="席を離れる")).to_be_visible()
    page.clock.run_for(2 * 60_000)
    expect(page.get_by_role("heading", name="画面をロックしています")).to_be_visible()
    stage.look_once(page, "ロック")
    page.get_by_label("パスワード").fill(stage.product.password(LOGIN))
    page.get_by_role("button", name="続ける").click()
    page.wait_for_url(here)
