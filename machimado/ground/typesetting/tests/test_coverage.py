"""What fonts have: read once, kept, and read anew when the font changes."""

from pathlib import Path

import pytest

from machimado.ground.typesetting import coverage
from machimado.ground.typesetting.coverage import Coverage, FontFile, read_coverage
from machimado.ground.typesetting.fonts import NoFontsError, open_fonts
from machimado.ground.typesetting.missing import FONT, MARK, find_missing, mark_missing
from machimado.ground.typesetting.tests.fixtures import fonts

FIRST = Coverage(frozenset("山田辻〓"), frozenset({"辻\U000e0100"}))
SECOND = Coverage(frozenset("山田辻邉"), frozenset({"山\U000e0100"}))


def test_a_real_font_has_kanji_and_no_invisible_characters() -> None:
    first = fonts().coverage[0]
    assert {"山", "髙", "﨑", "ア"} <= first.characters
    assert not {"\u202e", "\u200b", "\x07"} & first.characters
    assert first.sequences


def test_the_cache_spares_reading_the_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = fonts().files[-1]
    coverage._read.cache_clear()
    read = read_coverage(file, tmp_path)
    coverage._read.cache_clear()
    monkeypatch.setattr(coverage, "_parsed", lambda _font: pytest.fail("read again"))
    assert read_coverage(file, tmp_path) == read
    coverage._read.cache_clear()


def test_a_broken_cache_only_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    font = FontFile(tmp_path / "font.ttf")
    font.path.write_bytes(b"font")
    monkeypatch.setattr(coverage, "_parsed", lambda _font: FIRST)
    assert read_coverage(font, tmp_path) == FIRST
    (kept,) = tmp_path.glob("coverage-*.json")
    kept.write_text("{broken", encoding="utf-8")
    coverage._read.cache_clear()
    assert read_coverage(font, tmp_path) == FIRST


def test_a_new_font_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    font = FontFile(tmp_path / "font.ttf")
    font.path.write_bytes(b"old")
    monkeypatch.setattr(coverage, "_parsed", lambda _font: FIRST)
    assert read_coverage(font, tmp_path) == FIRST
    font.path.write_bytes(b"newer")
    monkeypatch.setattr(coverage, "_parsed", lambda _font: SECOND)
    assert read_coverage(font, tmp_path) == SECOND


def test_a_form_is_printed_in_the_font_that_has_it() -> None:
    assert mark_missing("山田辻\U000e0100邉", (FIRST, SECOND)) == ("山田辻\U000e0100邉", ())
    assert mark_missing("山\U000e0100", (FIRST, SECOND)) == (f"{chr(FONT + 1)}山\U000e0100", ())
    (missing,) = find_missing("田\U000e0100", (FIRST, SECOND))
    assert (missing.shown, missing.code_points) == ("田", "U+7530 U+E0100")


def test_the_same_character_has_the_same_mark() -> None:
    marked, missing = mark_missing({"a": "鬱山", "b": ["鬱", 3, None, True], "c": "鬼"}, (FIRST,))
    assert marked == {
        "a": f"〓{chr(MARK + 1)}山",
        "b": [f"〓{chr(MARK + 1)}", 3, None, True],
        "c": f"〓{chr(MARK + 2)}",
    }
    assert [each.character for each in missing] == ["鬱", "鬼"]


def test_line_ends_are_kept_and_our_own_marks_can_not_be_forged() -> None:
    assert find_missing("山\n田", (FIRST,)) == ()
    (forged,) = find_missing(chr(MARK + 1), (FIRST,))
    assert forged.shown == "〓"


def test_no_fonts_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NoFontsError, match="IPAmj明朝"):
        open_fonts((tmp_path,))
