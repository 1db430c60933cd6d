"""Which procedures an office has most to do with, so that the keys under an officer's fingers are the short ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.db.models import Count

from machimado.cases.applications.models import Channel, Tally
from machimado.cases.applications.rules.figures import month_before
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.form import Form
from machimado.ground.people.models import Office

MONTHS = 3
# Letters that the pages need for themselves are left out: b h s t u y.
KEYS = "123456789acdefgijklmnopqrvwxz"
# So many stand on the page with their keys; the others are folded away.
OFTEN = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure to choose from; `key` chooses it."""

    id: str
    title: str
    key: str
    # By what it is found: its title as it is written and as it is read, and its business.
    words: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """All procedures to choose from: what the office often has to do with, and the others."""

    often: list[Choice]
    others: list[Choice]

    def __iter__(self) -> Iterator[Choice]:
        """Go through all of them."""
        return chain(self.often, self.others)

    @property
    def other_ids(self) -> set[str]:
        """The ids of those that are folded away."""
        return {choice.id for choice in self.others}


def choices(office: Office, on: date, channel: Channel) -> Choices:
    """Return the procedures that the channel offers, the office's most frequent first; these have a key.

    Counted are the whole months before this one: a key that fingers have learnt moves once a month at most.
    """
    forms = {form.id: form for form in procedures.offered(on, channel=channel)}
    often = _frequency(office, on)
    ordered = sorted(forms, key=lambda procedure: -often.get(procedure, 0))
    every = [
        _choice(forms[procedure], KEYS[place] if place < OFTEN else "")
        for place, procedure in enumerate(ordered)
    ]
    return Choices(every[:OFTEN], every[OFTEN:])


def _choice(form: Form, key: str) -> Choice:
    return Choice(form.id, form.procedure.title["ja"], key, procedures.words_of(form))


def _frequency(office: Office, on: date) -> dict[str, int]:
    month = f"{on:%Y-%m}"
    since, until = f"{month_before(month, MONTHS)}-01", f"{month}-01"
    recent = Tally.objects.filter(office=office, date__gte=since, date__lt=until)
    return dict(recent.values_list("procedure").annotate(Count("pk")))
