"""Compares the two ledgers, ours and the core's (突合)."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from machimado.cases.delivery.adapters import adapter_for
from machimado.cases.delivery.models import Delivery
from machimado.cases.delivery.rules.contract import NotOffered
from machimado.cases.delivery.rules.ledgers import Difference, Ours, compare
from machimado.cases.delivery.rules.machine import State
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer

__all__ = ["NotOffered", "Report", "reconcile"]
ALL_SYSTEMS = "000"


@dataclass(frozen=True, slots=True)
class Report:
    """What a comparison found."""

    at: datetime
    ours: int
    theirs: int
    differences: list[Difference]

    def as_text(self) -> str:
        """Return the report for a terminal."""
        head = f"突合: こちら {self.ours:,} 件、基幹システム {self.theirs:,} 件、相違 {len(self.differences):,} 件"
        return "\n".join([head, *(_as_line(difference) for difference in self.differences)])

    def as_json(self) -> str:
        """Return the report for programs."""
        differences = [asdict(difference) for difference in self.differences]
        counts = {"at": self.at.isoformat(), "ours": self.ours, "theirs": self.theirs}
        return json.dumps({**counts, "differences": differences}, ensure_ascii=False, indent=2)


def _as_line(difference: Difference) -> str:
    numbers = "、".join(filter(None, difference.core_numbers)) or "なし"
    return (
        f"- {difference.reference or '（番号なし）'} {difference.title}（基幹受付番号: {numbers}。{difference.detail}）\n"
        f"    → {difference.what_to_do}"
    )


def reconcile(*, at: datetime, by: Officer | None = None) -> Report:
    """Read the core's ledger, compare, and leave a line in the journal that it was done.

    Raises: NotOffered, SystemFailure.
    """
    theirs = list(adapter_for(ALL_SYSTEMS).ledger())
    ours = list(_ours())
    report = Report(at, len(ours), len(theirs), compare(ours, theirs, read_at=at))
    with transaction.atomic():
        counts = {"ours": report.ours, "theirs": report.theirs, "differences": len(report.differences)}
        record(by=by, action="delivery.reconciled", detail=counts, at=at)
    return report


def _ours() -> Iterator[Ours]:
    rows = Delivery.objects.select_related("submission").order_by("pk")
    for row in rows.iterator(chunk_size=2000):
        state = State(row.state)
        yield Ours(row.pk, row.reference, state, row.since, row.core_number, row.submission.payload)
