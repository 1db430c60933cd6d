from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.applications.rules.refused import MOST_CHARACTERS, is_keepable, left_over

TEXTS = st.text(max_size=20).filter(is_keepable)
PATHS = st.sampled_from(["contact.phone", "event_date", "children.0.name"])


@given(st.dictionaries(PATHS, TEXTS), st.dictionaries(PATHS, TEXTS), st.sets(PATHS))
def test_an_entry_stays_until_its_question_is_taken(
    before: dict[str, str], typed: dict[str, str], taken: set[str]
) -> None:
    entries = {path: {"typed": text, "reason": "古い理由"} for path, text in before.items()}
    left = left_over(
        entries, {path: (text, {"ja": "理由"}) for path, text in typed.items()}, taken - typed.keys()
    )
    assert left.keys() == typed.keys() | (before.keys() - taken)
    assert all(
        left[path] == {"typed": text, "reason": "理由", "said": {"ja": "理由"}}
        for path, text in typed.items()
    )


@pytest.mark.parametrize(
    "typed",
    [
        "123456789018",
        "１２３４ ５６７８ ９０１８",
        {"text": "佐藤", "kana": "1234-5678-9018"},
        {"postal_code": "1234567", "prefecture": "89018"},
        ["123456789018"],
    ],
)
def test_an_individual_number_is_not_even_kept_among_mistakes(typed: Any) -> None:
    assert not is_keepable(typed)
    before = {"contact.phone": {"typed": "x", "reason": "理由"}}
    assert left_over(before, {"contact.phone": (typed, {"ja": "理由"})}, ()) == {}


@pytest.mark.parametrize(
    "typed", ["a\x00b", "\ud800", "あ" * (MOST_CHARACTERS + 1), {"text": "a\x00"}, {1, 2}]
)
def test_what_no_store_can_hold_is_not_kept(typed: Any) -> None:
    assert not is_keepable(typed)
