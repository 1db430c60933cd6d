"""A browser that runs no scripts: each step is a page, and nothing that was typed is lost on the way."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.journeys.counter import end_open_cases
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
WORDS = {"certificate.copies": "1"}


def test_plain_page_takes_what_was_typed_along(stage: Stage) -> None:
    end_open_cases(stage.enter("ono"), stage)
    # Not one of the stage's visitors: axe is a script, and looks at the same pages in other journeys.
    officer = stage.browser.new_page(java_script_enabled=False, locale="ja-JP")
    officer.goto(stage.address)
    officer.get_by_label("職員ID").fill("ono")
    officer.get_by_label("パスワード").fill(stage.product.password("ono"))
    officer.get_by_role("button", name="サインイン", exact=True).click()
    officer.goto(f"{stage.address}/counter/?q={stage.product.parent}")
    officer.locator("[data-result]").first.click()
    officer.wait_for_url("**/counter/cases/*/")
    officer.get_by_role("button", name=re.compile("^住民票の写しの交付請求 ")).click()
    expect(officer.get_by_role("heading", name="住民票の写しの交付請求", exact=True)).to_be_visible()
    to_check = officer.get_by_role("button", name="住民の確認へ")
    for _ in range(10):
        if not to_check.count():
            break
        for line in officer.locator("#sheet .line.is-missing").all():
            fill(line)
        to_check.click(
            force=True
        )  # it says that answers are lacking: this page has not been told of them yet
        officer.wait_for_load_state()
    expect(officer.get_by_text("住民の画面で内容を確かめ")).to_be_visible()
    officer.get_by_role("button", name="聞取りに戻る").click()
    copies = officer.locator("#q-certificate-copies-field")
    expect(copies).to_have_value("1")
    copies.fill("")
    to_check.click()
    expect(officer.get_by_role("alert").first).to_be_visible()
    officer.locator("summary", has_text="この申請をやめる").click()
    officer.get_by_role("button", name="申請を取り下げる").click()
    expect(officer.get_by_role("status")).to_contain_text("取り下げました")
    officer.context.close()


def fill(line: Locator) -> None:
    """Answer a question by hand: the first choice where there are choices."""
    path = line.locator("[name=path]").get_attribute("value") or ""
    buttons = line.locator("[data-digit='1']")
    if buttons.count():
        buttons.check(force=True)
    else:
        line.locator("input:not([type=hidden])").first.fill(WORDS[path])
