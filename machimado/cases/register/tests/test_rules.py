import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.register.rules import keys, reading, records
from machimado.cases.register.tests.people import Record, address, person
from machimado.ground.japanese.characters import split_characters

KANJI = "佐藤田中山本渡邉邊辺髙橋斎齋齊籐崎﨑浜濱廣広一二三十八千代太郎花子々ヶ之辻󠄀葛󠄀"
KANA = "アイウエオカガキクケコサザシスセソタダチツッテトナニヌネノハバパヒフヘホマミムメモヤャユュヨョラリルレロワヰヱヲンーヴァ"
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-'"


def _words(alphabet: str, *, most: int) -> st.SearchStrategy[str]:
    characters = st.lists(st.sampled_from(split_characters(alphabet)), min_size=1, max_size=6)
    # Nobody's name begins with the mark of a long vowel, which prolongs what stands before it.
    word = characters.map("".join).filter(lambda each: each[0].isalpha() and each[0] != "ー")
    return st.lists(word, min_size=1, max_size=most).map("　".join)


names = st.tuples(_words(KANJI, most=2), _words(KANA, most=2))


def read(record: Record) -> records.ResidentRecord:
    return records.ResidentRecord.model_validate(record)


def fits(record: Record, typed: str) -> bool:
    """Tell by the rules alone whether what was typed finds a person: the oracle for the index."""
    found = list(records.entries(read(record), shielded=record["restricted"]))
    return any(
        any(all(any(_meets(entry, each) for each in token.meanings) for token in way) for entry in found)
        for way in reading.read(typed)
    )


def _meets(entry: records.Keys, meaning: reading.Meaning) -> bool:
    key: bytes | None = getattr(entry, meaning.column, None)
    return key is not None and key.startswith(meaning.key)


@given(names, st.data())
def test_every_beginning_of_a_name_finds_the_person(name: tuple[str, str], data: st.DataObject) -> None:
    text, kana = name
    form = data.draw(st.sampled_from([text, kana]))
    length = data.draw(st.integers(1, len(split_characters(form))))
    typed = "".join(split_characters(form)[:length])
    assert fits(person(1, text, kana), typed)


@given(_words(LATIN, most=4), st.data())
def test_every_beginning_of_a_latin_name_and_of_its_words_finds_the_person(
    name: str, data: st.DataObject
) -> None:
    latin = name.replace("　", " ")
    record = person(1, latin, "", latin_name=latin)
    typed = latin[: data.draw(st.integers(1, len(latin)))]
    assert fits(record, typed.lower())
    word = data.draw(st.sampled_from(latin.split()))
    assert fits(record, word[: data.draw(st.integers(1, len(word)))])


@given(names)
def test_names_are_folded_alike_however_they_are_written(name: tuple[str, str]) -> None:
    text, kana = name
    assert keys.text_key(text) == keys.text_key(text.replace("　", ""))
    hiragana = "".join(chr(ord(each) - 0x60) if "ァ" <= each <= "ヴ" else each for each in kana)
    assert keys.kana_key(kana) == keys.kana_key(hiragana)


@pytest.mark.parametrize(
    "typed",
    ["佐藤", "さとう", "サトウ", "ｻﾄｳ", "satou", "さとう　たろう", "太郎", "たろ", "さ た", "太郎 佐藤"],
)
def test_ways_to_type_a_name(typed: str) -> None:
    assert fits(person(1), typed)


@pytest.mark.parametrize("written", ["渡邉　花子", "渡邊　花子", "渡辺　花子"])
def test_variants_of_a_character_are_one(written: str) -> None:
    assert fits(person(1, written, "ワタナベ　ハナコ"), "渡辺 花")
    assert fits(person(1, written, "ワタナベ　ハナコ"), "渡邉花子")


@pytest.mark.parametrize(
    "typed",
    ["S25.5.1", "昭和25年5月", "昭25", "1950-05-01", "1950", "19500501", "佐藤 S25", "s250501 さとう"],
)
def test_ways_to_type_a_birth_date(typed: str) -> None:
    assert fits(person(1), typed)
    assert not fits(person(1, birth_date="1951-05-01"), typed)


@pytest.mark.parametrize(
    "typed",
    [
        "本町", "本町一", "本町一丁", "本町一丁目", "本町1", "本町1丁目", "本町１－１２", "本町1-12-3", "本町一丁目12番地3",
        "本町一丁目１２番地の３", "12-3", "12番地", "本町 12", "本町 1-12-3", "雪見市本町", "白嶺県雪見市本町一丁目", "佐藤 本町",
    ],
)  # fmt: skip
def test_ways_to_type_an_address(typed: str) -> None:
    assert fits(person(1), typed)
    elsewhere = person(1, address=address("浜雪見", "7番地"))
    assert not fits(elsewhere, typed)


@pytest.mark.parametrize("typed", ["本町10", "12-30", "2-3", "とう", "郎", "1951", "浜", "00001"])
def test_what_does_not_begin_like_it_is_not_met(typed: str) -> None:
    assert not fits(person(1), typed)


def test_a_house_number_that_is_complete_is_not_the_beginning_of_a_longer_one() -> None:
    assert not fits(person(1, address=address("本町一丁目", "123番地")), "12番地")
    assert fits(person(1, address=address("本町一丁目", "12番地")), "12番地")


def test_the_building_is_found() -> None:
    assert fits(person(1, address=address("若葉町", "3番5号", "コーポ雪見　101号室")), "コーポ雪見")


def test_other_names_find_the_person() -> None:
    record = person(
        1,
        "NGUYEN THI HOA",
        "グエン　ティ　ホア",
        alias={"text": "川口　花", "kana": "カワグチ　ハナ"},
        latin_name="NGUYEN THI HOA",
    )
    for typed in ("nguyen", "hoa", "thi hoa", "グエン", "ほあ", "川口", "かわぐち はな", "nguyen hoa"):
        assert fits(record, typed), typed
    former = person(1, former_name={"text": "鈴木", "kana": "スズキ"})
    assert fits(former, "鈴木 太郎")
    assert fits(former, "すずき たろう")


def test_a_protected_address_is_nowhere_in_the_keys() -> None:
    entries = list(records.entries(read(person(1)), shielded=True))
    assert {(entry.place, entry.block, entry.building) for entry in entries} == {(b"", b"", b"")}


@given(st.text(max_size=300))
def test_anything_can_be_typed(typed: str) -> None:
    for way in reading.read(typed):
        for token in way:
            for meaning in token.meanings:
                assert meaning.key
                assert len(meaning.key) <= 4 * keys.LONGEST_KEY
                assert reading.explain(token.text, meaning.column)


def test_a_text_without_end_is_cut() -> None:
    (way, *_) = reading.read("あ " * 10_000_000)
    assert len(way) <= reading.MOST_TOKENS


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("resident_number", "1 2"),
        ("resident_number", "1" * 16),
        ("status", "?"),
        ("birth_date", "昭和"),
        ("name", None),
    ],
)
def test_a_record_of_another_shape_is_refused_without_its_contents(field: str, value: object) -> None:
    page = {"residents": [person(1, text="秘密　花子", **{field: value})], "next": None, "sequence": 0}  # type: ignore[arg-type]
    with pytest.raises(records.UnreadableAnswerError, match=field) as caught:
        records.read_page(json.dumps(page).encode())
    assert "秘密" not in f"{caught.value!r}{caught.value.__cause__!r}"


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(records.UnreadableAnswerError, match="情報政策課"):
        records.read_changes(b"<html>")
