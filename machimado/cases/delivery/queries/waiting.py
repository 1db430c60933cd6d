"""What the worker has to do now."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Min

from machimado.cases.applications.models import StoredFile, Submission
from machimado.cases.delivery.models import Delivery
from machimado.cases.delivery.rules.contract import Attachment, Message, MessageRefused
from machimado.cases.delivery.rules.machine import State

# So many at once are shown on a page, and looked at beside what is sent.
PAGE = 50
# On PostgreSQL a smaller id may be committed later than a larger one; by this much at the very most.
OVERLAP = 1000


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
        new=untaken(limit, everything),
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


def untaken(limit: int, everything: bool) -> list[int]:
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
