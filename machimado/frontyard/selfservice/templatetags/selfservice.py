"""What the resident's fields need: a date in its parts."""

import re
from datetime import date
from typing import Any

from django import template

from machimado.cases.applications.rules.sheet import Line
from machimado.frontyard.selfservice.forms import ERAS, WESTERN
from machimado.ground.japanese import eras

register = template.Library()
_TYPED = re.compile(r"([A-Za-z]?)(\w*)[.-]?(\w*)[.-]?(\w*)", re.ASCII)


@register.filter
def date_parts(line: Line) -> dict[str, str]:
    """Return the era, year, month and day that stand in the fields of a date: of the answer, or as they were typed."""
    if line.refused:
        found = _TYPED.fullmatch(str(line.typed or ""))
        era, year, month, day = found.groups() if found else ("", "", "", "")
        return {"era": era.upper() or WESTERN, "year": year, "month": month, "day": day}
    return _parts(line.value)


def _parts(value: Any) -> dict[str, str]:
    if not isinstance(value, str) or not value:
        return {"era": "", "year": "", "month": "", "day": ""}
    year, month, day = (*value.split("-"), "XX", "XX")[:3]
    known = {"month": _plain(month), "day": _plain(day)}
    try:
        era = eras.era_of(date.fromisoformat(value))
    except ValueError:
        era = None
    if era is None:
        return {"era": WESTERN, "year": _plain(year), **known}
    return {"era": era.letter, "year": str(era.year(int(year))), **known}


def _plain(part: str) -> str:
    return str(int(part)) if part.isdecimal() else ""


@register.simple_tag
def era_choices() -> tuple[tuple[str, str], ...]:
    """Return the eras that somebody alive may write, by their letters, and our own count of years beside them."""
    return ERAS


@register.filter
def has_error(line: Line) -> bool:
    """Return whether something is wrong with what stands in the field."""
    return bool(line.refused or line.errors)
