"""What is known of deliveries, as plain data."""

from machimado.cases.delivery.queries.listing import (
    Details,
    Line,
    Overview,
    Row,
    StateCount,
    config_problems,
    details,
    find,
    overview,
    rows,
    worker_trouble,
)
from machimado.cases.delivery.queries.standing import (
    Reason,
    Status,
    status_of,
    statuses_within,
)
from machimado.cases.delivery.queries.waiting import (
    PAGE,
    Candidates,
    candidates,
    ends_of,
    next_due,
    with_contents,
)

__all__ = [
    "PAGE",
    "Candidates",
    "Details",
    "Line",
    "Overview",
    "Reason",
    "Row",
    "StateCount",
    "Status",
    "candidates",
    "config_problems",
    "details",
    "ends_of",
    "find",
    "next_due",
    "overview",
    "rows",
    "status_of",
    "statuses_within",
    "with_contents",
    "worker_trouble",
]
