"""A morning in the hall: two officers call, a display says it, and one of those who wait looks at a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.devices import stand_up
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Chromium on a server has no voice: what it is asked to say is written down instead.
VOICE = """
window.spoken = [];
Object.defineProperty(window, "speechSynthesis", {value: {
  speak: (said) => window.spoken.push(said.text), getVoices: () => [], resume: () => undefined,
}});
"""
HURRY_MS = 800


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def stand_at(stage: Stage, page: Page, window: int) -> None:
    stage.look_once(page, "最初の画面")
    page.goto(f"{stage.address}/counter/desk/")
    page.get_by_role("button", name=f"窓口{window}").click()
    stage.look_once(page, "窓口と住民の画面")


def arrive(stage: Stage, page: Page, *, searched: str) -> str:
    """Mark an arrival by keys, with a printed slip; return the address in the slip's QR code."""
    page.goto(f"{stage.address}/reception/")
    slip = page.get_by_label("番号票を印刷する")
    press(page, "s", "/")
    page.keyboard.type(searched)
    press(page, "Enter")
    slip.check()
    page.get_by_role("button", name="受け付ける").click()
    page.wait_for_url(re.compile(r"/slip/"))
    stage.look_once(page, "番号票、QRコードつき")
    address = page.locator(".slip-qr").get_attribute("data-address")
    assert address is not None
    return address


def next_one(stage: Stage, page: Page) -> int:
    """Press the key for the next one; return the number that is called now."""
    page.goto(f"{stage.address}/reception/")
    stage.look_once(page, "受付")
    page.wait_for_timeout(HURRY_MS)
    press(page, "t")
    page.wait_for_url(re.compile(r"/counter/"))
    stage.look_once(page, "お呼びしている方")
    return int(page.locator(".called .figure").inner_text())


def end_the_day(stage: Stage, page: Page) -> None:
    """Take back who still waits, so that the next journey finds the hall empty."""
    page.goto(f"{stage.address}/reception/")
    while (left := page.get_by_role("button", name=re.compile("番の受付を.*取り消す"))).count():
        left.first.click()
        expect(page.get_by_role("status")).to_contain_text("取り消しました")


def connect(stage: Stage, officer: Page, kind: str, **options: object) -> Page:
    """Connect a screen of the hall, which tells what it says."""
    return stand_up(stage, officer, kind, f"{kind}（待合）", script=VOICE, **options)


def spoken(display: Page) -> list[str]:
    found: list[str] = display.evaluate("() => window.spoken")
    return found


def test_two_officers_a_phone_and_a_display(stage: Stage) -> None:
    officer, colleague = stage.enter("sato"), stage.enter("watanabe")
    officer.add_init_script("window.print = () => undefined")
    stand_at(stage, officer, 1)
    stand_at(stage, colleague, 2)
    display = connect(stage, officer, "呼出し表示")
    expect(display.get_by_text("お呼び出ししている方はいません")).to_be_visible()
    stage.look(display, "呼出し表示、だれもいない")
    with officer.expect_websocket(lambda one: one.url.endswith("/live/hall/")):
        officer.goto(f"{stage.address}/reception/")
    display.get_by_role("button", name="音を出す").click()
    expect(display.get_by_role("status")).to_contain_text("声でお知らせしています")

    address = arrive(stage, officer, searched="ひっこし")
    phone = stage.visitor(**PHONE)
    phone.goto(address)
    expect(phone.get_by_role("heading", name="つぎにお呼びします")).to_be_visible()
    stage.look(phone, "番号札、つぎ")
    arrive(stage, officer, searched="住民票の写し")

    # Each calls somebody else, and the hall sees and hears both.
    first, second = next_one(stage, officer), next_one(stage, colleague)
    assert first != second
    expect(phone.get_by_role("status")).to_contain_text("1番の窓口へお越しください")
    stage.look(phone, "番号札、呼ばれた")
    expect(display.locator(".lobby-number")).to_contain_text(f"{second}番")
    stage.look(display, "呼出し表示、ふたり")
    assert spoken(display) == [
        f"{first}番の方、1番の窓口へお越しください。",
        f"{second}番の方、2番の窓口へお越しください。",
    ]
    _is_called_again(display, officer, first)
    _does_not_come(stage, officer, phone)
    assert next_one(stage, officer) == first
    display.wait_for_function("() => window.spoken.length > 2")
    assert spoken(display)[-1] == f"Number {first}, please come to window 1."
    _is_sent_on_and_taken_back(stage, officer)
    expect(phone.get_by_role("heading", name="You are next.")).to_be_visible()
    phone.get_by_role("button", name="I cannot come any more").click()
    expect(phone.get_by_role("heading", name="You have given your ticket back.")).to_be_visible()
    stage.look(phone, "番号札、返した")

    colleague.goto(f"{stage.address}/counter/")
    colleague.get_by_role("button", name="呼出しを取り消す").click()
    officer.goto(f"{stage.address}/reception/duties/")
    stage.look(officer, "受け持つ業務")
    end_the_day(stage, officer)


def _is_called_again(display: Page, officer: Page, first: int) -> None:
    # A screen that is loaded again repeats nothing; a call that is repeated is said again.
    display.reload()
    display.get_by_role("button", name="音を出す").click()
    officer.get_by_role("button", name="もう一度呼ぶ").click()
    expect(officer.get_by_role("status")).to_contain_text("もう一度呼び出しました")
    expect(display.locator(".lobby-number")).to_contain_text(f"{first}番")
    display.wait_for_function("() => window.spoken.length > 0")
    assert spoken(display) == [f"{first}番の方、1番の窓口へお越しください。"]


