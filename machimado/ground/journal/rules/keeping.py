"""How long the details of a line are kept."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

KEEP_DAYS = 5 * 366  # five years, the usual class of records about the handling of applications
JAPAN = ZoneInfo("Asia/Tokyo")


def keep_until(recorded_at: datetime) -> date:
    """Return the last day on which the details of a line recorded then are kept."""
    return recorded_at.astimezone(JAPAN).date() + timedelta(days=KEEP_DAYS)
