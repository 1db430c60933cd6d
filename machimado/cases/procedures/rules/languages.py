"""What a procedure says to residents, and in which languages it says all of it."""

from collections.abc import Iterator
from functools import lru_cache

from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.definition import Text
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Errand
from machimado.cases.procedures.rules.questions import Question


def told(form: Form) -> Iterator[tuple[str, Text]]:
    """Yield each text that a resident may be told, with the place where it stands."""
    own = form.procedure
    yield "title", own.title
    if own.summary:
        yield "summary", own.summary
    yield from ((f"sections.{one.id}.title", one.title) for one in own.sections)
    for path, question in form.walk():
        yield from _asked(path, question)
    yield from ((f"checks.{one.id}.message", one.message) for one in own.checks)
    yield from ((f"documents.{one.id}.title", one.title) for one in own.documents)
    if isinstance(form, Bundle):
        yield from _told_on_the_way(form)


def _asked(path: str, question: Question) -> Iterator[tuple[str, Text]]:
    said = (question.label, question.ask, question.alone, question.hint)
    for name, text in zip(("label", "ask", "alone", "hint"), said, strict=True):
        if text:
            yield f"{path}.{name}", text
    yield from ((f"{path}.options.{one.code}", one.label) for one in question.options)


def _told_on_the_way(form: Bundle) -> Iterator[tuple[str, Text]]:
    for step in form.event.steps:
        name = step.id if isinstance(step, Errand) else step.procedure
        yield f"{name}.why", step.why
        if isinstance(step, Errand):
            said = (step.title, step.where, step.contact, step.bring)
            yield from ((f"{name}", text) for text in said if text)
    for name, member in form.members.items():
        yield from ((f"{name}.{place}", text) for place, text in told(member.form))


@lru_cache(maxsize=512)
def spoken_by(form: Form) -> frozenset[str]:
    """Return the languages in which a form says everything."""
    every = (frozenset(text) for _, text in told(form))
    return frozenset.intersection(*every)


def unsaid(form: Form, language: str) -> tuple[tuple[str, str], ...]:
    """Return what a form does not say in a language: the place, and the Japanese sentence."""
    return tuple(dict.fromkeys((place, text["ja"]) for place, text in told(form) if language not in text))
