"""The city's file of machines of others, and how often they were used, as plain data."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings
from django.utils import timezone

from machimado.cases.terminals.models import MonthlyCount
from machimado.cases.terminals.rules.counts import Row
from machimado.cases.terminals.rules.definition import NotReadable, Terminal, Text, clock, is_open, read

NAME = "terminals"


def terminals() -> tuple[Terminal, ...]:
    """Return the city's machines of others. Raises: NotReadable."""
    file = (settings.CITY_FOLDER / NAME).with_suffix(".yaml")
    try:
        changed = file.stat().st_mtime_ns
    except FileNotFoundError:
        return ()
    return _read(file, changed)


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> tuple[Terminal, ...]:
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise NotReadable(f"{file.name} を読めません: {error}") from error
    return read(data).terminals


@dataclass(frozen=True, slots=True)
class OfferedService:
    """What can be done at a machine, in the reader's language."""

    what: str
    fee: int | None
    closes: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """A machine as residents are shown it, in their language."""

    id: str
    name: str
    operator: str
    where: str
    hours: str
    on_weekdays: bool
    closed: str
    needs: str
    until: date | None
    url: str
    services: tuple[OfferedService, ...]


def offered(*, at: datetime, language: str) -> tuple[Offered, ...]:
    """Return the machines that are offered on that day; none where the file cannot be read, which `machimado terminals check` tells."""
    now = timezone.localtime(at)
    try:
        known = terminals()
    except NotReadable:
        return ()
    return tuple(
        _offered(one, now, language) for one in known if one.until is None or now.date() <= one.until
    )


def _offered(one: Terminal, now: datetime, language: str) -> Offered:
    return Offered(
        id=one.id,
        name=_say(one.name, language),
        operator=_say(one.operator, language),
        where=_say(one.where, language),
        hours=f"{clock(one.hours.opens)}–{clock(one.hours.closes)}",
        on_weekdays=one.hours.days == "weekdays",
        closed=_say(one.hours.closed, language),
        needs=_say(one.needs, language),
        until=one.until,
        url=one.url or "",
        services=tuple(
            OfferedService(
                what=_say(service.what, language),
                fee=service.fee,
                closes=clock(service.closes) if service.closes else "",
                is_open=is_open(one, service, now),
            )
            for service in one.services
        ),
    )


def _say(text: Text | None, language: str) -> str:
    return (text.get(language) or text["ja"]) if text else ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a report changes: a count that was not there (`before` is None), or is another one now."""

    terminal: str
    service: str
    month: str
    before: int | None
    count: int


def changes(rows: Iterable[Row]) -> list[Change]:
    """Return what a report changes, in words."""
    there = {(one.terminal, one.service, one.month): one.count for one in MonthlyCount.objects.all()}
    names = _names()
    found = []
    for row in rows:
        before = there.get((row.terminal, row.service, row.month))
        if before != row.count:
            terminal, service = names.get((row.terminal, row.service), (row.terminal, row.service))
            found.append(Change(terminal, service, row.month, before, row.count))
    return found


def _names() -> dict[tuple[str, str], tuple[str, str]]:
    try:
        known = terminals()
    except NotReadable:
        return {}
    return {
        (one.id, service.id): (one.name["ja"], service.what["ja"])
        for one in known
        for service in one.services
    }


@dataclass(frozen=True, slots=True)
class Line:
    """A service and its counts, one for each month of the table (None: not reported)."""

    terminal: str
    service: str
    counts: tuple[int | None, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Table:
    """Counts of the latest months."""

    months: tuple[str, ...]
    lines: tuple[Line, ...]


def table(*, months: int = 12) -> Table:
    """Return the counts of the latest months for which there are any."""
    rows = list(MonthlyCount.objects.all())
    shown = tuple(sorted({row.month for row in rows})[-months:])
    each: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for row in rows:
        each[row.terminal, row.service][row.month] = row.count
    names: Mapping[tuple[str, str], tuple[str, str]] = _names()
    return Table(
        shown,
        tuple(
            Line(
                *names.get(key, key),
                counts=tuple(by_month.get(month) for month in shown),
                total=sum(by_month.get(month, 0) for month in shown),
            )
            for key, by_month in sorted(each.items())
        ),
    )
