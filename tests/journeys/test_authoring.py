"""A procedure is changed by one officer, looked at, and let through by another."""

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

PHONE = "昼間につながるお電話番号をお願いします。"


def edit(author: Page, question: str, words: str) -> None:
    """Open a question from the draft and say it in other words, by keyboard."""
    author.get_by_role("link", name=re.compile(f"{question}を ?直す")).click()
    asked = author.get_by_role("group", name=re.compile("職員の言い方")).get_by_label("日本語", exact=True)
    asked.fill(words)
    author.keyboard.press("Alt+Enter")
    author.wait_for_url("**/authoring/drafts/*/")


def begin(stage: Stage) -> Page:
    """Find a procedure among all of them by keyboard, and begin its next version."""
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
    return author


def leave_with_something_typed(stage: Stage, author: Page) -> None:
    """What is typed is not lost unasked."""
    draft = author.url
    author.get_by_role("link", name=re.compile("日中つながる電話番号を")).click()
    stage.look(author, "質問を直す")
    author.get_by_role("group", name=re.compile("職員の言い方")).get_by_label("日本語", exact=True).fill(
        "消える言葉"
    )
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    author.once("dialog", leave)
    author.get_by_role("link", name="やめる").click()
    author.wait_for_url(draft)
    assert asked == ["beforeunload"]


def change_and_take_back(author: Page) -> None:
    """Take a change back and do it again, after a reload."""
    edit(author, "日中つながる電話番号", PHONE)
    changed = author.get_by_text(re.compile(f"職員の言い方が.+から「{PHONE}」に変わりました。"))
    expect(changed).to_be_visible()
    expect(author.get_by_text("件すべて合いました")).to_be_visible()
    author.keyboard.press("Alt+z")
    expect(author.get_by_role("status")).to_contain_text("元に戻しました")
    expect(changed).to_have_count(0)
    author.reload()
    author.keyboard.press("Alt+y")
    expect(changed).to_be_visible()


def look_at_it(stage: Stage, author: Page) -> None:
    """Look at it at home, on the tablet and for the officer."""
    author.get_by_role("link", name="見え方を確かめる").click()
    expect(author.frame_locator("iframe").get_by_text(PHONE)).to_be_visible()
    stage.look(author, "手続の見え方")
    author.get_by_label("どこで").select_option("tablet")
    author.get_by_role("button", name="見る", exact=True).click()
    tablet = author.frame_locator("iframe")
    expect(tablet.get_by_text("この内容でよろしいですか。")).to_be_visible()
    tablet.get_by_role("link", name="はい、つぎへ").click()
    expect(tablet.get_by_role("link", name="前の内容にもどる")).to_be_visible()


def send_back(stage: Stage, second: Page) -> None:
    """See what is proposed and give it back with a note."""
    second.goto(f"{stage.address}/authoring/")
    stage.look(second, "手続の作成（申し出あり）")
    second.get_by_role("link", name=re.compile("確かめて承認する")).click()
    expect(second.get_by_text(re.compile(f"から「{PHONE}」に変わりました。"))).to_be_visible()
    expect(second.frame_locator("iframe").nth(1).get_by_text(PHONE)).to_be_visible()
    stage.look(second, "手続の承認")
    second.get_by_label(re.compile("書いた職員へ")).fill("「電話番号」だけで伝わります。")
    second.get_by_role("button", name="差し戻す").click()
    expect(second.get_by_role("status")).to_contain_text("差し戻しました")


def keep_from_taking_effect(stage: Stage, second: Page) -> None:
    """From tomorrow: until then it is in the list, and can be kept from taking effect."""
    second.goto(f"{stage.address}/authoring/")
    coming = second.get_by_role("region", name=re.compile("これから使われる版"))
    expect(coming.get_by_text(re.compile("児童手当 受給事由消滅届　第2版"))).to_be_visible()
    coming.get_by_role("link").click()
    second.get_by_text("公開を取りやめる", exact=True).click()
    second.get_by_label("取りやめる理由").fill("言い方をもう一度相談します。")
    stage.look(second, "公開の取りやめ")
    second.get_by_role("button", name="施行日の前に取りやめる").click()
    expect(second.get_by_role("status")).to_contain_text("公開を取りやめました")
    second.goto(f"{stage.address}/authoring/")
    expect(coming.get_by_text("施行日を待っている版はありません。")).to_be_visible()


def test_two_officers_from_the_first_word_to_the_day_before_it_is_in_force(stage: Stage) -> None:
    author = begin(stage)
    draft = author.url
    leave_with_something_typed(stage, author)
    change_and_take_back(author)
    look_at_it(stage, author)
    author.goto(draft)
    author.get_by_role("button", name="公開を申し出る").click()
    expect(author.get_by_role("status")).to_contain_text("別の職員の承認を待っています")
    author.get_by_role("link", name="申し出の内容を見る").click()
    expect(author.get_by_role("button", name="承認して公開する")).to_be_disabled()
    expect(author.get_by_text("自分が書いた手続は承認できません")).to_be_visible()

    second = stage.enter("igarashi")
    stage.look_once(second, "窓口")
    send_back(stage, second)
    author.goto(draft)
    expect(author.get_by_text("「電話番号」だけで伝わります。")).to_be_visible()
    edit(author, "日中つながる電話番号", "お電話番号をお願いします。")
    author.get_by_role("button", name="公開を申し出る").click()
    second.goto(f"{draft}review/")
    second.get_by_role("button", name="承認して公開する").click()
    expect(second.get_by_role("status")).to_contain_text("公開しました")
    keep_from_taking_effect(stage, second)
