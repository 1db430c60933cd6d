"""The language of fragments with hundreds of parts: Jinja2, which compiles them to Python (docs/adr/0006)."""

from functools import lru_cache
from typing import Any

from django.urls import reverse
from jinja2 import Environment

from machimado.ground.ui.templatetags import ui

FILTERS = (ui.wareki, ui.western, ui.rare, ui.clock, ui.yen)


def environment(**options: Any) -> Environment:
    """Return what our fragments are written in: the filters of our pages, and their addresses by `url`."""
    made = Environment(**options, trim_blocks=True, lstrip_blocks=True, finalize=_nothing_for_none)  # noqa: S701 - Django's backend asks for escaping
    made.filters |= {each.__name__: each for each in FILTERS}
    made.globals["url"] = _url
    return made


# An officer works on one application for minutes, and each of its fragments names the same addresses.
@lru_cache(maxsize=1024)
def _url(view: str, *arguments: Any) -> str:
    return reverse(view, args=arguments)


def _nothing_for_none(value: Any) -> Any:
    """Let a value that is not there leave its place empty, as in the pages."""
    return "" if value is None else value
