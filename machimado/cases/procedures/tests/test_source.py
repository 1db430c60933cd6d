"""Malicious and broken files: refused quickly, at the right place, with what to do."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.procedures.rules.load import load
from machimado.cases.procedures.rules.problems import DefinitionError
from machimado.cases.procedures.rules.source import Source
from machimado.cases.procedures.tests.making import HEAD, file, only_problem, problems, unmarked


def data(text: str) -> object:
    return Source(text.encode(), "x.yaml").data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: no", {"a": "no"}),
        ("a: on", {"a": "on"}),
        ("a: true", {"a": True}),
        ("a: False", {"a": False}),
        ('a: "true"', {"a": "true"}),
        ("a: 12", {"a": 12}),
        ("a: -1.5", {"a": -1.5}),
        ("a: 1e3", {"a": "1e3"}),
        ("a: 0123", {"a": 123}),
        ("a: 2026-04-01", {"a": "2026-04-01"}),
        ("a: 12:30:00", {"a": "12:30:00"}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: ''", {"a": ""}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("[1, {b: c}]", [1, {"b": "c"}]),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("", None),
        ("99999999999999999999999", "99999999999999999999999"),
    ],
)
def test_scalars_are_data_and_never_surprise(text: str, expected: object) -> None:
    assert data(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: &x 1\nb: *x\n", 1, 4, "アンカー"),
        ("a: 1\nb: *x\n", 2, 4, "別名"),
        ("a: 1\n<<: {b: 1}\n", 2, 1, "マージ"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, 4, "タグ"),
        ("a: !!str 1\n", 1, 4, "タグ"),
        ("a: 1\na: 2\n", 2, 1, "二度"),
        ("a: {b: 1, c: 2, b: 3}\n", 1, 17, "二度"),
        ("? [a]\n: 1\n", 1, 3, "項目名"),
        ("? *x\n: 1\n", 1, 3, "別名"),
        ("a: 1\n---\nb: 2\n", 2, 1, "文書は一つ"),
        ("a: [1, 2\nb: 3\n", 2, 2, "YAML"),
        ("a: 1\n b: 2\n", 2, 3, "YAML"),
        ("a: 'x\n", 2, 1, "YAML"),
        ("a: 1\nb: \tx\u0007\n", 2, 6, "U+0007"),
        ("a: 1\nb: \u202ex\n", 2, 4, "U+202E"),
        ("a: \u200bx\n", 1, 4, "U+200B"),
    ],
)
def test_what_is_refused_and_where(text: str, line: int, column: int, words: str) -> None:
    problem = only_problem(text)
    assert (problem.line, problem.column) == (line, column)
    assert words in problem.what
    assert str(problem) == f"sample.yaml:{line}:{column}: {problem.what}"


def test_bytes_that_are_no_utf_8() -> None:
    problem = only_problem("a: 1\nb: あ".encode() + b"\xff\n")
    assert (problem.line, problem.column) == (2, 5)
    assert "UTF-8" in problem.what


BOMBS = {
    "billion laughs": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n",
    "huge": "a: " + "x" * 600_000,
    "deep flow": "a: " + "[" * 100_000,
    "deep mapping": "a: " + "{a: " * 5_000,
    "deep blocks": "\n".join(" " * number + "a:" for number in range(600)),
    "many items": "a: [" + "1," * 200_000 + "1]",
    "many keys": "".join(f"k{number}: 1\n" for number in range(45_000)),
    "one long key": "? " + "k" * 400_000 + "\n: 1",
    "many problems": HEAD + "sections: [" + "{a: 1}," * 5_000 + "]",
    "many questions": file(
        "".join(f"- {{id: q{number}, kind: text, label: {{ja: x}}}}\n" for number in range(1_001))
    ),
    "not a mapping": "- a\n- b\n",
    "nothing": "",
    "only a comment": "# nothing\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_absurd_files_are_refused_quickly(name: str) -> None:
    start = time.process_time()
    found = problems(BOMBS[name])
    assert time.process_time() - start < 3.0
    assert 1 <= len(found) <= 60


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_with_a_place(raw: bytes) -> None:
    with pytest.raises(DefinitionError) as caught:
        load(raw, "x.yaml")
    assert all(problem.line >= 1 and problem.column >= 1 for problem in caught.value.problems)


@given(st.data())
def test_a_file_with_a_piece_cut_out_or_put_in_never_crashes(draw: st.DataObject) -> None:
    text = file(
        "- {id: a, kind: text, label: {ja: い}, required: true}\n- {id: b, kind: text, label: {ja: ろ}, when: has(a)}"
    )
    start = draw.draw(st.integers(0, len(text)))
    end = draw.draw(st.integers(start, min(len(text), start + 20)))
    put = draw.draw(st.text(alphabet="{}[]:,-\n \"'|>&*!?#ab1あ", max_size=8))
    with suppress(DefinitionError):
        load((text[:start] + put + text[end:]).encode(), "x.yaml")


@pytest.mark.parametrize(
    "written",
    [
        "when: §zzz",
        "when: has(a) && §zzz",
        "when: 'has(a) && §zzz'",
        'when: "has(a) && §zzz"',
        "when: |\n    has(a)\n    && §zzz",
        "when: >-\n    has(a)\n    && §zzz",
        "when: has(a)\n    && §zzz",
        "when: has(a) &&   §zzz",
    ],
)
def test_places_inside_expressions(written: str) -> None:
    question = "- {id: a, kind: text, label: {ja: い}}\n- id: b\n  kind: text\n  label: {ja: ろ}\n  "
    text, line, column = unmarked(file(question + written))
    problem = only_problem(text)
    assert "zzz" in problem.what
    assert (problem.line, problem.column) == (line, column)
