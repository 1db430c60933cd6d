"""A family comes after a death: everything is said once, signed once, and each procedure reaches the core by itself."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.counter import HURRY_MS, agree, end_by_key, end_case, find, sit_down, write_name
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

# What is answered where the first choice, or a name, would not do.
CHOICES = {
    "death.headship": "alone",
    "health.kind": "national",
    "high_medical_costs": "no",
    "pension.status": "none",
    "death.notified": "yes",
    "death.holdings": "mynumber_card",
    "death.brought": "health",
    "death.capacity": "heir",
    "applicant.role": "household",
    "heir.others": "no",
    "funeral.other_benefit": "no",
    "death.third_party": "no",
    "funeral.mourner_is_visitor": "yes",
}
TEXTS = {
    "death.date": "R8.10.1",
    "funeral.date": "R8.10.4",
    "contact.phone": "0235-00-0000",
    "agent.relationship": "妻",
    "agent.birth_date": "S23.2.11",
}
PARTS = {
    "text": "見本　和子",
    "kana": "ミホン　カズコ",
    "postal_code": "9780001",
    "prefecture": "白嶺県",
    "city": "雪見市",
    "town": "馬場町",
    "block": "1番",
    "bank_code": "9001",
    "bank_name": "白嶺銀行",
    "branch_code": "101",
    "branch_name": "雪見支店",
    "number": "0055667",
    "holder_kana": "ミホン　カズコ",
}


def begin_event(officer: Page, stage: Stage, words: str) -> None:
    """Begin a life event for the parent of the sample; whatever runs for them already is ended."""
    find(officer, stage, stage.product.parent)
    if officer.locator("#running").count():
        end_case(officer)
        officer.wait_for_url("**/counter/")
        find(officer, stage, stage.product.parent)
    officer.get_by_role("button", name=re.compile(f"^{words}")).click()
    officer.wait_for_url("**/counter/applications/*/")


def fill(officer: Page, line: Locator, path: str) -> None:
    """Answer one question with the mouse and the keyboard, and wait until it is saved."""
    fields = line.locator("input:not([type=hidden], [type=radio], [type=checkbox], [type=file])")
    with officer.expect_response(re.compile("/answers/$")):
        if fields.count() == 0:
            wanted = CHOICES.get(path)
            choices = line.locator(f"input[value='{wanted}']" if wanted else "input:not([type=hidden])")
            choices.first.check()
            return
        for field in fields.all():
            part = (field.get_attribute("name") or "").removeprefix(f"{path}.")
            field.fill(PARTS.get(part, "") if part != path else TEXTS.get(path, "長男"))
        for choice in line.locator("select").all():
            choice.select_option(index=1)
        fields.last.press("Enter")


def answer_everything(officer: Page) -> int:
    """Answer whatever is open; return how many questions that were."""
    for count in range(80):
        open_line = officer.locator("#sheet .line.is-missing").first
        if open_line.count() == 0:
            return count
        path = open_line.locator("[name=path]").get_attribute("value") or ""
        line = officer.locator(f'[id="{open_line.get_attribute("id")}"]')
        fill(officer, line, path)
        expect(line).not_to_have_class(re.compile("is-missing"))
    raise AssertionError("the interview does not come to an end")


def test_everything_after_a_death_in_one_conversation(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    begin_event(officer, stage, "ご家族が亡くなったとき")
    stage.look(officer, "おくやみの道すじ")
    # Nobody begins what is not known yet: the officer is told where the triage is open.
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_role("alert").filter(has_text="まだ答えていない")).to_be_visible()
    answer_everything(officer)
    route = officer.get_by_role("group", name="ここで行う手続")
    expect(route.get_by_text("国民健康保険 葬祭費 支給申請")).to_be_visible()
    expect(route.get_by_text("国民健康保険法").first).to_be_visible()
    with officer.expect_response(re.compile("/answers/$")):
        route.locator("li", has_text="葬祭費").get_by_label("今日はしない").check()
    expect(route.locator("li.is-off")).to_contain_text("葬祭費")
    officer.wait_for_timeout(HURRY_MS)
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_role("heading", name="手続をする方")).to_be_visible()
    expect(officer.get_by_role("heading", name="国民健康保険 葬祭費 支給申請")).to_have_count(0)
    answer_everything(officer)
    assert officer.locator("#sheet .line.is-wrong").all_inner_texts() == []
    stage.look(officer, "おくやみの聞取り")

    officer.wait_for_timeout(HURRY_MS)
    officer.keyboard.press("Alt+Enter")
    expect(tablet.get_by_text("この内容でよろしいですか。")).to_be_visible()
    agree(stage, tablet)
    expect(tablet.get_by_text("件の申請書に使います")).to_be_visible()
    write_name(tablet)
    tablet.get_by_role("button", name="これで申請します").click()
    expect(officer.get_by_text("署名をいただきました")).to_be_visible()
    officer.keyboard.press("Alt+Enter")
    parts = officer.locator(".parts > li")
    expect(parts.first).to_be_visible()
    number = parts.count()
    assert number >= 3
    expect(parts.locator(".tag", has_text="基幹システム受理済")).to_have_count(number, timeout=20_000)
    stage.look(officer, "おくやみを送った後")
    expect(tablet.locator(".read-list > li")).to_have_count(number)
    stage.look(tablet, "おくやみの受付済み")

    # Each has its own form, and the family takes home what is left to be done.
    paper = officer.request.get(f"{stage.address}{parts.first.locator('a').last.get_attribute('href')}")
    assert paper.headers["content-type"] == "application/pdf"
    home = officer.context.new_page()
    home.goto(
        f"{stage.address}{officer.get_by_role('link', name='道すじを印刷して渡す').get_attribute('href')}"
    )
    expect(home.get_by_role("heading", name="今日、ここで済んだ手続")).to_be_visible()
    expect(home.get_by_text("国民健康保険 葬祭費 支給申請")).to_be_visible()
    stage.look(home, "道すじの紙")
    home.close()
    officer.bring_to_front()
    end_by_key(officer)


def test_a_name_that_is_known_is_chosen_by_one_key(stage: Stage) -> None:
    """Half a name stands in the field already: the digit means the person, and the name stays when the field is left."""
    officer = stage.enter("ono")
    begin_event(officer, stage, "雪見市の中で引っ越したとき")
    stage.look_once(officer, "転居の聞取り")
    line = officer.locator("#q-move-new_head")
    first, field = line.locator("[data-digit='1']"), line.locator("[name='move.new_head.text']")
    name = first.inner_text().removeprefix("1").strip()
    assert name
    field.focus()
    officer.keyboard.type("さ")
    with officer.expect_response(re.compile("/rows/$")):
        officer.keyboard.press("1")
    expect(field).to_have_value(name)
    expect(first).to_have_attribute("aria-pressed", "true")
    officer.keyboard.press("Enter")
    officer.wait_for_load_state("networkidle")
    officer.reload()
    expect(field).to_have_value(name)
    field.fill("佐野　恵")
    with officer.expect_response(re.compile("/answers/$")):
        officer.keyboard.press("Enter")
    expect(first).to_have_attribute("aria-pressed", "false")
