"""A ticket as whoever holds it sees it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from machimado.frontyard.reception.models import Call, Ticket
from machimado.frontyard.reception.queries.queueing import waiting_at
from machimado.frontyard.reception.queries.times import usual_waits
from machimado.frontyard.reception.rules.queue import Place, order
from machimado.frontyard.reception.rules.waiting import Usual


def ticket_by(code_hash: str, at: datetime) -> Ticket | None:
    """Return the ticket that a code opens today; with the day it ends."""
    found = Ticket.objects.select_related("case__office").filter(code_hash=code_hash).first()
    return found if found and found.case.opened_date == timezone.localdate(at) else None


@dataclass(frozen=True, slots=True)
class Mine:
    """A ticket as whoever holds it sees it. `state`: waiting, away, missing, called, served, given_back or done."""

    number: int
    office: str
    state: str
    window: int | None
    before: int
    booked_at: datetime | None
    calls: int
    usual: Usual | None


def mine(ticket: Ticket, at: datetime) -> Mine:
    """Return how it stands with the ticket."""
    state = _state(ticket)
    return Mine(
        number=ticket.case.number or 0,
        office=ticket.case.office.name,
        state=state,
        window=ticket.window,
        before=_before(ticket, at) if state == Ticket.Standing.WAITING else 0,
        booked_at=ticket.booked_at if ticket.booked_at and ticket.booked_at > at else None,
        usual=usual_waits(ticket.case.office_id, _arrived(ticket, at))[ticket.case.lane],
        calls=Call.objects.filter(case=ticket.case_id).count() if state == "called" else 0,
    )


def _arrived(ticket: Ticket, at: datetime) -> datetime:
    """Return the moment that decides how long people like this one wait: when they came, not when they look."""
    return min(ticket.queued_at, at)


def _state(ticket: Ticket) -> str:
    case = ticket.case
    if case.closed_at is not None:
        return "done" if case.officer_id else "given_back"
    if case.officer_id is None:
        return ticket.standing
    has_come = case.resident_id or case.newcomer or case.applications.exists()
    was_here = has_come and case.transfers.filter(taken_back_at=None).exists()
    return "served" if has_come and not was_here else "called"


def _before(ticket: Ticket, at: datetime) -> int:
    """Return how many would be called before this one: all ahead in the same queue, whoever calls them."""
    case = ticket.case
    own = order(Place(ticket.queued_at, case.number or 0, ticket.booked_at), at)
    queue = (one for one in waiting_at(case.office_id, at) if one.asked.section_id == ticket.section_id)
    return sum(order(one, at) < own for one in queue)
