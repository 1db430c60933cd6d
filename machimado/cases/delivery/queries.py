"""What is known of deliveries, as plain data."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from machimado.cases.applications.models import StoredFile, Submission
from machimado.cases.delivery.adapters import adapter_for
from machimado.cases.delivery.models import SENT, Attempt, Delivery, Worker
from machimado.cases.delivery.rules import machine, words
from machimado.cases.delivery.rules.contract import Attachment, Message, MessageRefused
from machimado.cases.delivery.rules.labels import label_of
from machimado.cases.delivery.rules.machine import AUTOMATIC, State
from machimado.ground.people.models import Officer

PAGE = 50
# Of a store's numbers: an address may name any.
LARGEST_NUMBER = 2**63 - 1
# On PostgreSQL a smaller id may be committed later than a larger one; by this much at the very most.
OVERLAP = 1000
# A worker that lives gives a sign every few seconds.
SILENT_AFTER = timedelta(seconds=20)


# --- for the worker --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidates:
    """Ids of submissions without a delivery, of deliveries that are due, and of those whose sender is overdue.

    To bury a sender takes no time, so those are not limited by what the worker's hands can take.
    """

    new: list[int]
    due: list[int]
    overdue: list[int]

    def __bool__(self) -> bool:
        return bool(self.new or self.due or self.overdue)


def candidates(*, at: datetime, limit: int, everything: bool = False) -> Candidates:
    """Return what may be worked on; `everything` looks for new submissions also far in the past."""
    due = Delivery.objects.filter(next_at__lte=at).order_by("next_at", "pk")
    states = list(due.values_list("pk", "state")[: limit + PAGE])
    return Candidates(
        new=_new(limit, everything),
        due=[number for number, state in states if state != State.SENDING][:limit],
        overdue=[number for number, state in states if state == State.SENDING],
    )


def with_contents(message: Message) -> Message:
    """Return the message with the contents of its attachments, as they were when it was submitted.

    Raises: MessageRefused where one is gone or changed: what the resident signed is not sent in parts.
    """
    if not message.attachments:
        return message
    kept = dict(
        StoredFile.objects.filter(pk__in=[file.file_id for file in message.attachments]).values_list(
            "pk", "content"
        )
    )
    return replace(message, attachments=tuple(_with_content(file, kept) for file in message.attachments))


def _with_content(file: Attachment, kept: "Mapping[UUID, bytes | memoryview[int]]") -> Attachment:
    content = bytes(kept.get(UUID(file.file_id), b""))
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise MessageRefused("attachment: stored file is missing or changed")
    return replace(file, content=content)


def _new(limit: int, everything: bool) -> list[int]:
    """Return submissions without a delivery. The usual look costs the same however long the past is."""
    submissions = Submission.objects.filter(delivery=None)
    if not everything:
        last = Delivery.objects.aggregate(last=Max("pk"))["last"] or 0
        submissions = submissions.filter(pk__gt=last - OVERLAP)
    return list(submissions.order_by("pk").values_list("pk", flat=True)[:limit])


def next_due() -> datetime | None:
    """Return when the next delivery is due."""
    due: datetime | None = Delivery.objects.filter(next_at__isnull=False).aggregate(at=Min("next_at"))["at"]
    return due


def ends_of(tokens: Iterable[str]) -> dict[str, datetime]:
    """Return until when each claim holds; those that are gone are left out."""
    held = Delivery.objects.filter(holder__in=list(tokens), next_at__isnull=False)
    return {holder: next_at for holder, next_at in held.values_list("holder", "next_at") if next_at}


# --- for the officer's screen ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the core did not take a field; `label` is what the question is called in the application."""

    field: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Status:
    """How the latest submission of an application stands; `tone` is wait, good, bad or person."""

    application: UUID
    delivery: int | None
    state: str
    label: str
    tone: str
    reason: str
    next_step: str
    since: datetime
    age: str
    is_late: bool
    next_at: datetime | None
    core_number: str
    field_reasons: tuple[Reason, ...]

    @property
    def is_accepted(self) -> bool:
        """Return whether the core has taken it."""
        return self.state == State.ACCEPTED

    @property
    def is_rejected(self) -> bool:
        """Return whether the core has sent it back."""
        return self.state == State.REJECTED

    @property
    def is_final(self) -> bool:
        """Return whether nothing more comes."""
        return self.state in machine.FINAL

    @property
    def may_correct(self) -> bool:
        """Return whether the officer may correct the application and submit a new round."""
        return self.is_rejected


def status_of(application_id: UUID, *, at: datetime | None = None) -> Status | None:
    """Return how it stands with an application's latest submission; nothing where none was made."""
    rounds = SENT.all(application_id)
    latest = max(rounds, key=lambda sent: sent.round, default=None)
    return _status(latest, at or timezone.now()) if latest else None


def statuses_within(lead_id: UUID, *, at: datetime) -> dict[UUID, Status]:
    """Return how it stands with each application that a life event was divided into, by its id."""
    sent = (
        Submission.objects.filter(application__within=lead_id)
        .select_related("delivery", "application__definition")
        .defer(
            "payload", "application__answers", "application__sources", "application__definition__definition"
        )
        .order_by("round")
    )
    return {one.application_id: _status(one, at) for one in sent}


def _status(submission: Submission, at: datetime) -> Status:
    """Return the status of a submission; the worker may not have seen it yet."""
    row: Delivery | None = getattr(submission, "delivery", None)
    now = row.progress() if row else machine.begin(submission.pk, submission.submitted_at)
    told = words.tell(now)
    return Status(
        application=submission.application_id,
        delivery=row.pk if row else None,
        state=now.state.value,
        label=told.label,
        tone=told.tone,
        reason=told.reason,
        next_step=told.next_step,
        since=now.since,
        age=words.age(at - now.since),
        is_late=words.is_late(now, at),
        next_at=now.next_at,
        core_number=now.core_number,
        field_reasons=_reasons(submission, now),
    )


def _reasons(submission: Submission, now: machine.Progress) -> tuple[Reason, ...]:
    frozen = submission.application.definition.definition if now.reasons else {}
    return tuple(Reason(one.field, label_of(frozen, one.field), one.reason) for one in now.reasons)


# --- for the pages of this room --------------------------------------------------------------------------------------


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
        untaken=len(_new(PAGE, everything=False)),
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
        field_reasons=_reasons(submission, now),
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
