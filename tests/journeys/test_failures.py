"""What breaks in the middle of a case: the pages' server, the core system; and what the core system does not take."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.counter import (
    HURRY_MS,
    answer,
    answer_all,
    begin,
    begin_claim,
    end_open_cases,
    find,
    sign,
    sit_down,
)
from tests.journeys.stage import Stage
from tests.processes import Product, Town, town

pytestmark = pytest.mark.journey
MIGRATE = ("-m", "django", "migrate", "terminals")
CERTIFICATE = "住民票の写しの交付請求"
AWAY = "つながり次第、ひとりでに保存します"
PHONE = "0235-00-0000"
MUTE = ("--mode", "unkeyed", "--no-lookup")
# A start on a busy machine.
PATIENCE = 60_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Give a town whose processes a journey may end, with a core system that nobody can ask what it has."""
    environment = {
        "MACHIMADO_CORE_KEYED": "0",
        "MACHIMADO_CORE_LOOKUP": "0",
        "MACHIMADO_CORE_SETTLING": "1",
        "MACHIMADO_CORE_TIMEOUT": "5",
    }
    with town(tmp_path_factory.mktemp("town"), people=200, environment=environment) as place:
        yield place


@pytest.fixture(scope="module")
def product(place: Town) -> Product:
    """Let these journeys go through that town."""
    return place.open(*MUTE)


def restart_core(place: Town, *faults: str) -> None:
    place.kill("core")
    place.start_core(*MUTE, *faults)


def entry(officer: Page, path: str) -> Locator:
    """Return the field of a question that has one."""
    return officer.locator(f"#q-{path.replace('.', '-')} input:not([type=hidden])").first


def submit_certificate(stage: Stage, officer: Page, tablet: Page) -> None:
    """Take a certificate's request from the choice of the procedure to the core system."""
    begin(officer, stage, CERTIFICATE)
    stage.look_once(officer, "住民票の聞取り")
    answer_all(officer)
    officer.keyboard.press("Alt+Enter")
    sign(stage, tablet)
    expect(officer.get_by_text("署名をいただきました")).to_be_visible()
    officer.keyboard.press("Alt+Enter")


def tell_address(officer: Page) -> None:
    """Type an address part by part: the index for searching has it as one text only."""
    line = officer.locator("#q-resident-address")
    for part, words in {
        "都道府県": "白嶺県",
        "市区町村": "雪見市",
        "町・字": "川上下名",
        "番地": "2番3号",
    }.items():
        line.get_by_label(part).focus()
        officer.keyboard.type(words)
        officer.keyboard.press("Enter")
    expect(officer.locator("#q-resident-address.is-missing, #q-resident-address.is-wrong")).to_have_count(0)


def test_failures_of_the_pages_server_lose_and_double_nothing(stage: Stage, place: Town) -> None:
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    begin_claim(officer, stage)
    stage.look_once(officer, "聞取り")
    answer(officer, "contact.phone", text="0235-00-0001")
    rows = officer.locator(".group-row").count()
    entry(officer, "event_date").click()
    officer.keyboard.type("R8.1")
    place.kill("web")
    officer.keyboard.type("1.1")
    officer.keyboard.press("Enter")
    officer.locator("#q-residence_jan1 [data-digit='2']").check(force=True)
    expect(officer.get_by_text(AWAY)).to_be_in_viewport()
    stage.look(officer, "サーバーが止まっている")
    officer.get_by_role("button", name="児童を足す").click()
    expect(officer.get_by_text("もう一度押してください")).to_be_visible()
    expect(entry(officer, "event_date")).to_have_value("R8.11.1")

    place.start_web()
    expect(officer.get_by_text(AWAY)).to_be_hidden(timeout=PATIENCE)
    expect(officer.locator("#q-municipality_jan1")).to_be_visible()
    officer.reload()
    expect(entry(officer, "contact.phone")).to_have_value("0235-00-0001")
    expect(entry(officer, "event_date")).to_have_value("令和8年11月1日")
    expect(officer.locator("#q-residence_jan1 [data-digit='2']")).to_be_checked()
    expect(officer.locator(".group-row")).to_have_count(rows)
    officer.goto(f"{stage.address}/counter/")
    expect(officer.locator(".case-item")).to_have_count(1)
    expect(officer.locator(".case-item .tag")).to_have_count(1)
    stage.problems[:] = [problem for problem in stage.problems if "htmx:" not in problem]  # as it should be


