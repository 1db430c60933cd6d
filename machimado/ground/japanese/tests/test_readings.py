"""Readings above kanji: what a person has written down, in whole words; nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.ground.japanese.readings import aligned, readings, with_readings


def written(text: str) -> str:
    return "".join(f"{one}[{reading}]" if reading else one for one, reading in with_readings(text))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("住民票の写しの交付請求", "住民票[じゅうみんひょう]の写[うつ]しの交付請求[こうふせいきゅう]"),
        ("今年1月1日の住所", "今年[ことし]1月[がつ]1日[ついたち]の住所[じゅうしょ]"),
        ("引っ越しの方", "引[ひ]っ越[こ]しの方[かた]"),
        ("何通ご用意しましょうか。", "何通[なんつう]ご用意[ようい]しましょうか。"),
        ("65歳以上", "65歳以上[さいいじょう]"),
        ("42歳", "42歳[さい]"),
        ("3件です", "3件[けん]です"),
        # As plain Japanese writes it itself.
        ("住所（じゅうしょ）を 書（か）く", "住所[じゅうしょ]を 書[か]く"),
    ],
)
def test_words_are_read_as_a_person_reads_them(text: str, read: str) -> None:
    assert written(text) == read


@pytest.mark.parametrize("text", ["今日子", "大山　実", "方丈", "前住民票", "8年4月5日"])
def test_what_nobody_has_read_has_no_reading(text: str) -> None:
    """今日 and 方 are known, but these are other words."""
    assert written(text) == text


@given(st.text(alphabet="住民票の写し方日1２（）ひ、窓口a", max_size=30))
def test_nothing_of_a_text_is_lost(text: str) -> None:
    kept = "".join(one for one, _ in with_readings(text))
    assert kept == text or "（" in text


@pytest.mark.parametrize(("word", "reading"), sorted(readings().items()))
def test_each_reading_fits_its_word(word: str, reading: str) -> None:
    assert "{" in reading or aligned(word.replace("#", "5"), reading)
