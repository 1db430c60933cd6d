"""How an application stands on its way to the core system, for whoever serves or applies."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from machimado.cases.applications.models import Submission
from machimado.cases.delivery.models import SENT, Delivery
from machimado.cases.delivery.rules import machine, words
from machimado.cases.delivery.rules.labels import label_of
from machimado.cases.delivery.rules.machine import State


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
        field_reasons=reasons(submission, now),
    )


def reasons(submission: Submission, now: machine.Progress) -> tuple[Reason, ...]:
    """Return why the core system sent it back, by the fields that it names."""
    frozen = submission.application.definition.definition if now.reasons else {}
    return tuple(Reason(one.field, label_of(frozen, one.field), one.reason) for one in now.reasons)
