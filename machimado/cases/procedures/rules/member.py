"""One procedure of a life event: where its answers stand in the event's document, and how it sees them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from machimado.cases.procedures.rules.crosscheck import is_rows
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.outcome import Finding


@dataclass(frozen=True)
class Member:
    """One procedure of a bundle: its form, and where its answers stand in the bundle's document."""

    form: Form
    shared: frozenset[str]
    # By the path in the procedure (`children[].name`), its path in the bundle.
    names: Mapping[str, str]
    # In the rows of shared groups, by the group: the questions that this procedure alone asks there.
    leaves: Mapping[str, tuple[str, ...]]
    # What the triage alone asks, or the others: none of the procedure's business, though it asks something of the same name.
    foreign: frozenset[str] = frozenset()
    # Which of its questions the event answers: by the question, the value that the triage derives for it.
    given: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def known(self) -> dict[str, str]:
        """By the path in the bundle, its path in the procedure."""
        return {name: path for path, name in self.names.items()}

    @property
    def id(self) -> str:
        """The procedure's id."""
        return self.form.id

    def view(
        self, answers: Mapping[str, Any], derived: Mapping[str, Any], free: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        """Return the bundle's answers as the procedure knows them; `derived` is what the triage has worked out.

        `free` are lists that somebody else asks from the beginning.
        """
        own = answers.get(self.id)
        together = {root: value for root, value in answers.items() if root not in self.foreign}
        if isinstance(own, dict):
            together |= _over(together, own)
        for name in self.answered(derived, free):
            together = _with_given(together, name, derived[self.given[name]])
        for group, leaves in self.leaves.items():
            together = _with_rows(together, group, leaves, self.id)
        return together

    def answered(self, derived: Mapping[str, Any], free: frozenset[str] = frozenset()) -> frozenset[str]:
        """Return which of its questions the event answers with what the triage has worked out; a null answers nothing."""
        said = (name for name, value in self.given.items() if derived.get(value) is not None)
        return frozenset(name for name in said if name not in free)

    def unanswered_lists(self, derived: Mapping[str, Any]) -> frozenset[str]:
        """Return the shared lists that this procedure asks and the event does not answer."""
        return self.lists - self.answered(derived)

    @cached_property
    def lists(self) -> frozenset[str]:
        """The shared lists that this procedure asks."""
        return frozenset(
            one.id for one in self.form.questions if one.kind == "group" and one.id in self.shared
        )

    def path(self, own: str) -> str:
        """Return where in the bundle the procedure's path (`children.0.name`) stands."""
        parts = own.split(".")
        place = next((number for number, part in enumerate(parts) if part.isdecimal()), None)
        if place is None:
            return self.names.get(own, own)
        group = ".".join(parts[:place])
        row = f"{self.names.get(group, group)}.{parts[place]}"
        if place + 1 == len(parts):
            return row
        leaf = self.names[f"{group}[].{'.'.join(parts[place + 1 :])}"].rpartition("[].")[2]
        return f"{row}.{leaf}"

    def own(self, path: str) -> str | None:
        """Return which path of the procedure stands at the bundle's path; None where it is none of the procedure's."""
        parts = path.split(".")
        place = next((number for number, part in enumerate(parts) if part.isdecimal()), None)
        if place is None:
            return self.known.get(path)
        group, rest = ".".join(parts[:place]), ".".join(parts[place + 1 :])
        found = self.known.get(f"{group}[].{rest}")
        return None if found is None else found.replace("[]", f".{parts[place]}", 1)

    def renamed(self, finding: Finding) -> Finding:
        """Return a finding of the procedure as the bundle tells it."""
        fields = tuple(
            self.names.get(path, path) if "[]" in path else self.path(path) for path in finding.fields
        )
        return replace(finding, id=f"{self.id}.{finding.id}", fields=fields)


def _with_given(answers: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the answers with what the event says at a question's path; nothing where it says nothing."""
    root, _, leaf = path.partition(".")
    held = answers.get(root)
    if not leaf:
        return {**answers, root: _given_over(held, value)}
    fields = held if isinstance(held, dict) else {}
    return {**answers, root: {**fields, leaf: _given_over(fields.get(leaf), value)}}


def _given_over(held: Any, value: Any) -> Any:
    """Lay given rows over those that were answered: the event says who they are, the rest of each row is asked."""
    if not is_rows(value):
        return value
    rows = held if isinstance(held, list) else []
    return [
        {**rows[place], **row} if place < len(rows) and isinstance(rows[place], dict) else row
        for place, row in enumerate(value)
    ]


def _over(answers: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a procedure's own answers over those that are shared: `household.members` of its own hides no `household.address`."""
    return {
        root: {**answers[root], **value}
        if isinstance(value, dict) and isinstance(answers.get(root), dict)
        else value
        for root, value in own.items()
    }


def _with_rows(answers: dict[str, Any], group: str, leaves: tuple[str, ...], owner: str) -> dict[str, Any]:
    """Return the answers with a shared group's rows as the procedure calls what it alone asks there."""
    root, _, leaf = group.partition(".")
    held = answers.get(root)
    rows = held.get(leaf) if leaf and isinstance(held, dict) else held
    if not isinstance(rows, list):
        return answers
    own = [_row(row, leaves, owner) for row in rows]
    return {**answers, root: {**held, leaf: own} if leaf and isinstance(held, dict) else own}


def _row(row: Any, leaves: tuple[str, ...], owner: str) -> Any:
    if not isinstance(row, dict):
        return row
    return {**row, **{name: row[f"{owner}-{name}"] for name in leaves if f"{owner}-{name}" in row}}
