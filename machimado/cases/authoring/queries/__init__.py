"""What the authoring pages show, as plain data."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from machimado.cases.authoring.models import Draft, DraftText
from machimado.cases.authoring.queries.choosing import choices, said_of, words_of_checks
from machimado.cases.authoring.queries.contents import (
    Entry,
    contents,
    inherited,
    meanings,
    offered_in_words,
    option_sets,
)
from machimado.cases.authoring.queries.examples import (
    Example,
    Tried,
    answers_of,
    as_case,
    examples,
    expectations,
    is_answered,
    tried,
    users,
)
from machimado.cases.authoring.queries.handing_on import (
    Incoming,
    NotReadable,
    incoming,
    packed,
    version,
)
from machimado.cases.authoring.queries.layouts import (
    Layouts,
    is_known,
    layouts_of,
    own_layout,
    packed_layouts,
    specimen,
    specimen_pages,
    to_be_kept,
    wrong_with,
)
from machimado.cases.authoring.queries.listing import (
    Coming,
    Listed,
    Waiting,
    coming,
    listed,
    open_drafts,
    waiting,
)
from machimado.cases.authoring.queries.offered import Choices, Groups
from machimado.cases.authoring.queries.people import conditions_at, who_in_words, words_of_person
from machimado.cases.authoring.queries.previewing import Preview, before, lacking_words, preview
from machimado.cases.authoring.queries.reading import (
    Meanwhile,
    Reading,
    expected_words,
    is_event,
    lost_in_tests,
    meanwhile,
    read,
    versions,
)
from machimado.cases.authoring.rules import parts
from machimado.cases.authoring.rules.conditions import in_words, words_in
from machimado.cases.authoring.rules.naming import called, named
from machimado.cases.authoring.rules.parts import Field, Loc
from machimado.cases.authoring.rules.steps import Did, Steps, steps
from machimado.cases.procedures.rules.load import vocabulary
from machimado.cases.procedures.rules.saying import say_claim, say_value

__all__ = [
    "Choices",
    "Coming",
    "Entry",
    "Example",
    "Groups",
    "Incoming",
    "Layouts",
    "Listed",
    "Meanwhile",
    "NotReadable",
    "Preview",
    "Reading",
    "Tried",
    "Waiting",
    "answers_of",
    "as_case",
    "before",
    "choices",
    "coming",
    "conditions_at",
    "contents",
    "examples",
    "expectations",
    "expected_words",
    "incoming",
    "inherited",
    "is_answered",
    "is_event",
    "is_known",
    "lacking_words",
    "layouts_of",
    "listed",
    "lost_in_tests",
    "meanings",
    "meanwhile",
    "offered_in_words",
    "open_drafts",
    "option_sets",
    "own_layout",
    "packed",
    "packed_layouts",
    "preview",
    "read",
    "said_of",
    "specimen",
    "specimen_pages",
    "to_be_kept",
    "tried",
    "users",
    "version",
    "versions",
    "waiting",
    "wrong_with",
]


def draft(draft_id: UUID) -> Draft:
    """Return the draft with its author.

    Raises: Draft.DoesNotExist.
    """
    return Draft.objects.select_related("author", "approver").get(pk=draft_id)


def steps_of(draft: Draft) -> Steps:
    """Return which change of a draft is taken back next, and which is done again."""
    return steps(cast("list[tuple[int, Did]]", list(draft.texts.values_list("revision", "did"))))


def history(draft: Draft) -> list[DraftText]:
    """Return what was done with a draft and by whom, the newest first; without the texts, which are long."""
    return list(draft.texts.select_related("officer").defer("text").order_by("-revision"))


def told(reading: Reading, loc: Loc) -> str:
    """Return what a part of a draft is called."""
    return named(reading.data, loc, vocabulary(), reading.names.called).words


def words_at(reading: Reading, kind: str, place: Loc, part: dict[str, Any]) -> Callable[[Field, Any], str]:
    """Return what says a rule of a part in words; within a group its rules speak of the same row."""
    data = reading.data
    words = words_in(data, vocabulary())
    if len(place) > 4:
        words = words.within(str(data["sections"][place[1]]["questions"][place[3]].get("id", "")))
    judged = (words_of_checks(reading) or words) if kind == "check" else words
    if kind in {"people", "chosen"}:
        judged = words_of_person(reading, part)

    def say(field: Field, value: Any) -> str:
        if field.name == "who":
            return who_in_words(reading, part)
        if field.look == "expression":
            return say_value(value, judged) if value is not None else ""
        if field.look != "rule":
            return ""
        return say_claim(value, judged) if field.name == "assert" and value else in_words(value, judged)

    return say


def told_new(reading: Reading, kind: str, value: dict[str, Any]) -> str:
    """Return what a part is called that is about to be added."""
    value = value.get(parts.LEAVES.get(kind, ""), value)
    return called(kind, value, vocabulary(), asked=reading.names.called)


def writers(draft: Draft) -> list[str]:
    """Return who wrote on a draft, in the order in which they began."""
    return list(draft.hands.filter(role="wrote").values_list("officer__name", flat=True))
