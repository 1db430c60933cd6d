"""All procedures with their versions and drafts: what is written, what waits, what will take effect."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from machimado.cases.authoring.models import Draft, Hand
from machimado.cases.authoring.queries.reading import read, versions
from machimado.cases.authoring.rules.saying import said
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Triage, form_of
from machimado.ground.people.models import Officer

EVENTS = "ライフイベント（まとめて受け付ける手続）"
OPEN = (Draft.State.EDITING, Draft.State.PROPOSED)


@dataclass(frozen=True, slots=True)
class Listed:
    """A procedure with its versions, and its open draft."""

    id: str
    title: str
    business: str
    versions: tuple[tuple[int, str], ...]
    drafts: tuple[Draft, ...]
    words: str
    # Whether one of the drafts is of whoever looks.
    is_mine: bool = False


def listed(officer: Officer, drafts: Iterable[Draft]) -> list[Listed]:
    """Return all procedures, those of one business together, and the life events, with the drafts that are open."""
    by_procedure: dict[str, list[Draft]] = {}
    for one in drafts:
        by_procedure.setdefault(one.procedure, []).append(one)
    everything: list[tuple[Form | Triage, ...]] = [*procedures.everything(), *procedures.every_event()]
    found = [_listed(each, tuple(by_procedure.pop(form_of(each[-1]).id, ()))) for each in everything]
    found += [_new(each) for each in by_procedure.values()]
    return [replace(one, is_mine=any(draft.author_id == officer.pk for draft in one.drafts)) for one in found]


def _listed(each: tuple[Form | Triage, ...], drafts: tuple[Draft, ...]) -> Listed:
    newest = form_of(each[-1])
    is_event = isinstance(each[-1], Triage)
    return Listed(
        newest.id,
        newest.procedure.title["ja"],
        EVENTS if is_event else procedures.business_name(newest),
        tuple(
            (form_of(one).version, form_of(one).procedure.version.effective_from) for one in reversed(each)
        ),
        drafts,
        f"{EVENTS} {newest.procedure.title['ja']}" if is_event else procedures.words_of(newest),
    )


def _new(drafts: list[Draft]) -> Listed:
    title = _title(drafts[0])
    name = drafts[0].procedure
    return Listed(name, title, "新しい手続", (), tuple(drafts), f"{title} {name}")


def _title(draft: Draft) -> str:
    """Return what a draft's procedure is called: in force, or in the draft where it is new."""
    found = versions(draft.procedure)
    if found:
        return form_of(found[-1]).procedure.title["ja"]
    return said(read(draft.text).data, "title") or draft.procedure


def open_drafts() -> list[Draft]:
    """Return the drafts that are being written or wait for somebody, with who wrote on them."""
    return list(
        Draft.objects.filter(state__in=OPEN).select_related("author").prefetch_related("hands__officer")
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft that waits to be let through: who wrote on it, and whether whoever looks may do so."""

    draft: Draft
    title: str
    writers: tuple[str, ...]
    may_approve: bool


def waiting(officer: Officer, drafts: Iterable[Draft]) -> list[Waiting]:
    """Return what waits for a second officer, what comes first first."""
    proposed = [draft for draft in drafts if draft.state == Draft.State.PROPOSED]
    return [_waiting(officer, draft) for draft in sorted(proposed, key=lambda one: str(one.effective_date))]


def _waiting(officer: Officer, draft: Draft) -> Waiting:
    wrote = [hand.officer for hand in draft.hands.all() if hand.role == Hand.Role.WROTE]
    return Waiting(draft, _title(draft), tuple(one.name for one in wrote), may_approve=officer not in wrote)


@dataclass(frozen=True, slots=True)
class Coming:
    """A version that is not in force yet: from when, and the draft that it was."""

    day: str
    title: str
    number: int
    draft: Draft | None


def coming(on: date) -> list[Coming]:
    """Return the versions that will take effect after a day, the next one first."""
    everything: list[tuple[Form | Triage, ...]] = [*procedures.everything(), *procedures.every_event()]
    later = [form_of(one) for each in everything for one in each if _since(one) > on.isoformat()]
    published = Draft.objects.filter(state=Draft.State.PUBLISHED, effective_date__gt=on).select_related(
        "approver"
    )
    drafts = {(draft.procedure, str(draft.effective_date)): draft for draft in published}
    found = [
        Coming(day := _since(form), form.procedure.title["ja"], form.version, drafts.get((form.id, day)))
        for form in later
    ]
    return sorted(found, key=lambda one: (one.day, one.title))


def _since(one: Form | Triage) -> str:
    return form_of(one).procedure.version.effective_from
