"""Every setting stands in the IT officers' guide with its default, and the guide names no setting that is not there."""

import ast
import re
from pathlib import Path

import pytest

from tests.structure import house

GUIDE = house.ROOT / "docs" / "it-officers.md"
SETTINGS = house.ROOT / "machimado" / "site" / "settings.py"
ROW = re.compile(r"^\| `(MACHIMADO_[A-Z_]+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)


def read() -> dict[str, ast.Call]:
    """Return by name where each setting is read."""
    found = {}
    for node in ast.walk(ast.parse(house.read(SETTINGS))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.args[0].value
            if isinstance(name, str) and re.fullmatch(r"MACHIMADO_[A-Z_]+", name):
                found[name] = node
    return found


def told() -> dict[str, tuple[str, str]]:
    return {name: (default, meaning) for name, default, meaning in ROW.findall(house.read(GUIDE))}


def test_the_guide_tells_every_setting_and_no_other() -> None:
    assert set(told()) == set(read())


@pytest.mark.parametrize("name", sorted(read()))
def test_the_guide_tells_the_default(name: str) -> None:
    call = read()[name]
    default = next((word.value for word in call.keywords if word.arg == "default"), None)
    default = default or (call.args[1] if len(call.args) > 1 else None)
    if not isinstance(default, ast.Constant):
        return  # a folder or a list: told in words
    value = {True: "1", False: "0", "": "（空）"}.get(default.value, str(default.value))
    expected = {f"`{value}`", value}
    shown = told()[name][0]
    assert shown in expected or name == "MACHIMADO_SECRET_KEY", f"{name}: {shown} is not {value}"


@pytest.mark.parametrize("name", sorted(read()))
def test_the_guide_tells_the_bounds(name: str) -> None:
    bounds = {word.arg: word.value for word in read()[name].keywords if word.arg in {"low", "high"}}
    numbers = [str(bound.value) for bound in bounds.values() if isinstance(bound, ast.Constant)]
    assert not numbers or f"（{'～'.join(numbers)}）" in told()[name][1]


def test_the_guide_tells_every_command() -> None:
    from machimado.site import cli

    text = house.read(GUIDE)
    (commands,) = (action for action in cli._parser()._actions if action.choices and action.dest != "help")
    assert commands.choices
    for name in set(commands.choices) - {"core", "bench"}:
        assert f"machimado {name}" in text, name


def test_no_other_document_names_a_setting_that_is_not_there() -> None:
    for path in [*house.ROOT.glob("*.md"), *Path(house.ROOT / "docs").rglob("*.md")]:
        unknown = set(re.findall(r"MACHIMADO_[A-Z][A-Z_]*[A-Z]", house.read(path))) - set(read())
        assert not unknown - {"MACHIMADO_TOUR", "MACHIMADO_OIDC", "MACHIMADO_CORE"}, (
            house.short(path),
            unknown,
        )
