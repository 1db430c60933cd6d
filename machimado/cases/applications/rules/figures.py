"""How the figures of the counter are computed: counts are added up, and medians are taken of what was added up.

Durations are counted in tenths of a minute, so that a year of a city is a small histogram: histograms of months,
offices and procedures can be added without going back to the cases, and their quartiles are still exact to 0.1 minute.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

SECONDS_PER_TENTH = 6
# Below this many, one unusual case moves the figure: it is shown, but marked as no more than a hint.
FEW = 10

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Key:
    """What a figure is about: a procedure (its id), an office (its code) and a month (`2026-04`)."""

    procedure: str
    office: str
    month: str


@dataclass(frozen=True, slots=True)
class Spread:
    """How values lie, in minutes: the middle half is between `lower` and `upper`."""

    count: int
    lower: float
    median: float
    upper: float

    @property
    def is_few(self) -> bool:
        """Return whether the values are too few to rely on."""
        return self.count < FEW


@dataclass
class Cell:
    """The counts of one key, or of several added up."""

    paperless: int = 0
    paper: int = 0
    typed_characters: int = 0
    rekeyed_fields: int = 0
    officer_tenths: Counter[int] = field(default_factory=Counter)
    wait_tenths: Counter[int] = field(default_factory=Counter)

    @property
    def applications(self) -> int:
        """Return how many applications there were, with paper and without."""
        return self.paperless + self.paper

    @property
    def is_few(self) -> bool:
        """Return whether the applications are too few to rely on their share."""
        return self.applications < FEW

    @property
    def share(self) -> float | None:
        """Return the percentage received without paper; None where nothing was received."""
        return percentage(self.paperless, self.applications)

    @property
    def officer(self) -> Spread | None:
        """Return the officers' minutes for an application without paper."""
        return spread(self.officer_tenths)

    @property
    def waiting(self) -> Spread | None:
        """Return the minutes from arrival to the call."""
        return spread(self.wait_tenths)

    @property
    def typed_each(self) -> float | None:
        """Return how many characters an officer typed for an application without paper, on average."""
        return _each(self.typed_characters, self.paperless)

    @property
    def rekeyed_each(self) -> float | None:
        """Return how many known fields were typed again for an application without paper, on average."""
        return _each(self.rekeyed_fields, self.paperless)

    def add(self, other: "Cell") -> None:
        """Add another cell's counts to these."""
        self.paperless += other.paperless
        self.paper += other.paper
        self.typed_characters += other.typed_characters
        self.rekeyed_fields += other.rekeyed_fields
        self.officer_tenths.update(other.officer_tenths)
        self.wait_tenths.update(other.wait_tenths)


def percentage(part: int, whole: int) -> float | None:
    """Return `part` of `whole` in percent; None of nothing."""
    return 100 * part / whole if whole else None


def _each(total: int, count: int) -> float | None:
    return total / count if count else None


def roll_up(cells: Mapping[Key, Cell], by: Callable[[Key], K]) -> dict[K, Cell]:
    """Return the cells added up by what `by` says of their keys, in the order of those values' first appearance."""
    sums: dict[K, Cell] = {}
    for key, cell in cells.items():
        sums.setdefault(by(key), Cell()).add(cell)
    return sums


def total(cells: Iterable[Cell]) -> Cell:
    """Return all cells added up."""
    everything = Cell()
    for cell in cells:
        everything.add(cell)
    return everything


def spread(tenths: Mapping[int, int]) -> Spread | None:
    """Return median and quartiles, in minutes, of a histogram (tenths of a minute → how often); None of nothing."""
    count = sum(tenths.values())
    if not count:
        return None
    lower, median, upper = (quantile(tenths, share) / 10 for share in (0.25, 0.5, 0.75))
    return Spread(count, lower, median, upper)


def quantile(histogram: Mapping[int, int], share: float) -> float:
    """Return the quantile at `share` (0 to 1) of a histogram that is not empty.

    Between two neighbouring values it is interpolated on a straight line, as spreadsheets do (QUARTILE.INC).
    Source: Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), definition 7.
    """
    ordered = sorted((value, times) for value, times in histogram.items() if times > 0)
    position = (sum(times for _, times in ordered) - 1) * share
    below, above = _at_rank(ordered, int(position)), _at_rank(ordered, int(position) + 1)
    return below + (above - below) * (position - int(position))


def _at_rank(ordered: list[tuple[int, int]], rank: int) -> int:
    """Return the value at a rank from 0; behind the last one, the last."""
    for value, times in ordered:
        if rank < times:
            return value
        rank -= times
    return ordered[-1][0]


def months_between(first: str, last: str) -> list[str]:
    """Return the months from `first` to `last`, both included (`2025-12`, `2026-02` → three); none when turned round."""
    months = []
    year, month = _year_and_month(first)
    while (year, month) <= _year_and_month(last):
        months.append(f"{year:04d}-{month:02d}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return months


def month_before(month: str, count: int) -> str:
    """Return the month `count` months before `month`."""
    year, number = _year_and_month(month)
    index = year * 12 + number - 1 - count
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def _year_and_month(month: str) -> tuple[int, int]:
    year, number = month.split("-")
    return int(year), int(number)