def test_failures_of_a_step_keep_what_was_to_go_along(stage: Stage, place: Town) -> None:
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    begin(officer, stage, CERTIFICATE)
    stage.look_once(officer, "住民票の聞取り")
    answer_all(officer)
    copies = entry(officer, "certificate.copies")
    copies.fill("4")
    place.kill("web")
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("もう一度押してください")).to_be_visible()
    expect(officer.get_by_text(AWAY)).to_be_in_viewport()
    expect(copies).to_have_value("4")
    place.start_web()
    expect(officer.get_by_text(AWAY)).to_be_hidden(timeout=PATIENCE)
    officer.reload()
    expect(copies).to_have_value("4")
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("住民の画面で内容を確かめ")).to_be_visible()
    stage.look_once(officer, "住民の確認")
    end_open_cases(officer, stage)
    stage.problems[:] = [problem for problem in stage.problems if "htmx:" not in problem]  # as it should be


def test_failures_that_the_core_system_finds_are_put_right(stage: Stage, place: Town) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    restart_core(place, "--reject", "1")
    submit_certificate(stage, officer, tablet)
    expect(officer.get_by_text("差戻し", exact=True)).to_be_visible()
    reason = officer.locator("#status .bullets").inner_text()
    stage.look(officer, "差戻し")
    stage.look(tablet, "差戻しの間の住民の画面")

    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_role("alert")).to_contain_text(reason)
    stage.look(officer, "差戻しを直す")
    answer(officer, "certificate.copies", text="2")
    expect(officer.get_by_role("alert")).to_contain_text(reason)
    officer.wait_for_timeout(HURRY_MS)
    officer.keyboard.press("Alt+Enter")
    sign(stage, tablet)
    restart_core(place)
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("基幹システム受理済")).to_be_visible(timeout=PATIENCE)


def test_failures_of_the_core_system_do_not_stop_a_case(stage: Stage, place: Town) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    place.kill("core")
    find(officer, stage, stage.product.parent)
    expect(officer.get_by_text("検索用の控え")).to_be_visible()
    stage.look(officer, "基幹システムが止まっている受付")
    begin(officer, stage, CERTIFICATE)
    stage.look_once(officer, "住民票の聞取り")
    tell_address(officer)
    answer_all(officer)
    officer.keyboard.press("Alt+Enter")
    sign(stage, tablet)
    expect(officer.get_by_text("署名をいただきました")).to_be_visible()
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("申請はまだ届いていません")).to_be_visible()
    stage.look(officer, "基幹システムを待つ")
    stage.look(tablet, "基幹システムを待つ住民の画面")

    place.start_core(*MUTE)
    expect(officer.get_by_text("基幹システム受理済")).to_be_visible(timeout=PATIENCE)


def test_failures_of_the_core_system_end_in_the_middle_of_the_interview(stage: Stage, place: Town) -> None:
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    place.kill("core")
    find(officer, stage, stage.product.parent)
    begin(officer, stage, CERTIFICATE)
    put_in = officer.get_by_role("button", name="住民記録を読んで入れる")
    stage.look(officer, "検索用の控えで始めた聞取り")
    put_in.click()
    expect(officer.get_by_role("alert")).to_contain_text("受付を続けられます")
    place.start_core(*MUTE)
    # What stands in a field goes along.
    entry(officer, "contact.phone").fill(PHONE)
    put_in.click()
    expect(officer.get_by_text("読取り")).to_be_visible()
    expect(put_in).to_have_count(0)
    expect(entry(officer, "contact.phone")).to_have_value(PHONE)
    expect(officer.locator("#q-resident-address").get_by_label("町・字")).not_to_have_value("")
    officer.keyboard.press("Alt+z")
    expect(put_in).to_be_visible()
    end_open_cases(officer, stage)


