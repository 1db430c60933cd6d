"""Fields, and where one is, stand out in every colour that a page offers; nothing lies over what has the focus."""

import re

import pytest
from playwright.sync_api import Page

from tests.journeys import alone, axe
from tests.journeys.contrast import measure
from tests.journeys.counter import begin_claim, sit_down
from tests.journeys.sizes import NARROW, as_large_as_before, resize
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


def check(stage: Stage, page: Page, title: str) -> None:
    """Look at a page in its own size and in a narrow one, in each of its colours."""
    page.wait_for_load_state("load")
    stage.look_once(page, title)
    stage.problems += [f"{title}: {one}" for one in measure(page)]
    with as_large_as_before(page):
        resize(page, NARROW)
        stage.problems += [f"{title} ({NARROW[0]} px): {one}" for one in measure(page)]
    for colours in axe.in_other_colours(page):
        stage.problems += [f"{title} ({colours}): {one}" for one in measure(page)]


def test_residents_fields_and_focus_stand_out(stage: Stage) -> None:
    phone = stage.visitor(**alone.PHONE)
    phone.goto(f"{stage.address}/apply/")
    check(stage, phone, "ご自分で手続")
    phone.goto(f"{stage.address}/booking/")
    check(stage, phone, "予約")
    for title in alone.questions(phone, stage):
        check(stage, phone, title)


def test_officers_fields_and_focus_stand_out(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    for place, title in {"counter": "窓口", "reception": "受付", "figures": "実績"}.items():
        officer.goto(f"{stage.address}/{place}/")
        check(stage, officer, title)
    begin_claim(officer, stage)
    check(stage, officer, "聞取り")
    check(stage, tablet, "いま入力している内容")


def test_an_authors_fields_and_focus_stand_out(stage: Stage) -> None:
    author = stage.enter("abe")
    stage.look_once(author, "窓口")
    author.goto(f"{stage.address}/authoring/")
    check(stage, author, "手続の作成")
    author.get_by_role("button", name=re.compile("未支払.*児童手当|児童手当.*未支払")).first.click()
    author.wait_for_url("**/authoring/drafts/*/")
    check(stage, author, "手続の下書き")
    author.get_by_role("link", name=re.compile("を ?直す$")).last.click()
    check(stage, author, "質問を直す")
