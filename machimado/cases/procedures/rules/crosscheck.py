"""The checks of a life event: what one procedure is told may not contradict what another is told.

They see the answers as the event asks them (`resident.name`, `household.members`), those of a procedure alone under its id:
what stands at `move-in.previous_head` is `move_in.previous_head` in an expression, for an expression has no hyphens in names.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from machimado.cases.procedures.rules.cel import types
from machimado.cases.procedures.rules.cel.check import check, suggestion
from machimado.cases.procedures.rules.cel.compile import Program, Variables, compile_tree
from machimado.cases.procedures.rules.cel.errors import ExpressionError, UncertainDateError
from machimado.cases.procedures.rules.cel.parse import parse
from machimado.cases.procedures.rules.cel.types import Type
from machimado.cases.procedures.rules.definition import Channel, Check
from machimado.cases.procedures.rules.evaluation import judged
from machimado.cases.procedures.rules.form import CompiledCheck
from machimado.cases.procedures.rules.life_event import LifeEvent
from machimado.cases.procedures.rules.link import GIVEN, Complaints, fits
from machimado.cases.procedures.rules.outcome import Finding
from machimado.cases.procedures.rules.people import value_at
from machimado.cases.procedures.rules.questions import WITHHELD, Question, type_of
from machimado.cases.procedures.rules.source import Loc


def named(path: str) -> str:
    """Return how an expression writes a path of the event."""
    return path.replace("-", "_")


# --- compiling ---------------------------------------------------------------------------------------------------


def link_checks(
    event: LifeEvent, questions: Sequence[Question], complaints: Complaints
) -> tuple[CompiledCheck, ...]:
    """Compile an event's checks; what names nothing that is asked goes to `complaints`, and is left out."""
    names = {
        **variables_of(questions),
        **GIVEN,
        "derived": types.record(dict.fromkeys(event.derived, types.DYN)),
    }
    known = {question.id for question in questions}
    known |= {f"{question.id}[].{row.id}" for question in questions for row in question.questions}
    found = (
        _compiled(each, ("checks", number), names, complaints) for number, each in enumerate(event.checks)
    )
    for number, each in enumerate(event.checks):
        _check_names(event.checks[:number], each, ("checks", number), known, complaints)
    return tuple(each for each in found if each is not None)


def _check_names(
    before: Iterable[Check], written: Check, loc: Loc, known: set[str], complaints: Complaints
) -> None:
    if written.id in {each.id for each in before}:
        complaints.add((*loc, "id"), f"検査「{written.id}」が二つあります。別の名前にしてください。")
    for place, path in enumerate(written.fields):
        if path not in known:
            hint = suggestion(path, known) or "質問の id を書いてください。"
            complaints.add((*loc, "fields", place), f"「{path}」という質問はありません。{hint}")


def _compiled(
    written: Check, loc: Loc, names: Mapping[str, Type], complaints: Complaints
) -> CompiledCheck | None:
    before = len(complaints.found)
    when = _program(written.when, (*loc, "when"), names, complaints)
    assertion = _program(written.assertion, (*loc, "assert"), names, complaints)
    return CompiledCheck(written, when, assertion) if len(complaints.found) == before else None


def _program(rule: bool | str | None, loc: Loc, names: Mapping[str, Type], complaints: Complaints) -> Program:
    if not isinstance(rule, str):
        return lambda _variables: rule is not False
    try:
        tree = parse(rule)
        fits(check(tree, names), {"bool"})
    except ExpressionError as error:
        complaints.add(loc, str(error), error.at)
        return lambda _variables: True  # what is wrong is not used
    return compile_tree(tree)


def variables_of(questions: Iterable[Question]) -> dict[str, Type]:
    """Return the type of each answer as expressions name it."""
    plain: dict[str, Type] = {}
    nested: dict[str, dict[str, Type]] = {}
    for question in questions:
        root, _, leaf = named(question.id).partition(".")
        if leaf:
            nested.setdefault(root, {})[leaf] = _type(question)
        else:
            plain[root] = _type(question)
    return {**plain, **{root: types.record(fields) for root, fields in nested.items()}}


def _type(question: Question) -> Type:
    if question.kind != "group":
        return type_of(question)
    row = types.record({named(each.id): type_of(each) for each in question.questions})
    return types.list_of(row, question.most)


# --- judging -----------------------------------------------------------------------------------------------------


def cross_check(
    checks: Iterable[CompiledCheck], variables: Variables
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return what is wrong between the procedures, and the checks that unknown parts of dates leave open."""
    found, undecided = [], []
    for each in checks:
        try:
            finding = judged(each, variables)
        except UncertainDateError:
            undecided.append(each.check.id)
            continue
        found += [finding] if finding is not None else []
    return tuple(found), tuple(undecided)


def seen(
    answers: Mapping[str, Any],
    asked: Iterable[str],
    refused: Iterable[str],
    *,
    derived: Mapping[str, Any],
    today: date,
    channel: Channel,
) -> Variables:
    """Return what the checks see: what is asked, answered and was not refused.

    An address that is withheld from the screen (支援措置) is there for nobody, and contradicts nothing.
    """
    variables: Variables = {"today": today.isoformat(), "channel": channel, "derived": dict(derived)}
    wrong = frozenset(refused)
    for path in asked:
        value = value_at(answers, path)
        if value is not None and value != WITHHELD and path not in wrong and not is_rows(value):
            _put(variables, named(path).split("."), value)
    return variables


def is_rows(value: Any) -> bool:
    """Return whether these are the rows of a group."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _put(into: Any, steps: Sequence[str], value: Any) -> None:
    """Put a value at its place: `children.0.name` makes the rows that are not there yet."""
    first, rest = steps[0], steps[1:]
    if isinstance(into, list):
        while len(into) <= int(first):
            into.append({})
        _put(into[int(first)], rest, value)
    elif not rest:
        into[first] = value
    else:
        _put(into.setdefault(first, [] if rest[0].isdecimal() else {}), rest, value)
