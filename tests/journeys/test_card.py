"""A resident's card at the counter: from the card on the reader, through PC/SC, the agent and the page, into the interview."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.pcsc import Service
from tests.fakes.virtual_card import PIN, VirtualCard, items_file
from tests.journeys.counter import end_open_cases
from tests.journeys.stage import Stage
from tests.processes import Product, Running, demo, free_port, own_database, start

pytestmark = pytest.mark.journey
NUMBERS_FILE = 0x0001
REFUSED = 409


@dataclass(frozen=True, slots=True)
class Agent:
    """The card reader's agent, running as on an officer's computer."""

    running: Running
    address: str

    @property
    def code(self) -> str:
        """Return the code that its window shows."""
        found = re.findall(r"登録コード: (\d{4} \d{4})", self.running.said())
        assert found, self.running.said()
        return str(found[-1])


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, port: int, pcsc_service: Service) -> Iterator[Product]:
    """Start a product that knows where the agent listens."""
    with own_database() as environment:
        known = {**environment, "MACHIMADO_CARD_AGENT_PORT": str(port)}
        with demo(tmp_path_factory.mktemp("card"), environment=known) as running:
            yield running


@pytest.fixture
def agent(pcsc_service: Service, port: int, tmp_path: Path) -> Iterator[Agent]:
    """Start the agent by the command that officers use."""
    command = [
        "-m",
        "machimado.site.cli",
        "card-agent",
        "--port",
        str(port),
        "--store",
        str(tmp_path / "kept"),
    ]
    there = {"PCSCLITE_CSOCK_NAME": str(pcsc_service.socket)}
    running = start(command, log=tmp_path / "agent.log", environment=there)
    try:
        running.wait_until(lambda: "カードの読取りが動いています" in running.said())
        yield Agent(running, f"http://127.0.0.1:{port}")
    finally:
        running.stop()


def at_a_desk_with_a_reader(stage: Stage, agent: Agent) -> Page:
    """Let an officer sit down at a desk, and pair its card reader."""
    stage.neighbours = (agent.address,)
    stage.expected_statuses.add(REFUSED)
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    officer.goto(f"{stage.address}/counter/desk/")
    officer.get_by_role("button", name="窓口1").click()
    officer.get_by_label("登録コード").fill("0000 0000")
    officer.get_by_role("button", name="カードリーダーを登録").click()
    expect(officer.locator("#reader-trouble")).to_contain_text("登録コードが違います")
    officer.get_by_label("登録コード").fill(agent.code)
    officer.get_by_role("button", name="カードリーダーを登録").click()
    expect(officer.get_by_role("status")).to_contain_text("カードリーダーをつなぎました")
    stage.look_once(officer, "カードリーダーをつないだ窓口")
    officer.goto(f"{stage.address}/counter/")
    return officer


def a_resident(product: Product) -> dict[str, str]:
    """Return what the card of somebody in the register says."""
    with closing(sqlite3.connect(product.data / "core" / "core.sqlite3")) as store:
        (record,) = store.execute(
            "SELECT record FROM residents WHERE status = 'resident' AND household NOT IN"
            " (SELECT household FROM residents WHERE record LIKE '%\"restricted\":true%') ORDER BY number LIMIT 1"
        ).fetchone()
    known = json.loads(record)
    parts = known["address"]
    address = "".join(parts[part] for part in ("prefecture", "city", "town", "block"))
    return {
        "name": known["name"]["text"],
        "address": f"{address}　{parts['building']}".rstrip("　"),
        "birth_date": known["birth_date"].replace("-", ""),
        "sex": known["sex"],
    }


def show_pin(officer: Page, pin: str = PIN) -> None:
    """Let the resident type the PIN and confirm it."""
    expect(officer.locator("#pin")).to_be_focused()
    officer.keyboard.type(pin)
    officer.keyboard.press("Enter")


def test_a_card_finds_the_resident_and_stands_beside_the_register(
    stage: Stage, agent: Agent, pcsc_service: Service
) -> None:
    officer = at_a_desk_with_a_reader(stage, agent)
    who = a_resident(stage.product)
    officer.keyboard.press("Alt+k")
    expect(officer.get_by_text("マイナンバーカードを置いていただいて")).to_be_visible()
    stage.look_once(officer, "カードを置く")
    with pcsc_service.lying(VirtualCard(items_file(**who))) as card:
        expect(officer.get_by_text("暗証番号（数字4桁）")).to_be_visible()
        stage.look_once(officer, "暗証番号を押す")
        # Behind the dialog no key does anything.
        officer.keyboard.press("Alt+m")
        show_pin(officer, "0000")
        expect(officer.get_by_text("あと1回まで試せます")).to_be_visible()
        stage.look_once(officer, "暗証番号が違う")
        # By the keys on the screen as well.
        for digit in PIN:
            officer.get_by_role("button", name=digit, exact=True).click()
        officer.get_by_role("button", name="決定").click()
        expect(officer.get_by_text("カードと同じです")).to_be_visible()
    assert NUMBERS_FILE not in card.files_selected
    assert card.pins_shown == ["0000", PIN]
    stage.look_once(officer, "カードの方を選ぶ")
    officer.keyboard.press("Enter")
    officer.wait_for_url("**/counter/cases/*/")
    stage.look_once(officer, "手続を選ぶ")
    officer.get_by_role("button", name="住民票の写しの交付請求").first.click()
    officer.wait_for_url("**/counter/applications/*/")
    stage.look_once(officer, "聞取り")

    elsewhere = VirtualCard(items_file(**{**who, "address": "東京都千代田区霞が関2丁目1番2号"}))
    with pcsc_service.lying(elsewhere):
        officer.keyboard.press("Alt+k")
        show_pin(officer)
        expect(officer.locator(".card-compared .is-different")).to_have_count(1)
        expect(officer.locator(".card-compared .is-different")).to_contain_text("住所")
        stage.look_once(officer, "カードと住民記録")
        officer.get_by_role("button", name="閉じる", exact=True).click()
    for pin in (PIN, "0000"):
        assert pin not in agent.running.said()
    assert who["name"] not in agent.running.said()


def test_a_newcomers_card_fills_the_interview(stage: Stage, agent: Agent, pcsc_service: Service) -> None:
    officer = at_a_desk_with_a_reader(stage, agent)
    file = items_file("𠮷田　邉󠄄子", "東京都千代田区霞が関2丁目1番2号　雪見ハイツ101", "19500500", "2")
    with pcsc_service.lying(VirtualCard(file)) as card:
        officer.get_by_role("button", name="カードを読む").click()
        show_pin(officer)
        expect(officer.get_by_text("住民記録に見つかりません")).to_be_visible()
    assert NUMBERS_FILE not in card.files_selected
    stage.look_once(officer, "住民記録にない方のカード")
    officer.get_by_role("button", name="カードの内容で受け付ける").click()
    officer.wait_for_url("**/counter/cases/*/")
    stage.look_once(officer, "住民記録にない方の手続")
    officer.get_by_role("button", name="転入届", exact=True).click()
    officer.wait_for_url("**/counter/applications/*/")
    expect(officer.locator('[name="resident.name.text"]')).to_have_value("𠮷田　邉󠄄子")
    expect(officer.get_by_text("ふりがなを伺って入れてください")).to_be_visible()
    expect(officer.locator('[name="resident.birth_date"]')).to_have_value("昭和25年5月日不詳")
    # Where they lived before is asked once it is known that it was in the country.
    officer.get_by_label("国内の他の市区町村").check()
    expect(officer.locator('[name="move.from.town"]')).to_have_value("霞が関2丁目")
    expect(officer.locator('[name="move.from.building"]')).to_have_value("雪見ハイツ101")
    expect(officer.locator(".line-source .tag", has_text="カード")).to_have_count(2)
    stage.look_once(officer, "カードから入った聞取り")


def test_what_a_card_refuses_is_said_with_the_next_step(
    stage: Stage, agent: Agent, pcsc_service: Service
) -> None:
    officer = at_a_desk_with_a_reader(stage, agent)
    trouble = officer.locator("[data-trouble]")
    with pcsc_service.lying(VirtualCard(tries=1)) as card:
        officer.keyboard.press("Alt+k")
        expect(trouble).to_contain_text("市民課の窓口")
        expect(officer.get_by_role("button", name="閉じて、聞き取りで続ける")).to_be_focused()
        stage.look_once(officer, "最後の1回")
        officer.keyboard.press("Enter")
    assert card.pins_shown == []
    with pcsc_service.lying(VirtualCard(tries=2)) as card:
        officer.keyboard.press("Alt+k")
        expect(officer.get_by_text("前に1回、暗証番号をまちがえています")).to_be_visible()
        show_pin(officer, "1111")
        expect(trouble).to_contain_text("ここではもう受け付けません")
        officer.keyboard.press("Escape")
    assert (card.pins_shown, card.tries) == (["1111"], 1)
    with pcsc_service.lying(VirtualCard(is_my_number_card=False)):
        officer.keyboard.press("Alt+k")
        expect(trouble).to_contain_text("運転免許証")
        officer.keyboard.press("Escape")
    agent.running.stop()
    officer.keyboard.press("Alt+k")
    expect(trouble).to_contain_text("読取りソフトにつながりません")
    officer.keyboard.press("Escape")
    stage.look(officer, "カードのあとの窓口")
