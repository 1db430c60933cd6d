"""What the structure tests read of the house: its files, its rooms, and the map that import-linter keeps."""

import ast
import configparser
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import AppConfig, apps

ROOT = Path(__file__).resolve().parents[2]
TEXT = {
    ".py",
    ".html",
    ".ts",
    ".css",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".json",
    ".typ",
    ".lark",
    ".sql",
    ".txt",
    ".cfg",
    "",
}


@cache
def files() -> tuple[Path, ...]:
    """Return the text files that belong to the repository: those that git keeps, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return tuple(
        path for path in map(ROOT.joinpath, sorted(listed)) if path.suffix in TEXT and path.is_file()
    )


def read(path: Path) -> str:
    """Return a file's text."""
    return path.read_text(encoding="utf-8")


def short(path: Path) -> str:
    """Return a file's name as a reader of the repository knows it."""
    return str(path.relative_to(ROOT))


def modules(*, with_tests: bool = False) -> Iterator[tuple[Path, ast.Module]]:
    """Yield our own Python modules, parsed; migrations are Django's."""
    for path in files():
        parts = path.relative_to(ROOT).parts
        if path.suffix != ".py" or "migrations" in parts or (not with_tests and "tests" in parts):
            continue
        yield path, _parsed(path)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(read(path), filename=str(path))


def rooms() -> list[AppConfig]:
    """Return our own Django apps."""
    return [app for app in apps.get_app_configs() if app.name.startswith("machimado.")]


def room_folders() -> list[Path]:
    """Return the folders of all rooms, those without models included."""
    return sorted(path.parent for path in ROOT.glob("machimado/*/*/apps.py"))


@cache
def layers(contract: str) -> tuple[tuple[str, ...], ...]:
    """Return the layers of a contract in .importlinter, the uppermost first; names of one layer stand beside each other."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    drawn = parser[f"importlinter:contract:{contract}"]["layers"].split("\n")
    return tuple(tuple(name.strip() for name in line.split("|")) for line in drawn if line.strip())


def height(contract: str, name: str) -> int:
    """Return how high a name stands in a contract; the lowest layer is 0.

    Raises: KeyError when the contract does not know the name.
    """
    for place, layer in enumerate(reversed(layers(contract))):
        if name in layer:
            return place
    raise KeyError(name)


def may_know(upper: str, lower: str) -> bool:
    """Return whether the room `upper` (as "cases.register") may know the room `lower`."""
    if upper == lower:
        return True
    (wing, room), (other_wing, other_room) = upper.split("."), lower.split(".")
    if wing != other_wing:
        return height("wings", wing) > height("wings", other_wing)
    return height(wing, room) > height(wing, other_room)
