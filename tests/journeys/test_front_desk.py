"""A morning at the front desk, by keyboard alone, and what the auditor sees of it afterwards."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_arrivals_are_marked_called_and_taken_back_by_keys(stage: Stage) -> None:
    page = stage.enter("togashi")  # alone at an outpost: nobody else's residents are in the way
    expect(page.get_by_role("navigation", name="主なメニュー")).to_be_visible()
    stage.look_once(page, "最初の画面")
    page.goto(stage.address + "/reception/")
    expect(page.get_by_text("お待ちの方はいません")).to_be_visible()
    stage.look(page, "受付、だれもいない")

    press(page, "h", "Enter")
    expect(page.get_by_role("status")).to_contain_text("1番でお受けしました")
    press(page, "s", "1", "Enter")
    expect(page.get_by_role("status")).to_contain_text("2番でお受けしました")
    stage.look(page, "受付、ふたり待っている")

    press(page, "s", "y")
    page.keyboard.type("番号は 6214 9832 0257 です")
    press(page, "Enter")
    expect(page.get_by_role("alert")).to_contain_text("マイナンバー")
    stage.look(page, "受付、用件に個人番号")

    page.goto(stage.address + "/reception/")
    page.get_by_role("button", name=re.compile("2番の受付を.*取り消す")).click()
    expect(page.get_by_role("status")).to_contain_text("取り消しました")
    page.get_by_text("取り消した受付").last.click()
    stage.look(page, "受付、取り消した")
    page.get_by_role("button", name=re.compile("2番の受付を.*元に戻す")).click()
    expect(page.get_by_role("button", name=re.compile("2番の方を.*呼び出す"))).to_be_visible()

    press(page, "t")
    page.wait_for_url(re.compile(r"/counter/"))
    stage.look(page, "呼び出した方の受付")
    page.goto(stage.address + "/reception/")
    expect(page.get_by_role("heading", name="対応中")).to_contain_text("1人")
    stage.look(page, "受付、ひとり対応中")


def test_the_slip_prints_itself(stage: Stage) -> None:
    page = stage.enter("kudo")
    page.add_init_script("window.print = () => { document.title = '印刷した' }")
    stage.look_once(page, "最初の画面")
    page.goto(stage.address + "/reception/")
    press(page, "b", "h", "Enter")
    expect(page.get_by_role("article", name="番号票")).to_contain_text("ひとりでできる")
    expect(page).to_have_title("印刷した")
    stage.look(page, "番号票")
    press(page, "Enter")
    page.wait_for_url(stage.address + "/reception/")
    expect(page.get_by_label("番号票を印刷する")).to_be_checked()
    stage.look(page, "受付、番号票の次")


def test_paper_is_booked_with_two_keys_and_shows_in_the_figures(stage: Stage) -> None:
    page = stage.enter("honma")
    stage.look_once(page, "最初の画面")
    page.goto(stage.address + "/paper/")
    stage.look(page, "紙の申請、まだない")
    for count in (1, 2):
        press(page, "1", "Enter")
        expect(page.get_by_role("heading", name="きょうの紙の申請")).to_contain_text(f"{count}件")
    press(page, "u")
    expect(page.get_by_role("status")).to_contain_text("取り消しました")
    expect(page.get_by_role("heading", name="きょうの紙の申請")).to_contain_text("1件")
    stage.look(page, "紙の申請、取り消した")

    page.goto(stage.address + "/figures/")
    expect(page.get_by_text("紙を使わない割合").first).to_be_visible()
    page.get_by_text("表で見る").click()
    page.get_by_text("数え方", exact=True).click()
    stage.look(page, "実績")
    with page.expect_download() as download:
        press(page, "c")
    assert download.value.suggested_filename.startswith("実績_")
    page.get_by_label("拠点", exact=True).select_option(label="大杉診療所")
    page.get_by_role("button", name="表示").click()
    expect(page.get_by_text("まだありません")).to_be_visible()
    stage.look(page, "実績、まだない")


def test_the_auditor_reads_and_verifies_the_journal(stage: Stage) -> None:
    officer = stage.enter("sato")
    stage.look_once(officer, "最初の画面")
    officer.goto(stage.address + "/paper/")
    press(officer, "1", "Enter")
    expect(officer.get_by_role("status")).to_contain_text("1件数えました")
    stage.look(officer, "紙の申請")

    page = stage.enter("sakurai")
    page.wait_for_url(re.compile(r"/staff/journal/"))
    expect(page.get_by_role("cell", name="紙の申請を数えた").first).to_be_visible()
    stage.look(page, "記録台帳")
    press(page, "v")
    expect(page.get_by_role("status")).to_contain_text("正しくつながっています")
    head = page.locator("code.hash").inner_text()
    stage.look(page, "記録台帳、検証した")

    page.get_by_label("前回控えた末尾のハッシュ").fill(head)
    page.get_by_role("button", name="検証する").click()
    expect(page.get_by_role("status")).to_contain_text("控えのハッシュも台帳にあります")

    page.get_by_label("行為者").select_option(label="佐藤　大輔")
    page.get_by_role("button", name="表示").click()
    expect(page.get_by_role("cell", name="紙の申請を数えた").first).to_be_visible()
    page.get_by_label("対象の方").fill("999")
    page.get_by_role("button", name="表示").click()
    expect(page.get_by_text("住民の索引にいません")).to_be_visible()
    stage.look(page, "記録台帳、条件が違う")
    page.get_by_role("link", name="条件を消す").click()
    expect(page.get_by_role("cell", name="記録台帳を検証した").first).to_be_visible()
