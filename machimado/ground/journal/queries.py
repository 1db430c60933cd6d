from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from machimado.ground.journal.models import Detail, Entry
from machimado.ground.journal.rules.chain import Break, Line, breaks, hash_of_detail

PAGE = 100


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


def rows(
    *,
    actor: str = "",
    action: str = "",
    subject: str = "",
    case: str = "",
    since: date | None = None,
    until: date | None = None,
    before: int | None = None,
) -> list[Row]:
    """Return up to PAGE lines, newest first, of those that fit all the filters."""
    found = _filtered(actor=actor, action=action, subject=subject, case=case, since=since, until=until)
    if before is not None:
        found = found.filter(seq__lt=before)
    return [_row(entry) for entry in found.select_related("detail").order_by("-seq")[:PAGE]]


def _filtered(*, since: date | None, until: date | None, **exact: str) -> QuerySet[Entry]:
    found = Entry.objects.filter(**{name: value for name, value in exact.items() if value})
    if since:
        found = found.filter(recorded_at__date__gte=since)
    if until:
        found = found.filter(recorded_at__date__lte=until)
    return found


def _row(entry: Entry) -> Row:
    detail: Detail | None = getattr(entry, "detail", None)
    content = detail.content if detail else None
    return Row(entry.seq, entry.recorded_at, entry.actor, entry.action, entry.subject, entry.case, content)


def verify() -> Iterator[Break]:
    """Yield every place where the journal was changed: the chain itself, then the details that are still kept."""
    stored = Entry.objects.order_by("seq").iterator(chunk_size=5000)
    yield from breaks((_line(entry), entry.hash) for entry in stored)
    salt = settings.SECRET_KEY.encode()
    for detail in Detail.objects.select_related("entry").order_by("pk").iterator(chunk_size=5000):
        if hash_of_detail(detail.content, salt=salt) != detail.entry.detail_hash:
            yield Break(detail.entry.seq, "内容（詳細）が書き換えられています。")


def _line(entry: Entry) -> Line:
    return Line(**{name: getattr(entry, name) for name in Line.__slots__})


def head() -> tuple[int, str]:
    """Return the number and hash of the last line: what an auditor notes down to find a chain rewritten as a whole."""
    last = Entry.objects.order_by("-seq").values_list("seq", "hash").first()
    return last or (0, "")


def has_hash(value: str) -> bool:
    """Return whether a line of the journal has this hash."""
    return Entry.objects.filter(hash=value).exists()
