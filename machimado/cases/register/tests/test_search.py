import random
from collections.abc import Sequence

import pytest

from machimado.cases.register import actions, queries
from machimado.cases.register.models import Resident
from machimado.cases.register.rules import reading
from machimado.cases.register.rules.records import entries
from machimado.cases.register.tests.people import CoreInMemory, Record, address, person
from machimado.cases.register.tests.test_rules import _meets, read
from machimado.ground.journal.models import Entry
from machimado.ground.people.permissions import Refused
from tests.universe import Universe

pytestmark = pytest.mark.django_db

FAMILIES = [
    ("佐藤", "サトウ"),
    ("渡邉", "ワタナベ"),
    ("渡辺", "ワタナベ"),
    ("森", "モリ"),
    ("森田", "モリタ"),
    ("阿部", "アベ"),
]
GIVEN = [
    ("太郎", "タロウ"),
    ("花", "ハナ"),
    ("花子", "ハナコ"),
    ("栄子", "エイコ"),
    ("さくら", "サクラ"),
    ("一", "ハジメ"),
]
TOWNS = ["本町一丁目", "本町二丁目", "浜雪見", "大字石積"]


def population(count: int) -> list[Record]:
    dice = random.Random(20261001)
    people = []
    for number in range(1, count + 1):
        (family, family_kana), (given, given_kana) = dice.choice(FAMILIES), dice.choice(GIVEN)
        people.append(
            person(
                number,
                f"{family}　{given}",
                f"{family_kana}　{given_kana}",
                birth_date=dice.choice(
                    ["1950-05-01", "1950-05-XX", "1951-12-31", "2001-XX-XX", "XXXX-XX-XX"]
                ),
                address=address(dice.choice(TOWNS), f"{dice.randint(1, 15)}番地{dice.randint(1, 3)}"),
                restricted=dice.random() < 0.05,
                status=dice.choice(["resident", "resident", "moved_out", "deceased"]),
                latin_name=dice.choice([None, None, None, "SMITH JOHN PAUL"]),
            )
        )
    return people


def expected(people: Sequence[Record], typed: str) -> set[str]:
    """Return whom the rules alone find: by the first way of understanding that finds anybody."""
    for way in reading.read(typed):
        numbers = {
            each["resident_number"]
            for each in people
            if any(
                all(any(_meets(entry, meaning) for meaning in token.meanings) for token in way)
                for entry in entries(read(each), shielded=each["restricted"])
            )
        }
        if numbers:
            return numbers
    return set()


@pytest.fixture
def people(memory: CoreInMemory) -> list[Record]:
    people = population(150)
    memory.reset(*people)
    memory.page_size = 1000
    actions.import_all()
    return people


TYPED = [
    "さ", "佐", "さとう", "わたなべ", "渡邊", "森", "もりた", "森田 花", "もり は", "はな", "花子", "一", "さくら", "あべえ", "あべ えい",
    "1950", "S25.5.1", "昭和25年5月", "不詳", "2001", "本町", "本町一", "本町一丁目", "本町1-1", "石積", "大字石積 3番地", "雪見市浜雪見",
    "佐藤 1950", "渡辺 本町", "渡辺 花 1950 本町", "もり もり", "smith", "smith paul", "john", "paul 佐藤", "ん", "99999", "12番地",
]  # fmt: skip


def test_the_index_finds_exactly_whom_the_rules_find(people: list[Record]) -> None:
    for typed in TYPED:
        result = queries.search(typed, limit=1000)
        assert {hit.resident_number for hit in result.hits} == expected(people, typed), typed
        assert not result.more
        assert bool(result.understood_as) == bool(result.hits)


def test_the_plan_of_a_common_word_finds_the_same(
    people: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "FEW", 2)
    test_the_index_finds_exactly_whom_the_rules_find(people)


def test_hits_are_few_in_the_order_of_kana_and_say_that_there_are_more(people: list[Record]) -> None:
    result = queries.search("もり", limit=10)
    assert len(result.hits) == 10
    assert result.more
    assert "生年月日" in result.advice
    readings = [hit.kana for hit in result.hits]
    assert readings == sorted(readings)
    whole = queries.search("もり", limit=1000)
    assert [hit.id for hit in whole.hits[:10]] == [hit.id for hit in result.hits]
    assert not whole.advice


def test_nobody_found_says_what_to_do(people: list[Record]) -> None:
    result = queries.search("ぬりかべ")
    assert (result.hits, result.more, result.understood_as) == ((), False, ())
    assert "生年月日だけ" in result.advice
    assert queries.search("  ").advice == ""


