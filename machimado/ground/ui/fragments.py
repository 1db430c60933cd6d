"""The language of fragments with hundreds of parts: Jinja2, which compiles them to Python (docs/adr/0006)."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from machimado.ground.ui.addresses import address_of
from machimado.ground.ui.templatetags import ui

FILTERS = (ui.wareki, ui.western, ui.rare, ui.clock, ui.yen)


def environment(**options: Any) -> Environment:
    """Return what our fragments are written in: the filters of our pages, their addresses by `url`, and `kept` parts."""
    made = Environment(**options, trim_blocks=True, lstrip_blocks=True, finalize=_nothing_for_none)  # noqa: S701 - Django's backend asks for escaping
    made.filters |= {each.__name__: each for each in FILTERS}
    made.globals |= {"url": address_of, "kept": _kept}
    return made


@lru_cache(maxsize=4096)
def _kept(macro: Callable[..., Markup], *arguments: Any) -> Markup:
    """Return what the macro draws of its arguments, drawn once: for parts that say nothing of anybody."""
    return macro(*arguments)


def _nothing_for_none(value: Any) -> Any:
    """Let a value that is not there leave its place empty, as in the pages."""
    return "" if value is None else value
