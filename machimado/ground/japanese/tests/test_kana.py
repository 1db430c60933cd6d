"""Readings: as registers write them, and as people type them into a search."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.ground.japanese.kana import full_kana, is_full_kana, search_kana

KATAKANA = st.text(
    st.sampled_from([chr(code) for code in range(0x30A1, 0x30F7) if code != 0x30F4] + ["ー", "　"])
)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ　タロウ"),
        ("やまだ　たろう", "ヤマダ　タロウ"),
        ("  ヤマダ   タロウ ", "ヤマダ　タロウ"),
        ("か\u3099くと", "ガクト"),
        ("ﾎﾟｰﾙ", "ポール"),
        ("マリ-ア", "マリーア"),
        ("SMITH John", "SMITH　John"),
        ("ゔぃくたー", "ヴィクター"),
        ("", ""),
    ],
)
def test_full_kana(typed: str, written: str) -> None:
    assert full_kana(typed) == written


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("おおの", "オオノ"),
        ("オーノ", "オオノ"),
        ("ｵｵﾉ", "オオノ"),
        ("コーイチ", "コウイチ"),
        ("ケーコ", "ケイコ"),
        ("シユンスケ", "シュンスケ"),
        ("キヨウコ", "キョウコ"),
        ("みつゑ", "ミツエ"),
        ("ヰノウエ", "イノウエ"),
        ("カツヲ", "カツオ"),
        ("シミヅ", "シミズ"),
        ("サヽキ", "ササキ"),
        ("イスヾ", "イスズ"),
        ("ビクター", "ヴィクター"),
        ("ヤマダタロウ", "ヤマダ　タロウ"),
        ("smith", "ＳＭＩＴＨ"),
    ],
)
def test_both_spellings_find_each_other(typed: str, stored: str) -> None:
    assert search_kana(typed) == search_kana(stored)


@pytest.mark.parametrize(
    ("one", "other"), [("オオノ", "オノ"), ("サトウ", "サト"), ("ハル", "パル"), ("ユキ", "ユウキ")]
)
def test_different_readings_stay_different(one: str, other: str) -> None:
    assert search_kana(one) != search_kana(other)


@given(st.text(max_size=40))
def test_writing_twice_changes_nothing(text: str) -> None:
    assert full_kana(full_kana(text)) == full_kana(text)


@given(KATAKANA)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert search_kana(search_kana(text)) == search_kana(text)


@given(KATAKANA, st.integers(0, 30))
def test_a_beginning_finds_the_whole(text: str, length: int) -> None:
    assert search_kana(text).startswith(search_kana(text[:length]))


@pytest.mark.parametrize(
    ("text", "full"), [("ヤマダ　タロウ", True), ("ﾔﾏﾀﾞ", False), ("やまだ", False), ("", False)]
)
def test_is_full_kana(text: str, full: bool) -> None:
    assert is_full_kana(text) is full
