"""Who waits is called: each by one officer, in a fair order, by whoever serves what they came for."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Case, Lane
from machimado.cases.procedures import queries as procedures
from machimado.frontyard.reception import queries
from machimado.frontyard.reception.models import Duty, Ticket
from machimado.frontyard.reception.rules.duties import Asked
from machimado.ground.journal.actions import record
from machimado.ground.people.models import OFFICERS, Office, Officer
from machimado.ground.people.permissions import Refused
from machimado.ground.ui.languages import Language


@transaction.atomic
def arrive(
    *,
    office: Office,
    lane: Lane,
    by: Officer | None,
    at: datetime,
    purpose: str = "",
    procedure: str = "",
    business_id: str = "",
    key: UUID | None = None,
    language: Language = Language.JAPANESE,
) -> Ticket:
    """Mark that somebody has come, and put them into the queue with the office's next number.

    `procedure` was chosen from the list, `purpose` is what they said in their own words.
    A form that is sent twice with the same `key` marks one arrival. Raises: NotReady when the key is another office's.
    """
    case = cases.open_case(office=office, lane=lane, by=by, at=at, purpose=purpose or procedure, key=key)
    place = {"queued_at": at, "procedure": procedure, "business_id": business_id, "language": language}
    ticket, _ = Ticket.objects.get_or_create(case=case, defaults=place)
    return ticket


@transaction.atomic
def call_next(*, by: Officer, at: datetime, window: int | None = None) -> Case | None:
    """Call whoever has waited longest of those whom this officer serves; nobody where nobody waits for them.

    Whoever was called and has not come yet is called first: pressed twice, the key calls one person.
    """
    # Of one officer's clicks, one after the other.
    OFFICERS.hold(by.pk)
    expected = queries.called_by(by, at)
    if expected is not None:
        return expected
    staff = queries.serving_at(by.office_id)
    mine, here = staff.get(by.pk), queries.served_together(staff)
    for one in queries.waiting_at(by.office_id, at):
        if (mine is None or mine.can(one.asked, here)) and _take(one.case, by, at, window):
            return one.case
    return None


@transaction.atomic
def call(*, case: Case, by: Officer, at: datetime, window: int | None = None) -> bool:
    """Call this resident to the officer; return False when a colleague was faster.

    Raises: Refused when the officer does not serve what they came for.
    """
    ticket = Ticket.objects.filter(case=case).first()
    if ticket is not None and not queries.can_call(by, Asked(ticket.business_id, ticket.section_id)):
        raise Refused(
            f"{case.number}番の方のご用件は、受け持ちに入っていません。担当の職員に任せるか、受け持つ業務を変えてください。"
        )
    return _take(case, by, at, window)


def _take(case: Case, by: Officer, at: datetime, window: int | None) -> bool:
    if not cases.call(case=case, by=by, at=at):
        return False
    Ticket.objects.filter(case=case).update(window=window, standing=Ticket.Standing.WAITING)
    return True


@transaction.atomic
def take_duties(*, officer: Officer, business_ids: Iterable[str] | None, at: datetime) -> None:
    """Say which businesses the officer serves from now on; None: those of the staff list again."""
    if business_ids is None:
        Duty.objects.filter(officer=officer).delete()
        chosen: list[str] = []
    else:
        chosen = sorted(set(business_ids) & set(procedures.businesses()))
        Duty.objects.update_or_create(officer=officer, defaults={"business_ids": chosen})
    record(by=officer, action="duty.taken", detail={"businesses": chosen}, at=at)
