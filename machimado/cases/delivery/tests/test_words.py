from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from machimado.cases.delivery.rules import words
from machimado.cases.delivery.rules.diagram import mermaid
from machimado.cases.delivery.rules.labels import OF_ALL, label_of
from machimado.cases.delivery.rules.machine import FOR_PERSON, Cause, Progress, State

AT = datetime(2026, 4, 1, tzinfo=UTC)
ROOM = Path(__file__).resolve().parents[1]
FROZEN = {
    "procedure": {
        "sections": [
            {"questions": [{"id": "account"}, {"id": "account_source", "label": {"ja": "口座の指定"}}]},
        ],
        "delivery": {
            "fields": [
                {"to": "account_no", "from": "account.number"},
                {"to": "source", "from": "account_source"},
            ]
        },
    },
    "vocabulary": {"meanings": {"account": {"label": {"ja": "振込先"}}}},
}


def test_every_state_and_cause_is_told() -> None:
    assert set(words.LABELS) == set(words.NEXT_STEPS) == set(State)
    assert set(words.REASONS) == set(Cause)


def test_the_diagram_in_the_readme_is_what_the_rules_do() -> None:
    assert mermaid() in (ROOM / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-1, "0秒"), (59, "59秒"), (60, "1分"), (3599, "59分"), (7200, "2時間"), (90000, "1日")],
)
def test_ages_are_said_as_officers_say_them(seconds: int, text: str) -> None:
    assert words.age(timedelta(seconds=seconds)) == text


def test_somebody_should_look_when_it_lasts_too_long() -> None:
    def late(state: State, minutes: int) -> bool:
        return words.is_late(Progress(1, state, Cause.NEW, AT, None), AT + timedelta(minutes=minutes))

    assert not late(State.UNKNOWN, 10)
    assert late(State.UNKNOWN, 11)
    assert not late(State.PENDING, 60 * 24)
    assert not late(State.ACCEPTED, 60 * 24)
    assert all(late(state, 11) for state in FOR_PERSON)


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("account_no", "振込先"),
        ("source", "口座の指定"),
        ("source[0].x", "口座の指定"),
        ("unheard_of", "unheard_of"),
        ("", OF_ALL),
    ],
)
def test_a_field_is_called_what_its_question_is_called(field: str, label: str) -> None:
    assert label_of(FROZEN, field) == label


def test_a_field_of_an_unreadable_definition_keeps_its_name() -> None:
    assert label_of({}, "account") == "account"
