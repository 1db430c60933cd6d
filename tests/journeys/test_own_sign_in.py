"""An officer looks after the own sign-in: another password, a second factor, recovery codes."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
# Nobody else's journey signs in as these two: what is changed stays changed.
LOGIN, OTHER = "sugawara", "nguyen"
NEW_PASSWORD = "yuki-no-asa-ni-aruku"
TOTP_SECONDS = 30


def code_of(secret: str, *, steps_ahead: int = 0) -> str:
    """Return what the officer's authenticator app shows now, or will show."""
    code: str = format_hotp_value(hotp_value(secret, int(time.time()) // TOTP_SECONDS + steps_ahead))
    return code


def confirm(stage: Stage, page: Page, password: str) -> None:
    """Give the password once more where the product asks who is there."""
    if "/reauthenticate/" in page.url:
        stage.look_once(page, "もう一度パスワード")
        page.get_by_label("パスワード").fill(password)
        page.get_by_role("button", name="確認する").click()
        page.wait_for_url(re.compile("/2fa/"))


def test_own_sign_in_gets_a_second_factor(stage: Stage) -> None:
    page = stage.enter(LOGIN)
    stage.look_once(page, "最初の画面")
    page.locator("header").get_by_role("link", name="菅原 誠").click()
    page.wait_for_url("**/accounts/2fa/")
    stage.look(page, "多要素認証")
    page.get_by_role("link", name="有効化する").click()
    confirm(stage, page, stage.product.password(LOGIN))
    secret = page.locator("#authenticator_secret").input_value()
    stage.look(page, "認証アプリの登録")
    enter_code(page, "000000")
    expect(page.get_by_role("alert")).to_be_visible()
    stage.look(page, "認証アプリのコードが違う")
    enter_code(page, code_of(secret))
    page.wait_for_url("**/recovery-codes/")
    expect(page.get_by_label("未使用のコード")).to_be_visible()
    stage.look(page, "リカバリーコード")
    page.goto(f"{stage.address}/accounts/2fa/webauthn/")
    stage.look(page, "セキュリティキー")
    page.get_by_role("link", name="登録").click()
    page.wait_for_url("**/webauthn/add/")
    stage.look(page, "セキュリティキーの登録")

    again = stage.close_and_open(page)
    again.goto(stage.address)
    stage.sign_in(again, LOGIN, stage.product.password(LOGIN))
    again.wait_for_url("**/2fa/authenticate/")
    stage.look(again, "認証コードの入力")
    enter_code(again, code_of(secret, steps_ahead=1))  # each code is taken once
    again.wait_for_url("**/counter/")


def test_own_sign_in_gets_another_password(stage: Stage) -> None:
    page = stage.enter(OTHER)
    stage.look_once(page, "最初の画面")
    page.goto(f"{stage.address}/accounts/password/change/")
    stage.look(page, "パスワードの変更")
    change_password(page, stage.product.password(OTHER), "short")
    expect(page.get_by_role("alert").first).to_contain_text("短すぎます")
    stage.look(page, "パスワードが短すぎる")
    change_password(page, stage.product.password(OTHER), NEW_PASSWORD)
    expect(page.get_by_role("status")).to_contain_text("パスワード")
    again = stage.visitor()
    again.goto(stage.address)
    stage.sign_in(again, OTHER, NEW_PASSWORD)
    again.wait_for_url("**/counter/")


def enter_code(page: Page, code: str) -> None:
    """Type what the authenticator app shows."""
    page.locator("#id_code").fill(code)
    page.keyboard.press("Enter")


def change_password(page: Page, old: str, new: str) -> None:
    """Fill in the form and send it."""
    page.get_by_label("現在のパスワード").fill(old)
    page.get_by_label("新しいパスワード", exact=True).fill(new)
    page.get_by_label("新しいパスワード (再入力)").fill(new)
    page.keyboard.press("Enter")
