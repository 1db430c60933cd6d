"""Every action that is written to the journal can be read by an auditor, and so can every detail."""

import ast
import re

import pytest
from django.apps import apps

from machimado.ground.people.queries import journal_words
from tests.structure import house

KINDS = {words.split(".")[0] for words in journal_words()}
ACTION = re.compile(rf"({'|'.join(sorted(KINDS))})\.[a-z][a-z_]*")


def recorded() -> list[tuple[str, str]]:
    """Return (file, action) for each action that a room's code names."""
    return sorted(
        {
            (house.short(path), node.value)
            for path, tree in house.modules()
            if path.is_relative_to(house.ROOT / "machimado")
            and "tests" not in path.parts
            and path.name != "apps.py"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and ACTION.fullmatch(node.value)
        }
    )


@pytest.mark.parametrize(("file", "action"), recorded(), ids=str)
def test_an_action_is_said_in_words(file: str, action: str) -> None:
    assert action in journal_words(), (
        f"{file} records {action}: say it in journal_words of the room's apps.py"
    )


def test_each_action_belongs_to_one_room() -> None:
    every = [word for config in apps.get_app_configs() for word in getattr(config, "journal_words", {})]
    assert len(every) == len(set(every))
