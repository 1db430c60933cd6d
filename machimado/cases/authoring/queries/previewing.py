"""A draft as it will look, beside the version that it comes after."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from machimado.cases.applications.rules.laying_out import lay_out
from machimado.cases.applications.rules.sheet import Sheet, unchanged
from machimado.cases.authoring.queries.reading import Reading, read, versions
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.bundle import ROUTE, Bundle
from machimado.cases.procedures.rules.cases import merged
from machimado.cases.procedures.rules.definition import Channel
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.languages import unsaid
from machimado.cases.procedures.rules.life_event import form_of


def before(reading: Reading) -> Reading | None:
    """Return the version that a draft comes after; nothing where it is the first."""
    number = reading.form.version if reading.form else 0
    found = [one for one in versions(reading.id) if not number or form_of(one).version < number]
    return read(procedures.text_of(form_of(found[-1]))) if found else None


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as it will look: with the answers of one of its tests, on one channel, in one language.

    `changed` are the questions that look otherwise than in the version before.
    """

    sheet: Sheet
    changed: frozenset[str] = frozenset()


def preview(
    reading: Reading,
    *,
    test: str,
    channel: Channel,
    language: str,
    today: date,
    against: Reading | None = None,
) -> Preview | None:
    """Return what is asked for the answers of a test, the first one where none is named; `-` is an empty form."""
    answers: dict[str, dict[str, Any]] = {}
    for case in reading.cases:
        answers[case.name] = merged(answers.get(case.extends or "", {}), case.answers)
    test = test or next(iter(answers), "")
    days = {case.name: date.fromisoformat(case.today) for case in reading.cases}

    def sheet_of(form: Form) -> Sheet:
        day = days.get(test, today)
        given = _gone_on(form, answers.get(test, {}), day, channel)
        return lay_out(form, given, {}, today=day, channel=channel, language=language)

    form, earlier = reading.shown, against.shown if against else None
    if form is None:
        return None
    sheet = sheet_of(form)
    if earlier is None:
        return Preview(sheet)
    same = unchanged(sheet_of(earlier), sheet)
    return Preview(sheet, frozenset(line.path for line in sheet.lines() if line.path not in same))


def _gone_on(form: Form, answers: dict[str, Any], today: date, channel: Channel) -> dict[str, Any]:
    """Return the answers as they are when the route has been looked at: what its procedures ask is seen as well."""
    if not answers or not isinstance(form, Bundle):
        return answers
    going = [one.id for one in form.going(answers, today=today, channel=channel)]
    return merged({ROUTE: {"agreed": going}}, answers)


def lacking_words(reading: Reading, language: str) -> list[str]:
    """Return the Japanese sentences that residents are told and that nobody has written in a language yet."""
    if reading.shown is None or language == "ja":
        return []
    return list(dict.fromkeys(text for _, text in unsaid(reading.shown, language)))