def _does_not_come(stage: Stage, officer: Page, phone: Page) -> None:
    # Put aside, until the phone says that they are there.
    officer.get_by_role("button", name="来ないので脇に置く").click()
    expect(officer.get_by_role("heading", name="呼んでも来なかった方")).to_be_visible()
    stage.look(officer, "受付、来なかった方")
    expect(phone.get_by_text("順番は、とってあります")).to_be_visible()
    stage.look(phone, "番号札、来なかった")
    phone.get_by_role("button", name="いま、待合にいます").click()
    expect(phone.get_by_role("heading", name="つぎにお呼びします")).to_be_visible()
    phone.get_by_role("button", name="English").click()
    expect(phone.get_by_role("heading", name="You are next.")).to_be_visible()
    stage.look(phone, "番号札、英語")


def _is_sent_on_and_taken_back(stage: Stage, officer: Page) -> None:
    # Whoever is in the wrong place goes on with all that they have waited.
    officer.get_by_role("link", name="別の課・拠点へ引き継ぐ").click()
    stage.look(officer, "引継ぎ")
    officer.get_by_role("radio", name=re.compile("子育て支援課")).check()
    officer.get_by_label("引継ぎ先に伝えること").fill("転居届は済み")
    officer.get_by_role("button", name="引き継ぐ", exact=True).click()
    expect(officer.get_by_role("status")).to_contain_text("子育て支援課に引き継ぎました")
    officer.get_by_text("引き継いだ受付").last.click()
    stage.look(officer, "受付、引き継いだ")
    officer.get_by_role("button", name=re.compile("取り戻す")).click()
    expect(officer.get_by_role("status")).to_contain_text("取り戻しました")
    officer.goto(f"{stage.address}/counter/")
    officer.get_by_role("button", name="呼出しを取り消す").click()
    expect(officer.get_by_role("status")).to_contain_text("呼出しを取り消しました")


def test_a_ticket_is_taken_at_the_screen_in_the_hall(stage: Stage) -> None:
    officer = stage.enter("kudo")
    stage.look_once(officer, "最初の画面")
    machine = connect(stage, officer, "番号札の発券", viewport={"width": 820, "height": 1180})
    machine.wait_for_url("**/lobby/take/")
    stage.look(machine, "発券、用件")
    machine.get_by_role("button", name="English").click()
    stage.look(machine, "発券、英語")
    machine.get_by_role("button", name="Something else").click()
    stage.look(machine, "発券、手伝い")
    machine.get_by_role("button", name="With a member of staff").click()
    expect(machine.get_by_role("heading", name="Your number")).to_be_visible()
    stage.look(machine, "発券、番号")
    officer.goto(f"{stage.address}/reception/")
    # Others may wait already: the day is one for all journeys.
    expect(officer.get_by_role("heading", name="お待ちの方")).to_contain_text(re.compile(r"[1-9]人"))
    stage.look_once(officer, "受付")
    end_the_day(stage, officer)


def test_a_time_is_booked_at_home_changed_and_cancelled(stage: Stage) -> None:
    supervisor = stage.enter("ito")
    stage.look_once(supervisor, "最初の画面")
    supervisor.goto(f"{stage.address}/reception/bookings/")
    stage.look(supervisor, "予約、まだない")
    supervisor.get_by_role("link", name="予約枠と休みの日").click()
    stage.look(supervisor, "予約枠、まだない")
    supervisor.locator("input[name=name]").fill("おくやみの相談")
    supervisor.get_by_role("button", name="予約枠を作る").click()
    expect(supervisor.get_by_role("status")).to_contain_text("いまから予約できます")
    stage.look(supervisor, "予約枠")

    phone = stage.visitor(**PHONE)
    phone.goto(f"{stage.address}/booking/")
    stage.look(phone, "予約、はじめ")
    phone.get_by_role("link", name=re.compile("おくやみの相談")).click()
    stage.look(phone, "予約、日")
    phone.locator(".booking-days a").last.click()
    stage.look_once(phone, "予約、時刻")
    phone.get_by_role("radio").nth(1).check()
    phone.get_by_role("button", name="予約する").click()
    expect(phone.get_by_role("heading", name="予約をお取りしました。")).to_be_visible()
    stage.look(phone, "予約した")
    code = phone.locator(".apply-code").inner_text()
    with phone.expect_download() as calendar:
        phone.get_by_role("link", name="カレンダーに入れる").click()
    assert "BEGIN:VEVENT" in calendar.value.path().read_text(encoding="utf-8")

    phone.get_by_role("link", name="日時を変える").click()
    stage.look(phone, "予約、変える日")
    phone.locator(".booking-days a").last.click()
    phone.get_by_role("radio").nth(2).check()
    phone.get_by_role("button", name="この時刻に変える").click()
    expect(phone.get_by_text("10:30").first).to_be_visible()
    phone.get_by_role("button", name="予約を取り消す").click()
    expect(phone.get_by_role("heading", name="この予約は取り消しました。")).to_be_visible()
    stage.look(phone, "予約、取り消した")
    phone.goto(f"{stage.address}/booking/code/")
    stage.look(phone, "予約コード")
    phone.get_by_label("予約コード").fill(code.lower())
    phone.get_by_role("button", name="予約を見る").click()
    phone.get_by_role("button", name="やはり来ます").click()
    expect(phone.get_by_role("heading", name="予約をお取りしました。")).to_be_visible()
