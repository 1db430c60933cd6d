"""What pages of the reception show, as plain data."""

from machimado.frontyard.reception.queries.booking import (
    Day,
    Slot,
    appointment_at,
    appointment_by,
    appointments,
    bookable,
    closed_days,
    days,
    expected,
    timetable,
    timetables,
)
from machimado.frontyard.reception.queries.hall import (
    Arrival,
    Hall,
    hall,
)
from machimado.frontyard.reception.queries.phone import (
    Mine,
    mine,
    ticket_by,
)
from machimado.frontyard.reception.queries.purposes import (
    Purpose,
    Purposes,
    purposes,
)
from machimado.frontyard.reception.queries.queueing import (
    Passed,
    Receiver,
    Waiting,
    businesses_of,
    called_by,
    handed_over,
    passed,
    procedure_of,
    receivers,
    sent_on,
    standing_of,
    transfer_of,
    waiting_at,
)
from machimado.frontyard.reception.queries.screens import (
    Called,
    called_now,
)
from machimado.frontyard.reception.queries.serving import (
    Business,
    businesses,
    can_call,
    served_together,
    serving_at,
)
from machimado.frontyard.reception.queries.times import (
    LaneWait,
    lane_waits,
    usual_waits,
)

__all__ = [
    "Arrival",
    "Business",
    "Called",
    "Day",
    "Hall",
    "LaneWait",
    "Mine",
    "Passed",
    "Purpose",
    "Purposes",
    "Receiver",
    "Slot",
    "Waiting",
    "appointment_at",
    "appointment_by",
    "appointments",
    "bookable",
    "businesses",
    "businesses_of",
    "called_by",
    "called_now",
    "can_call",
    "closed_days",
    "days",
    "expected",
    "hall",
    "handed_over",
    "lane_waits",
    "mine",
    "passed",
    "procedure_of",
    "purposes",
    "receivers",
    "sent_on",
    "served_together",
    "serving_at",
    "standing_of",
    "ticket_by",
    "timetable",
    "timetables",
    "transfer_of",
    "usual_waits",
    "waiting_at",
]
