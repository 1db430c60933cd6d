"""What the resident's fields need: a date in its parts."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from machimado.cases.applications.rules.sheet import Line, Sheet
from machimado.cases.applications.rules.wording import day_in_words
from machimado.frontyard.selfservice.forms import ERAS, WESTERN
from machimado.ground.japanese import eras

register = template.Library()


@register.filter
def date_parts(line: Line) -> dict[str, str]:
    """Return the era, year, month and day that stand in the fields of a date: of the answer, or as they were typed."""
    return _as_typed(str(line.typed or "")) if line.refused else _parts(line.value)


def _as_typed(text: str) -> dict[str, str]:
    """Return the parts as `forms.written_date` has put them together, whatever was typed into them."""
    known = {letter for letter, _ in ERAS} - {WESTERN}
    era = text[:1].upper() if text[:1].upper() in known else ""
    parts = text[len(era) :].split("." if era else "-", 2)
    year, month, day = (*parts, "", "")[:3]
    return {"era": era or WESTERN, "year": year, "month": month, "day": day}


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


# By the kind of a question, what a browser at home may fill into its parts (WCAG 1.3.5; HTML's autocomplete).
_PURPOSES: dict[str, dict[str, str]] = {
    "name": {"text": "name"},
    "date": {"year": "bday-year", "month": "bday-month", "day": "bday-day"},
    "address": {
        "postal_code": "postal-code",
        "prefecture": "address-level1",
        "city": "address-level2",
        "town": "address-level3",
        "block": "address-line1",
        "building": "address-line2",
    },
    "text": {"whole": "tel"},
}
_ABOUT_ONESELF = {"name": "name", "birth_date": "date", "address": "address", "phone": "text"}


@register.simple_tag
def purposes(line: Line, sheet: Sheet, *, is_shared: bool) -> dict[str, str]:
    """Return what a browser may fill into a question's parts: where it asks about whoever answers, and the browser is theirs.

    On a terminal, or at a desk's screen, the browser keeps nothing of anybody and fills in nothing.
    """
    about, _, what = line.path.partition(".")
    if is_shared or about not in _whoever_answers(sheet) or _ABOUT_ONESELF.get(what) != line.kind:
        return {}
    return _PURPOSES[line.kind]


def _whoever_answers(sheet: Sheet) -> set[str]:
    """Return what the answers of whoever answers begin with: those of the resident, too, where that is the same person."""
    role = next((line.value for line in sheet.lines() if line.path == "applicant.role"), None)
    own = {"applicant", "contact"}
    return own if role not in {None, "self"} else own | {"resident"}


@register.filter
def day_said(moment: datetime, language: str) -> str:
    """Return the day of a moment here, as the page's language says it."""
    return day_in_words(timezone.localdate(moment).isoformat(), language)


@register.filter
def one_of(label: str) -> str:
    """Return what one of a list is called: 引っ越した方, not 引っ越した方（全員）."""
    return label.partition("（")[0] or label


@register.filter
def has_error(line: Line) -> bool:
    """Return whether something is wrong with what stands in the field."""
    return bool(line.refused or line.errors)
