"""The test cases that stand in a procedure file: checked when it is loaded, run by `machimado procedures test`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.cel.check import suggestion
from machimado.cases.procedures.rules.definition import Case, Channel
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import EventCase
from machimado.cases.procedures.rules.link import Complaints
from machimado.cases.procedures.rules.outcome import Finding, Outcome
from machimado.cases.procedures.rules.source import Loc


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not hold: where in the definition, what was expected and found, and what would hold instead."""

    loc: Loc
    what: str
    found: Any = None


def check_cases(form: Form, complaints: Complaints) -> None:
    """Complain of names in the cases that nothing in the definition has."""
    names: set[str] = set()
    for number, case in enumerate(form.procedure.tests):
        loc: Loc = ("tests", number)
        if case.name in names:
            complaints.add((*loc, "name"), f"試験「{case.name}」が二つあります。別の名前にしてください。")
        if case.extends is not None and case.extends not in names:
            complaints.add(
                (*loc, "extends"),
                f"前に書いた試験に「{case.extends}」はありません。{suggestion(case.extends, names)}",
            )
        names.add(case.name)
        _check_names(form, case, loc, complaints)


def _check_names(form: Form, case: Case, loc: Loc, complaints: Complaints) -> None:
    for name, known, what in _named(form):
        for place, each in enumerate(getattr(case, name) or ()):
            if not known(each):
                key = each if name in {"derived", "delivers"} else place
                complaints.add((*loc, name, key), f"「{each}」という{what}はありません。", key=True)


def _named(form: Form) -> Iterator[tuple[str, Any, str]]:
    def is_question(path: str) -> bool:
        return form.question(path) is not None

    for name in ("asked", "not_asked", "missing"):
        yield name, is_question, "質問"
    checks = {check.check.id for check in form.checks}
    for name in ("errors", "warnings", "undecided"):
        yield name, lambda each: each in checks or each.startswith("value."), "検査"
    yield "documents", {need.document.id for need in form.documents}.__contains__, "書類"
    yield "derived", set(form.procedure.derived).__contains__, "derived"
    yield "delivers", {name for name, _ in form.delivery}.__contains__, "渡す項目"


type_of_finding = tuple[str, str, Any]


def run_cases(form: Form) -> list[Failure]:
    """Run every case of a definition and return what did not hold."""
    answers: dict[str, dict[str, Any]] = {}
    failures: list[Failure] = []
    for number, case in enumerate(form.procedure.tests):
        answers[case.name] = merged(answers.get(case.extends or "", {}), case.answers)
        outcome = form.evaluate(
            answers[case.name], today=date.fromisoformat(case.today), channel=case.channel
        )
        failures += [
            Failure(("tests", number, name), f"試験「{case.name}」: {what}", instead)
            for name, what, instead in _compare(case, outcome)
        ]
    return failures


def run_event_cases(bundle: Bundle) -> list[Failure]:
    """Run every case of a life event and return what did not hold.

    The route is agreed to as it is, so that the case sees what is asked then (`asked`, `not_asked`) and what the event's
    checks find; what a procedure finds by itself is the matter of its own cases.
    """
    answers: dict[str, dict[str, Any]] = {}
    failures: list[Failure] = []
    for number, case in enumerate(bundle.event.tests):
        answers[case.name] = merged(answers.get(case.extends or "", {}), case.answers)
        failures += [
            Failure(("tests", number, name), f"試験「{case.name}」: {what}", instead)
            for name, what, instead in _compare_event(case, bundle, answers[case.name])
        ]
    return failures


def _compare_event(case: EventCase, bundle: Bundle, answers: dict[str, Any]) -> Iterator[type_of_finding]:
    together, found = _of_route(bundle, answers, date.fromisoformat(case.today), case.channel)
    for name in ("asked", "not_asked"):
        unknown = [path for path in getattr(case, name) if bundle.question(path) is None]
        if unknown:
            known = [path for path in getattr(case, name) if path not in unknown]
            yield name, f"{_list(unknown)} という質問はありません。", known
    yield from _compare_asked(case, together)
    yield from _compare_found(case, found)


