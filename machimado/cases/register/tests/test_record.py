import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from machimado.cases.register import actions, core, permissions, queries
from machimado.cases.register.models import Resident
from machimado.cases.register.tests.people import CoreInMemory, address, person
from machimado.cases.register.tests.reading import read_record
from machimado.ground import systems
from machimado.ground.journal.models import Entry
from machimado.ground.people.permissions import Refused
from tests.universe import Universe

pytestmark = pytest.mark.django_db
HOME = {"household_number": f"{5:015d}"}
CASE = uuid.UUID(int=7)


@pytest.fixture
def resident(memory: CoreInMemory) -> Resident:
    memory.put(person(1, **HOME), person(2, "佐藤　花", "サトウ　ハナ", head=False, **HOME))
    actions.import_all()
    return Resident.objects.get(resident_number=f"{1:015d}")


def test_the_record_comes_from_the_core_and_freshens_the_index(
    memory: CoreInMemory, resident: Resident, universe: Universe
) -> None:
    memory.put(person(1, address=address("浜雪見", "7番地"), **HOME))
    record = read_record(resident=resident, by=universe.officer, case=CASE)
    assert record.data["address"]["town"] == "浜雪見"
    assert [member["name"]["text"] for member in record.data["household"]] == ["佐藤　太郎", "佐藤　花"]
    assert record.is_complete
    assert queries.search("佐藤 浜雪見").hits
    row = Entry.objects.get(action="register.read")
    assert (row.actor, row.subject, row.case) == (str(universe.officer.pk), str(resident.pk), str(CASE))


def test_a_protected_record_needs_a_reason_that_is_kept(
    memory: CoreInMemory, resident: Resident, universe: Universe
) -> None:
    memory.put(person(2, "佐藤　花", "サトウ　ハナ", restricted=True, **HOME))
    # The index does not know yet; the core does.
    with pytest.raises(permissions.ReasonNeeded, match="理由"):
        read_record(resident=resident, by=universe.officer, case=CASE)
    assert not Entry.objects.filter(action="register.read").exists()
    resident.refresh_from_db()
    assert resident.shielded, "what was learnt is kept"
    assert not permissions.can_read(universe.officer, resident, reason=" 　")
    read_record(resident=resident, by=universe.officer, case=CASE, reason="本人の来庁")
    assert Entry.objects.get(action="register.read").detail.content == {"reason": "本人の来庁"}


def test_those_who_do_not_serve_residents_read_nothing(
    memory: CoreInMemory, resident: Resident, universe: Universe
) -> None:
    memory.asked.clear()
    with pytest.raises(Refused, match="役割"):
        read_record(resident=resident, by=universe.auditor, case=CASE)
    assert memory.asked == []
    assert not permissions.can_search(universe.auditor)
    assert permissions.can_read(universe.officer, resident, reason="")


@pytest.mark.parametrize(
    "failure",
    [
        systems.Unreachable("基幹システムにつながりません。", cause="c"),
        systems.OutcomeUnknown("応答がありません。", cause="c"),
    ],
)
def test_a_core_that_is_down_leaves_what_the_index_knows(
    memory: CoreInMemory, resident: Resident, universe: Universe, failure: systems.SystemFailure
) -> None:
    memory.failure = failure
    with pytest.raises(actions.RecordUnavailableError, match="続けられます"):
        read_record(resident=resident, by=universe.officer, case=CASE)
    record = actions.read_index(resident=resident, by=universe.officer, case=CASE)
    assert not record.is_complete
    assert record.data["name"] == {"text": "佐藤　太郎", "kana": "サトウ　タロウ"}
    assert [member["name"]["text"] for member in record.data["household"]] == ["佐藤　太郎", "佐藤　花"]
    assert record.read_at == resident.indexed_at
    assert Entry.objects.filter(action="register.read_index", subject=str(resident.pk)).exists()


