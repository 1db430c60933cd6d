"""What lists and names of a life event are called by people, who see neither codes nor paths."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from machimado.cases.procedures.rules.people import FACTS, NAME, PERSON
from machimado.cases.procedures.rules.questions import Question


@dataclass(frozen=True)
class Names:
    """What a life event and its procedures ask, by what it is called.

    `owners` are the procedures with their titles; what was asked `once` has a name, and is no longer to be chosen.
    """

    questions: tuple[Question, ...]
    owners: tuple[tuple[str, str], ...] = ()
    once: tuple[Question, ...] = ()

    @cached_property
    def _by_path(self) -> Mapping[str, Question]:
        return {one.id: one for one in (*self.once, *self.questions)}

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        return dict(self.owners)

    def question(self, path: str) -> Question | None:
        """Return what is asked at a path."""
        return self._by_path.get(path)

    def called(self, path: str) -> str:
        """Return what a question is called, with the procedure that asks it alone; the path itself where nothing asks it."""
        question = self.question(path)
        if question is None:
            return path
        owner = self._titles.get(path.partition(".")[0])
        return f"{question.label['ja']}（{owner}）" if owner else question.label["ja"]

    def called_in(self, group: str, leaf: str) -> str:
        """Return what a question of a list is called."""
        rows = self.leaves([group])
        return rows[leaf].label["ja"] if leaf in rows else leaf

    def bearers(self, source: str, group: str = "") -> str:
        """Return who can be chosen from a source: people of a list, somebody by themselves, or who bears a name.

        For a `group` a name by itself is nobody.
        """
        if self.is_list(source):
            return f"「{self.called(source)}」の一覧の方"
        if self.question(f"{source}.{NAME}"):
            return f"「{self.called(f'{source}.{NAME}')}」で伺った方"
        return source if group or not self.question(source) else f"「{self.called(source)}」に入った名前"

    def is_list(self, path: str) -> bool:
        """Tell whether several stand at a path."""
        question = self.question(path)
        return question is not None and question.kind == "group"

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists of people."""
        return tuple(one.id for one in self.questions if _is_of_people(one))

    @property
    def names(self) -> tuple[str, ...]:
        """The questions that ask for the name of one person."""
        return tuple(one.id for one in self.questions if one.kind == "name")

    @property
    def singles(self) -> tuple[str, ...]:
        """Those who stand by themselves."""
        return tuple(one.removesuffix(f".{NAME}") for one in self.names if one.endswith(f".{NAME}"))

    def leaves(self, sources: Iterable[str]) -> dict[str, Question]:
        """Return what is known of whoever stands in one of these places, by its name there."""
        found: dict[str, Question] = {}
        for source in sources:
            found = {**self._leaves(source), **found}
        first = {leaf: found[leaf] for leaf in FACTS if leaf in found}
        return {leaf: one for leaf, one in {**first, **found}.items() if leaf != PERSON}

    def _leaves(self, source: str) -> dict[str, Question]:
        question = self.question(source)
        if question is not None and question.kind != "group":
            return {NAME: question}
        if question is not None:
            return {row.id: row for row in question.questions}
        stem = f"{source}."
        return {path.removeprefix(stem): one for path, one in self._by_path.items() if path.startswith(stem)}


def _is_of_people(question: Question) -> bool:
    return question.kind == "group" and any(
        row.id == NAME and row.kind == "name" for row in question.questions
    )
