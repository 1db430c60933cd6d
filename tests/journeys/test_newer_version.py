"""Two procedures change while an officer has both open: one is finished as it was begun, the other is begun anew."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import alone
from tests.journeys.counter import answer, answer_all, begin, sign, sit_down
from tests.journeys.stage import Stage
from tests.processes import Product, Town, answers, town
from tests.second_version import NEW_QUESTION, SAYS, copy_city, put_beside

pytestmark = pytest.mark.journey
CLAIM, CERTIFICATE = "児童手当 認定請求", "住民票の写しの交付請求"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a city folder in which a journey may write."""
    return copy_city(tmp_path_factory.mktemp("newer"))


@pytest.fixture(scope="module")
def place(city: Path) -> Iterator[Town]:
    """Give a town whose pages' server a journey may start anew."""
    with town(city.parent, people=200, environment={"MACHIMADO_CITY": str(city)}) as place:
        yield place


@pytest.fixture(scope="module")
def product(place: Town) -> Product:
    """Let the journey go through that town."""
    return place.open()


def finish(stage: Stage, officer: Page, tablet: Page) -> None:
    """Answer what is open, let the resident sign, and send it until the core system has it."""
    answer_all(officer)
    officer.keyboard.press("Alt+Enter")
    sign(stage, tablet)
    expect(officer.get_by_text("署名をいただきました")).to_be_visible()
    officer.keyboard.press("Alt+Enter")
    expect(officer.get_by_text("基幹システム受理済")).to_be_visible(timeout=60_000)


def begin_anew_alone(stage: Stage, phone: Page) -> None:
    """The resident is told what has changed, and goes on with it: what was answered is not asked again."""
    phone.reload()
    expect(phone.get_by_role("heading", name=re.compile("から新しくなりました"))).to_be_visible()
    stage.look(phone, "住民に、手続が新しくなったと伝える")
    phone.get_by_role("button", name="新しい内容で続ける").click()
    phone.wait_for_url("**/q/resident.name/")
    stage.look_once(phone, "名前の質問")


def test_newer_version_of_what_is_open(stage: Stage, place: Town, city: Path) -> None:
    officer = stage.enter("ono")
    tablet = sit_down(stage, officer)
    begin(officer, stage, CERTIFICATE)
    certificate = officer.url
    answer(officer, "certificate.copies", text="2")
    officer.get_by_role("link", name="番", exact=False).first.click()
    officer.get_by_role("button", name=CLAIM).click()
    officer.wait_for_url("**/counter/applications/*/")
    claim = officer.url
    stage.look_once(officer, "聞取り")
    phone = stage.visitor(**alone.PHONE)
    alone.choose(phone, stage, "住民票", "residence-certificate")
    phone.get_by_label("本人", exact=True).check()
    stage.look_once(phone, "選ぶ質問")
    alone.go_on(phone, "applicant.role")
    stage.look_once(phone, "名前の質問")
    for procedure in ("child-allowance-claim", "residence-certificate"):
        put_beside(city, procedure)
    place.kill("web")
    place.start_web()
    place.running["web"].wait_until(lambda: answers(f"{place.address}/healthz"))

    officer.goto(claim)
    expect(officer.get_by_text(SAYS)).to_be_visible()
    expect(officer.get_by_text(NEW_QUESTION)).to_have_count(0)
    stage.look(officer, "新しい版が出た")
    finish(stage, officer, tablet)

    officer.goto(certificate)
    expect(officer.get_by_text(SAYS)).to_be_visible()
    officer.get_by_role("button", name="新しい版で始め直す").click()
    expect(officer.get_by_text(NEW_QUESTION)).to_be_visible()
    expect(officer.get_by_text(SAYS)).to_have_count(0)
    expect(officer.locator("#q-certificate-copies input:not([type=hidden])")).to_have_value("2")
    assert officer.url != certificate
    stage.look(officer, "新しい版で始め直したところ")
    finish(stage, officer, tablet)
    begin_anew_alone(stage, phone)
    # While the pages' server was started anew the pages lost it, as they should.
    lost = ("WebSocket", "htmx:")
    stage.problems[:] = [one for one in stage.problems if not any(word in one for word in lost)]
