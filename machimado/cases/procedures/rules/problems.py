"""What is wrong with a file, where, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """One problem of a file; `line` and `column` count from 1, `what` says what is wrong and what to do."""

    file: str
    line: int
    column: int
    what: str
    # Where in the definition, for pages that lead there; nothing where the text itself cannot be read.
    loc: tuple[str | int, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}"


class DefinitionError(ValueError):
    """A file that can't be used as a procedure; `problems` are all that were found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
