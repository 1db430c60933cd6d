"""How long to wait before trying again. Deterministic: the same delivery and count give the same delay."""

import hashlib
from datetime import timedelta

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 300.0
SLOW_FIRST_SECONDS = 5.0  # a decision that people make in the core is not there a second later
SPREAD = 0.25


def delay(number: int, misses: int, *, slow: bool = False) -> timedelta:
    """Return the delay after `misses` failures in a row: doubling, bounded, and spread so that rows don't march in step."""
    first = SLOW_FIRST_SECONDS if slow else FIRST_SECONDS
    seconds = min(LONGEST_SECONDS, first * 2.0 ** min(misses, 20))
    return timedelta(seconds=seconds * (1 + SPREAD * _spread(number, misses)))


def _spread(number: int, misses: int) -> float:
    """Return a number in [0, 1) that is the same each time."""
    digest = hashlib.sha256(f"{number}:{misses}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32
