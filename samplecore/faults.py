"""Faults on demand: what goes wrong is decided by seed and reference, so that a run can be repeated."""

import hashlib
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultSettings:
    """Which faults happen. Shares are 0…1, times in milliseconds, counts in requests."""

    lose_ack: float = 0.0
    late_commit_ms: int = 0
    reject: float = 0.0
    pending: float = 0.0
    pending_seconds: float = 5.0
    pending_lookups: int = 3
    delay_ms: int = 0
    down_after: int = 0
    down_seconds: float = 0.0
    keyed: bool = True
    lookup: bool = True
    seed: int = 1


class Faults:
    """Decides about one request after the other.

    Losing an acknowledgement is decided anew for each attempt, so that a sender that tries again gets through;
    rejecting and keeping pending are decided once for each application.
    """

    def __init__(self, settings: FaultSettings) -> None:
        self.settings = settings
        self.happened: Counter[str] = Counter()
        self._attempts: Counter[str] = Counter()

    def loses_ack(self, reference: str) -> bool:
        """Answer whether the reply to this attempt gets lost, and count it."""
        self._attempts[reference] += 1
        roll = self._roll("lose-ack", reference, self._attempts[reference])
        return self._count("lose-ack", roll < self.settings.lose_ack)

    def commits_late(self, reference: str) -> bool:
        """Answer whether this attempt, whose reply is lost, is also committed only after the sender gave up."""
        roll = self._roll("late-commit", reference, self._attempts[reference])
        return self._count("late-commit", self.settings.late_commit_ms > 0 and roll < 0.5)

    def rejects(self, reference: str) -> bool:
        """Answer whether this application is rejected although nothing is wrong with it."""
        return self._count("reject", self._roll("reject", reference) < self.settings.reject)

    def keeps_pending(self, reference: str) -> bool:
        """Answer whether this application is decided only later."""
        return self._count("pending", self._roll("pending", reference) < self.settings.pending)

    def choose(self, reference: str, count: int) -> int:
        """Choose one of `count` things for an application, always the same."""
        return int(self._roll("choose", reference) * count)

    def _roll(self, fault: str, reference: str, attempt: int = 0) -> float:
        """Return an even number 0…1 that hangs only on seed, fault, reference and attempt."""
        text = f"{self.settings.seed}\0{fault}\0{reference}\0{attempt}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64

    def _count(self, fault: str, happens: bool) -> bool:
        if happens:
            self.happened[fault] += 1
        return happens


class Outage:
    """Takes the service down after a number of requests, for a time or until the next start."""

    def __init__(self, settings: FaultSettings) -> None:
        self._settings = settings
        self._seen = 0
        self._down_since: float | None = None

    def is_down(self, now: float) -> bool:
        """Answer whether the service is down at `now` (seconds, monotonic)."""
        if self._down_since is None:
            return False
        if 0 < self._settings.down_seconds <= now - self._down_since:
            self._down_since, self._seen = None, 0
            return False
        return True

    def refuses(self, now: float) -> bool:
        """Count a request and answer whether it falls into the outage."""
        if self.is_down(now):
            return True
        self._seen += 1
        if 0 < self._settings.down_after < self._seen:
            self._down_since = now
            return True
        return False
