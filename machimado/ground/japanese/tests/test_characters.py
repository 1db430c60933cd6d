"""Characters of names: seen, named, folded for search, never overwritten."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.ground.japanese import characters
from machimado.ground.japanese.characters import (
    code_points,
    explain_unprintable,
    fold,
    printable,
    rare,
    split_characters,
    unprintable,
    visible,
    without_selectors,
)

TSUJI = "辻\U000e0100"  # 一点しんにょうの辻
KANJI = st.text(
    st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF) | st.sampled_from("髙﨑𠮷濵神祐\U000e0100")
)


def test_a_variant_is_one_character() -> None:
    assert split_characters(f"{TSUJI}が\u3099A\r\n") == [TSUJI, "が\u3099", "A", "\r\n"]


def test_code_points_name_base_and_selector() -> None:
    assert code_points(TSUJI) == "U+8FBB U+E0100"
    assert code_points("𠮷") == "U+20BB7"


@pytest.fixture
def without_the_map(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the national map be missing, as where nobody has built it for this Python yet."""
    characters._FOLDS.clear()
    characters._shrunk.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(characters, "jntajis", None)
        yield
    characters._FOLDS.clear()
    characters._shrunk.cache_clear()


with_the_map = pytest.mark.skipif(
    not characters.knows_the_map(), reason="jntajis is not built for this Python yet"
)
VARIANTS = pytest.mark.parametrize(
    ("written", "common"),
    [
        ("髙橋", "高橋"),
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺"),
        ("山﨑", "山崎"),
        ("山嵜", "山崎"),
        ("𠮷田", "吉田"),
        ("濵田", "浜田"),
        ("濱田", "浜田"),
        ("齋藤", "斎藤"),
        ("靍田", "鶴田"),
        ("寿", "壽"),
        ("渕", "淵"),
        ("恵\ufa1b", "惠福"),
        (TSUJI, "辻"),
        ("𣘺本", "橋本"),
        ("鳩ヶ谷", "鳩ケ谷"),
        ("ＳＭＩＴＨ　John", "smith john"),
    ],
)


@with_the_map
@VARIANTS
def test_variants_find_each_other(written: str, common: str) -> None:
    assert fold(written) == fold(common)


@VARIANTS
@pytest.mark.usefixtures("without_the_map")
def test_the_commonest_variants_do_without_the_map_too(written: str, common: str) -> None:
    assert not characters.knows_the_map()
    assert fold(written) == fold(common)


@with_the_map
@pytest.mark.parametrize(("written", "common"), characters._COMMONEST.items())
def test_what_stands_in_for_the_map_says_what_the_map_says(written: str, common: str) -> None:
    assert fold(written) == fold(common)


@pytest.mark.parametrize(
    ("one", "other"), [("斉", "斎"), ("伊藤", "伊東"), ("太", "大"), ("坂", "阪"), ("竜", "滝")]
)
def test_different_names_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_common_names_fold_to_what_people_type() -> None:
    assert [fold(name) for name in ("渡邉", "髙島屋", "澤", "櫻井")] == ["渡辺", "高島屋", "沢", "桜井"]


@given(KANJI | st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(KANJI)
def test_selectors_do_not_matter_to_search(text: str) -> None:
    assert fold(text) == fold(without_selectors(text))


@given(st.text())
def test_splitting_loses_nothing(text: str) -> None:
    assert "".join(split_characters(text)) == text


def test_what_no_paper_can_show() -> None:
    assert unprintable("山\u200b田\x07\x07\u202e\ud800") == ["\u200b", "\x07", "\u202e", "\ud800"]
    assert printable(f"{TSUJI}　太郎")
    assert printable("\ue000"), "外字 may be in a font"
    assert not printable("一\n二")
    assert printable("一\n二", line_breaks=True)


def test_the_refusal_names_the_characters() -> None:
    assert "U+200B" in explain_unprintable("山\u200b田")
    assert explain_unprintable("山田") == ""
    assert visible("山\u200b田") == "山［U+200B］田"


def test_rare_characters_are_told_each_once() -> None:
    assert rare("葛󠄀谷 葛󠄀 𠮷田 佐藤 " + chr(0xE001)) == ["葛󠄀", "𠮷", chr(0xE001)]
    assert rare("髙﨑 佐藤") == []
