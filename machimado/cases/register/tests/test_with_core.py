"""Against the real reference core system, over HTTP."""

import httpx
import pytest

from machimado.cases.register import actions, queries
from machimado.cases.register.models import Resident
from machimado.cases.register.tests.reading import read_record
from machimado.ground import systems
from machimado.ground.systems import scope
from tests.processes import PEOPLE, Core
from tests.universe import Universe

pytestmark = [pytest.mark.django_db, pytest.mark.processes]
WRITE = scope("001", "residents", "write")


@pytest.fixture
def imported(core: Core) -> Core:
    actions.import_all()
    return core


def test_the_sample_city_is_imported(imported: Core) -> None:
    assert Resident.objects.filter(status="resident").count() == PEOPLE
    some = Resident.objects.filter(status="resident", shielded=False).order_by("resident_number")[:50]
    for resident in some:
        for typed in (resident.name_text, resident.name_kana, resident.resident_number):
            assert resident.id in {hit.id for hit in queries.search(typed, limit=PEOPLE).hits}, typed


def test_a_record_is_read_with_its_household(imported: Core, universe: Universe) -> None:
    resident = Resident.objects.filter(status="resident", shielded=False, is_head=True).order_by(
        "resident_number"
    )[0]
    record = read_record(resident=resident, by=universe.officer, case="")
    assert record.data["resident_number"] == resident.resident_number
    assert resident.resident_number in {each["resident_number"] for each in record.data["household"]}


def test_a_change_in_the_core_arrives(imported: Core) -> None:
    resident = Resident.objects.filter(status="resident", shielded=False).order_by("resident_number")[1]
    assert actions.import_changes() == 0
    path = f"/residents/{resident.resident_number}"
    reply = systems.core().post(
        path, scope=WRITE, data={"name": {"text": "新雪　試", "kana": "ニイユキ　タメシ"}}
    )
    assert reply.is_success
    assert actions.import_changes() == 1
    assert [hit.id for hit in queries.search("ニイユキ").hits] == [resident.id]


def test_the_connection_is_fine(core: Core) -> None:
    assert list(systems.check()) == []


def test_nobody_reads_without_a_token(core: Core) -> None:
    assert httpx.get(f"{core.address}/residents").status_code == 401
