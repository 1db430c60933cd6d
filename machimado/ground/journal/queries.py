from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from machimado.ground.journal.models import Detail, Entry
from machimado.ground.journal.rules.chain import FIRST, Break, Line, breaks, hash_of_detail
from machimado.ground.journal.rules.keeping import keep_until

PAGE = 100
CHANGED_DETAIL = "内容（詳細）が書き換えられています。"
MISSING_DETAIL = "保存期限の前に、内容（詳細）が消されています。"


@dataclass(frozen=True, slots=True)
class Row:
    """A line as an auditor reads it."""

    seq: int
    recorded_at: datetime
    actor: str
    action: str
    subject: str
    case: str
    content: dict[str, Any] | None
    hash: str
    # There were details, and their time is over.
    is_forgotten: bool


def rows(
    *,
    actor: str = "",
    action: str = "",
    subject: str = "",
    case: str = "",
    since: date | None = None,
    until: date | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Row]:
    """Return up to `limit` lines, newest first, of those that fit all the filters; days are inclusive."""
    found = _filtered(actor=actor, action=action, subject=subject, case=case, since=since, until=until)
    if before is not None:
        found = found.filter(seq__lt=before)
    return [_row(entry) for entry in found.select_related("detail").order_by("-seq")[:limit]]


def _filtered(*, since: date | None, until: date | None, **exact: str) -> QuerySet[Entry]:
    found = Entry.objects.filter(**{name: value for name, value in exact.items() if value})
    # Bounds of time, not of the date in it: those the store finds by its index.
    if since:
        found = found.filter(recorded_at__gte=_midnight(since))
    if until:
        found = found.filter(recorded_at__lt=_midnight(until + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _row(entry: Entry) -> Row:
    detail: Detail | None = getattr(entry, "detail", None)
    return Row(
        seq=entry.seq,
        recorded_at=entry.recorded_at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        case=entry.case,
        content=detail.content if detail else None,
        hash=entry.hash,
        is_forgotten=detail is None and entry.detail_hash != _hash_of_nothing(),
    )


def _hash_of_nothing() -> str:
    return hash_of_detail({}, salt=settings.SECRET_KEY.encode())


@dataclass(frozen=True, slots=True)
class Part:
    """What a look at a part of the journal found: up to which line it went, how many it read, and what is broken."""

    reached: int
    count: int
    broken: list[Break]


def verify_part(*, after: int, size: int, today: date | None = None) -> Part:
    """Verify up to `size` lines behind line `after`, with their details; a part with no lines is the end.

    All parts one after the other verify the same as `verify` does.
    """
    before = Entry.objects.filter(seq=after).values_list("seq", "hash").first() or (0, FIRST)
    entries = list(Entry.objects.filter(seq__gt=after).select_related("detail").order_by("seq")[:size])
    broken = list(breaks(((_line(entry), entry.hash) for entry in entries), after=before))
    broken += _wrong_details(entries, today or timezone.localdate())
    return Part(entries[-1].seq if entries else after, len(entries), broken)


def verify(*, today: date | None = None) -> Iterator[Break]:
    """Yield every place where the journal was changed: the chain itself, then the details that must still be kept."""
    stored = Entry.objects.order_by("seq").iterator(chunk_size=5000)
    yield from breaks((_line(entry), entry.hash) for entry in stored)
    with_details = Entry.objects.select_related("detail").order_by("seq").iterator(chunk_size=5000)
    yield from _wrong_details(with_details, today or timezone.localdate())


def _wrong_details(entries: Iterable[Entry], today: date) -> Iterator[Break]:
    """Yield each line whose details are not what was recorded, or went although their time is not over.

    How long they are kept follows from the line's own time, which the chain protects.
    """
    salt, nothing = settings.SECRET_KEY.encode(), _hash_of_nothing()
    for entry in entries:
        detail: Detail | None = getattr(entry, "detail", None)
        if detail and hash_of_detail(detail.content, salt=salt) != entry.detail_hash:
            yield Break(entry.seq, CHANGED_DETAIL)
        elif not detail and entry.detail_hash != nothing and keep_until(entry.recorded_at) >= today:
            yield Break(entry.seq, MISSING_DETAIL)


def _line(entry: Entry) -> Line:
    return Line(**{name: getattr(entry, name) for name in Line.__slots__})


def head() -> tuple[int, str]:
    """Return the number and hash of the last line: what an auditor notes down to find a chain rewritten as a whole."""
    last = Entry.objects.order_by("-seq").values_list("seq", "hash").first()
    return last or (0, "")


def has_hash(value: str) -> bool:
    """Return whether a line of the journal has this hash."""
    return Entry.objects.filter(hash=value).exists()