def _of_route(
    bundle: Bundle, answers: dict[str, Any], today: date, channel: Channel
) -> tuple[Outcome, dict[str, tuple[str, ...]]]:
    """Return what comes of the whole, its route agreed to as it is, and what a case may expect of it."""
    first = bundle.triage.form.evaluate(answers, today=today, channel=channel)
    called = {step.procedure for step in bundle.event.procedures}
    going = [name for name in first.documents if name in called]
    agreed = merged({"route": {"agreed": going}}, answers)
    together = bundle.evaluate(agreed, today=today, channel=channel)
    return together, {
        "missing": first.missing,
        "errors": _ids(_of_event(together.errors, bundle)),
        "warnings": _ids(_of_event(together.warnings, bundle)),
        "procedures": tuple(going),
        "elsewhere": tuple(name for name in first.documents if name not in called),
    }


def found_in(form: Form, answers: dict[str, Any], *, today: date, channel: Channel) -> dict[str, Any]:
    """Return what comes of answers, by the name under which a case would expect it."""
    if isinstance(form, Bundle):
        return dict(_of_route(form, answers, today, channel)[1])
    outcome = form.evaluate(answers, today=today, channel=channel)
    values = {"fee": outcome.fee, "derived": dict(outcome.derived), "delivers": dict(outcome.delivers)}
    return {**_sets(outcome), **values}


def asked_in(form: Form, answers: dict[str, Any], *, today: date, channel: Channel) -> tuple[str, ...]:
    """Return the questions that are asked with these answers, of a life event once its route is agreed to as it is."""
    if isinstance(form, Bundle):
        return _of_route(form, answers, today, channel)[0].asked
    return form.evaluate(answers, today=today, channel=channel).asked


def _of_event(findings: Iterable[Finding], bundle: Bundle) -> Iterator[Finding]:
    return (found for found in findings if found.id.partition(".")[0] not in bundle.members)


def merged(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Lay answers over others: objects are merged, everything else is replaced, null takes away."""
    result = dict(base)
    for key, value in more.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def beyond(base: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """Return what laid over the first (`merged`) makes the second."""
    more: dict[str, Any] = {}
    for key, value in whole.items():
        if key in base and base[key] == value:
            continue
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        more[key] = beyond(base[key], value) if both else value
    return {**more, **dict.fromkeys(key for key in base if key not in whole)}


def _compare(case: Case, outcome: Outcome) -> Iterator[type_of_finding]:
    yield from _compare_asked(case, outcome)
    yield from _compare_sets(case, outcome)
    for name in ("derived", "delivers"):
        yield from _compare_values(name, getattr(case, name), getattr(outcome, name))
    if case.fee is not None and case.fee != outcome.fee:
        yield "fee", f"手数料は {case.fee} のはずが {outcome.fee} です。", outcome.fee


def _compare_asked(case: Case | EventCase, outcome: Outcome) -> Iterator[type_of_finding]:
    unasked = [path for path in case.asked if path not in outcome.asked]
    if unasked:
        asked = [path for path in case.asked if path not in unasked]
        yield "asked", f"聞くはずの {_list(unasked)} を聞いていません。", asked
    wrongly = [path for path in case.not_asked if path in outcome.asked]
    if wrongly:
        hidden = [path for path in case.not_asked if path not in wrongly]
        yield "not_asked", f"聞かないはずの {_list(wrongly)} を聞いています。", hidden


def _compare_sets(case: Case, outcome: Outcome) -> Iterator[type_of_finding]:
    yield from _compare_found(case, _sets(outcome))


def _sets(outcome: Outcome) -> dict[str, tuple[str, ...]]:
    return {
        "missing": outcome.missing,
        "errors": _ids(outcome.errors),
        "warnings": _ids(outcome.warnings),
        "undecided": outcome.undecided,
        "documents": outcome.documents,
    }


def _compare_found(case: Case | EventCase, found: Mapping[str, tuple[str, ...]]) -> Iterator[type_of_finding]:
    """Compare what a case names, whole; what it does not name is not compared."""
    for name, actual in found.items():
        expected = getattr(case, name)
        if expected is not None and sorted(expected) != sorted(actual):
            yield name, f"{name} は {_list(expected)} のはずが {_list(actual)} です。", list(actual)


def _ids(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(finding.id for finding in findings)


def _compare_values(
    name: str, expected: Mapping[str, Any], actual: Mapping[str, Any]
) -> Iterator[type_of_finding]:
    instead = {key: actual[key] for key in expected if key in actual}
    for key, value in expected.items():
        if key not in actual:
            yield name, f"{name} の {key} は {value!r} のはずが、ありません。", instead
        elif actual[key] != value:
            yield name, f"{name} の {key} は {value!r} のはずが {actual[key]!r} です。", instead


def _list(names: Iterable[str]) -> str:
    return "、".join(names) or "なし"
