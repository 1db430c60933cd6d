"""Machines of others: an officer takes a month's report over, a resident sees what can be done where."""

import pytest
from playwright.sync_api import expect

from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
REPORT = "年月,端末,サービス,件数\n2026-04,コンビニのマルチコピー機,住民票の写し,{}\n"


def test_a_report_is_read_shown_and_taken_over(stage: Stage) -> None:
    page = stage.enter("kudo")
    stage.look_once(page, "最初の画面")
    page.goto(stage.address + "/terminals/")
    stage.look(page, "ほかの機械")
    wrong = REPORT.format("たくさん").encode("cp932")
    page.get_by_label("月の報告（CSV）").set_input_files(
        {"name": "四月.csv", "mimeType": "text/csv", "buffer": wrong}
    )
    page.get_by_role("button", name="読み込む").click()
    expect(page.get_by_role("alert")).to_contain_text("直すところが 1件")
    stage.look(page, "ほかの機械、直すところのある報告")
    right = REPORT.format(321).encode("cp932")
    page.get_by_label("月の報告（CSV）").set_input_files(
        {"name": "四月.csv", "mimeType": "text/csv", "buffer": right}
    )
    page.get_by_role("button", name="読み込む").click()
    expect(page.get_by_role("cell", name="321")).to_be_visible()
    stage.look(page, "ほかの機械、取り込む前")
    page.get_by_role("button", name="この内容で取り込む").click()
    expect(page.get_by_role("status")).to_contain_text("1件を取り込みました")
    stage.look(page, "ほかの機械、取り込んだ後")


def test_a_resident_sees_where_else_it_can_be_done(stage: Stage) -> None:
    page = stage.visitor()
    page.goto(stage.address + "/apply/")
    stage.look_once(page, "自分で手続、はじめの画面")
    page.get_by_role("link", name="コンビニや銀行の機械でできること").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("コンビニや銀行")
    stage.look(page, "ほかの機械でできること（住民）")