def test_a_number_finds_as_a_whole_with_or_without_leading_zeros(memory: CoreInMemory) -> None:
    memory.put(person(123_456, household_number=f"{654_321:015d}"), person(1_234_567))
    actions.import_all()
    for typed in ("123456", "000000000123456", "１２３４５６", "654321"):
        (hit,) = queries.search(typed).hits
        assert hit.resident_number == "000000000123456"


def test_a_hit_shows_what_tells_people_apart(memory: CoreInMemory) -> None:
    home = {"household_number": f"{5:015d}"}
    memory.put(
        person(1, birth_date="1950-05-XX", **home),
        person(2, "佐藤　花", "サトウ　ハナ", relationship="妻", head=False, sex="2", **home),
        person(3, "佐藤　古", "サトウ　フル", relationship="子", head=False, status="moved_out", **home),
        person(
            4,
            "鈴木　実",
            "スズキ　ミノル",
            former_name={"text": "佐藤", "kana": "サトウ"},
            birth_date_text="昭和25年頃",
        ),
    )
    actions.import_all()
    found = queries.search("佐藤").hits
    head, wife, gone, former = sorted(found, key=lambda hit: hit.resident_number)
    assert found[-1] == former
    assert (head.birth_date_text, head.sex, head.address) == (
        "昭和25年5月日不詳",
        "男",
        "白嶺県雪見市本町一丁目12番地3",
    )
    assert [member.name for member in head.household] == ["佐藤　花"]
    assert [member.name for member in wife.household] == ["佐藤　太郎"]
    assert (gone.is_current, gone.status_text) == (False, "転出")
    assert (former.found_as, former.found_name, former.birth_date_text) == ("旧氏", "佐藤", "昭和25年頃")


def test_who_is_met_by_several_names_is_shown_once(memory: CoreInMemory) -> None:
    alias = {"text": "グエン　花", "kana": "グエン　ハナ"}
    memory.put(
        person(
            1, "NGUYEN VAN VAN AN", "グエン　バン　バン　アン", latin_name="NGUYEN VAN VAN AN", alias=alias
        )
    )
    actions.import_all()
    assert len(queries.search("グエン").hits) == 1
    assert len(queries.search("van").hits) == 1


def test_hostile_text_is_only_text(people: list[Record]) -> None:
    for typed in (
        "'; DROP TABLE register_resident; --",
        "%",
        "_",
        "\x00佐藤",
        "佐藤\ud800",
        "あ" * 100_000,
        "🈂️",
        "\u202e佐藤",
    ):
        queries.search(typed)
    assert queries.search("佐藤").hits


def test_each_search_leaves_a_row_without_its_words(people: list[Record], universe: Universe) -> None:
    result = actions.search(text="佐藤　花", by=universe.officer)
    actions.search(text="佐藤 花", by=universe.officer)
    actions.search(text="", by=universe.officer)
    first, second = Entry.objects.filter(action="register.searched").select_related("detail").order_by("seq")
    assert first.actor == str(universe.officer.pk)
    assert first.detail.content["hits"] == len(result.hits)
    assert first.detail.content["text_hash"] == second.detail.content["text_hash"]
    assert "佐藤" not in str(first.detail.content)


@pytest.mark.parametrize("typed", ["123456789018", "1234 5678 9018", "佐藤 １２３４５６７８９０１８"])
def test_of_a_my_number_not_even_a_hash_is_kept(people: list[Record], universe: Universe, typed: str) -> None:
    found = actions.search(text=typed, by=universe.officer)
    assert "マイナンバー（個人番号）では探せません" in found.advice
    assert Entry.objects.get(action="register.searched").detail.content == {"hits": 0, "more": False}


def test_only_those_who_serve_residents_may_search(people: list[Record], universe: Universe) -> None:
    for officer in (universe.auditor, universe.administrator):
        with pytest.raises(Refused, match="役割"):
            actions.search(text="佐藤", by=officer)


def test_a_household_is_read_with_its_head_first(memory: CoreInMemory) -> None:
    home = {"household_number": f"{5:015d}"}
    memory.put(person(1, "佐藤　子", "サトウ　コ", head=False, **home), person(2, **home))
    actions.import_all()
    child = Resident.objects.get(resident_number=f"{1:015d}")
    assert [member.is_head for member in queries.household(child)] == [True, False]