def test_whoever_has_waited_in_vain_spares_the_next_ones_the_wait(
    memory: CoreInMemory, resident: Resident, universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(core, "_next_at", 0.0)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    memory.failure = systems.OutcomeUnknown("時間内に応答がありません。", cause="ReadTimeout")
    for words in ("時間内に応答がありません", "しばらく照会を控えています"):
        with pytest.raises(actions.RecordUnavailableError, match=words):
            read_record(resident=resident, by=universe.officer, case=CASE)
    assert memory.asked.count(f"/residents/{resident.resident_number}") == 1
    memory.failure = None
    now[0] += core.PAUSE_SECONDS
    assert read_record(resident=resident, by=universe.officer, case=CASE).is_complete


def test_that_many_ask_at_once_holds_up_nobody_later(
    memory: CoreInMemory, resident: Resident, universe: Universe
) -> None:
    memory.failure = systems.Busy("混み合っています。", cause="PoolTimeout")
    with pytest.raises(actions.RecordUnavailableError):
        read_record(resident=resident, by=universe.officer, case=CASE)
    memory.failure = None
    assert read_record(resident=resident, by=universe.officer, case=CASE).is_complete


def test_whoever_the_core_no_longer_knows_leaves_the_index(
    memory: CoreInMemory, resident: Resident, universe: Universe
) -> None:
    memory.drop(resident.resident_number)
    with pytest.raises(actions.RecordUnavailableError, match="探してください"):
        read_record(resident=resident, by=universe.officer, case=CASE)
    assert [hit.name for hit in queries.search("佐藤").hits] == ["佐藤　花"]


@pytest.mark.parametrize("protected", [True, False])
def test_a_my_number_in_the_reason_is_refused_and_kept_nowhere(
    memory: CoreInMemory, resident: Resident, universe: Universe, protected: bool
) -> None:
    Resident.objects.filter(pk=resident.pk).update(restricted=protected, shielded=protected, address="")
    resident.refresh_from_db()
    for read in (read_record, actions.read_index):
        with pytest.raises(permissions.ReasonNeeded, match="個人番号"):
            read(resident=resident, by=universe.officer, case=CASE, reason="本人 1234-5678-9018 来庁")
    assert not Entry.objects.filter(action__startswith="register.read").exists()


def test_a_reason_is_kept_as_one_line_that_every_store_takes(resident: Resident, universe: Universe) -> None:
    read_record(resident=resident, by=universe.officer, case=CASE, reason="本人\0の\r\n\u202e来庁 ")
    assert Entry.objects.get(action="register.read").detail.content == {"reason": "本人 の 来庁"}


def test_a_record_of_somebody_else_is_not_shown_and_not_indexed(
    memory: CoreInMemory, resident: Resident, universe: Universe
) -> None:
    number = resident.resident_number
    memory.people[number] = person(3, "鈴木　花", "スズキ　ハナ")
    with pytest.raises(actions.RecordUnavailableError, match="別の方の記録"):
        read_record(resident=resident, by=universe.officer, case=CASE)
    assert not queries.search("鈴木").hits


def test_a_name_that_a_store_cannot_take_stops_no_import(memory: CoreInMemory) -> None:
    memory.put(person(1, "佐\0藤　太郎", "サトウ\0　タロウ"), person(2, "鈴木　花", "スズキ　ハナ"))
    actions.import_all()
    assert [hit.name for hit in queries.search("さとう").hits] == ["佐藤　太郎"]


def test_few_wait_for_a_slow_core_and_who_comes_on_top_is_told(memory: CoreInMemory) -> None:
    memory.put(person(1, **HOME))
    answered, asked = threading.Event(), threading.Semaphore(0)

    def slowly(number: str) -> systems.Reply:
        asked.release()
        answered.wait(30)
        return one(number)

    one, memory._one = memory._one, slowly  # type: ignore[method-assign] # the one core in memory, made slow
    with ThreadPoolExecutor(core.MOST_READS_AT_ONCE) as pool:
        waiting = [pool.submit(core.resident, f"{1:015d}") for _ in range(core.MOST_READS_AT_ONCE)]
        for _ in waiting:
            assert asked.acquire(timeout=10)
        with pytest.raises(systems.Busy, match="混み合っています"):
            core.resident(f"{1:015d}")
        answered.set()
        assert {read.result()[0].resident_number for read in waiting} == {f"{1:015d}"}
    # Whoever has waited gives the turn back, also after a failure.
    for _ in range(core.MOST_READS_AT_ONCE + 1):
        with pytest.raises(core.UnknownResidentError):
            core.resident(f"{9:015d}")
