"""A compiled procedure: what applies, what is missing, what is wrong, what will be delivered, for any answers."""

from collections.abc import Iterable, Iterator, Mapping
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

    `steps` stand in the order of dependencies; `by_path` has each question of `walk` at its path.
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
    by_path: Mapping[str, Question]

    @property
    def id(self) -> str:
        """The procedure's id."""
        return self.procedure.id

    @property
    def version(self) -> int:
        """The number of the version."""
        return self.procedure.version.number

    def is_newer_than(self, other: "Form") -> bool:
        """Tell whether this is a later version of the same."""
        return self.version > other.version

    def evaluate(
        self, answers: Mapping[str, Any], *, today: date, channel: definition.Channel = "counter"
    ) -> Outcome:
        """Tell what holds for these answers on a day; answers may be anything, however broken."""
        return Run(self, answers, today.isoformat(), channel).outcome()

    def question(self, path: str) -> Question | None:
        """Return the question at a path: `resident.name`, `children`, `children.0.name` or `children[].name`."""
        return self.by_path.get(path) or self.by_path.get(_of_any_row(path))

    def walk(self) -> Iterator[tuple[str, Question]]:
        """Yield every question in order with its path; questions of a group as `children[].name`."""
        yield from self.by_path.items()


def by_path(questions: Iterable[Question]) -> dict[str, Question]:
    """Return questions and those of their rows by path: `children`, `children[].name`."""
    found: dict[str, Question] = {}
    for question in questions:
        found[question.id] = question
        found |= {f"{question.id}[].{inner.id}": inner for inner in question.questions}
    return found


def _of_any_row(path: str) -> str:
    """Return children[].name for children.0.name."""
    steps = path.split(".")
    for place, step in enumerate(steps):
        if step.isascii() and step.isdigit():
            return f"{'.'.join(steps[:place])}[].{'.'.join(steps[place + 1 :])}"
    return path
