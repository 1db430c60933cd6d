"""The resident's tablet: nothing of one resident is left for the next, and one tablet may take another's place."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.counter import (
    TABLET,
    answer,
    answer_all,
    begin,
    begin_claim,
    end_by_key,
    end_case,
    find,
    pair,
    sign,
    sit_down,
)
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
PHONE = "0235-77-7777"
# What a browser keeps by itself.
KEPT = """async () => JSON.stringify([
    localStorage, sessionStorage, document.cookie, await caches.keys(), await indexedDB.databases(),
    (await navigator.serviceWorker?.getRegistrations() ?? []).length,
])"""


def check_nothing_left(stage: Stage, tablet: Page, *traces: str) -> None:
    """Check that nothing of the last resident can be reached by whoever sits down next."""
    expect(tablet.get_by_role("heading", name="こんにちは。")).to_be_visible()
    for again in (tablet.go_back, tablet.go_forward, tablet.go_back, tablet.reload):
        again()
        check_shows_nothing(tablet, *traces)
    for address in ("/screen/?step=1", "/screen/?step=3"):
        tablet.goto(f"{stage.address}{address}")
        check_shows_nothing(tablet, *traces)
    stage.look_once(tablet, "次の方を待つ")
    fragment = tablet.request.get(f"{stage.address}/screen/now/?step=2").text()
    assert [trace for trace in traces if trace in fragment] == []
    assert tablet.evaluate(KEPT) == '[{},{},"",[],[],0]'
    assert tablet.locator("a").count() == 0  # no way to anything else
    assert tablet.locator("input:not([type=hidden])").count() == 0  # nothing that a browser could fill in


def check_shows_nothing(tablet: Page, *traces: str) -> None:
    content = tablet.content()
    assert [trace for trace in traces if trace in content] == []


def test_tablet_has_nothing_of_a_case_that_was_ended(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    begin_claim(officer, stage)
    answer(officer, "contact.phone", text=PHONE)
    expect(tablet.locator(".now-words")).to_have_text(PHONE)
    stage.look_once(officer, "聞取り")
    stage.look_once(tablet, "いま入力している内容")
    find(officer, stage, stage.product.parent)
    stage.look_once(officer, "送っていない申請がある受付")
    end_case(officer)
    officer.wait_for_url("**/counter/")
    check_nothing_left(stage, tablet, PHONE, stage.product.parent)


def test_the_resident_goes_on_at_the_tablet_and_the_officer_takes_over_again(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    begin_claim(officer, stage)
    officer.locator("#q-contact-phone input").last.fill("0235-77-")
    officer.keyboard.press("Alt+t")
    expect(officer.get_by_text("住民の方が、住民の画面で入力しています。")).to_be_visible()
    field = tablet.get_by_role("textbox")
    # Where the officer stood, with what was being typed; the refusal of half a number is told there too.
    expect(field).to_have_value("0235-77-")
    expect(officer.locator("#stands")).to_contain_text("電話番号")
    stage.look_once(tablet, "住民の画面で自分で答える")
    stage.look_once(officer, "住民の画面で入力していただいている聞取り")
    tablet.get_by_role("button", name="English", exact=True).click()
    expect(tablet.locator("html")).to_have_attribute("lang", "en")
    stage.look_once(tablet, "住民の画面で自分で答える（英語）")
    expect(officer.get_by_text("画面の言語：English")).to_be_visible()
    field.fill(PHONE)
    tablet.get_by_role("button", name="Next", exact=True).click()
    expect(tablet.locator("html")).to_have_attribute("lang", "en")
    expect(officer.locator("#q-contact-phone input").last).to_have_value(PHONE)
    expect(officer.locator("#stands")).not_to_contain_text("電話番号")
    stage.look_once(tablet, "住民の画面で次の質問（英語）")

    # Taken over in the middle of a word: what stands on the page comes along.
    where = tablet.url
    tablet.goto(re.sub("/q/.*", "/q/contact.phone/", where))
    tablet.get_by_role("textbox").fill(PHONE[:-1] + "8")
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_role("button", name="住民の確認へ")).to_be_visible()
    tablet.wait_for_url("**/screen/")
    expect(officer.locator("#q-contact-phone input").last).to_have_value(PHONE[:-1] + "8")
    expect(tablet.locator("body")).to_contain_text(PHONE[:-1] + "8")
    stage.look_once(tablet, "引き取った後の住民の画面（英語）")

    # Given once more, and left for good while the page stands on the tablet.
    officer.keyboard.press("Alt+t")
    tablet.wait_for_url("**/q/**")
    find(officer, stage, stage.product.parent)
    end_case(officer)
    officer.wait_for_url("**/counter/")
    tablet.wait_for_url("**/screen/")
    check_nothing_left(stage, tablet, PHONE[:-2], stage.product.parent)
    tablet.goto(where)
    tablet.wait_for_url("**/screen/")
    check_nothing_left(stage, tablet, PHONE[:-2], stage.product.parent)


def test_tablet_has_nothing_of_whoever_has_signed_and_gone(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    begin(officer, stage, "住民票の写しの交付請求")
    answer(officer, "contact.phone", text=PHONE)
    answer_all(officer)
    stage.look_once(officer, "住民票の聞取り")
    officer.keyboard.press("Alt+Enter")
    expect(tablet.get_by_text("この内容でよろしいですか。")).to_be_visible()
    tablet.reload()  # one more page in the tablet's history, with a resident on it
    expect(tablet.get_by_text("この内容でよろしいですか。")).to_be_visible()
    signing = tablet.locator("[name=showing]").first.get_attribute("value") or ""
    sign(stage, tablet)
    expect(officer.get_by_text("署名をいただきました")).to_be_visible()
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("基幹システム受理済")).to_be_visible()
    reference = re.findall(r"申請番号 (\S+)", officer.locator(".page-title").inner_text())[0]
    expect(tablet.get_by_text(reference)).to_be_visible()
    tablet.reload()
    expect(tablet.get_by_text(reference)).to_be_visible()
    application = officer.url
    end_by_key(officer)

    check_nothing_left(stage, tablet, PHONE, reference, stage.product.parent, *stage.product.parent.split())
    # What the page of the last resident would still send, and the officer's own addresses, tell a tablet nothing either.
    for address in ("/screen/wrong/", "/screen/sign/"):
        csrf = {cookie["name"]: cookie["value"] for cookie in tablet.context.cookies()}["csrftoken"]
        fields = {"showing": signing, "csrfmiddlewaretoken": csrf}
        answered = tablet.request.post(f"{stage.address}{address}", form={**fields})
        assert reference not in answered.text()
        assert answered.url == f"{stage.address}/screen/"
    for address in (application, f"{application}paper/", f"{application}status/"):
        assert "/accounts/login/" in tablet.request.get(address).url


def test_tablet_is_replaced_in_the_middle_of_the_review(stage: Stage) -> None:
    officer = stage.enter("ono")
    broken = sit_down(stage, officer)
    begin(officer, stage, "住民票の写しの交付請求")
    stage.look_once(officer, "住民票の聞取り")
    answer_all(officer)
    officer.keyboard.press("Alt+Enter")
    expect(broken.get_by_role("heading", name="手続をする方")).to_be_visible()
    broken.get_by_role("button", name=re.compile("^はい")).click()
    expect(broken.get_by_role("heading", name="住民票が必要な方")).to_be_visible()
    old_page = broken.locator("[name=showing]").first.get_attribute("value")
    review = officer.url

    fresh = stage.visitor(**TABLET)
    pair(stage, officer, fresh)
    expect(broken.get_by_role("heading", name="この画面を窓口につなぎます")).to_be_visible()
    check_shows_nothing(broken, *stage.product.parent.split())
    expect(fresh.get_by_text("この内容でよろしいですか。")).to_be_visible()
    officer.goto(review)
    sign(stage, fresh)
    expect(officer.get_by_text("署名をいただきました")).to_be_visible()
    check_shows_nothing(broken, *stage.product.parent.split(), str(old_page))


def test_tablet_that_reads_a_used_code_is_told_what_to_do(stage: Stage) -> None:
    stage.expected_statuses |= {410}
    tablet = stage.visitor(**TABLET)
    tablet.goto(f"{stage.address}/screen/join/used-already/")
    expect(tablet.get_by_role("heading", name="つなげませんでした")).to_be_visible()
    stage.look(tablet, "使い終わったQRコード")


def test_tablet_goes_on_when_the_officers_browser_was_closed(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    begin_claim(officer, stage)
    answer(officer, "contact.phone", text=PHONE)
    here = officer.url
    again = stage.close_and_open(officer)
    again.goto(here)
    stage.sign_in(again, "ono", stage.product.password("ono"))
    again.wait_for_url(here)  # where it was
    again.goto(stage.address)
    stage.look_once(again, "最初の画面")
    again.locator(".case-item a").first.click()
    again.wait_for_url("**/counter/cases/*/")
    stage.look_once(again, "この受付の申請")
    again.get_by_role("region", name="この受付の申請").get_by_role("link").click()
    again.wait_for_url(here)
    stage.look_once(again, "聞取り")
    expect(again.locator("#q-contact-phone input:not([type=hidden])")).to_have_value(PHONE)
    answer(again, "event_date", text="R8.11.1")
    expect(tablet.locator(".now-words")).to_have_text(re.compile("令和8年11月1日"))
