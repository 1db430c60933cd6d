"""Who waits is called: each by one officer, in a fair order, by whoever serves what they came for."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import CASES, Case, Lane, Step, Transfer
from machimado.cases.procedures import queries as procedures
from machimado.frontyard.reception import queries
from machimado.frontyard.reception.actions.codes import code_of
from machimado.frontyard.reception.models import Call, Duty, Ticket
from machimado.frontyard.reception.rules.duties import Asked
from machimado.frontyard.reception.rules.queue import Place, behind
from machimado.ground.journal.actions import record
from machimado.ground.live.hub import hub
from machimado.ground.people.models import OFFICERS, Office, Officer, Section
from machimado.ground.people.permissions import Refused
from machimado.ground.rows.secrets import hashed
from machimado.ground.ui.languages import Language

Standing = Ticket.Standing


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
    place["code_hash"] = hashed(code_of(case))
    ticket, _ = Ticket.objects.get_or_create(case=case, defaults=place)
    tell_hall(office.pk)
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
    if ticket is not None and ticket.booked_at is not None and ticket.booked_at > at:
        raise Refused(
            f"{case.number}番の方のご予約は{timezone.localtime(ticket.booked_at):%-H:%M}です。その時刻から呼び出せます。"
        )
    if ticket is not None and not queries.can_call(by, Asked(ticket.business_id, ticket.section_id)):
        raise Refused(
            f"{case.number}番の方のご用件は、受け持ちに入っていません。担当の職員に任せるか、受け持つ業務を変えてください。"
        )
    return _take(case, by, at, window)


def _take(case: Case, by: Officer, at: datetime, window: int | None) -> bool:
    # Whoever was sent on, taken back or put on hold at this very moment is not called from here.
    held = CASES.hold(case.pk)
    if held.office_id != case.office_id or queries.standing_of(held) != Standing.WAITING:
        return False
    if not cases.call(case=held, by=by, at=at):
        return False
    ticket = _ticket(case, at)
    ticket.window, ticket.called_at, ticket.standing = window, at, Standing.WAITING
    ticket.save(update_fields=["window", "called_at", "standing"])
    _announce(case, ticket, at)
    return True


def _announce(case: Case, ticket: Ticket, at: datetime) -> None:
    """Let the office's displays show and say the number."""
    said = {"number": case.number or 0, "window": ticket.window, "language": ticket.language}
    Call.objects.create(case=case, office_id=case.office_id, at=at, **said)
    tell_hall(case.office_id)


def tell_hall(office_id: int) -> None:
    """Let every page that shows the office's queue look again, once what changed is committed."""
    transaction.on_commit(lambda: hub.tell(f"hall:{office_id}", "look"))


def _ticket(case: Case, at: datetime) -> Ticket:
    """Return the case's ticket; of a case that came without the reception one is made now."""
    arrived = case.stamps.filter(step=Step.ARRIVED).values_list("at", flat=True).first()
    place = {"queued_at": arrived or at, "code_hash": hashed(code_of(case))}
    ticket, _ = Ticket.objects.select_for_update().get_or_create(case=case, defaults=place)
    return ticket


# ---------------------------------------------------------------- called, and not there


@transaction.atomic
def call_again(*, case: Case, by: Officer, at: datetime, window: int | None = None) -> None:
    """Call the person whom the officer has called once more.

    Raises: NotReady when somebody else serves them, or nobody has called them.
    """
    held = CASES.hold(case.pk)
    if held.officer_id != by.pk or held.closed_at is not None:
        raise cases.NotReady(f"{held.number}番の方は、いまこの窓口では呼び出していません。")
    ticket = _ticket(held, at)
    ticket.window, ticket.called_at = window, at
    ticket.save(update_fields=["window", "called_at"])
    _announce(held, ticket, at)
    record(by=by, action="ticket.called_again", case=str(case.pk), at=at)


@transaction.atomic
def hold(*, case: Case, by: Officer, at: datetime) -> None:
    """Keep the place of somebody who has stepped out; nobody calls them until they are back. May be repeated."""
    _stand(case, Standing.AWAY, "ticket.held", by, at)


@transaction.atomic
def put_aside(*, case: Case, by: Officer, at: datetime) -> None:
    """Put somebody aside who was called and did not come; they keep their place. May be repeated."""
    _stand(case, Standing.MISSING, "ticket.missing", by, at)


@transaction.atomic
def put_back(*, case: Case, by: Officer, at: datetime) -> None:
    """Undo a call: the person waits on at their old place, as if nobody had called. May be repeated."""
    cases.let_go(case=case, by=by, at=at, is_undo=True)
    _ticket(case, at)
    tell_hall(case.office_id)


def _stand(case: Case, standing: Standing, action: str, by: Officer, at: datetime) -> None:
    cases.let_go(case=case, by=by, at=at)
    ticket = _ticket(case, at)
    if ticket.standing == standing:
        return
    ticket.standing = standing
    ticket.save(update_fields=["standing"])
    tell_hall(case.office_id)
    record(by=by, action=action, case=str(case.pk), at=at)


@transaction.atomic
def come_back(*, case: Case, by: Officer | None, at: datetime, is_behind: bool = False) -> None:
    """Let somebody wait again who was away or did not come: at their old place, or behind whoever is next. May be repeated."""
    held = CASES.hold(case.pk)
    ticket = _ticket(held, at)
    if ticket.standing == Standing.WAITING:
        return
    if is_behind:
        first = next(iter(queries.waiting_at(held.office_id, at)), None)
        ticket.queued_at = behind(Place(ticket.queued_at, held.number or 0), first)
        ticket.booked_at = None
    ticket.standing = Standing.WAITING
    ticket.save(update_fields=["standing", "queued_at", "booked_at"])
    tell_hall(held.office_id)
    record(by=by or "resident", action="ticket.come_back", case=str(case.pk), at=at)


# ---------------------------------------------------------------- to another section or office


@transaction.atomic
def transfer(
    *, case: Case, office: Office, section: Section | None, note: str, by: Officer, at: datetime
) -> Transfer:
    """Send the person on to another section or office; they wait there since they arrived here.

    Raises: Refused; NotReady.
    """
    made = cases.transfer(case=case, office=office, section=section, note=note, by=by, at=at)
    ticket = _ticket(made.case, at)
    ticket.section, ticket.standing, ticket.window = section, Standing.WAITING, None
    ticket.save(update_fields=["section", "standing", "window"])
    tell_hall(made.from_office_id)
    tell_hall(office.pk)
    return made


@transaction.atomic
def take_back(*, transfer: Transfer, by: Officer, at: datetime) -> Case:
    """Take a person back whom nobody has called yet where they were sent.

    Raises: NotReady when somebody has.
    """
    case = cases.take_back(transfer=transfer, by=by, at=at)
    before = case.transfers.filter(taken_back_at=None).last()
    ticket = _ticket(case, at)
    ticket.section = before.to_section if before else None
    ticket.save(update_fields=["section"])
    tell_hall(case.office_id)
    tell_hall(transfer.to_office_id)
    return case


# ---------------------------------------------------------------- who serves what


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
