"""Reads what a page of a resident sends: dates in their parts, fields that were left alone, one question or one row."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from machimado.cases.applications import forms
from machimado.cases.applications.rules.sheet import Line
from machimado.cases.procedures.rules.form import Form

# Parts of a date, in the order in which they are written.
ERA, YEAR, MONTH, DAY = "era", "year", "month", "day"
WESTERN = "W"
ERAS = (("R", "令和"), ("H", "平成"), ("S", "昭和"), ("T", "大正"), (WESTERN, "西暦"))


@dataclass(frozen=True, slots=True)
class Sent:
    """What a page sent, by path; `completed` are the addresses that a postal code has brought as far as the town."""

    raw: dict[str, Any]
    completed: frozenset[str]


def read(post: QueryDict, form: Form, answers: dict[str, Any], lines: Iterable[Line]) -> Sent:
    """Return what was sent for these lines, by path.

    A line that shows nothing of the register's answer keeps it, unless something was put in its place.
    """
    whole = post.copy()
    wanted = [line for line in lines if line.kind not in {"group", "files", "signature"}]
    for line in wanted:
        if line.kind == "date" and f"{line.path}.{YEAR}" in post:
            whole[line.path] = written_date(post, line.path)
    whole.setlist("path", [line.path for line in wanted])
    found = forms.posted(whole, form, answers)
    veiled = {line.path for line in wanted if line.words and line.value is None and not line.refused}
    given = {path: one.raw for path, one in found.items() if path not in veiled or _says_something(one.raw)}
    whole_ones = forms.with_town(given)
    return Sent(whole_ones, frozenset(path for path, value in whole_ones.items() if value != given[path]))


def written_date(post: QueryDict, path: str) -> str:
    """Return a date of parts as one text, as people write it: S33.5.6, 1958-5-6; what is empty at its end stays away.

    A part that is empty between others keeps its place, so that the others come back in their own fields.
    """
    era = post.get(f"{path}.{ERA}", "").strip()[:2]
    parts = [post.get(f"{path}.{part}", "").strip()[:8] for part in (YEAR, MONTH, DAY)]
    if not any(parts):
        return ""
    while not parts[-1]:
        parts.pop()
    return "-".join(parts) if era in {"", WESTERN} else era + ".".join(parts)


def _says_something(raw: Any) -> bool:
    if isinstance(raw, dict):
        return any(str(value).strip() for value in raw.values())
    return bool(raw)
