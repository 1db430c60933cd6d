"""Lets the product under test say which template drew an answer; nothing of it is in the product itself."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.backends.django import Template

HEADER = "X-Drawn-By"
_drawn: ContextVar[str] = ContextVar("drawn", default="")
_render = Template.render


def _told(self: Template, *given: Any, **named: Any) -> Any:
    name = self.template.name
    drawn = _render(self, *given, **named)
    if isinstance(name, str) and name.endswith(".html"):
        # Of a page that draws parts by themselves, the page is the last to be done.
        _drawn.set(name)
    return drawn


def tell_template(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Name in each answer the template that drew it."""
    setattr(Template, "render", _told)  # noqa: B010 - mypy knows that nobody should

    def answered(request: HttpRequest) -> HttpResponse:
        _drawn.set("")
        response = get_response(request)
        if name := _drawn.get():
            response[HEADER] = name
        return response

    return answered
