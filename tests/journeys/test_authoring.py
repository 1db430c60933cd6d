"""A procedure is changed by one officer, looked at, and let through by another."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


def test_a_second_officer_publishes_what_the_first_has_written(stage: Stage) -> None:
    author = stage.enter("abe")
    stage.look_once(author, "窓口")
    author.goto(f"{stage.address}/authoring/")
    stage.look(author, "手続の作成")
    author.keyboard.press("/")
    author.keyboard.type("じどうてあて")
    expect(author.get_by_text("印鑑登録証明書の交付申請", exact=True)).to_be_hidden()
    author.get_by_role("button", name=re.compile("受給事由消滅届を")).click()
    author.wait_for_url("**/authoring/drafts/*/")
    stage.look(author, "手続の下書き")
    author.get_by_role("link", name=re.compile("日中つながる電話番号を")).click()
    stage.look(author, "質問を直す")
    asked = author.get_by_role("group", name="職員の言い方").get_by_label("日本語", exact=True)
    asked.fill("昼間につながるお電話番号をお願いします。")
    author.keyboard.press("Alt+Enter")
    author.wait_for_url("**/authoring/drafts/*/")
    expect(
        author.get_by_text(
            re.compile("職員の言い方が.+から「昼間につながるお電話番号をお願いします。」に変わりました。")
        )
    ).to_be_visible()
    expect(author.get_by_text("件すべて合いました")).to_be_visible()
    author.get_by_role("link", name="見え方を確かめる").click()
    expect(author.get_by_text("昼間につながるお電話番号をお願いします。")).to_be_visible()
    stage.look(author, "手続の見え方")
    author.go_back()
    author.get_by_role("button", name="公開を申し出る").click()
    expect(author.get_by_role("status")).to_contain_text("別の職員の承認を待っています")

    second = stage.enter("igarashi")
    stage.look_once(second, "窓口")
    second.goto(author.url)
    stage.look(second, "手続の承認")
    second.get_by_role("button", name="承認して公開する").click()
    expect(second.get_by_role("status")).to_contain_text("公開しました")
    second.goto(f"{stage.address}/authoring/")
    row = second.locator("li", has_text=re.compile("児童手当 受給事由消滅届"))
    expect(row.get_by_text("第2版")).to_be_visible()
