"""The way through a form, one thing at a time: which page comes after which."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from machimado.cases.applications.rules.sheet import Group, Line, Row, Section, Sheet

ROUTE = "route"


@dataclass(frozen=True, slots=True)
class Stop:
    """One page: a question, a group with its rows in a list, one row of it, or the route of a life event.

    `place` is its word in the address; `is_open` tells that something is missing or wrong here, `is_answered` that nothing
    more has to be said.
    """

    kind: Literal["question", "group", "row", "route"]
    place: str
    section: str
    lines: tuple[Line, ...]
    is_open: bool
    is_answered: bool
    group: Group | None = None
    row: Row | None = None

    @property
    def title(self) -> str:
        """What the page is about, in the form's words."""
        if self.row is not None:
            return self.row.title
        return self.lines[0].label if self.lines else ""

    @property
    def rows(self) -> tuple[tuple[str, Row], ...]:
        """The rows of a list, each with the word of its page."""
        rows = self.group.rows if self.group else ()
        return tuple((row_place(self.lines[0].path, row.index), row) for row in rows)


def walk(sheet: Sheet) -> tuple[Stop, ...]:
    """Return the pages in their order."""
    return tuple(stop for section in sheet.sections for stop in _of(section, sheet))


def _of(section: Section, sheet: Sheet) -> Iterator[Stop]:
    if section.id == ROUTE and sheet.route is not None:
        agreed = sheet.route.is_agreed
        yield Stop("route", ROUTE, section.title, (), is_open=not agreed, is_answered=agreed)
        return
    for item in section.items:
        if isinstance(item, Group):
            yield from _group(item, section)
        else:
            yield _question(item, section)


def _question(line: Line, section: Section) -> Stop:
    said = bool(line.words) or line.value is False
    return Stop("question", line.path, section.title, (line,), _is_open(line), said and not _is_open(line))


def _group(group: Group, section: Section) -> Iterator[Stop]:
    line = group.line
    yield Stop(
        "group",
        line.path,
        section.title,
        (line,),
        _is_open(line),
        bool(group.rows) and not _is_open(line),
        group=group,
    )
    # Of whoever was named before there may be nothing left to ask.
    for row in (one for one in group.rows if one.lines):
        is_open = any(map(_is_open, row.lines))
        place = row_place(line.path, row.index)
        yield Stop("row", place, section.title, row.lines, is_open, not is_open, group=group, row=row)


def _is_open(line: Line) -> bool:
    return bool(line.missing or line.errors or line.refused)


def row_place(group: str, index: int) -> str:
    """Return the word of a row's page."""
    return f"{group}.{index}"


def find(stops: Sequence[Stop], place: str) -> Stop | None:
    """Return the page of that word; that of a row where it is one of the row's questions."""
    for stop in stops:
        if stop.place == place or any(line.path == place for line in stop.lines):
            return stop
    return None


def after(stops: Sequence[Stop], place: str) -> Stop | None:
    """Return the page to go on with: the next one that is not answered, then whichever was passed by; None at the end."""
    at = next((number for number, stop in enumerate(stops) if stop.place == place), -1)
    ahead = (stop for stop in stops[at + 1 :] if not stop.is_answered)
    return next(ahead, None) or first_open(stops)


def after_route(stops: Sequence[Stop]) -> Stop | None:
    """Return the page to go on with once the route is agreed: what its procedures ask of the first answers comes first."""
    at = next((number for number, stop in enumerate(stops) if stop.kind == ROUTE), 0)
    return first_open(stops[:at]) or after(stops, ROUTE)


def first_open(stops: Sequence[Stop]) -> Stop | None:
    """Return the first page on which something is missing or wrong."""
    return next((stop for stop in stops if stop.is_open), None)


def before(stops: Sequence[Stop], place: str) -> Stop | None:
    """Return the page before; of a row, the list that it stands in."""
    here = find(stops, place)
    if here is not None and here.kind == "row" and here.group is not None:
        return find(stops, here.group.line.path)
    at = next((number for number, stop in enumerate(stops) if stop is here), 0)
    earlier = [stop for stop in stops[:at] if stop.kind != "row"]
    return earlier[-1] if earlier else None


def chapter(stops: Sequence[Stop], place: str) -> tuple[int, int, str]:
    """Return which chapter a page is in: its number, how many there are, and its title."""
    titles = list(dict.fromkeys(stop.section for stop in stops))
    here = find(stops, place)
    title = here.section if here else ""
    return (titles.index(title) + 1 if title in titles else 0, len(titles), title)
