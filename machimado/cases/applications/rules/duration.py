"""How long a step took, in whole seconds, from the stamps of a case."""

from datetime import datetime


def wait_seconds(arrived_at: datetime | None, called_at: datetime) -> int | None:
    """Return how long the resident waited; None for whoever came straight to a desk (both at the same moment)."""
    if arrived_at is None or called_at <= arrived_at:
        return None
    return _seconds(arrived_at, called_at)


def officer_seconds(
    called_at: datetime | None, last_sent_at: datetime | None, submitted_at: datetime
) -> int | None:
    """Return how long an officer worked on one application; None where nobody was called for it.

    The time runs from the call, or from the moment the case's previous application was sent (`last_sent_at`): so the
    times of a case's applications add up to the time of the case.
    """
    if called_at is None:
        return None
    return _seconds(max(called_at, last_sent_at or called_at), submitted_at)


def parted(whole: int, number: int) -> list[int]:
    """Divide a whole into as equal parts as integers allow, the larger ones first; they add up to it."""
    least, over = divmod(whole, number)
    return [least + 1] * over + [least] * (number - over)


def _seconds(start: datetime, end: datetime) -> int:
    return max(round((end - start).total_seconds()), 0)
