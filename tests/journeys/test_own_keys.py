"""An officer who speaks to the computer, or whose hand slips, switches keys of one character off."""

import pytest
from playwright.sync_api import expect

from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
# Nobody else's journey signs in as this officer: what is changed stays changed.
LOGIN = "honma"


def test_keys_of_one_character_do_nothing_for_whoever_has_switched_them_off(stage: Stage) -> None:
    page = stage.enter(LOGIN)
    stage.look_once(page, "最初の画面")
    page.goto(f"{stage.address}/counter/")
    stage.look_once(page, "窓口")
    search = page.get_by_role("searchbox")
    search.blur()
    page.keyboard.press("/")
    expect(search).to_be_focused()

    page.locator("header").get_by_title("ご自分の設定").click()
    page.wait_for_url("**/accounts/2fa/")
    stage.look_once(page, "多要素認証")
    page.get_by_role("link", name="キーの設定").click()
    stage.look(page, "キーの設定")
    page.get_by_role("button", name="1文字のキーを止める").click()
    expect(page.get_by_role("status")).to_contain_text("1文字のキーを止めました。")
    stage.look(page, "キーの設定、止めたところ")

    page.goto(f"{stage.address}/counter/")
    search.blur()
    page.keyboard.press("/")
    expect(search).not_to_be_focused()
    # What is pressed together stays.
    page.keyboard.press("Alt+l")
    expect(page.get_by_label("パスワード")).to_be_visible()
    stage.look_once(page, "席を離れた画面")
    page.get_by_label("パスワード").fill(stage.product.password(LOGIN))
    page.get_by_role("button").first.click()
    page.wait_for_url("**/counter/")
    page.goto(f"{stage.address}/staff/keys/")
    page.get_by_role("button", name="1文字のキーを使う").click()
    page.goto(f"{stage.address}/counter/")
    search.blur()
    page.keyboard.press("/")
    expect(search).to_be_focused()
