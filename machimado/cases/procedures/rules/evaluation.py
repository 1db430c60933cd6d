"""One evaluation of a form: a single pass over its steps, then checks and what is delivered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from machimado.cases.procedures.rules.cel.compile import Program, Variables
from machimado.cases.procedures.rules.cel.errors import EvaluationError, UncertainDateError
from machimado.cases.procedures.rules.outcome import Finding, Outcome
from machimado.cases.procedures.rules.questions import Question
from machimado.cases.procedures.rules.refusals import Refusal, refusal
from machimado.cases.procedures.rules.values import JUDGES, Judge, is_empty

if TYPE_CHECKING:
    from machimado.cases.procedures.rules.form import Ask, CompiledCheck, Form


def holds(program: Program | None, variables: Variables) -> bool:
    """Tell whether a condition holds; one that can't be decided yet does not."""
    if program is None:
        return True
    try:
        return program(variables) is True
    except EvaluationError:
        return False


def judged(compiled: "CompiledCheck", variables: Variables) -> Finding | None:
    """Return what a check finds wrong; nothing where an answer is still missing, for that is told as such.

    Raises: UncertainDateError where unknown parts of dates leave it open.
    """
    check = compiled.check
    if compiled.when is not None and not holds(compiled.when, variables):
        return None
    try:
        if compiled.assertion(variables) is not False:
            return None
    except UncertainDateError:
        raise
    except EvaluationError:
        return None
    return Finding(check.id, check.level, check.fields, check.message, check.legal_basis, check.alone)


class Run:
    """The state of one evaluation.

    Rules see only answers that are asked and acceptable: what a condition hides, or what is malformed, is not there
    for any rule and is not delivered.
    """

    __slots__ = (
        "answers",
        "asked",
        "errors",
        "form",
        "later",
        "missing",
        "required",
        "today",
        "undecided",
        "variables",
        "warnings",
    )

    def __init__(self, form: "Form", answers: Mapping[str, Any], today: str, channel: str) -> None:
        self.form = form
        self.answers = answers if isinstance(answers, dict) else {}
        self.today = today
        self.asked: list[tuple[str, ...]] = [()] * len(form.questions)
        self.missing: set[str] = set()
        # Required where a rule says so, and whether it is unanswered: decided when all is known.
        self.later: list[tuple[str, Program, Variables, bool]] = []
        self.required: set[str] = set()
        self.errors: list[Finding] = []
        self.warnings: list[Finding] = []
        self.undecided: list[str] = []
        self.variables: Variables = {root: {} for root in form.roots}
        self.variables.update(today=today, channel=channel, derived={})

    def outcome(self) -> Outcome:
        """Decide everything, in the order of dependencies."""
        for step in self.form.steps:
            step.run(self)
        self._require()
        for check in self.form.checks:
            self._check(check)
        return self._outcome()

    def _outcome(self) -> Outcome:
        variables = self.variables
        asked = tuple([path for paths in self.asked for path in paths])
        return Outcome(
            asked=asked,
            missing=tuple([path for path in asked if path in self.missing]) if self.missing else (),
            required=frozenset(self.required),
            errors=tuple(self.errors),
            warnings=tuple(self.warnings),
            undecided=tuple(self.undecided),
            derived=variables["derived"],
            delivers=self._delivers(),
            documents=tuple(
                [need.document.id for need in self.form.documents if holds(need.when, variables)]
            ),
            fee=self._fee(),
            answers={root: variables[root] for root in self.form.answer_roots if variables.get(root)},
        )

    def ask(self, step: "Ask") -> None:
        """Ask a question where its condition holds, and keep its answer where it is acceptable."""
        if step.when is not None and not holds(step.when, self.variables):
            return
        self.asked[step.number] = step.paths
        value: Any = self.answers.get(step.root)
        if step.leaf:
            value = value.get(step.leaf) if value.__class__ is dict else None
        question = step.question
        if self._accepts(question, step.judge, question.id, value, self.variables):
            self._store(step, self._rows(question, step.number, value) if question.questions else value)

    def _store(self, step: "Ask", value: Any) -> None:
        if step.leaf:
            self.variables[step.root][step.leaf] = value
        else:
            self.variables[step.root] = value

    def _accepts(self, question: Question, judge: Judge, path: str, value: Any, variables: Variables) -> bool:
        """Judge one value: unanswered, refused or acceptable."""
        is_open = value is None or is_empty(value)
        if question.required:
            self._needs(question, path, variables, is_open=is_open)
        if is_open:
            return value is False and question.kind == "declaration"
        problem = judge(question, value, self.today)
        if problem is None:
            return True
        self._refuse(path, problem)
        return False

    def _needs(self, question: Question, path: str, variables: Variables, *, is_open: bool) -> None:
        if not isinstance(question.required, bool):
            self.later.append((path, question.required, variables, is_open))
        elif is_open:
            self.missing.add(path)

    def _refuse(self, path: str, problem: Refusal) -> None:
        self.errors.append(Finding(f"value.{problem.code}", "error", (path,), problem.message))

    def _rows(self, group: Question, number: int, rows: list[Any]) -> list[Variables]:
        scope = dict(self.variables)
        return [self._row(group, number, place, row, scope) for place, row in enumerate(rows)]

    def _row(self, group: Question, number: int, place: int, row: Any, scope: Variables) -> Variables:
        """Ask the questions of one row; its rules see it as `item` and its number as `index`."""
        if row.__class__ is not dict:
            self._refuse(f"{group.id}.{place}", refusal("type", group.label))
            row = {}
        item: Variables = {}
        variables = {**scope, "item": item, "index": place}
        asked: dict[int, str] = {}
        for step in group.steps:
            question = group.questions[step]
            if question.when is None or holds(question.when, variables):
                asked[step] = path = f"{group.id}.{place}.{question.id}"
                value = row.get(question.id)
                if self._accepts(question, JUDGES[question.kind], path, value, variables):
                    item[question.id] = value
        self.asked[number] += tuple([asked[step] for step in sorted(asked)])
        return item

    def derive(self, name: str, program: Program) -> None:
        """Compute a derived value from what is known."""
        try:
            self.variables["derived"][name] = program(self.variables)
        except EvaluationError:
            return  # without an answer that it needs, a derived value is not there either

    def _require(self) -> None:
        for path, program, variables, is_open in self.later:
            row: Variables = {key: variables[key] for key in ("item", "index") if key in variables}
            if holds(program, {**self.variables, **row}):
                self.required.add(path)
                if is_open:
                    self.missing.add(path)

    def _check(self, compiled: "CompiledCheck") -> None:
        try:
            found = judged(compiled, self.variables)
        except UncertainDateError:
            self.undecided.append(compiled.check.id)
            return
        if found is not None:
            (self.errors if found.level == "error" else self.warnings).append(found)

    def _delivers(self) -> dict[str, Any]:
        delivered: dict[str, Any] = {}
        variables = self.variables
        for name, program in self.form.delivery:
            try:
                delivered[name] = program(variables)
            except EvaluationError:
                continue  # not asked or not answered: the field is not sent
        return delivered

    def _fee(self) -> int | None:
        fee = self.form.fee
        if isinstance(fee, int):
            return fee
        try:
            amount = fee(self.variables)
        except EvaluationError:
            return None
        return amount if amount.__class__ is int else None
