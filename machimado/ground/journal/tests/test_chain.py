"""Whatever is changed in the journal, taken out or moved is found by the chain alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.ground.journal.rules.chain import FIRST, Line, breaks, hash_of, hash_of_detail

type_of_chain = list[tuple[Line, str]]
START = datetime(2026, 4, 1, 8, 30, tzinfo=UTC)
TEXT_FIELDS = ("actor", "action", "subject", "case", "detail_hash", "previous_hash")


def chain_of(words: list[str]) -> type_of_chain:
    chain: type_of_chain = []
    previous = FIRST
    for seq, word in enumerate(words, start=1):
        at = START + timedelta(seconds=seq)
        line = Line(seq, at, f"officer-{word}", f"case.{word}", word, "case-1", f"detail-{word}", previous)
        previous = hash_of(line)
        chain.append((line, previous))
    return chain


chains = st.lists(st.text(max_size=8), min_size=1, max_size=12).map(chain_of)


@st.composite
def chain_and_place(draw: st.DrawFn, *, from_end: int = 0) -> tuple[type_of_chain, int]:
    chain = draw(chains.filter(lambda chain: len(chain) > from_end))
    return chain, draw(st.integers(0, len(chain) - 1 - from_end))


@given(chains)
def test_a_chain_left_alone_holds(chain: type_of_chain) -> None:
    assert list(breaks(chain)) == []


@given(chain_and_place(), st.sampled_from(TEXT_FIELDS), st.text(max_size=8))
def test_a_changed_word_is_found(drawn: tuple[type_of_chain, int], name: str, text: str) -> None:
    chain, place = drawn
    line, stored = chain[place]
    if getattr(line, name) == text:
        return
    change: dict[str, Any] = {name: text}
    chain[place] = (replace(line, **change), stored)
    assert any(found.seq == line.seq for found in breaks(chain))


@given(chain_and_place(), st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=400)))
def test_a_changed_time_is_found(drawn: tuple[type_of_chain, int], later: timedelta) -> None:
    chain, place = drawn
    line, stored = chain[place]
    chain[place] = (replace(line, recorded_at=line.recorded_at + later), stored)
    assert [found.seq for found in breaks(chain)] == [line.seq]


@given(chain_and_place(from_end=1))
def test_a_change_with_a_hash_made_to_fit_is_found_at_the_next_line(drawn: tuple[type_of_chain, int]) -> None:
    chain, place = drawn
    forged = replace(chain[place][0], actor="nobody")
    chain[place] = (forged, hash_of(forged))
    assert [found.seq for found in breaks(chain)] == [forged.seq + 1]


@given(chain_and_place(from_end=1))
def test_a_line_taken_out_is_found(drawn: tuple[type_of_chain, int]) -> None:
    chain, place = drawn
    missing = chain.pop(place)[0].seq
    reasons = [found.reason for found in breaks(chain)]
    assert f"{missing} 番から {missing} 番までの記録がありません。" in reasons


@given(chain_and_place(from_end=1))
def test_two_lines_exchanged_are_found(drawn: tuple[type_of_chain, int]) -> None:
    chain, place = drawn
    chain[place], chain[place + 1] = chain[place + 1], chain[place]
    assert list(breaks(chain))


@given(chain_and_place())
def test_a_line_doubled_is_found(drawn: tuple[type_of_chain, int]) -> None:
    chain, place = drawn
    chain.insert(place, chain[place])
    assert list(breaks(chain))


@given(chain_and_place(from_end=1))
def test_an_end_cut_off_is_found_by_the_hash_that_was_noted_down(drawn: tuple[type_of_chain, int]) -> None:
    chain, place = drawn
    noted = chain[-1][1]
    rest = chain[: place + 1]
    assert list(breaks(rest)) == []  # the chain alone cannot know what came after …
    assert noted not in {stored for _, stored in rest}  # … but whoever noted its end down does


def test_a_time_has_one_hash_in_every_time_zone() -> None:
    from zoneinfo import ZoneInfo

    line = chain_of(["a"])[0][0]
    elsewhere = replace(line, recorded_at=line.recorded_at.astimezone(ZoneInfo("Asia/Tokyo")))
    assert hash_of(elsewhere) == hash_of(line)


@pytest.mark.parametrize("other", [{"name": "山田"}, {"name": "山田　太郎", "more": 1}, {}])
def test_a_detail_has_a_hash_of_its_own(other: dict[str, object]) -> None:
    assert hash_of_detail({"name": "山田　太郎"}, salt=b"s") != hash_of_detail(other, salt=b"s")


def test_a_detail_cannot_be_guessed_without_the_salt() -> None:
    assert hash_of_detail({"name": "山田"}, salt=b"s") != hash_of_detail({"name": "山田"}, salt=b"other")


def test_the_order_of_a_details_parts_does_not_matter() -> None:
    assert hash_of_detail({"a": 1, "b": 2}, salt=b"s") == hash_of_detail({"b": 2, "a": 1}, salt=b"s")
