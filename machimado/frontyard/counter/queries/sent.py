"""What became of what was sent: its parts, and what it cost beside paper."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import (
    TALLY_OF,
    Application,
    Tally,
)
from machimado.cases.delivery import queries as delivery
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.definition import Paper
from machimado.frontyard.counter.queries.cases import _with_titles


@dataclass(frozen=True, slots=True)
class Effort:
    """What a finished application cost, beside the same on paper (the procedure's baseline)."""

    minutes: str
    typed_characters: int
    rekeyed_fields: int
    paper_minutes: float | None
    paper_fields: int | None


def effort(application: Application) -> Effort | None:
    """Return what the application cost, once it was sent."""
    if application.state != Application.State.SUBMITTED:
        return None
    form = cases.form_of(application)
    found = TALLY_OF.find(application.pk)
    if found is None and isinstance(form, Bundle):
        return _effort_together(form, list(Tally.objects.filter(application__within=application)))
    return None if found is None else _effort([found], [form.procedure.paper])


def _effort_together(form: Bundle, tallies: list[Tally]) -> Effort | None:
    """Return what the applications of a life event cost together."""
    papers = [form.members[one.procedure].form.procedure.paper for one in tallies]
    return _effort(tallies, papers) if tallies else None


def _effort(tallies: list[Tally], papers: list[Paper | None]) -> Effort:
    seconds = [one.officer_seconds for one in tallies if one.officer_seconds is not None]
    baselines = [one for one in papers if one is not None]
    return Effort(
        minutes=f"{sum(seconds) / 60:.1f}" if seconds else "－",
        typed_characters=sum(one.typed_characters for one in tallies),
        rekeyed_fields=sum(one.rekeyed_fields for one in tallies),
        paper_minutes=sum(one.minutes for one in baselines) if baselines else None,
        paper_fields=sum(one.fields for one in baselines) if baselines else None,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One application that a life event was divided into, and how it stands with it."""

    id: UUID
    title: str
    reference: str
    status: delivery.Status | None

    @property
    def needs_somebody(self) -> bool:
        """Whether the core has sent it back, or a person has to decide."""
        return self.status is not None and (self.status.is_rejected or self.status.tone == "person")


def parts(application: Application, *, at: datetime) -> list[Part]:
    """Return the applications that a life event was divided into; nothing before it was sent."""
    form = cases.form_of(application)
    if application.state != Application.State.SUBMITTED or not isinstance(form, Bundle):
        return []
    places = {name: place for place, name in enumerate(form.members)}
    sent = sorted(
        _with_titles().filter(within=application.pk).exclude(state=Application.State.CANCELLED),
        key=lambda one: places.get(one.procedure, len(places)),
    )
    states = delivery.statuses_within(application.pk, at=at) if sent else {}
    return [Part(one.pk, one.definition.title, one.reference, states.get(one.pk)) for one in sent]
