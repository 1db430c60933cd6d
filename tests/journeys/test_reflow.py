"""At 320 px (a page enlarged four times), and with the lines and letters as wide as a reader wants them, nothing is cut off."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import alone
from tests.journeys.counter import begin_claim, sit_down
from tests.journeys.sizes import NARROW, SIZES, as_large_as_before
from tests.journeys.spacing import measure
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


def check(stage: Stage, page: Page, title: str) -> None:
    """Look at a page, and measure it with wider text: at 320 px, and in the other sizes."""
    stage.look_once(page, title)
    with as_large_as_before(page):
        for size in (NARROW, SIZES["tablet"], SIZES["desktop"]):
            stage.problems += [f"{title}: {one}" for one in measure(page, size)]


def test_residents_pages_reflow_and_take_wider_text(stage: Stage) -> None:
    stage.expected_statuses |= {410}
    phone = stage.visitor(**alone.PHONE)
    phone.goto(f"{stage.address}/apply/")
    check(stage, phone, "ご自分で手続")
    phone.goto(f"{stage.address}/apply/machines/")
    check(stage, phone, "ほかの機械でできること（住民）")
    phone.goto(f"{stage.address}/booking/")
    check(stage, phone, "予約")
    phone.goto(f"{stage.address}/ticket/of-yesterday/")
    check(stage, phone, "終わった番号札")
    for title in alone.questions(phone, stage):
        check(stage, phone, title)
    phone.goto(phone.url.replace("/check/", "/leave/"))
    check(stage, phone, "続きの控え")
    phone.goto(f"{stage.address}/apply/resume/")
    check(stage, phone, "再開コードを入れる")


def test_officers_main_pages_and_the_tablet_reflow_and_take_wider_text(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    officer.goto(f"{stage.address}/counter/")
    check(stage, officer, "窓口")
    officer.goto(f"{stage.address}/reception/")
    check(stage, officer, "受付")
    begin_claim(officer, stage)
    expect(officer.get_by_role("button", name=re.compile("住民の確認へ"))).to_be_visible()
    check(stage, officer, "聞取り")
    check(stage, tablet, "いま入力している内容")
    officer.keyboard.press("Alt+t")
    tablet.wait_for_url("**/q/**")
    check(stage, tablet, "住民の画面で自分で答える")
    officer.get_by_role("link", name=re.compile("番$")).click()
    check(stage, officer, "手続を選ぶ")
    officer.goto(f"{stage.address}/counter/desk/")
    check(stage, officer, "窓口と住民の画面")
