"""The repository's files: what they must not hold, and that what they name exists."""

import ast
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.structure import house

LOCKS = [
    house.ROOT / name
    for name in (
        "requirements/run.txt",
        "requirements/dev.txt",
        "frontend/package-lock.json",
        "frontend/.npmrc",
    )
]
PAGES = [path for path in house.files() if path.suffix == ".html"]
DOCUMENTS = [path for path in house.files() if path.suffix == ".md"]
# Words for work left undone; an issue is the place for it.
UNDONE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\s*\|)")
# Places on the machine of whoever wrote it; those of every server (/usr, /etc, /opt, /var) are nobody's.
MACHINE = re.compile(r"(?<![\w.:/])/(home|root|work|Users|mnt)/[\w.-]+")
HERE = Path(__file__)
# What all pages extend; the plain one is for errors in which neither store nor front end may be asked.
BASES = {"ui/base.html", "ui/plain.html"}
# Markup that templates may take as it is: drawings that we make from our own addresses.
TRUSTED = {"qr"}
# Where what is raised is shown to an officer as it is.
SPEAKING = re.compile(r"/(actions|permissions|forms|views|site)[/.]")


def lines(path: Path) -> list[tuple[int, str]]:
    return list(enumerate(house.read(path).splitlines(), start=1))


def test_no_work_is_left_undone_in_a_remark() -> None:
    left = [
        f"{house.short(path)}:{number}"
        for path in house.files()
        if path != HERE and path.name != "pyproject.toml"
        for number, line in lines(path)
        if UNDONE.search(line) and not re.search(r"X{3,}X-|-XX|XXXX", line)
    ]
    assert not left


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    named = [
        f"{house.short(path)}:{number}: {line.strip()}"
        for path in house.files()
        if path != HERE and path.suffix != ".json"
        for number, line in lines(path)
        if MACHINE.search(line)
    ]
    assert not named


@pytest.mark.parametrize("path", LOCKS, ids=house.short)
def test_locks_name_no_registry(path: Path) -> None:
    """Whoever installs says from where; a city without the internet has a mirror of its own."""
    assert not re.search(
        r'"resolved"|--(extra-)?index-url|--find-links|--trusted-host|registry\s*=|\bfile://',
        house.read(path),
    )


def test_python_locks_hold_hashes_and_exact_versions() -> None:
    for path in LOCKS[:2]:
        entries = re.findall(r"^[a-z0-9][^\s#]*.*(?:\n    .*)*", house.read(path), re.MULTILINE)
        assert entries
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries), house.short(path)


def test_node_locks_hold_a_hash_for_each_package() -> None:
    packages: dict[str, dict[str, Any]] = json.loads(house.read(LOCKS[2]))["packages"]
    assert all("integrity" in kept for place, kept in packages.items() if place)


def test_each_rule_of_style_that_is_off_has_a_reason() -> None:
    text = house.read(house.ROOT / "pyproject.toml")
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.isort]")]
    off = [line for line in section.splitlines() if re.match(r'\s*(("\w+",\s*)+|"[^"]+" = \[.*\])', line)]
    assert off
    assert all("#" in line for line in off), [line for line in off if "#" not in line]


def test_each_dependency_has_a_reason() -> None:
    text = house.read(house.ROOT / "pyproject.toml")
    groups = tomllib.loads(text)["project"]
    named = {
        *groups["dependencies"],
        *(name for extra in groups["optional-dependencies"].values() for name in extra),
    }
    reasons = {match[0] for match in re.findall(r'^  "([^"]+)",\s*#\s*(\S.*)$', text, re.MULTILINE)}
    obvious = {
        "pytest",
        "pytest-django",
        "coverage[toml]",
        "psycopg[binary]",
        "mypy",
        "django-stubs",
        "types-PyYAML",
        "ruff",
        "import-linter",
    }
    assert named - reasons <= obvious


@pytest.mark.parametrize("path", PAGES, ids=house.short)
def test_each_template_extends_a_base_or_is_a_fragment(path: Path) -> None:
    text = house.read(path)
    if path.name in {"base.html", "plain.html"} and path.parent.name == "ui":
        return
    is_page = text.lstrip().startswith("{% extends ")
    assert is_page or not re.search(r"<(!doctype|html|head|body)\b", text, re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES, ids=house.short)
def test_pages_load_nothing_from_outside_and_hold_no_script(path: Path) -> None:
    text = house.read(path)
    assert not re.search(r'\b(src|href|action|data)\s*=\s*["\'](https?:)?//', text), (
        "the closed network has no outside"
    )
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), "scripts are islands"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), (
        "the content security policy forbids handlers in markup"
    )
    assert set(re.findall(r"(\w+)\s*\|\s*safe\b", text)) <= TRUSTED, (
        "markup is made by format_html, never trusted"
    )


@pytest.mark.parametrize("path", DOCUMENTS, ids=house.short)
def test_documents_name_files_that_exist(path: Path) -> None:
    text = re.sub(r"```.*?```", "", house.read(path), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not re.match(r"[a-z]+:", target):
            assert (path.parent / target).exists(), f"{house.short(path)} → {target}"
    if path.parent == house.ROOT:
        for target in re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", text):
            known = (house.ROOT / target).exists() or target.split("/")[0] in {"build", "var", ".venv"}
            assert known, f"{house.short(path)} → {target}"


def test_no_message_to_an_officer_ends_without_a_full_stop() -> None:
    """A refusal is a sentence that says what to do, not a fragment."""
    japanese = re.compile(r"[ぁ-んァ-ヶ一-龠]")
    wrong = []
    for path, tree in house.modules():
        if not SPEAKING.search(house.short(path)):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                words = _end_of(node.exc.args[0])
                if japanese.search(words) and not words.endswith(("。", "）", "」")):
                    wrong.append(f"{house.short(path)}:{node.lineno}: {words}")
    assert not wrong


def _end_of(node: Any) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr) and node.values:
        return _end_of(node.values[-1])
    return ""
