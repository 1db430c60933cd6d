"""Who waits, in which order, and who was sent on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Min, Prefetch, Q, QuerySet
from django.utils import timezone

from machimado.cases.applications.models import Case, Step, Transfer
from machimado.cases.procedures import queries as procedures
from machimado.frontyard.reception.models import Ticket
from machimado.frontyard.reception.rules.duties import Asked
from machimado.frontyard.reception.rules.queue import Place, order
from machimado.ground.people.models import Office, Officer, Section

HURRY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Place):
    """Somebody who waits to be called: their place, and what they came for."""

    case: Case
    asked: Asked


def waiting_at(office: Office | int, at: datetime) -> list[Waiting]:
    """Return who may be called now at the office, in the order in which they would be."""
    found = _waiting(with_times(of_today(office, at).filter(officer=None, closed_at=None)))
    return sorted((one for one in found if one.is_due(at)), key=lambda one: order(one, at))


def _waiting(cases: QuerySet[Case]) -> list[Waiting]:
    return [place_of(case) for case in cases if standing_of(case) == Ticket.Standing.WAITING]


def place_of(case: Case) -> Waiting:
    """Return somebody's place in the queue, with what they came for."""
    ticket: Ticket | None = getattr(case, "ticket", None)
    arrived_at: datetime = case.arrived_at  # type: ignore[attr-defined] # annotated in with_times
    return Waiting(
        queued_at=ticket.queued_at if ticket else arrived_at,
        number=case.number or 0,
        booked_at=ticket.booked_at if ticket else None,
        case=case,
        asked=Asked(ticket.business_id, ticket.section_id) if ticket else Asked(),
    )


def standing_of(case: Case) -> str:
    """Return whether somebody waits, is away, or did not come when they were called."""
    ticket: Ticket | None = getattr(case, "ticket", None)
    return ticket.standing if ticket else Ticket.Standing.WAITING


def of_today(office: Office | int, at: datetime) -> QuerySet[Case]:
    """Return the cases that the office has opened today."""
    return Case.objects.filter(office=office, opened_date=timezone.localdate(at))


def with_times(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return the cases that have a number, with what is known of their way, in the order of their numbers."""
    return (
        # What somebody begins at home has no number before it is brought here.
        cases.exclude(number=None)
        .select_related("officer", "ticket__section")
        .prefetch_related(Prefetch("transfers", _standing_transfers()))
        .annotate(
            arrived_at=Min("stamps__at", filter=Q(stamps__step=Step.ARRIVED)),
            called_at=Min("stamps__at", filter=Q(stamps__step=Step.CALLED)),
        )
        .order_by("opened_date", "number")
    )


def procedure_of(case: Case) -> str:
    """Return the life event or procedure that was chosen when the person of the case arrived; an empty text where none was."""
    found = Ticket.objects.filter(case=case).values_list("procedure", flat=True).first()
    return found or ""


def called_by(officer: Officer, at: datetime) -> Case | None:
    """Return whom the officer has called today and who has not come to the desk yet."""
    called = of_today(officer.office_id, at).filter(officer=officer, closed_at=None, ticket__isnull=False)
    not_here = Q(resident=None, newcomer=False, applications=None)
    # Of those who were at a desk before nobody can know: whoever presses twice in a hurry means this one.
    was_here = Q(stamps__step=Step.IDENTIFIED, stamps__at__lt=F("ticket__called_at"))
    just_now = Q(ticket__called_at__gt=at - HURRY) & was_here
    return called.filter(not_here | just_now).select_related("ticket").order_by("-ticket__called_at").first()


def _standing_transfers() -> QuerySet[Transfer]:
    return Transfer.objects.filter(taken_back_at=None).select_related(
        "officer", "from_office", "from_section", "to_office", "to_section"
    )


@dataclass(frozen=True, slots=True)
class Passed:
    """A case that was sent on: from where, by whom, where to, and what there is to know."""

    id: int
    case_id: UUID
    number: int
    at: datetime
    sender: str
    officer: str
    receiver: str
    note: str


def passed(transfer: Transfer) -> Passed:
    """Return a transfer in words."""
    return Passed(
        id=transfer.pk,
        case_id=transfer.case_id,
        number=transfer.number,
        at=transfer.at,
        sender=transfer.from_section.name if transfer.from_section else transfer.from_office.name,
        officer=transfer.officer.name,
        receiver=transfer.to_section.name if transfer.to_section else transfer.to_office.name,
        note=transfer.note,
    )


def handed_over(case: Case) -> list[Passed]:
    """Return what those who sent the case on have said, the latest first."""
    return [passed(one) for one in _standing_transfers().filter(case=case).order_by("-at")]


def sent_on(office: Office | int, at: datetime) -> list[Passed]:
    """Return whom the office has sent on today and nobody has called yet, the latest first."""
    today = _standing_transfers().filter(from_office=office, at__date=timezone.localdate(at))
    return [passed(one) for one in today.filter(case__officer=None, case__closed_at=None).order_by("-at")]


def transfer_of(office: Office | int, transfer_id: int) -> Transfer | None:
    """Return a transfer that the office has made."""
    return Transfer.objects.filter(pk=transfer_id, from_office=office).select_related("case").first()


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a case can be sent: a section, or an office as a whole."""

    value: str
    name: str
    office: str
    is_here: bool
    # It answers for what the person came for.
    is_fit: bool


def receivers(case: Case) -> list[Receiver]:
    """Return where the case can be sent: those that answer for it first, then this office's, then the others'."""
    wanted = businesses_of(case)
    sections = Section.objects.select_related("office")
    found = [_receiver(section.office, section, case, wanted) for section in sections]
    found += [_receiver(office, None, case, wanted) for office in Office.objects.exclude(pk=case.office_id)]
    return sorted(found, key=lambda one: (not one.is_fit, not one.is_here, not one.office))


def _receiver(office: Office, section: Section | None, case: Case, wanted: frozenset[str]) -> Receiver:
    return Receiver(
        value=f"section:{section.pk}" if section else f"office:{office.pk}",
        name=section.name if section else f"{office.name}（課を決めない）",
        office=office.short_name if section else "",
        is_here=office.pk == case.office_id,
        is_fit=section is not None and bool(wanted & set(section.business_ids)),
    )


def businesses_of(case: Case) -> frozenset[str]:
    """Return the businesses of what the person came for and of what was begun for them."""
    ticket = Ticket.objects.filter(case=case).values_list("business_id", flat=True).first()
    begun = case.applications.values_list("procedure", flat=True)
    today = timezone.localdate()
    forms = {form.id: form for form in procedures.offered(today, channel="counter")}
    known = {procedures.business_of(forms[name]) for name in begun if name in forms}
    return frozenset(filter(None, {ticket or "", *known}))
