"""Which procedures an office has most to do with, so that the keys under an officer's fingers are the short ones."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from machimado.cases.applications.models import Channel, Tally
from machimado.cases.applications.rules.figures import month_before
from machimado.cases.procedures import queries as procedures
from machimado.ground.people.models import Office

MONTHS = 3
# Letters that the pages need for themselves are left out: b h s t u y.
KEYS = "123456789acdefgijklmnopqrvwxz"


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure to choose from; `key` chooses it."""

    id: str
    title: str
    key: str


def choices(office: Office, on: date, channel: Channel) -> list[Choice]:
    """Return the procedures that the channel offers, the office's most frequent first.

    Counted are the whole months before this one: a key that fingers have learnt moves once a month at most.
    """
    titles = {form.id: form.procedure.title["ja"] for form in procedures.offered(on, channel=channel)}
    often = _frequency(office, on)
    ordered = sorted(titles, key=lambda procedure: -often.get(procedure, 0))
    return [
        Choice(procedure, titles[procedure], KEYS[place] if place < len(KEYS) else "")
        for place, procedure in enumerate(ordered)
    ]


def _frequency(office: Office, on: date) -> dict[str, int]:
    month = f"{on:%Y-%m}"
    since, until = f"{month_before(month, MONTHS)}-01", f"{month}-01"
    recent = Tally.objects.filter(office=office, date__gte=since, date__lt=until)
    return dict(recent.values_list("procedure").annotate(Count("pk")))
