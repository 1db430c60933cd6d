import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.applications.rules import signature
from machimado.cases.applications.rules.signature import SignatureRefused

WRITTEN = [[[10 + 3 * step, 40 + (step % 5) * 8] for step in range(30)]]


def sent(strokes: object = WRITTEN, width: object = 600, height: object = 200) -> str:
    return json.dumps({"width": width, "height": height, "strokes": strokes})


def test_a_signature_becomes_a_drawing() -> None:
    drawing = signature.read(sent()).svg()
    assert drawing.startswith("<svg ")
    assert 'd="M10.0 40.0 L13.0 48.0' in drawing


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "null",
        "{}",
        sent([]),
        sent([[[10, 10]]]),
        sent([[[10, 10]] * 50]),  # pressed, but not moved
        sent([[["<script>", 1]] * 20]),
        sent([[[float("nan"), 1]] * 20]),
        sent([[[1e9, 1], [1, 1]] * 20]),  # outside of the pad
        sent(WRITTEN, width="99999999"),
        sent([[[index % 500, index % 100] for index in range(30_000)]]),
        "[" * 200_000,
        "x" * 10_000_000,
    ],
)
def test_what_is_no_signature_is_refused_with_what_to_do(raw: str) -> None:
    with pytest.raises(SignatureRefused, match="書"):
        signature.read(raw)


@given(
    st.text(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists).map(json.dumps)
)
def test_nothing_that_is_sent_breaks_the_reader(raw: str) -> None:
    with pytest.raises(SignatureRefused):
        signature.read(raw)
