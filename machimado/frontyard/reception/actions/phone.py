"""What a resident does with their ticket on a phone: give it back, say that they are there, choose a language."""

from datetime import datetime

from django.db import transaction

from machimado.cases.applications import actions as cases
from machimado.frontyard.reception.actions.calling import come_back, tell_hall
from machimado.frontyard.reception.models import Ticket
from machimado.ground.ui.languages import Language


@transaction.atomic
def give_back(*, ticket: Ticket, at: datetime) -> None:
    """Leave the queue: the resident cannot come any more. May be repeated.

    Raises: NotReady when they have been called already.
    """
    cases.withdraw(case=ticket.case, by=None, at=at)
    tell_hall(ticket.case.office_id)


@transaction.atomic
def wait_on(*, ticket: Ticket, at: datetime) -> None:
    """Wait after all, at the old place: what was given back, or was called while they were not there. May be repeated.

    Raises: NotReady when an officer has ended the case.
    """
    if ticket.case.closed_at is not None:
        cases.restore_arrival(case=ticket.case, by=None, at=at)
    come_back(case=ticket.case, by=None, at=at)
    tell_hall(ticket.case.office_id)


@transaction.atomic
def speak(*, ticket: Ticket, language: Language) -> None:
    """Let the ticket's page, and the voice that calls it, speak this language."""
    Ticket.objects.filter(pk=ticket.pk).update(language=language)
