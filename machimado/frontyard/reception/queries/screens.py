"""What the screens in the hall show."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from machimado.frontyard.reception.models import Call
from machimado.ground.people.models import Office

# A display on a wall is read from afar.
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Called:
    """A number that stands on the display, and where its holder is to go."""

    id: int
    number: int
    window: int | None
    language: str


def called_now(office: Office | int, at: datetime) -> list[Called]:
    """Return whom the office calls or serves, the last call first; each once, and no more than a wall can show."""
    since = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    still = Call.objects.filter(office=office, at__gte=since, case__office=office, case__closed_at=None)
    found: dict[UUID, Called] = {}
    for one in still.exclude(case__officer=None).order_by("-id")[: SHOWN * 4]:
        found.setdefault(one.case_id, Called(one.pk, one.number, one.window, one.language))
    return list(found.values())[:SHOWN]
