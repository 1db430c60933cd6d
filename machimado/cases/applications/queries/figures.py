"""The counts behind the figures: two queries that read one narrow index, whatever the period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, F, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Substr

from machimado.cases.applications.models import Channel, FrozenDefinition, Tally
from machimado.cases.applications.rules.figures import SECONDS_PER_TENTH, Cell, Key, month_before
from machimado.cases.procedures import queries as catalogue
from machimado.cases.procedures.rules.form import Form
from machimado.ground.people.models import Office


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a procedure costs on paper: an officer's minutes, fields that are typed again, and who says so."""

    minutes: float
    fields: int
    source: str


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure as the figures show it."""

    id: str
    title: str
    baseline: Baseline | None


def procedures(on: date, used: Iterable[str] = ()) -> dict[str, Procedure]:
    """Return the day's procedures by id, and those that were `used` but are no longer offered."""
    forms = (form for channel in Channel for form in catalogue.offered(on, channel=channel))
    offered = {form.id: _procedure(form) for form in forms}
    ended = [key for key in used if key not in offered]
    return offered | (_ended(ended) if ended else {})


def _ended(keys: Iterable[str]) -> dict[str, Procedure]:
    """Return procedures that are no longer offered, by the title of the last version that was used."""
    kept = FrozenDefinition.objects.filter(procedure__in=keys).order_by("version")
    titles = {key: key for key in keys} | dict(kept.values_list("procedure", "title"))
    return {key: Procedure(key, f"{title}（終了した手続）", None) for key, title in titles.items()}


def _procedure(form: Form) -> Procedure:
    paper = form.procedure.paper
    baseline = Baseline(paper.minutes, paper.fields, paper.source["ja"]) if paper else None
    return Procedure(form.id, form.procedure.title["ja"], baseline)


def cells(*, first: str, last: str, office: str = "", procedure: str = "") -> dict[Key, Cell]:
    """Return the counts of the months `first` to `last` (`2026-04`), by procedure, office and month; newest last.

    Counted is what was submitted, or booked as paper. `office` is a code.
    """
    offices = dict(Office.objects.values_list("pk", "code"))
    period = _period(first, last, office, procedure)
    counted: dict[Key, Cell] = {}
    for procedure_id, office_id, month, *counts in _counts(period):
        _count(counted.setdefault(Key(procedure_id, offices[office_id], month), Cell()), *counts)
    for procedure_id, office_id, month, tenths, count in _waits(period):
        counted[Key(procedure_id, offices[office_id], month)].wait_tenths[tenths] += count
    return dict(sorted(counted.items(), key=lambda pair: (pair[0].month, pair[0].office, pair[0].procedure)))


def _count(cell: Cell, channel: str, tenths: int | None, count: int, typed: int, rekeyed: int) -> None:
    if channel == Channel.PAPER:
        cell.paper += count
        return
    cell.paperless += count
    cell.typed_characters += typed
    cell.rekeyed_fields += rekeyed
    if tenths is not None:
        cell.officer_tenths[tenths] += count


def _period(first: str, last: str, office: str, procedure: str) -> QuerySet[Tally]:
    found = Tally.objects.filter(date__gte=f"{first}-01", date__lt=f"{month_before(last, -1)}-01")
    if office:
        found = found.filter(office__code=office)
    if procedure:
        found = found.filter(procedure=procedure)
    # A date as text is the same on both stores, and cutting it needs no function of Python's inside SQLite.
    return found.annotate(month=Substr(Cast("date", CharField()), 1, 7))


def _counts(period: QuerySet[Tally]) -> Iterable[tuple[Any, ...]]:
    """Return rows of procedure, office, month, channel, officer's tenths of a minute, and three sums."""
    return (
        period.annotate(tenths=_tenths("officer_seconds"))
        .values_list("procedure", "office_id", "month", "channel", "tenths")
        .annotate(times=Count("*"), typed=Sum("typed_characters"), rekeyed=Sum("rekeyed_fields"))
    )


def _waits(period: QuerySet[Tally]) -> Iterable[tuple[Any, ...]]:
    """Return rows of procedure, office, month, tenths of a minute waited, and how often."""
    return (
        period.filter(wait_seconds__isnull=False)
        .annotate(tenths=_tenths("wait_seconds"))
        .values_list("procedure", "office_id", "month", "tenths")
        .annotate(times=Count("*"))
    )


def _tenths(seconds: str) -> Combinable:
    """Return seconds as tenths of a minute, rounded; whole numbers divide to whole numbers on both stores."""
    return (F(seconds) + SECONDS_PER_TENTH // 2) / SECONDS_PER_TENTH
