from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from machimado.cases.terminals.models import MonthlyCount
from machimado.cases.terminals.queries import changes
from machimado.cases.terminals.rules.counts import Row
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer


@transaction.atomic
def take_counts(*, rows: Sequence[Row], by: Officer | None, at: datetime) -> int:
    """Take a report over, whole; return how many counts it changed. The same report twice changes nothing."""
    changed = len(changes(rows))
    if not changed:
        return 0
    MonthlyCount.objects.bulk_create(
        [
            MonthlyCount(
                terminal=row.terminal,
                service=row.service,
                month=row.month,
                count=row.count,
                taken_at=at,
                officer=by,
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["terminal", "service", "month"],
        update_fields=["count", "taken_at", "officer"],
    )
    record(by=by, action="terminals.counts_taken", at=at, detail={"rows": len(rows), "changed": changed})
    return changed
