"""What people come to an office for."""

from dataclasses import dataclass
from datetime import date

from machimado.cases.applications.models import Channel
from machimado.cases.applications.queries import habits
from machimado.cases.applications.rules.wording import say
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.form import Form
from machimado.ground.people.models import Office

# So many procedures stand open on the page beside the life events; the others are folded away.
OFTEN = 6


@dataclass(frozen=True, slots=True)
class Purpose:
    """A life event or a procedure that somebody may have come for; `key` chooses it where it has one."""

    id: str
    title: str
    summary: str
    words: str
    business_id: str
    business: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Purposes:
    """All that somebody may have come for: the life events, what the office has most to do with, and the others."""

    events: list[Purpose]
    often: list[Purpose]
    others: list[Purpose]

    def by_id(self) -> dict[str, Purpose]:
        """Return each by its id."""
        return {one.id: one for one in (*self.events, *self.often, *self.others)}


def purposes(office: Office, on: date, language: str = "ja") -> Purposes:
    """Return what residents come to this office for: life events first, then procedures, the most frequent first."""
    events = procedures.events_offered(on, channel="counter")
    forms = {form.id: form for form in procedures.offered(on, channel="counter")}
    ordered = [forms[choice.id] for choice in habits.choices(office, on, Channel.COUNTER)]
    keyed = [*events, *ordered[:OFTEN]]
    known = [_purpose(form, language, key) for form, key in zip(keyed, habits.KEYS, strict=False)]
    others = sorted((_purpose(form, language) for form in ordered[OFTEN:]), key=lambda one: one.business_id)
    return Purposes(known[: len(events)], known[len(events) :], others)


def _purpose(form: Form | Bundle, language: str, key: str = "") -> Purpose:
    title, summary = say(form.procedure.title, language), say(form.procedure.summary, language)
    business = procedures.business_of(form)
    name = "" if isinstance(form, Bundle) else procedures.business_name(form)
    return Purpose(form.id, title, summary, procedures.words_of(form), business, name, key)
