"""Where a page is not for somebody, is not there, or is too old to be sent: a sentence says what to do next."""

import pytest
from playwright.sync_api import expect

from tests.journeys.alone import PHONE
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


def test_refusals_say_what_to_do_next(stage: Stage) -> None:
    stage.expected_statuses |= {403, 404}
    page = stage.enter("sakurai")
    page.wait_for_url("**/staff/journal/")
    stage.look_once(page, "記録台帳")
    page.goto(f"{stage.address}/counter/")
    expect(page.get_by_role("heading", name="この画面は使えません")).to_be_visible()
    stage.look(page, "役割がない画面")
    page.goto(f"{stage.address}/nowhere/")
    expect(page.get_by_role("heading", name="この画面は見つかりません")).to_be_visible()
    stage.look(page, "見つからない画面")
    page.goto(f"{stage.address}/staff/journal/")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="席を離れる").click()
    expect(page.get_by_role("heading", name="画面が古くなっています")).to_be_visible()
    stage.look(page, "古い画面からの送信")
    page.get_by_role("link", name="最初の画面へ").click()
    page.wait_for_url("**/staff/journal/")


def test_an_address_for_which_it_is_not_set_up_says_so(stage: Stage) -> None:
    elsewhere = stage.address.replace("127.0.0.1", "machimado.localhost")
    stage.neighbours, stage.expected_statuses = (elsewhere,), {400}
    page = stage.visitor()
    page.goto(f"{elsewhere}/apply/")
    expect(page.get_by_role("heading", name="このアドレスでは開けません")).to_be_visible()
    stage.look(page, "知らないアドレス")


def test_what_is_too_much_for_a_form_of_ours_is_not_read(stage: Stage) -> None:
    stage.expected_statuses |= {400}
    page = stage.visitor()
    page.goto(f"{stage.address}/apply/resume/")
    stage.look_once(page, "再開コードを入れる")
    page.evaluate(
        """() => {
            const form = document.querySelector("main form");
            for (let field = 0; field < 1100; field++) form.append(Object.assign(
                document.createElement("input"), {type: "hidden", name: `made-up-${field}`, value: "x"}));
            form.requestSubmit();
        }"""
    )
    expect(page.get_by_role("heading", name="送られた内容を読み取れませんでした")).to_be_visible()
    stage.look(page, "読み取れない送信")


def test_a_ticket_that_is_not_of_today_says_what_to_do(stage: Stage) -> None:
    stage.expected_statuses |= {410}
    phone = stage.visitor(**PHONE)
    phone.goto(f"{stage.address}/ticket/of-yesterday/")
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    stage.look(phone, "終わった番号札")
