"""A procedure is changed by one officer, looked at, and let through by another."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from machimado.cases.authoring.rules import editing, packing
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
    expect(author.get_by_role("status")).to_contain_text("別の職員の承認を待っています")
    second.goto(f"{draft}review/")
    second.get_by_role("button", name="承認して公開する").click()
    second.wait_for_url("**/authoring/drafts/*/")
    expect(second.get_by_role("status")).to_contain_text("公開しました")
    keep_from_taking_effect(stage, second)


CITY = Path(__file__).parents[2] / "cities" / "yukimi"
WHY = "氏が変わると、前の氏で出した書類の控えが要ることがあります。"


def add_a_procedure(stage: Stage, author: Page) -> None:
    """Add a procedure to a life event: which, when, why, by which law, until when; every word is chosen or typed in Japanese."""
    author.get_by_role("link", name="手続を足す").click()
    stage.look(author, "道すじの手続を足す")
    author.get_by_label(re.compile("どの手続をしますか")).select_option(
        label="所得・課税証明書などの交付申請"
    )
    when = author.get_by_role("group", name=re.compile("どんなときに要りますか"))
    when.get_by_label("決めるとき").select_option(label="「結婚で氏（名字）が変わる」が「はい」のとき")
    author.get_by_role("group", name=re.compile("なぜ要るか")).get_by_label("日本語", exact=True).fill(WHY)
    author.get_by_label("法令の名前").fill("雪見市税証明取扱要綱")
    author.get_by_label("条・項").fill("第3条")
    author.get_by_label(re.compile("何で確かめたか")).fill("雪見市 ご結婚のしおり（見本）")
    author.get_by_label("数え始める日").select_option(label="婚姻の届出をした日")
    author.get_by_label("日", exact=True).fill("14")
    author.keyboard.press("Alt+Enter")
    author.wait_for_url("**/authoring/drafts/*/")


def answer_until_it_is_on_the_route(stage: Stage, author: Page) -> None:
    """Answer the event's first questions, see what comes of them, and make that a test."""
    author.get_by_role("link", name="見え方を確かめる").click()
    author.get_by_role("link", name="自分で答えて試す").click()
    author.wait_for_url("**/try/**")
    renamed = author.get_by_role("group", name=re.compile("結婚で氏（名字）が変わる"))
    renamed.get_by_label("はい").check()
    author.keyboard.press("Alt+Enter")
    found = author.get_by_role("region", name="この答えだと、こうなります")
    expect(found.get_by_text(re.compile("所得・課税証明書"))).to_be_visible()
    stage.look(author, "答えて試す")
    author.get_by_label(re.compile("試験の名前")).fill("氏が変わると税の証明書も出る")
    author.get_by_role("button", name="この結果で正しい。試験に加える").click()
    expect(author.get_by_role("status")).to_contain_text(
        "試験「氏が変わると税の証明書も出る」を書き込みました"
    )


def see_the_route(stage: Stage, author: Page) -> None:
    """See the route with the new procedure on it, in words that people will read."""
    author.get_by_role("link", name="見え方を確かめる").click()
    author.get_by_label("答えの例").select_option("氏が変わると税の証明書も出る")
    author.get_by_role("button", name="見る", exact=True).click()
    expect(author.frame_locator("iframe").get_by_text(WHY)).to_be_visible()
    stage.look_once(author, "ライフイベントの見え方")


def test_a_procedure_is_added_to_a_life_event_by_whoever_never_saw_a_file(stage: Stage) -> None:
    author = stage.enter("abe")
    stage.look_once(author, "窓口")
    author.goto(f"{stage.address}/authoring/")
    stage.look_once(author, "手続の作成")
    author.get_by_role("button", name=re.compile("ご結婚されたとき（婚姻）を ?直す")).click()
    author.wait_for_url("**/authoring/drafts/*/")
    stage.look(author, "ライフイベントの下書き")
    add_a_procedure(stage, author)
    answer_until_it_is_on_the_route(stage, author)
    see_the_route(stage, author)
    author.get_by_role("link", name="下書きへ戻る").click()
    author.get_by_text("この下書きをやめる").click()
    author.get_by_role("button", name="下書きを取り下げる").click()


def from_elsewhere(folder: Path) -> Path:
    """Write the file of a procedure as another city would hand it on, with its form on paper."""
    text = (CITY / "procedures" / "residence-certificate.yaml").read_text("utf-8")
    form = (CITY / "forms" / "residence-certificate.typ").read_text("utf-8")
    layouts = {"residence-certificate.typ": form.replace("使いみち", "お使いみち").encode()}
    changed = editing.put(text, ("summary", "ja"), "住民票の写しをお渡しします。")
    file = folder / "residence-certificate.zip"
    file.write_bytes(packing.pack("procedures/residence-certificate.yaml", changed, layouts))
    return file


def test_a_file_from_another_city_is_seen_with_its_form_before_it_is_taken_over(
    stage: Stage, tmp_path: Path
) -> None:
    author = stage.enter("igarashi")
    stage.look_once(author, "窓口")
    author.goto(f"{stage.address}/authoring/")
    stage.look_once(author, "手続の作成")
    author.get_by_label(re.compile("手続のファイル")).set_input_files(from_elsewhere(tmp_path))
    author.get_by_role("button", name="違いを見る").click()
    expect(author.get_by_text(re.compile("このまちの様式と違います"))).to_be_visible()
    expect(author.get_by_text(re.compile("「住民票の写しをお渡しします。」に変わりました"))).to_be_visible()
    stage.look_once(author, "取り込むファイル")
    author.get_by_role("button", name="取り込む", exact=True).click()
    author.wait_for_url("**/authoring/drafts/*/")
    draft = author.url
    stage.look_once(author, "取り込んだ下書き")
    author.goto(f"{draft}frame/?channel=paper")
    expect(author.get_by_role("img", name="紙の様式　1ページ目")).to_be_visible()
    stage.look_once(author, "紙の様式の見え方")
    author.goto(f"{draft}preview/?channel=web&language=vi")
    stage.look_once(author, "見え方（ベトナム語）")
    author.goto(f"{draft}review/")
    stage.look_once(author, "申し出る前の内容")
    author.goto(draft)
    author.get_by_text("この下書きをやめる").click()
    author.get_by_role("button", name="下書きを取り下げる").click()
