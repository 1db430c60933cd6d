"""`machimado check` tells what is lacking, and what to do."""

import pytest

from machimado.ground.japanese import characters
from machimado.site import checkup


def test_that_variants_are_searched_in_part_only_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(characters, "jntajis", None)
    (problem,) = checkup._variants()
    assert "PYTHON=python3.13" in problem
    assert "machimado register import" in problem
