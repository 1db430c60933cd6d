"""Rooms: their names, their READMEs, what may be seen of them from outside, and the purity of their rules."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.structure import house

# A room with such a name has no subject, and so takes in everything.
NO_NAMES = {
    "utils",
    "util",
    "common",
    "core",
    "helpers",
    "helper",
    "services",
    "service",
    "misc",
    "shared",
    "lib",
}
# What another room may import; anything else must be named as public in the room's README.
FACES = {"actions", "queries", "models", "permissions"}
# `site` puts the rooms together; it takes what each hands to it.
HANDED_TO_SITE = {"urls", "commands", "middleware", "context", "doors"}
CLOCKS = re.compile(
    r"\b(datetime\.now|datetime\.utcnow|date\.today|datetime\.today|timezone\.(now|localdate|localtime))\b"
)

ROOMS = house.room_folders()
RULES = [(path, tree) for path, tree in house.modules() if "rules" in path.parts]


@cache
def imports(tree: ast.Module) -> tuple[str, ...]:
    """Return the full name of each module or member that is imported."""
    return tuple(_imports(tree))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def room_of(path: Path) -> str:
    """Return the room ("cases.register") or the wing ("site") that a file stands in."""
    parts = path.relative_to(house.ROOT).parts
    return ".".join(parts[1:3]) if parts[0] == "machimado" and len(parts) > 3 else parts[1]


def public_modules(room: str) -> set[str]:
    """Return the words that the room's README sets in `code`: a module named there is public."""
    readme = house.ROOT / "machimado" / Path(*room.split(".")) / "README.md"
    spans = re.findall(r"`([^`]+)`", house.read(readme)) if readme.exists() else []
    return {word for span in spans for word in re.findall(r"\w+", span)}


def seen_from_outside() -> list[tuple[str, str, str]]:
    """Return (file, room, module) for each import of a room's module from another room."""
    found = set()
    for path, tree in house.modules():
        here = room_of(path) if path.is_relative_to(house.ROOT / "machimado") else ""
        for name in imports(tree):
            wing, room, module = (*name.split(".")[1:4], "", "", "")[:3]
            if here and is_module(name) and wing != "site" and f"{wing}.{room}" != here:
                found.add((house.short(path), f"{wing}.{room}", module))
    return sorted(found)


def is_module(name: str) -> bool:
    """Return whether a name leads to a module of a room, and not to what the room itself offers."""
    parts = name.split(".")
    if parts[0] != "machimado" or len(parts) < 4:
        return False
    place = house.ROOT.joinpath(*parts[:4])
    return place.is_dir() or place.with_suffix(".py").exists()


@pytest.mark.parametrize(("file", "room", "module"), seen_from_outside(), ids=str)
def test_a_room_is_entered_by_its_front_door(file: str, room: str, module: str) -> None:
    handed = HANDED_TO_SITE if file.startswith("machimado/site/") else set()
    assert module in FACES | handed | public_modules(room), (
        f"{file} looks into {room}: {module} is not public"
    )


@pytest.mark.parametrize("folder", ROOMS, ids=house.short)
def test_each_room_tells_what_it_is_for(folder: Path) -> None:
    readme = folder / "README.md"
    assert readme.exists(), "a room's README says in about ten lines: what for, nouns, states, who may"
    assert len(house.read(readme).splitlines()) <= 60, "a README of a room is short"


def test_no_room_has_a_name_without_a_subject() -> None:
    ours = [path for path in house.files() if path.is_relative_to(house.ROOT / "machimado")]
    folders = {parent for path in ours for parent in path.parents if parent.is_relative_to(house.ROOT)}
    wrong = {house.short(folder) for folder in folders if folder.name in NO_NAMES}
    # A file may be called core: in this field that is the system at the city hall's heart.
    assert not wrong | {house.short(path) for path in ours if path.stem in NO_NAMES - {"core"}}


@pytest.mark.parametrize(("path", "tree"), RULES, ids=[house.short(path) for path, _ in RULES])
def test_rules_look_at_no_clock_and_no_chance(path: Path, tree: ast.Module) -> None:
    source = house.read(path)
    assert not CLOCKS.search(source), "time is an argument of rules"
    assert "random" not in {name.split(".")[0] for name in imports(tree)}


def test_rooms_send_and_hear_no_signals() -> None:
    """Going up happens through rows: a signal is an import that no map shows."""
    for path, tree in house.modules():
        heard = [name for name in imports(tree) if re.search(r"^django\..*(signals|dispatch|receiver)", name)]
        assert not heard, f"{house.short(path)}: {heard}"


def test_the_map_names_every_room() -> None:
    for folder in ROOMS:
        wing, room = folder.parts[-2:]
        assert house.height("wings", wing) >= 0
        assert house.height(wing, room) >= 0
