"""Which change is taken back next, and which is done again: told from what was done, which is never rewritten."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Did = Literal["begun", "changed", "dated", "undone", "redone"]


@dataclass(frozen=True, slots=True)
class Steps:
    """Where a draft stands: the revisions whose changes hold, oldest first, and those that were taken back, last first.

    The first is how it began; it cannot be taken back.
    """

    held: tuple[int, ...]
    taken_back: tuple[int, ...]

    @property
    def back_to(self) -> int | None:
        """The revision whose text comes back by undoing."""
        return self.held[-2] if len(self.held) > 1 else None

    @property
    def again(self) -> int | None:
        """The revision whose text comes back by redoing."""
        return self.taken_back[-1] if self.taken_back else None


def steps(done: Iterable[tuple[int, Did]]) -> Steps:
    """Return where a draft stands after what was done, each as (revision, what), oldest first."""
    held: list[int] = []
    taken_back: list[int] = []
    for revision, did in done:
        if did == "undone":
            taken_back.append(held.pop())
        elif did == "redone":
            held.append(taken_back.pop())
        elif did == "dated":
            # The day in force is written where it is proposed: it goes with the change before it.
            held[-1] = revision
        else:
            held.append(revision)
            taken_back.clear()
    return Steps(tuple(held), tuple(taken_back))
