"""The resident's own pages for a sheet that nobody has begun: whoever writes a procedure sees what residents will see."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from machimado.cases.applications.rules.sheet import Sheet
from machimado.frontyard.selfservice.rules import walk
from machimado.frontyard.selfservice.rules.walk import Stop


def page(request: HttpRequest, sheet: Sheet, *, language: str, where: str, more: str) -> str:
    """Draw one page, the first where none is named; `more` and the name of a page lead to it."""
    stops = walk.walk(sheet)
    stop = walk.find(stops, where) or (stops[0] if stops else None)
    context: dict[str, object] = {
        "sheet": sheet,
        "stop": stop,
        "language": language,
        "number": 0,
        "count": len(stops),
    }
    if stop is not None:
        number, of, title = walk.chapter(stops, stop.place)
        context |= {"chapter": {"number": number, "of": of, "title": title}, **_around(stops, stop, more)}
    with translation.override(language):
        return render_to_string("selfservice/specimen.html", context, request)


def _around(stops: tuple[Stop, ...], stop: Stop, more: str) -> dict[str, object]:
    at = stops.index(stop)
    return {
        "number": at + 1,
        "back": f"{more}{stops[at - 1].place}" if at else "",
        "on": f"{more}{stops[at + 1].place}" if at + 1 < len(stops) else "",
    }
