"""The agent and the server share no code: here both are there, and say the same."""

from hypothesis import given
from hypothesis import strategies as st

from cardagent import agent
from cardagent.__main__ import DEFAULT_PORT
from machimado.frontyard.counter.rules import seal
from machimado.site import settings

TEXTS = st.text(st.characters(codec="utf-8"))
KEYS = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(KEYS, st.lists(TEXTS))
def test_both_sign_alike(key: str, parts: list[str]) -> None:
    assert agent.sign(key, *parts) == seal.sign(key, *parts)


@given(KEYS, TEXTS.filter(bool), st.integers(0, 20))
def test_no_part_can_be_taken_for_another(key: str, text: str, place: int) -> None:
    assert seal.sign(key, text) != seal.sign(key, text[:place], text[place:])


def test_both_mean_the_same_port() -> None:
    assert settings.CARD_AGENT_PORT == DEFAULT_PORT
