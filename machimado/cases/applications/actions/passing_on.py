"""A case leaves an officer's hands before it is done: back to those who wait, or on to another section or office."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.arriving import number
from machimado.cases.applications.actions.kept import NotReady, check_open, until_free
from machimado.cases.applications.models import CASES, Case, Stamp, Step, Transfer
from machimado.cases.applications.permissions import check_serve
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Office, Officer, Role, Section
from machimado.ground.people.permissions import can_role


@transaction.atomic
def let_go(*, case: Case, by: Officer, at: datetime, is_undo: bool = False) -> Case:
    """Give the case back to those who wait, with all that was begun in it. Return it as it is then; may be repeated.

    With `is_undo` the call was a mistake: nobody was called, and they have waited on. Raises: Refused; NotReady.
    """
    held = _in_hand(case, by)
    if held.officer_id is None:
        return held
    held.officer = None
    if is_undo and not _has_begun(held):
        held.wait_seconds = None
        Stamp.objects.filter(case=held, step=Step.CALLED).delete()
    CASES.write(held, "officer", "wait_seconds")
    record(by=by, action="case.let_go", case=str(held.pk), at=at)
    return held


def _has_begun(case: Case) -> bool:
    return case.resident_id is not None or case.newcomer or case.applications.exists()


def _in_hand(case: Case, by: Officer) -> Case:
    """Return the case, held: it is nobody's yet, or this officer's, or whoever answers for the office takes it out of a hand."""
    check_serve(by, case)
    held = CASES.hold(case.pk)
    check_open(held)
    if held.officer_id not in {None, by.pk} and not can_role(by, Role.SUPERVISOR):
        raise NotReady(
            f"{held.number}番の方は、ほかの職員が対応しています。その職員か責任者に頼んでください。"
        )
    return held


def transfer(
    *, case: Case, office: Office, section: Section | None, note: str, by: Officer, at: datetime
) -> Transfer:
    """Give the case on to another section or office, with its applications; who waits there next takes it.

    At another office, or on another day, it gets that office's next number. Raises: Refused; NotReady.
    """
    return until_free(lambda: _transfer(case, office, section, note, by, at))


@transaction.atomic
def _transfer(
    case: Case, office: Office, section: Section | None, note: str, by: Officer, at: datetime
) -> Transfer:
    held = _in_hand(case, by)
    if held.number is None:
        raise NotReady("この受付はまだどの拠点でも受け取っていません。受け取ってから引き継いでください。")
    made = Transfer(case=held, at=at, officer=by, to_office=office, to_section=section, note=note)
    made.from_office_id, made.from_officer_id = held.office_id, held.officer_id
    made.from_section_id = by.section_id if held.office_id == by.office_id else None
    made.opened_date, made.number = held.opened_date, held.number
    made.save()
    today = timezone.localdate(at)
    if (held.office_id, held.opened_date) != (office.pk, today):
        held.office = office
        number(held, today)
    held.officer = None
    CASES.write(held, "office", "opened_date", "number", "officer")
    record(by=by, action="case.transferred", case=str(held.pk), detail=_where_to(made), at=at)
    return made


def _where_to(transfer: Transfer) -> dict[str, str]:
    section = transfer.to_section.name if transfer.to_section else ""
    return {"to": section or transfer.to_office.name}


@transaction.atomic
def take_back(*, transfer: Transfer, by: Officer, at: datetime) -> Case:
    """Take a transfer back while nobody there has called the person: all is as it was before. May be repeated.

    Raises: NotReady when somebody has, or the case has gone on from there.
    """
    held = CASES.hold(transfer.case_id)
    kept = Transfer.objects.get(pk=transfer.pk)
    if kept.taken_back_at is not None:
        return held
    last = held.transfers.filter(taken_back_at=None).last()
    if last is None or last.pk != kept.pk or held.officer_id is not None or held.closed_at is not None:
        raise NotReady("引継ぎ先で対応が始まっているか、終わっています。引継ぎ先に連絡してください。")
    kept.taken_back_at = at
    kept.save(update_fields=["taken_back_at"])
    held.office, held.opened_date, held.number = kept.from_office, kept.opened_date, kept.number
    held.officer_id = kept.from_officer_id
    CASES.write(held, "office", "opened_date", "number", "officer")
    record(by=by, action="case.transfer_taken_back", case=str(held.pk), at=at)
    return held