def test_failures_that_nobody_can_ask_about_are_decided_by_a_person(stage: Stage, place: Town) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    restart_core(place, "--lose-ack", "1")
    submit_certificate(stage, officer, tablet)
    expect(officer.get_by_text("職員の判断待ち")).to_be_visible(timeout=PATIENCE)
    stage.look(officer, "返事がなく、職員の判断を待つ")
    officer.get_by_role("link", name="確かめて結果を選ぶ").click()
    officer.wait_for_url("**/delivery/*/")
    stage.look(officer, "連携の詳細、判断を待つ")
    officer.get_by_role("link", name="一覧へ戻る").click()
    expect(officer.get_by_text("1 件が職員の判断を待っています")).to_be_visible()
    stage.look(officer, "連携の一覧")
    restart_core(place)

    officer.get_by_role("link", name="台帳を突き合わせる").click()
    stage.look(officer, "突合の前")
    officer.keyboard.press("Alt+Enter")
    difference = officer.get_by_role("row").nth(1)
    expect(difference).to_be_visible()
    stage.look(officer, "突合、相違がある")
    number = difference.get_by_role("cell").nth(1).inner_text()
    difference.get_by_role("link").click()
    officer.get_by_role("button", name="差し戻されている").click()
    expect(officer.get_by_role("alert")).to_be_visible()
    stage.look(officer, "連携の詳細、理由がない")
    officer.get_by_label("基幹に入っている").fill(number)
    officer.keyboard.press("Enter")
    expect(officer.get_by_role("heading", name="基幹システム受理済")).to_be_visible()
    stage.look(officer, "連携の詳細、決めた後")
    officer.goto(f"{stage.address}/delivery/reconcile/")
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("すべて一致しています")).to_be_visible()


def test_failures_inside_are_said_without_a_word_about_the_inside(stage: Stage, place: Town) -> None:
    officer = stage.enter("ono")
    stage.look_once(officer, "窓口")
    officer.goto(f"{stage.address}/counter/desk/")
    officer.get_by_role("button", name="窓口1").click()
    stage.look_once(officer, "窓口と住民の画面")
    stage.expected_statuses |= {500}
    rename_table(place, "counter_invitation", "counter_lost")
    try:
        officer.reload()
        expect(officer.get_by_role("heading", name="処理できませんでした")).to_be_visible()
        stage.look(officer, "思わぬこと")
        assert "counter_" not in officer.content()
    finally:
        rename_table(place, "counter_lost", "counter_invitation")
    officer.reload()
    expect(officer.get_by_role("heading", name="窓口と住民の画面")).to_be_visible()


def rename_table(place: Town, old: str, new: str) -> None:
    """Make something happen that nobody foresaw, in the store of this town alone."""
    script = (
        "import django; django.setup(); from django.db import connection as store;"
        f"store.cursor().execute('ALTER TABLE {old} RENAME TO {new}')"
    )
    place.run("-c", script)


def test_a_store_that_is_behind_the_programme_breaks_a_page_and_loses_nothing(
    stage: Stage, place: Town
) -> None:
    stage.expected_statuses |= {500}
    page = stage.enter("kudo")
    stage.look_once(page, "最初の画面")
    place.run(*MIGRATE, "zero")
    try:
        page.goto(f"{stage.address}/terminals/")
        expect(page.get_by_role("heading", name="処理できませんでした")).to_be_visible()
        stage.look(page, "処理できなかった画面")
    finally:
        place.run(*MIGRATE)
    page.reload()
    expect(page.get_by_role("heading", name="処理できませんでした")).to_be_hidden()
    stage.look_once(page, "ほかの機械")


def test_a_new_screen_has_to_wait_where_very_many_were_opened(stage: Stage) -> None:
    stage.expected_statuses = {*stage.expected_statuses, 429}
    for _ in range(30):
        httpx.get(f"{stage.address}/device/")
    screen = stage.visitor()
    screen.goto(f"{stage.address}/device/")
    expect(screen.get_by_text("10分ほど待ってから")).to_be_visible()
    stage.look(screen, "新しい画面が続けて開かれた")
