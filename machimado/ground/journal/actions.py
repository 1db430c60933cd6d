from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from machimado.ground.journal.models import DETAILS, ENTRIES, Detail, Entry
from machimado.ground.journal.rules.chain import FIRST, Line, hash_of, hash_of_detail
from machimado.ground.journal.rules.keeping import KEEP_DAYS, keep_until

SYSTEM = "system"


def record(
    *,
    by: object | None,
    action: str,
    subject: str = "",
    case: str = "",
    detail: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Entry:
    """Write a line in the transaction of what it tells about; call it last, since it orders all writers.

    `by` is an officer (its opaque id is kept), a word such as "resident", or None for the system itself.
    `subject` and `case` are opaque ids. `detail` may name people; it is kept apart.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "record() belongs into the transaction of what it records."
        )
    content = dict(detail or {})
    line = _next_line(by=by, action=action, subject=subject, case=case, content=content, at=at)
    entry = Entry(hash=hash_of(line), **{name: getattr(line, name) for name in line.__slots__})
    ENTRIES.add(entry)
    if content:
        DETAILS.add(Detail(entry=entry, content=content, keep_until=keep_until(entry.recorded_at)))
    return entry


def _next_line(
    *,
    by: object | None,
    action: str,
    subject: str,
    case: str,
    content: Mapping[str, Any],
    at: datetime | None,
) -> Line:
    _take_turns()
    last = _last()
    return Line(
        seq=last[0] + 1,
        recorded_at=at or timezone.now(),
        actor=actor_id(by),
        action=action,
        subject=subject,
        case=case,
        detail_hash=hash_of_detail(content, salt=settings.SECRET_KEY.encode()),
        previous_hash=last[1],
    )


def _last() -> tuple[int, str]:
    """Return the number and the hash of the newest line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM journal_entry ORDER BY seq DESC LIMIT 1")
        return cursor.fetchone() or (0, FIRST)


def _take_turns() -> None:
    """Let one writer at a time append. SQLite's write transactions already take turns."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('machimado.journal'))")


def actor_id(by: object | None) -> str:
    """Return the opaque id of who acts."""
    if by is None:
        return SYSTEM
    return by if isinstance(by, str) else str(by.pk)  # type: ignore[attr-defined]


@transaction.atomic
def forget(*, today: date) -> int:
    """Delete the details whose time is over; return how many. The chain still holds."""
    # The line's own time decides as well: the chain protects it, and nothing protects `keep_until`.
    first_kept = timezone.make_aware(datetime.combine(today - timedelta(days=KEEP_DAYS), time.min))
    return Detail.objects.filter(keep_until__lt=today, entry__recorded_at__lt=first_kept).delete()[0]
