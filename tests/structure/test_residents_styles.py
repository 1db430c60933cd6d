"""Residents' pages can be written from right to left: their styles know a line's start and end, no left and right."""

import re
from pathlib import Path

import pytest

from tests.structure import house

STYLES = house.ROOT / "frontend" / "styles"
ISLANDS = house.ROOT / "frontend" / "islands"
# The islands of residents' pages.
OF_RESIDENTS = ("apply", "resident")
IMPORTED = re.compile(r"""(?:import|@import) "(?P<place>(?:\.\./)+styles/|\./)(?P<sheet>[\w-]+\.css)";""")
PHYSICAL = re.compile(
    r"^\s*(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)[\w-]*|left|right|"
    r"border-(?:top|bottom)-(?:left|right)-radius)\s*:|"
    r"^\s*(?:text-align|float|clear|justify-content|caption-side)\s*:\s*(?:left|right)\b",
    re.MULTILINE,
)


def sheets() -> set[str]:
    """Return every sheet that a page of residents loads, those that another imports included."""
    found = {one for island in OF_RESIDENTS for one in _imported(ISLANDS / island / "index.ts")}
    while more := {one for sheet in found for one in _imported(STYLES / sheet)} - found:
        found |= more
    return found


def _imported(source: Path) -> set[str]:
    return {match["sheet"] for match in IMPORTED.finditer(house.read(source))}


def test_the_sheets_of_residents_are_found() -> None:
    assert sheets() >= {"base.css", "buttons.css", "resident.css", "apply.css", "aids.css"}


@pytest.mark.parametrize("sheet", sorted(sheets()))
def test_a_line_has_a_start_and_an_end(sheet: str) -> None:
    assert [match.group().strip() for match in PHYSICAL.finditer(house.read(STYLES / sheet))] == []


@pytest.mark.parametrize("wrong", ["  margin-left: 1rem;", "  left: 0;", "  text-align: right;"])
def test_what_is_forbidden_is_seen(wrong: str) -> None:
    assert PHYSICAL.search(f".a {{\n{wrong}\n}}")
    assert not PHYSICAL.search(".a {\n  margin-inline: 1rem;\n  transform-origin: left;\n}")
