from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    """Values with weights; a draw costs one random number and one bisection."""

    __slots__ = ("_cumulative", "_last", "_total", "values")

    def __init__(self, values: Sequence[T], weights: Sequence[float]) -> None:
        if not values or len(values) != len(weights):
            raise ValueError("values and weights must be of one, positive length")
        self.values = tuple(values)
        self._cumulative = tuple(accumulate(weights))
        self._total = self._cumulative[-1]
        self._last = len(self.values) - 1

    def draw(self, dice: "Dice") -> T:
        """Return one of the values, each as often as its weight says."""
        return self.values[bisect_right(self._cumulative, dice.random() * self._total, 0, self._last)]


class Dice:
    """All chance in the population comes from one of these, so that a seed tells everything.

    Only `Random.random` is used: Python promises its sequence for a seed, but not those of the other methods.
    """

    __slots__ = ("random",)

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random  # noqa: S311 - reproducible sample data, not a secret

    def chance(self, rate: float) -> bool:
        """Answer yes with the given rate, 0…1."""
        return self.random() < rate

    def below(self, stop: int) -> int:
        """Return a whole number from 0 to stop - 1."""
        return int(self.random() * stop)

    def between(self, first: int, last: int) -> int:
        """Return a whole number from first to last, both included."""
        return first + int(self.random() * (last - first + 1))

    def around(self, mean: float, spread: float, low: int, high: int) -> int:
        """Return a whole number near mean, bell-shaped, never outside low…high.

        The sum of three uniform numbers has a standard deviation of 1/2: good enough for ages, and much
        faster than a true normal.
        """
        draw = self.random
        value = round(mean + 2 * spread * (draw() + draw() + draw() - 1.5))
        return max(low, min(high, value))

    def pick(self, values: Sequence[T]) -> T:
        """Return one of the values, all equally often."""
        return values[int(self.random() * len(values))]
