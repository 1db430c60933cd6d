from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from machimado.cases.register import actions, queries
from machimado.cases.register.models import Feed, ImportRun, Resident, SearchEntry
from machimado.cases.register.rules.records import UnreadableAnswerError
from machimado.cases.register.tests.people import CoreInMemory, address, person
from machimado.ground import systems

pytestmark = pytest.mark.django_db
DOWN = systems.Unreachable("基幹システムにつながりません。", cause="ConnectError")


def found(typed: str) -> list[str]:
    return [hit.name for hit in queries.search(typed).hits]


@pytest.fixture
def city(memory: CoreInMemory) -> CoreInMemory:
    memory.reset(
        person(1),
        person(2, "渡邉　花子", "ワタナベ　ハナコ"),
        person(3, "鈴木　一郎", "スズキ　イチロウ"),
        person(4, "高橋　さくら", "タカハシ　サクラ"),
        person(5, "SMITH JOHN", "スミス　ジョン", latin_name="SMITH JOHN"),
    )
    return memory


def test_everybody_is_imported_and_found(city: CoreInMemory) -> None:
    told: list[int] = []
    assert queries.is_empty()
    run = actions.import_all(progress=told.append)
    assert told == [2, 4, 5]
    assert (run.state, run.read_count, run.changed_count, run.removed_count) == ("done", 5, 5, 0)
    assert not queries.is_empty()
    assert queries.status().people == 5
    assert found("わたなべ") == ["渡邉　花子"]
    assert found("smith") == ["SMITH JOHN"]


def test_importing_again_changes_nothing(city: CoreInMemory) -> None:
    actions.import_all()
    before = (
        set(Resident.objects.values_list("id", "indexed_at")),
        set(SearchEntry.objects.values_list("id", flat=True)),
    )
    run = actions.import_all()
    assert run.changed_count == 0
    assert {key for key, _ in before[0]} == set(Resident.objects.values_list("id", flat=True))
    assert before[1] == set(SearchEntry.objects.values_list("id", flat=True))


def test_whoever_vanished_is_nobody_and_keeps_the_opaque_id(city: CoreInMemory) -> None:
    actions.import_all()
    gone = Resident.objects.get(resident_number=f"{2:015d}")
    del city.people[gone.resident_number]
    assert actions.import_all().removed_count == 1
    assert found("渡辺") == []
    gone.refresh_from_db()
    assert (gone.status, gone.name_text, gone.address, gone.birth_date) == ("gone", "", "", "")
    city.put(person(2, "渡邉　花子", "ワタナベ　ハナコ"))
    actions.import_changes()
    assert queries.search("渡辺").hits[0].id == gone.id, "who comes back is the same person to the journal"


def test_search_finds_people_all_through_an_import(city: CoreInMemory) -> None:
    actions.import_all()
    seen: list[list[str]] = []
    actions.import_all(progress=lambda _: seen.append(found("佐藤")))
    assert seen == [["佐藤　太郎"]] * 3


def test_a_broken_off_import_goes_on_where_it_was(city: CoreInMemory) -> None:
    def fail() -> None:
        raise DOWN

    city.before_page[f"{4:015d}"] = fail
    with pytest.raises(systems.Unreachable):
        actions.import_all()
    assert queries.status().run.failure == str(DOWN)  # type: ignore[union-attr]
    assert queries.is_empty()
    city.asked.clear()
    run = actions.import_all()
    assert (run.read_count, ImportRun.objects.count()) == (5, 1)
    assert city.asked.count("/residents") == 1
    assert queries.status().people == 5


def test_an_import_that_died_is_taken_over_and_a_living_one_is_not(city: CoreInMemory) -> None:
    now = timezone.now()
    run = ImportRun.objects.create(started_at=now, heartbeat_at=now)
    with pytest.raises(actions.ImportUnderWayError, match="終わるのを待って"):
        actions.import_all()
    assert actions.import_changes() == 0
    ImportRun.objects.update(heartbeat_at=now - timedelta(minutes=1))
    assert actions.import_all().pk == run.pk


def test_an_import_that_was_broken_off_long_ago_is_begun_anew(city: CoreInMemory) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    old = ImportRun.objects.create(started_at=long_ago, heartbeat_at=long_ago, cursor=f"{4:015d}", sequence=0)
    run = actions.import_all()
    assert run.pk != old.pk
    assert run.read_count == 5


def test_what_changes_while_importing_is_there_afterwards(city: CoreInMemory) -> None:
    moved = person(1, address=address("浜雪見", "7番地"))

    def change() -> None:
        city.put(moved, person(9, "田中　実", "タナカ　ミノル"))
        city.drop(f"{2:015d}")

    city.before_page[f"{4:015d}"] = change
    actions.import_all()
    assert found("佐藤 浜雪見") == ["佐藤　太郎"]
    assert found("田中") == ["田中　実"]
    assert found("渡辺") == []


def test_changes_are_applied_once_and_in_order(city: CoreInMemory) -> None:
    actions.import_all()
    city.put(person(1, "佐藤　次郎", "サトウ　ジロウ"))
    city.put(person(1, "佐藤　三郎", "サトウ　サブロウ"))
    city.put(person(7, "伊藤　光", "イトウ　ヒカル"))
    city.drop(f"{3:015d}")
    assert actions.import_changes() == 4
    assert actions.import_changes() == 0
    assert found("佐藤") == ["佐藤　三郎"]
    assert found("伊藤") == ["伊藤　光"]
    assert found("鈴木") == []
    assert Feed.objects.get().sequence == 4


