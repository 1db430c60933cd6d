import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.procedures.rules.cel.errors import EvaluationError
from machimado.cases.procedures.rules.cel.patterns import PatternError, searcher


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^[0-9]{7}$", "9970401", True),
        ("^[0-9]{7}$", "9970401\n", False),
        ("^[0-9]{7}$", "９９７０４０１", False),
        (r"^0\d{1,4}-?\d{1,4}-?\d{3,4}$", "0235-00-0000", True),
        (r"^\d+$", "٣", False),
        ("a|b", "xbx", True),
        ("[$]", "$", True),
        (r"\$$", "a$", True),
        ("^(?:ab){2}$", "abab", True),
        ("^.*@.*$", "a@b", True),
        ("", "", True),
    ],
)
def test_search(pattern: str, text: str, found: bool) -> None:
    assert searcher(pattern)(text) is found


@pytest.mark.parametrize(
    "pattern",
    [
        "(a*)*",
        "(a+)+$",
        "(a|a)*b",
        "(a|aa)+$",
        "a*a*a*a*b",
        ".*.*.*x",
        "((a{1,60}){1,60}){1,60}",
        "(?=a)",
        r"(a)\1",
        "(?<!a)b",
        "(",
    ],
)
def test_patterns_that_run_away_or_are_not_re2_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        searcher(pattern)


def test_a_long_pattern_and_a_long_text_are_refused() -> None:
    with pytest.raises(PatternError, match="200文字"):
        searcher("a" * 201)
    with pytest.raises(EvaluationError):
        searcher("a")("b" * 1_001)


atoms = st.sampled_from(["a", "b", ".", "[ab]", r"\d", "(a|b)", "(?:ab)", "(a|ab)"])
suffixes = st.sampled_from(["", "*", "+", "?", "{1,3}", "{2}", "*?"])
patterns = st.lists(st.tuples(atoms, suffixes).map("".join), max_size=5).map("".join)


@given(pattern=patterns, anchored=st.booleans())
def test_whatever_is_accepted_is_quick_on_its_worst_text(pattern: str, anchored: bool) -> None:
    try:
        search = searcher(("^" if anchored else "") + pattern + "X")
    except PatternError:
        return
    start = time.process_time()
    search("a" * 1_000)
    assert time.process_time() - start < 1.0


@given(pattern=patterns, text=st.text("ab1", max_size=12))
def test_what_is_accepted_means_what_it_says(pattern: str, text: str) -> None:
    try:
        search = searcher(pattern)
    except PatternError:
        return
    assert search(text) == (re.search(pattern, text, re.ASCII) is not None)
