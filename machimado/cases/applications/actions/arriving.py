"""A case from arrival to the end."""

from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from machimado.cases.applications.actions.kept import NotReady, check_open, subject, until_free
from machimado.cases.applications.models import CASES, STAMPS_OF, Case, Lane, Stamp, Step, Transfer
from machimado.cases.applications.permissions import State, check_serve
from machimado.cases.applications.rules.duration import wait_seconds
from machimado.cases.register.models import Resident
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Office, Officer


def open_case(
    *,
    office: Office,
    lane: Lane,
    by: Officer | None,
    at: datetime,
    purpose: str = "",
    resident: Resident | None = None,
    key: UUID | None = None,
) -> Case:
    """Open a case with the next number of its office and day, stamped as arrived.

    Nobody (`by`) is the resident themselves, at a screen that gives tickets.
    `key` becomes the case's id: a form that is sent twice with the same key opens one case.
    Raises: NotReady when the key belongs to another office.
    """
    case = Case(pk=key or uuid4(), office=office, lane=lane, purpose=purpose, resident=resident)
    return until_free(lambda: _open(case, by, at, Step.ARRIVED))


def receive(*, resident: Resident, by: Officer, at: datetime, key: UUID | None = None) -> Case:
    """Open a case for somebody who came straight to the officer's desk: arrived, called and identified at once.

    `key` as for `open_case`. Raises: Refused; NotReady when the key belongs to another office.
    """
    case = Case(pk=key or uuid4(), office=by.office, lane=Lane.WITH_HELP, resident=resident, officer=by)
    check_serve(by, case)
    return until_free(lambda: _open(case, by, at, Step.ARRIVED, Step.CALLED, Step.IDENTIFIED))


def receive_newcomer(*, by: Officer, at: datetime, key: UUID | None = None) -> Case:
    """Open a case for somebody at the officer's desk who is in no register yet. `key` as for `open_case`."""
    case = Case(pk=key or uuid4(), office=by.office, lane=Lane.WITH_HELP, newcomer=True, officer=by)
    check_serve(by, case)
    return until_free(lambda: _open(case, by, at, Step.ARRIVED, Step.CALLED, Step.IDENTIFIED))


@transaction.atomic
def welcome(*, case: Case, by: Officer, at: datetime) -> Case:
    """Say that whoever waits is in no register yet. Return the case as it is then; may be repeated.

    Raises: Refused; NotReady when the case has ended, or goes on for a resident.
    """
    check_serve(by, case)
    locked = CASES.hold(case.pk)
    check_open(locked)
    if locked.resident_id is not None:
        raise NotReady("この受付は住民の方のものです。住民記録にない方は、新しく受け付けてください。")
    locked.newcomer, locked.officer_id = True, locked.officer_id or by.pk
    locked.wait_seconds = _waited(locked, at)
    CASES.write(locked, "newcomer", "officer", "wait_seconds")
    stamp(Step.CALLED, Step.IDENTIFIED, case=case, by=by, at=at)
    record(by=by, action="case.welcomed", case=str(case.pk), at=at)
    return locked


@transaction.atomic
def _open(case: Case, by: Officer | None, at: datetime, *steps: Step) -> Case:
    """Give the case the next number, and stamp the steps that it has reached; of its key, one case is opened."""
    before = CASES.find(case.pk)
    if before is not None:
        return _same_office(before, case.office_id)
    number(case, timezone.localdate(at))
    CASES.add(case)
    stamp(*steps, case=case, by=by, at=at)
    done = ["case.opened", *(["case.identified"] if Step.IDENTIFIED in steps else [])]
    for action in done:
        record(by=by or "resident", action=action, subject=subject(case.resident), case=str(case.pk), at=at)
    return case


def number(case: Case, today: date) -> None:
    """Give the case the next number of its office and day; whoever writes it tries again where another took the same."""
    case.opened_date = today
    of_today = Case.objects.filter(office=case.office_id, opened_date=today)
    # A number that somebody has taken along to another office is still theirs here.
    left = Transfer.objects.filter(from_office=case.office_id, opened_date=today)
    taken = [each.aggregate(last=Max("number"))["last"] or 0 for each in (of_today, left)]
    case.number = max(taken) + 1


def _same_office(case: Case, office: int) -> Case:
    if case.office_id != office:
        raise NotReady("この画面は古くなっています。読み込み直してから、もう一度受け付けてください。")
    return case


