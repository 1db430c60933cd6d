"""The no-write counter: an officer with eyes on the resident, a resident with a tablet, and the core system behind."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.counter import (
    agree,
    answer,
    answer_all,
    begin_claim,
    end_open_cases,
    sign,
    sit_down,
    write_name,
)
from tests.journeys.sizes import SIZES, resize
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


# The key of the next step, pressed so many milliseconds after a moment; gives back when it was.
PRESS = """([from, later]) => {
    const event = new KeyboardEvent("keydown", {key: "Enter", altKey: true, bubbles: true, cancelable: true});
    const at = (from ?? performance.now()) + later;
    Object.defineProperty(event, "timeStamp", {value: at});
    document.body.dispatchEvent(event);
    return at;
}"""


def test_counter_from_search_to_accepted(stage: Stage) -> None:
    officer = stage.enter("ono")
    stage.look_once(officer, "窓口")
    tablet = sit_down(stage, officer)
    begin_claim(officer, stage)
    stage.look_once(officer, "聞取り")
    answer(officer, "contact.phone", text="0235-00-0000")
    expect(tablet.locator(".now-words")).to_have_text("0235-00-0000")
    stage.look_once(tablet, "いま入力している内容")
    answer_all(officer)
    stage.look_once(officer, "聞取りが終わったところ")
    officer.keyboard.press("Alt+Enter")

    expect(tablet.get_by_text("この内容でよろしいですか。")).to_be_visible()
    stage.look(tablet, "住民の確認")
    sign(stage, tablet)
    stage.look(tablet, "署名の後")

    expect(officer.get_by_text("署名をいただきました")).to_be_visible()
    sent_at = officer.evaluate(PRESS, [None, 0])
    expect(officer.get_by_text("基幹システム受理済")).to_be_visible()
    # The second of two presses in a hurry: nobody has seen yet what became of the first.
    officer.evaluate(PRESS, [sent_at, 600])
    stage.look(officer, "基幹システム受理済")
    expect(tablet.get_by_role("heading", name="受け付けました。")).to_be_visible()
    stage.look(tablet, "受付済み")
    paper = officer.request.get(f"{officer.url}paper/")
    assert paper.headers["content-type"] == "application/pdf"

    officer.keyboard.press("Alt+Enter")
    officer.wait_for_url("**/counter/")
    expect(tablet.get_by_role("heading", name="こんにちは。")).to_be_visible()


def test_counter_loses_nothing_that_was_typed(stage: Stage) -> None:
    officer = stage.enter("ono")
    stage.expected_statuses |= {503}
    begin_claim(officer, stage)
    stage.look_once(officer, "聞取り")

    # A date that cannot be: it stays in the field, also when other questions are answered.
    answer(officer, "event_date", text="2月30日")
    answer(officer, "contact.phone", text="0235-00-0001")
    expect(officer.locator("#q-event_date input:not([type=hidden])")).to_have_value("2月30日")
    expect(officer.locator("#q-event_date").get_by_role("alert")).to_be_visible()

    # The server is away for a while: what was typed is said to be unsent, and is sent by itself.
    officer.route("**/answers/", lambda route: route.fulfill(status=503))
    answer(officer, "event_date", text="R8.11.1")
    expect(officer.get_by_text("つながり次第、ひとりでに保存します")).to_be_visible()
    officer.unroute("**/answers/")
    expect(officer.get_by_text("つながり次第、ひとりでに保存します")).to_be_hidden(timeout=10_000)
    officer.reload()
    expect(officer.locator("#q-event_date input:not([type=hidden])")).to_have_value("令和8年11月1日")

    stage.problems[:] = [problem for problem in stage.problems if "503" not in problem]  # as it should be

    # Undo takes back the last change.
    officer.keyboard.press("Alt+z")
    expect(officer.locator("#q-event_date input:not([type=hidden])")).to_have_value("")


def test_counter_is_told_what_the_server_refused_for_good(stage: Stage) -> None:
    officer = stage.enter("ono")
    stage.expected_statuses |= {413}
    begin_claim(officer, stage)
    sent: list[str] = []
    officer.on("request", lambda request: sent.append(request.url))  # each of them, also a repeated one
    line = officer.locator("#q-spouse-name, #q-resident-name").first
    kana = line.locator("input:not([type=hidden])").nth(1)
    before = kana.input_value()
    kana.fill("あ" * 1_000_000)
    kana.press("Tab")
    expect(line.get_by_role("alert")).to_contain_text("一度に送れる大きさを超えている")
    expect(officer.get_by_text("つながり次第、ひとりでに保存します")).to_be_hidden()
    officer.wait_for_timeout(4000)  # longer than what did not arrive waits before it is sent again
    assert len([one for one in sent if one.endswith("/answers/")]) == 1
    stage.problems[:] = [problem for problem in stage.problems if "413" not in problem]  # as it should be
    kana.fill("あ")
    stage.look(officer, "大きすぎた入力")
    kana.fill(before)
    kana.press("Tab")
    expect(line.get_by_role("alert")).to_have_count(0)


def hand_over(stage: Stage) -> tuple[Page, Page]:
    """Take a claim to the resident's check; return the officer's page and the tablet."""
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    begin_claim(officer, stage)
    answer_all(officer)
    stage.look_once(officer, "聞取りが終わったところ")
    officer.keyboard.press("Alt+Enter")
    return officer, tablet


def test_counter_resident_objects(stage: Stage) -> None:
    officer, tablet = hand_over(stage)
    tablet.get_by_role("button", name=re.compile("^はい")).click()
    expect(tablet.get_by_role("heading", name="請求者")).to_be_visible()
    tablet.get_by_role("button", name="直したいところがあります").click()
    expect(officer.get_by_text("直したいところがあるとのことです")).to_be_visible()
    stage.look(officer, "住民の指摘")
    stage.look(tablet, "聞取りに戻ったところ")


def test_counter_shows_the_resident_what_was_put_right(stage: Stage) -> None:
    officer, tablet = hand_over(stage)
    yes = tablet.locator(".resident-actions .is-main")
    for chapter in ("請求者", "請求のきっかけ"):
        yes.click()
        expect(tablet.get_by_role("heading", name=chapter)).to_be_visible()
    officer.keyboard.press("Alt+z")
    answer(officer, "contact.phone", text="0235-22-2222")
    officer.keyboard.press("Alt+Enter")
    # From the first chapter on: what was put right may stand before the place where the resident was.
    expect(tablet.get_by_role("heading", name="手続をする方")).to_be_visible()
    tablet.reload()
    yes.click()
    expect(tablet.get_by_text("0235-22-2222")).to_be_visible()
    stage.look_once(tablet, "住民の確認")
    end_open_cases(officer, stage)


def focused(officer: Page) -> str:
    """Return the name of the field that has the focus."""
    name: str = officer.evaluate("() => document.activeElement?.name ?? ''")
    return name


def test_counter_keeps_up_with_a_fast_typist(stage: Stage) -> None:
    officer = stage.enter("ono")
    begin_claim(officer, stage)
    stage.look_once(officer, "聞取り")
    answer(officer, "applicant.role", digit="3")
    expect(officer.locator("#q-agent-name")).to_be_visible()

    # Each answer is on its way for longer than the officer needs for the next field.
    def delay(route: Route) -> None:
        officer.wait_for_timeout(400)
        route.continue_()

    officer.route("**/answers/", delay)
    officer.locator("#q-identity-documents [data-digit='1']").focus()
    officer.keyboard.type("12")
    officer.locator("#q-agent-name input").nth(1).focus()
    for words in ("山形　花子", "やまがた はなこ", "妻の母"):
        officer.keyboard.type(words)
        officer.keyboard.press("Enter")
    officer.keyboard.type("0900000")
    officer.wait_for_timeout(1500)  # the answers come back in the middle of a number
    officer.keyboard.type("0000")
    officer.keyboard.press("Enter")
    expect(officer.locator("#s-visitor .is-missing")).to_have_count(0)
    officer.wait_for_load_state("networkidle")
    officer.unroute("**/answers/")
    officer.reload()
    kept = officer.locator("#q-agent-name, #q-agent-relationship, #q-agent-phone").locator(
        "input:not([type=hidden])"
    )
    assert [one.input_value() for one in kept.all()] == [
        "山形　花子",
        "ヤマガタ　ハナコ",
        "妻の母",
        "09000000000",
    ]
    assert officer.locator("#q-identity-documents :checked").count() == 2


def test_counter_focus_is_where_the_work_is(stage: Stage) -> None:
    officer = stage.enter("ono")
    begin_claim(officer, stage)
    stage.look_once(officer, "聞取り")
    assert focused(officer) == "applicant.role"  # the first question that is open
    answer(officer, "applicant.role", digit="1")
    officer.keyboard.press("Alt+n")
    assert focused(officer) == "identity.documents"
    officer.keyboard.press("Alt+n")
    assert focused(officer) == "contact.phone"  # left open for now: on to the next one
    officer.keyboard.press("Shift+Enter")
    officer.locator("#q-identity-documents input[type=checkbox]").first.focus()
    officer.keyboard.press("Enter")
    assert focused(officer) == "resident.name.text"  # one stop for all boxes of a question

    children = officer.locator("[data-group=children]")
    rows = children.locator(".group-row").count()
    children.get_by_role("button", name="児童を足す").press("Enter")
    expect(children.locator(".group-row")).to_have_count(rows + 1)
    expect(children.locator(f"[name='children.{rows}.name.text']")).to_be_focused()
    children.get_by_role("button", name=f"児童 {rows + 1}を外す").press("Enter")
    expect(children.locator(".group-row")).to_have_count(rows)
    expect(children.get_by_role("button", name="児童を足す")).to_be_focused()


def test_counter_stays_calm_while_it_waits(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    expect(officer.get_by_role("link", name="窓口を始める")).to_be_focused()
    begin_claim(officer, stage)
    answer_all(officer)
    stage.look_once(officer, "聞取りが終わったところ")
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_role("heading", name="児童 1")).to_be_visible()
    # The page asks each second how it stands: what is unfolded and where the focus is stays.
    officer.get_by_text("この申請をやめる").click()
    with officer.expect_response(re.compile("/status/")):
        pass
    officer.wait_for_timeout(200)
    expect(officer.get_by_role("button", name="申請を取り下げる")).to_be_visible()
    assert officer.evaluate("() => document.activeElement.tagName") == "SUMMARY"

    agree(stage, tablet)
    write_name(tablet)
    # The tablet is turned: the drawing has as many pixels as the new shape, so a line stands where the finger is.
    resize(tablet, SIZES["tablet"])
    tablet.wait_for_timeout(300)
    pixels, shown = tablet.evaluate(
        "() => { const c = document.querySelector('canvas'); return [c.width, c.offsetWidth]; }"
    )
    assert pixels == shown * tablet.evaluate("() => Math.max(devicePixelRatio, 1)")
    tablet.get_by_role("button", name="これで申請します").click()
    expect(tablet.get_by_role("heading", name="ありがとうございました。")).to_be_visible()
    # A key held down is pressed once: it sends, and does not end the case on the next page.
    expect(officer.get_by_text("署名をいただきました")).to_be_visible()
    for _ in range(3):
        officer.keyboard.down("Alt")
        officer.keyboard.down("Enter")
    officer.keyboard.up("Enter")
    officer.keyboard.up("Alt")
    expect(officer.get_by_text("基幹システム受理済")).to_be_visible()
    officer.get_by_role("button", name="受付を終了する").click()
    officer.wait_for_url("**/counter/")
    stage.look(officer, "受付を終えたところ")


def test_counter_screen_hides_what_nobody_could_take_off(stage: Stage) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    begin_claim(officer, stage)
    stage.look_once(officer, "聞取り")
    answer(officer, "contact.phone", text="0235-00-0000")
    expect(tablet.locator(".now-words")).to_be_visible()
    tablet.context.set_offline(True)
    expect(tablet.get_by_role("heading", name="少しお待ちください。")).to_be_visible(timeout=30_000)
    expect(tablet.locator(".now-words")).to_be_hidden()
    stage.look(tablet, "つながりを待つ")
    tablet.context.set_offline(False)
    expect(tablet.locator(".now-words")).to_be_visible()
    stage.problems[:] = [problem for problem in stage.problems if "console" not in problem]  # as it should be


def test_counter_begins_with_the_interview_itself(stage: Stage) -> None:
    """The answer to "begin" is the interview, with its own address: loading it again and going back send nothing twice."""
    officer = stage.enter("ono")
    asked: list[tuple[str, str]] = []
    officer.on(
        "request",
        lambda one: asked.append((one.method, one.url)) if one.is_navigation_request() else None,
    )
    begin_claim(officer, stage)
    stage.look_once(officer, "聞取り")
    interview = officer.url
    method, begun_at = asked[-1]
    assert method == "POST"
    assert begun_at.endswith("/begin/")
    asked.clear()

    officer.reload()
    expect(officer.locator("#sheet")).to_be_visible()
    officer.go_back()
    expect(officer.get_by_role("heading", name="どの手続をしますか")).to_be_visible()
    officer.go_forward()
    expect(officer.locator("#sheet")).to_be_visible()
    assert officer.url == interview
    assert asked == [("GET", interview), ("GET", begun_at.removesuffix("begin/")), ("GET", interview)]
