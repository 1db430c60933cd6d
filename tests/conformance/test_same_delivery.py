"""One procedure, four ways in, one and the same delivery."""

from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications.models import Application
from machimado.cases.register.models import Resident
from machimado.frontyard.counter import actions as desks
from machimado.frontyard.counter.models import Desk
from machimado.ground.journal.models import Entry
from tests.conformance.doors import Counter, Way, by_hand_over, by_kiosk, by_tablet, by_web, terminal
from tests.conformance.told import Told, told
from tests.processes import ROOT
from tests.second_version import copy_city, restart
from tests.universe import Universe

pytestmark = pytest.mark.django_db
CITY = ROOT / "cities" / "yukimi"
EVERYTHING = sorted(
    file.stem for folder in ("procedures", "events") for file in (CITY / folder).glob("*.yaml")
)
WAYS: dict[str, Way] = {"web": by_web, "kiosk": by_kiosk, "hand-over": by_hand_over}


@pytest.fixture(autouse=True)
def _core_is_away(settings: Any) -> None:
    """Let nothing be known of anybody: whatever is delivered was said."""
    settings.CORE_URL = "http://127.0.0.1:1"


def on_the_day(case: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be ten o'clock on the day of the test case."""
    moment = datetime.combine(case.today, time(10), ZoneInfo("Asia/Tokyo"))
    monkeypatch.setattr(timezone, "now", lambda: moment)


def somebody(case: Told) -> Resident | None:
    """Enter somebody for whom the procedure is meant into the index; nobody where it is meant for newcomers."""
    standings = case.form.procedure.standings
    if "newcomer" in standings:
        return None
    status = "resident" if "resident" in standings else min(standings)
    name = case.at("resident.name") or {"text": "見本　花子", "kana": "ミホン　ハナコ"}
    return Resident.objects.create(
        resident_number="000000000000001",
        household_number="000000000000001",
        status=status,
        name_text=name["text"],
        name_kana=name["kana"],
        birth_date=case.at("resident.birth_date") or "1958-05-06",
        sex="2",
        fingerprint=b"",
        indexed_at=timezone.now(),
    )


def differences(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield where two deliveries differ: of which procedure, in which field, and what each says."""
    sent = [[each["procedure"] for each in both] for both in (one, other)]
    if sent[0] != sent[1]:
        yield ("procedures", *sent)
    for left, right in zip(one, other, strict=False):
        fields = {**left, **left["payload"]}, {**right, **right["payload"]}
        for name in sorted(fields[0].keys() | fields[1].keys() - {"payload"}):
            if name != "payload" and fields[0].get(name) != fields[1].get(name):
                yield left["procedure"], name, fields[0].get(name), fields[1].get(name)


@pytest.mark.parametrize("procedure", EVERYTHING)
def test_the_same_answers_are_delivered_whichever_way_they_come(
    procedure: str,
    universe: Universe,
    sign_in: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = told(procedure)
    on_the_day(case, monkeypatch)
    desks.set_up_desks(office=universe.branch, count=1)
    officer, desk, resident = universe.officer, Desk.objects.get(), somebody(case)
    found: dict[str, list[dict[str, Any]]] = {}
    for name, way in {"tablet": by_tablet, **WAYS}.items():
        counter = Counter(sign_in(officer), desk, officer, case)
        found[name] = way(case, counter, resident, officer)
    assert found["tablet"]
    for name in WAYS:
        assert list(differences(found["tablet"], found[name])) == [], name


def test_whoever_was_named_is_chosen_and_delivered_as_if_typed(
    universe: Universe, sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The officer types every row, the resident at home chooses: the comparison above is none of one and the same."""
    case = told("moving-in")
    on_the_day(case, monkeypatch)
    desks.set_up_desks(office=universe.branch, count=1)
    counter = Counter(sign_in(universe.officer), Desk.objects.get(), universe.officer, case)
    by_web(case, counter, None, universe.officer)
    # The parents among those who have moved, and their children in the lists that follow; the father, who was named as the
    # new head of household, where his own name, that of the previous head and that of the insured are asked.
    assert Entry.objects.filter(action="application.people_chosen").count() == 5


@pytest.fixture
def city(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Serve a copy of the sample city, which the test may change."""
    settings.CITY_FOLDER = copy_city(tmp_path, "seal-abolition")
    restart()
    yield settings.CITY_FOLDER
    restart()


CHANNELS = "channels: [counter, remote, web, kiosk, paper]"


@pytest.mark.parametrize("offered", ["counter", "web", "kiosk"])
def test_a_way_in_that_is_not_offered_is_refused(
    offered: str, city: Path, universe: Universe, sign_in: Callable[..., Client]
) -> None:
    """Whoever knows the address gets no further than the list that lacks it."""
    file = city / "procedures" / "seal-abolition.yaml"
    written = file.read_text("utf-8")
    assert CHANNELS in written
    file.write_text(written.replace(CHANNELS, f"channels: [{offered}]").split("\ntests:\n")[0], "utf-8")
    restart()
    address, key = "/apply/seal-abolition/", {"key": "7f0c3a52-3c1e-4c55-9f6a-2f6d3b0a1c11"}
    for channel, browser in {"web": Client(), "kiosk": terminal(universe.officer)}.items():
        is_offered = channel == offered
        assert browser.get(address).status_code == (200 if is_offered else 404)
        assert ("seal-abolition" in browser.get("/apply/").content.decode()) == is_offered
        if not is_offered:
            assert browser.post(f"{address}begin/", key).status_code == 404
    assert not Application.objects.exists()
    counter = sign_in(universe.officer)
    page = counter.post("/counter/newcomer/", key, follow=True)
    begun = counter.post(f"{page.request['PATH_INFO']}begin/", {"procedure": "seal-abolition"}, follow=True)
    # At the counter it is the person for whom it is not meant, who is nobody in the register.
    words = "住民記録にある方のもの" if offered == "counter" else "手続を選び直してください"
    assert words in begun.content.decode()
    assert not Application.objects.exists()
