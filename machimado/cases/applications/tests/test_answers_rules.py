from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.applications.rules import answers
from machimado.cases.applications.rules.answers import PathRefused

NAMES = st.sampled_from(["resident", "name", "children", "account", "reason"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(".".join) | st.builds(
    "{}.{}.{}".format, NAMES, st.integers(0, 9), NAMES
)
VALUES = st.text(max_size=5) | st.integers() | st.booleans() | st.lists(st.text(max_size=3), max_size=3)


def document(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, value in pairs:
        try:
            made = answers.put(made, path, value)
        except PathRefused:
            continue
    return made


DOCUMENTS = st.lists(st.tuples(PATHS, VALUES), max_size=6).map(document)


@given(DOCUMENTS, PATHS, VALUES)
def test_what_is_put_is_taken_and_the_old_document_stays(
    before: dict[str, Any], path: str, value: Any
) -> None:
    kept = repr(before)
    try:
        after = answers.put(before, path, value)
    except PathRefused:
        return
    assert answers.take(after, path) == value
    assert repr(before) == kept


@given(DOCUMENTS, PATHS)
def test_an_answer_that_is_taken_away_is_gone(before: dict[str, Any], path: str) -> None:
    try:
        after = answers.put(before, path, None)
    except PathRefused:
        return
    assert answers.take(after, path) is None


@given(st.lists(st.integers(), min_size=1, max_size=8), st.data())
def test_dropping_a_row_moves_the_rest_up_with_its_sources(ids: list[int], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(ids) - 1))
    rows = {"children": [{"name": each} for each in ids]}
    sources = {f"children.{place}.name": each for place, each in enumerate(ids)} | {"childrens": 1}
    left = answers.drop_row(rows, "children", index)
    moved = answers.move_up(sources, "children", index)
    assert [row["name"] for row in left["children"]] == [*ids[:index], *ids[index + 1 :]]
    assert {f"children.{place}.name": row["name"] for place, row in enumerate(left["children"])} | {
        "childrens": 1
    } == moved


@pytest.mark.parametrize("path", ["children.50.name", "children.-1.name", "children.x.name", "children.0"])
def test_a_row_that_cannot_be_is_refused(path: str) -> None:
    with pytest.raises(PathRefused):
        answers.put({"children": [{"name": "a"}]}, path, "b")


def test_rows_are_limited() -> None:
    made: dict[str, Any] = {}
    for _ in range(answers.MAX_ITEMS):
        made, _index = answers.add_row(made, "children")
    with pytest.raises(PathRefused):
        answers.add_row(made, "children")


def test_dropping_a_row_that_is_not_there_is_refused() -> None:
    with pytest.raises(PathRefused):
        answers.drop_row({"children": []}, "children", 0)
