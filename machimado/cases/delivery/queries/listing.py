"""What the pages of this room show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, Min, QuerySet

from machimado.cases.delivery.adapters import adapter_for
from machimado.cases.delivery.models import Attempt, Delivery, Worker
from machimado.cases.delivery.queries.standing import Reason, reasons
from machimado.cases.delivery.queries.waiting import PAGE, untaken
from machimado.cases.delivery.rules import machine, words
from machimado.cases.delivery.rules.machine import AUTOMATIC, State
from machimado.ground.people.models import Officer

# Of a store's numbers: an address may name any.
LARGEST_NUMBER = 2**63 - 1
# A worker that lives gives a sign every few seconds.
SILENT_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many deliveries are in a state, and since when the oldest."""

    state: str
    label: str
    tone: str
    count: int
    oldest: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All deliveries at a glance. `untaken` submissions were not yet seen by a worker."""

    states: list[StateCount]
    untaken: int
    waiting_for_person: int
    late: int
    worker: str  # empty where a worker is alive and well; otherwise a sentence


def overview(*, at: datetime) -> Overview:
    """Return counts and oldest ages by state, and whether the worker lives."""
    found = Delivery.objects.values("state").annotate(count=Count("pk"), oldest=Min("since"))
    counts = {row["state"]: (row["count"], row["oldest"]) for row in found.order_by()}
    return Overview(
        states=[_count(state, *counts[state], at) for state in State if state in counts],
        untaken=len(untaken(PAGE, everything=False)),
        waiting_for_person=sum(counts[state][0] for state in machine.FOR_PERSON if state in counts),
        late=_late(at),
        worker=worker_trouble(at=at),
    )


def _count(state: State, count: int, oldest: datetime, at: datetime) -> StateCount:
    return StateCount(state.value, words.LABELS[state], words.tone(state), count, words.age(at - oldest))


def _late(at: datetime) -> int:
    automatic = AUTOMATIC - {State.PENDING}
    return Delivery.objects.filter(state__in=automatic, since__lt=at - words.LATE).count()


def worker_trouble(*, at: datetime) -> str:
    """Return why nothing is delivered at the moment, or nothing where a worker lives."""
    last = Worker.objects.filter(stopped_at=None).order_by("-seen_at").first()
    if last is None:
        return "配送係が動いていません。申請は失われません。情報システムの担当に、配送係（machimado worker）の起動を依頼してください。"
    if at - last.seen_at > SILENT_AFTER:
        silent = words.age(at - last.seen_at)
        return f"配送係から {silent} 応答がありません。申請は失われません。情報システムの担当に連絡してください。"
    return last.trouble


def config_problems() -> list[str]:
    """Return what is wrong with the way into the core system, a sentence each."""
    try:
        return list(adapter_for("").check_config())
    except ImproperlyConfigured as problem:
        return [str(problem)]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list of deliveries; names nobody."""

    id: int
    reference: str
    procedure: str
    office: str
    state: str
    label: str
    tone: str
    since: datetime
    age: str
    is_late: bool
    next_step: str
    next_at: datetime | None
    core_number: str
    sends: int


def rows(*, at: datetime, state: str = "", reference: str = "", before: int | None = None) -> list[Row]:
    """Return up to PAGE + 1 deliveries, newest first: one more than a page shows tells that there are more."""
    found = _with_application(Delivery.objects.all())
    if state:
        found = found.filter(state=state)
    if reference:
        found = found.filter(reference__startswith=reference)
    if before is not None:
        found = found.filter(pk__lt=before)
    return [_row(row, at) for row in found.order_by("-pk")[: PAGE + 1]]


def _with_application(found: QuerySet[Delivery]) -> QuerySet[Delivery]:
    related = found.select_related(
        "submission__application__case__office", "submission__application__definition"
    )
    return related.defer(
        "submission__payload",
        "submission__application__answers",
        "submission__application__definition__definition",
    )


def _row(row: Delivery, at: datetime) -> Row:
    now, application = row.progress(), row.submission.application
    told = words.tell(now)
    return Row(
        id=row.pk,
        reference=row.reference,
        procedure=application.definition.title,
        office=application.case.office.short_name,
        state=row.state,
        label=told.label,
        tone=told.tone,
        since=row.since,
        age=words.age(at - row.since),
        is_late=words.is_late(now, at),
        next_step=told.next_step,
        next_at=row.next_at,
        core_number=row.core_number,
        sends=row.sends,
    )


@dataclass(frozen=True, slots=True)
class Details:
    """All that is known of one delivery, for somebody who has to decide."""

    row: Row
    reason: str
    case: UUID
    case_number: int | None
    opened_date: Any
    resident: str
    resident_number: str
    officer: str
    submitted_at: datetime
    field_reasons: tuple[Reason, ...]
    attempts: list["Line"]
    may_be_sent_again_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """An attempt as an officer reads it."""

    kind: str
    outcome: str
    started_at: datetime
    ended_at: datetime
    milliseconds: int
    core_number: str
    note: str
    who: str


def details(delivery: Delivery, *, at: datetime) -> Details:
    """Return all that is known of a delivery."""
    submission = delivery.submission
    case, now = submission.application.case, delivery.progress()
    told = words.tell(now)
    settles_at = machine.settles_at(now, adapter_for(delivery.system).core())
    return Details(
        row=_row(delivery, at),
        reason=told.reason,
        case=case.pk,
        case_number=case.number,
        opened_date=case.opened_date,
        resident=case.resident.name_text if case.resident else "",
        resident_number=case.resident.resident_number if case.resident else "",
        officer=case.officer.name if case.officer else "",
        submitted_at=submission.submitted_at,
        field_reasons=reasons(submission, now),
        attempts=_attempts(delivery),
        may_be_sent_again_at=settles_at if settles_at and settles_at > at else None,
    )


def _attempts(delivery: Delivery) -> list[Line]:
    return [_line(attempt) for attempt in delivery.attempts.select_related("officer").order_by("-pk")]


def _line(attempt: Attempt) -> Line:
    officer: Officer | None = attempt.officer
    took = attempt.ended_at - attempt.started_at
    return Line(
        kind=attempt.get_kind_display(),
        outcome=attempt.get_outcome_display(),
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        milliseconds=round(took.total_seconds() * 1000),
        core_number=attempt.core_number,
        note=attempt.note,
        who=officer.name if officer else f"配送係 {attempt.worker}".strip(),
    )


def find(number: int) -> Delivery | None:
    """Return a delivery with what its page shows."""
    if number > LARGEST_NUMBER:
        return None
    found = _with_application(Delivery.objects.filter(pk=number))
    return found.select_related(
        "submission__application__case__office",
        "submission__application__definition",
        "submission__application__case__resident",
        "submission__application__case__officer",
    ).first()