def test_a_core_that_was_set_back_is_imported_as_a_whole(city: CoreInMemory) -> None:
    city.put(person(1))
    actions.import_all()
    city.reset(person(1), person(8, "山本　恵", "ヤマモト　メグミ"))
    assert actions.import_changes() == 1
    assert found("山本") == ["山本　恵"]
    assert found("鈴木") == []
    assert Feed.objects.get().sequence == 0


def test_a_core_that_is_set_back_while_importing_is_begun_anew(city: CoreInMemory) -> None:
    city.put(person(1))
    city.before_page[f"{4:015d}"] = lambda: city.reset(person(1), person(8, "山本　恵", "ヤマモト　メグミ"))
    run = actions.import_all()
    assert run.read_count == 2
    assert found("山本") == ["山本　恵"]
    assert found("鈴木") == []


def test_changes_before_any_import_bring_everything(city: CoreInMemory) -> None:
    assert actions.import_changes() == 5
    assert queries.status().people == 5


def test_a_core_that_is_down_changes_nothing(city: CoreInMemory) -> None:
    actions.import_all()
    city.failure = DOWN
    with pytest.raises(systems.Unreachable):
        actions.import_changes()
    assert found("佐藤") == ["佐藤　太郎"]


def test_an_unreadable_change_is_not_passed_over(city: CoreInMemory) -> None:
    actions.import_all()
    city.put({**person(1), "status": "?"})
    with pytest.raises(UnreadableAnswerError, match="情報政策課"):
        actions.import_changes()
    assert Feed.objects.get().sequence == 0


# --- protection (支援措置) ---------------------------------------------------------------------------------------

HOME: dict[str, Any] = {"household_number": f"{77:015d}", "address": address("鍛冶町", "5番6号", "雪見荘")}


def test_a_protected_address_is_neither_stored_nor_found(city: CoreInMemory) -> None:
    city.put(person(10, "木村　葵", "キムラ　アオイ", restricted=True, **HOME))
    actions.import_all()
    (hit,) = queries.search("木村").hits
    assert (hit.restricted, hit.shielded, hit.address) == (True, True, "")
    for typed in ("鍛冶町", "木村 鍛冶町", "雪見荘", "5番6号"):
        assert found(typed) == []
    stored = [
        *Resident.objects.values_list("address", flat=True),
        *SearchEntry.objects.values_list("place", flat=True),
    ]
    assert not any("鍛冶町" in str(each) or "鍛冶町".encode() in bytes(each) for each in map(_raw, stored))


def _raw(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else bytes(value)


def test_the_household_does_not_tell_a_protected_address(city: CoreInMemory) -> None:
    # The child's record comes on another page than the mother's, before and after.
    city.put(
        person(0, "木村　空", "キムラ　ソラ", head=False, **HOME),
        person(99, "木村　海", "キムラ　ウミ", head=False, **HOME),
    )
    city.put(person(10, "木村　葵", "キムラ　アオイ", restricted=True, **HOME))
    actions.import_all()
    assert {(hit.address, hit.shielded) for hit in queries.search("木村").hits} == {("", True)}
    assert found("鍛冶町") == []


def test_protection_that_begins_hides_at_once_and_shows_again_when_it_ends(city: CoreInMemory) -> None:
    city.put(person(10, "木村　葵", "キムラ　アオイ", **HOME), person(11, "木村　空", "キムラ　ソラ", **HOME))
    actions.import_all()
    assert len(found("鍛冶町")) == 2
    city.put(person(10, "木村　葵", "キムラ　アオイ", restricted=True, **HOME))
    actions.import_changes()
    assert found("鍛冶町") == []
    city.put(person(10, "木村　葵", "キムラ　アオイ", **HOME))
    actions.import_changes()
    assert len(found("鍛冶町")) == 2
    assert not Resident.objects.filter(shielded=True).exists()


def test_whoever_is_protected_and_leaves_no_longer_hides_those_who_stay(city: CoreInMemory) -> None:
    city.put(
        person(10, "木村　葵", "キムラ　アオイ", restricted=True, **HOME),
        person(11, "木村　空", "キムラ　ソラ", **HOME),
    )
    actions.import_all()
    elsewhere = {"household_number": f"{78:015d}", "address": address("寺町", "1番1号")}
    city.put(person(10, "木村　葵", "キムラ　アオイ", restricted=True, **elsewhere))
    actions.import_changes()
    assert found("鍛冶町") == ["木村　空"]
    assert found("寺町") == []


def test_protection_that_ended_between_two_whole_imports_is_seen(city: CoreInMemory) -> None:
    city.put(
        person(4, "木村　葵", "キムラ　アオイ", restricted=True, **HOME),
        person(0, "木村　空", "キムラ　ソラ", **HOME),
    )
    actions.import_all()
    city.people[f"{4:015d}"]["restricted"] = False
    actions.import_all()
    assert len(found("鍛冶町")) == 2
