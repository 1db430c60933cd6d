"""A compiled procedure: what applies, what is missing, what is wrong, what will be delivered, for any answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from machimado.cases.procedures.rules import definition
from machimado.cases.procedures.rules.cel.compile import Program
from machimado.cases.procedures.rules.evaluation import Run
from machimado.cases.procedures.rules.outcome import Outcome
from machimado.cases.procedures.rules.questions import Question
from machimado.cases.procedures.rules.values import JUDGES, Judge


@dataclass(frozen=True, slots=True)
class Derive:
    """A step that computes a derived value."""

    name: str
    program: Program

    def run(self, run: Run) -> None:
        """Take the step."""
        run.derive(self.name, self.program)


@dataclass(frozen=True, slots=True)
class Ask:
    """A step that asks a question; what the evaluation needs of it on every pass is taken apart beforehand."""

    number: int
    question: Question
    root: str
    leaf: str
    paths: tuple[str]
    when: Program | None
    judge: Judge

    def run(self, run: Run) -> None:
        """Take the step."""
        run.ask(self)


def ask(number: int, question: Question) -> Ask:
    """Make the step for a question: `a.b` is kept in the answers as field b of a."""
    root, _, leaf = question.id.partition(".")
    return Ask(number, question, root, leaf, (question.id,), question.when, JUDGES[question.kind])


@dataclass(frozen=True, slots=True)
class CompiledCheck:
    """A check with its compiled rules."""

    check: definition.Check
    when: Program | None
    assertion: Program


@dataclass(frozen=True, slots=True)
class Needed:
    """A document and the condition under which it is needed."""

    document: definition.Document
    when: Program | None


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A procedure that is ready to use; frozen, so that one Form may serve every request. Each is its own, whatever it says.

    `steps` stand in the order of dependencies.
    """

    procedure: definition.Procedure
    questions: tuple[Question, ...]
    steps: tuple[Ask | Derive, ...]
    checks: tuple[CompiledCheck, ...]
    documents: tuple[Needed, ...]
    fee: int | Program
    delivery: tuple[tuple[str, Program], ...]
    roots: tuple[str, ...]  # variables that hold the answers of several questions (spouse for spouse.name)
    answer_roots: tuple[str, ...]

    @property
    def id(self) -> str:
        """The procedure's id."""
        return self.procedure.id

    @property
    def version(self) -> int:
        """The number of the version."""
        return self.procedure.version.number

    def evaluate(
        self, answers: Mapping[str, Any], *, today: date, channel: definition.Channel = "counter"
    ) -> Outcome:
        """Tell what holds for these answers on a day; answers may be anything, however broken."""
        return Run(self, answers, today.isoformat(), channel).outcome()

    def question(self, path: str) -> Question | None:
        """Return the question at a path: `resident.name`, `children`, `children.0.name` or `children[].name`."""
        head, row, inner = _split(path)
        question = next((each for each in self.questions if each.id == head), None)
        if question is None or not row:
            return question
        return next((each for each in question.questions if each.id == inner), None)

    def walk(self) -> Iterator[tuple[str, Question]]:
        """Yield every question in order with its path; questions of a group as `children[].name`."""
        for question in self.questions:
            yield question.id, question
            for inner in question.questions:
                yield f"{question.id}[].{inner.id}", inner


def _split(path: str) -> tuple[str, str, str]:
    """Split children.0.name into the group, the row and the question of the row."""
    steps = path.replace("[]", ".*").split(".")
    for place, step in enumerate(steps):
        if step == "*" or (step.isascii() and step.isdigit()):
            return ".".join(steps[:place]), step, ".".join(steps[place + 1 :])
    return path, "", ""