def stamp(*steps: Step, case: Case, by: Officer | None, at: datetime) -> None:
    """Stamp the steps that are not stamped already."""
    for step in steps:
        STAMPS_OF.add_once(Stamp(case=case, step=step, at=at, officer=by))


@transaction.atomic
def call(*, case: Case, by: Officer, at: datetime) -> bool:
    """Call the resident to this officer's desk; return False when a colleague was faster."""
    check_serve(by, case)
    mine = Case.objects.filter(pk=case.pk, officer=None, closed_at=None).update(officer=by)
    if not mine:
        return Case.objects.filter(pk=case.pk, officer=by).exists()
    Case.objects.filter(pk=case.pk).update(wait_seconds=_waited(case, at))
    stamp(Step.CALLED, case=case, by=by, at=at)
    record(by=by, action="case.called", case=str(case.pk), at=at)
    return True


def _waited(case: Case, at: datetime) -> int | None:
    """Return how long the resident waited for the first call, which may be this one."""
    stamps = dict(case.stamps.values_list("step", "at"))
    return case.wait_seconds if Step.CALLED in stamps else wait_seconds(stamps.get(Step.ARRIVED), at)


@transaction.atomic
def withdraw(*, case: Case, by: Officer | None, at: datetime) -> None:
    """Take back an arrival that was marked by mistake, or whose resident went home; nobody may have called it yet.

    Nobody (`by`) is the resident themselves. Its number is not given again. May be repeated.
    Raises: NotReady when a colleague has called it.
    """
    if by is not None:
        check_serve(by, case)
    if Case.objects.filter(pk=case.pk, officer=None, closed_at=None).update(closed_at=at):
        record(by=by or "resident", action="case.withdrawn", case=str(case.pk), at=at)
    elif not _is_withdrawn(case):
        raise NotReady(
            f"{case.number}番の方はすでに呼び出されています。取り消さずに、窓口の画面で受付を終えてください。"
        )


@transaction.atomic
def restore_arrival(*, case: Case, by: Officer | None, at: datetime) -> None:
    """Put a withdrawn arrival back among those who wait, at its old place. May be repeated.

    Raises: NotReady when the case was not withdrawn but served.
    """
    if by is not None:
        check_serve(by, case)
    if Case.objects.filter(pk=case.pk, officer=None).exclude(closed_at=None).update(closed_at=None):
        record(by=by or "resident", action="case.arrival_restored", case=str(case.pk), at=at)
    elif not Case.objects.filter(pk=case.pk, officer=None).exists():
        raise NotReady(f"{case.number}番の受付は、窓口で終わっています。新しく受け付けてください。")


def _is_withdrawn(case: Case) -> bool:
    return Case.objects.filter(pk=case.pk, officer=None).exclude(closed_at=None).exists()


@transaction.atomic
def identify(*, case: Case, resident: Resident, by: Officer, at: datetime) -> Case:
    """Say who the resident of the case is; once an application has begun this stays. Return the case as it is then.

    Raises: Refused; NotReady when the case has ended, or goes on for somebody else.
    """
    check_serve(by, case)
    locked = CASES.hold(case.pk)
    check_open(locked)
    is_other = locked.newcomer or locked.resident_id not in {None, resident.pk}
    if is_other and locked.applications.exclude(state=State.CANCELLED).exists():
        raise NotReady(
            "この受付では別の方の申請が進んでいます。先に取り下げるか、新しい受付を始めてください。"
        )
    locked.resident, locked.newcomer, locked.officer_id = resident, False, locked.officer_id or by.pk
    locked.wait_seconds = _waited(locked, at)
    CASES.write(locked, "resident", "newcomer", "officer", "wait_seconds")
    stamp(Step.CALLED, Step.IDENTIFIED, case=case, by=by, at=at)
    record(by=by, action="case.identified", subject=str(resident.pk), case=str(case.pk), at=at)
    return locked


@transaction.atomic
def look_at_list(*, count: int, by: Officer, at: datetime) -> None:
    """Record that an officer saw the names in the own office's list of today's open cases; of nobody, nothing."""
    if count:
        record(by=by, action="case.list_seen", detail={"cases": count}, at=at)


@transaction.atomic
def close(*, case: Case, by: Officer | None, at: datetime) -> None:
    """End the case: the resident leaves. Nobody (`by`) is the resident themselves. May be repeated."""
    if by is not None:
        check_serve(by, case)
    if Case.objects.filter(pk=case.pk, closed_at=None).update(closed_at=at, card=None):
        record(by=by or "resident", action="case.closed", case=str(case.pk), at=at)
