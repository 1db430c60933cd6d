"""The resident's tablet for a sheet that nobody has begun: whoever writes a procedure sees what will stand there."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation

from machimado.cases.applications.rules.sheet import Sheet


def tablet(request: HttpRequest, sheet: Sheet, *, language: str, where: str, more: str) -> str:
    """Draw what the resident reads before they sign, a chapter a page; `more` and a number lead to a chapter."""
    parts = [part for part in sheet.sections if part.has_words]
    last = max(len(parts), 1)
    step = min(max(int(where), 1), last) if where.isascii() and where.isdecimal() and len(where) < 4 else 1
    context = {
        "sheet": sheet,
        "part": parts[step - 1] if parts else None,
        "step": step,
        "steps": last,
        "all_steps": range(1, last + 1),
        "back": f"{more}{step - 1}" if step > 1 else "",
        "on": f"{more}{step + 1}" if step < last else "",
        "language": language,
    }
    with translation.override(language):
        return render_to_string("screen/specimen.html", context, request)
