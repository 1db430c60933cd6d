"""実績: what was received without paper and what it cost, beside paper; as a page and as CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from machimado.cases.applications.permissions import SERVING
from machimado.cases.applications.queries import figures as queries
from machimado.cases.applications.queries.figures import Baseline, Procedure
from machimado.cases.applications.rules.figures import (
    Cell,
    Key,
    month_before,
    months_between,
    roll_up,
    total,
)
from machimado.ground.people import permissions
from machimado.ground.people.models import Office
from machimado.ground.ui import sheets

# Source: 鶴岡市, results of its first four months (December 2024 to March 2025), as published by the city.
FIRST_CITY_PERCENT = 27.1
MONTHS_TO_CHOOSE = 60
MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """What the figures are asked for. Empty is all; months are inclusive."""

    first: str
    last: str
    office: str
    procedure: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the page: what it is about, its counts, and what the same would cost on paper."""

    title: str
    cell: Cell
    baseline: Baseline | None = None

    @property
    def difference(self) -> float | None:
        """Return the officer's median minutes less those on paper: negative is faster than paper."""
        if self.baseline is None or self.cell.officer is None:
            return None
        return self.cell.officer.median - self.baseline.minutes


@permissions.officers(*SERVING)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the figures of a period."""
    today = timezone.localdate()
    choice = _choice(request, today)
    cells = queries.cells(
        first=choice.first, last=choice.last, office=choice.office, procedure=choice.procedure
    )
    procedures = queries.procedures(today, {key.procedure for key in cells})
    offices = dict(Office.objects.values_list("code", "short_name"))
    everything = total(cells.values())
    by_month = _by_month(cells, choice)
    context = {
        "choice": choice,
        "months": months_between(month_before(_month(today), MONTHS_TO_CHOOSE - 1), _month(today))[::-1],
        "offices": offices,
        "procedures": procedures.values(),
        "everything": Line("全体", everything, _weighted(cells, procedures)),
        "by_procedure": _by_procedure(cells, procedures),
        "by_office": _by_office(cells, offices),
        "by_month": by_month,
        "top_percent": _top_percent(by_month),
        "first_city_percent": FIRST_CITY_PERCENT,
        "query": request.GET.urlencode(),
    }
    return render(request, "applications/figures.html", context)


@permissions.officers(*SERVING)
@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Hand out the counts by month, office and procedure as CSV."""
    today = timezone.localdate()
    choice = _choice(request, today)
    cells = queries.cells(
        first=choice.first, last=choice.last, office=choice.office, procedure=choice.procedure
    )
    procedures = queries.procedures(today, {key.procedure for key in cells})
    offices = dict(Office.objects.values_list("code", "short_name"))
    rows = _rows(cells, procedures, offices)
    return sheets.download(f"実績_{choice.first}_{choice.last}.csv", HEADER, rows)


def _choice(request: HttpRequest, today: date) -> Choice:
    """Return what was asked for; what cannot be is replaced by the last twelve months of everything."""
    last = _as_month(request.GET.get("last", "")) or _month(today)
    first = _as_month(request.GET.get("first", "")) or month_before(last, MONTHS_SHOWN - 1)
    first, last = sorted((first, last))
    office, procedure = request.GET.get("office", ""), request.GET.get("procedure", "")
    return Choice(first, last, office[:50], procedure[:80])


def _as_month(text: str) -> str:
    try:
        return _month(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return ""


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _weighted(cells: dict[Key, Cell], procedures: dict[str, Procedure]) -> Baseline | None:
    """Return what the applications without paper would have cost on paper, each procedure as often as it occurred."""
    counted = [
        (cell.paperless, found)
        for key, cell in roll_up(cells, lambda key: key.procedure).items()
        if cell.paperless and (found := procedures[key].baseline)
    ]
    count = sum(times for times, _ in counted)
    if not count:
        return None
    minutes = sum(times * each.minutes for times, each in counted) / count
    fields = round(sum(times * each.fields for times, each in counted) / count)
    return Baseline(minutes, fields, "")


def _by_procedure(cells: dict[Key, Cell], procedures: dict[str, Procedure]) -> list[Line]:
    """Return the procedures that occurred, the most frequent first."""
    sums = roll_up(cells, lambda key: key.procedure)
    lines = [Line(procedures[key].title, cell, procedures[key].baseline) for key, cell in sums.items()]
    return sorted(lines, key=lambda line: -line.cell.applications)


def _by_office(cells: dict[Key, Cell], offices: dict[str, str]) -> list[Line]:
    sums = roll_up(cells, lambda key: key.office)
    return [Line(name, sums[code]) for code, name in offices.items() if code in sums]


def _by_month(cells: dict[Key, Cell], choice: Choice) -> list[Line]:
    """Return every month of the period, those in which nothing came included."""
    sums = roll_up(cells, lambda key: key.month)
    return [Line(month, sums.get(month, Cell())) for month in months_between(choice.first, choice.last)]


def _top_percent(lines: list[Line]) -> int:
    """Return where the chart ends: the first of 40, 60, 80 and 100 that every month stays below."""
    highest = max((line.cell.share or 0 for line in lines), default=0)
    return next((top for top in (40, 60, 80) if highest < top), 100)


HEADER = (
    "月",
    "拠点",
    "手続",
    "申請件数",
    "うち紙を使わない件数",
    "紙を使わない割合（%）",
    "職員の所要時間 件数",
    "職員の所要時間 第1四分位（分）",
    "職員の所要時間 中央値（分）",
    "職員の所要時間 第3四分位（分）",
    "紙の基準（分）",
    "入力文字数（紙を使わない1件あたり）",
    "再入力項目数（紙を使わない1件あたり）",
    "紙の基準（書き写す項目数）",
    "待ち時間 件数",
    "待ち時間 中央値（分）",
)


def _rows(
    cells: dict[Key, Cell], procedures: dict[str, Procedure], offices: dict[str, str]
) -> Iterator[list[sheets.Value]]:
    for key, cell in cells.items():
        procedure = procedures[key.procedure]
        baseline = procedure.baseline
        yield [
            key.month,
            offices[key.office],
            procedure.title,
            cell.applications,
            cell.paperless,
            _rounded(cell.share),
            *_spread_values(cell),
            baseline.minutes if baseline else None,
            _rounded(cell.typed_each),
            _rounded(cell.rekeyed_each, 2),
            baseline.fields if baseline else None,
            cell.waiting.count if cell.waiting else 0,
            _rounded(cell.waiting.median) if cell.waiting else None,
        ]


def _spread_values(cell: Cell) -> list[sheets.Value]:
    found = cell.officer
    if found is None:
        return [0, None, None, None]
    return [found.count, _rounded(found.lower), _rounded(found.median), _rounded(found.upper)]


def _rounded(value: float | None, digits: int = 1) -> float | None:
    return None if value is None else round(value, digits)
