"""What reception sees of its office: who waits and who may call them, who is served, and what an earlier day left open."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db.models import F, Min, Prefetch, Q, QuerySet
from django.utils import timezone

from machimado.cases.applications.models import Case, Channel, Lane, Stamp, Step, Transfer
from machimado.cases.applications.permissions import SERVING
from machimado.cases.applications.queries import habits
from machimado.cases.applications.rules.wording import say
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.form import Form
from machimado.frontyard.reception.models import Appointment, Call, ClosedDay, Terminal, Ticket, Timetable
from machimado.frontyard.reception.rules import duties
from machimado.frontyard.reception.rules.duties import Asked, ServedHere, Serving
from machimado.frontyard.reception.rules.queue import Place, order
from machimado.frontyard.reception.rules.slots import Hours
from machimado.frontyard.reception.rules.waiting import Usual, Wait, usual
from machimado.ground.people.models import Office, Officer, Section

# Longer than that, an officer should look up: the wait that residents accept without a word from anybody.
LONG_WAIT_MINUTES = 15
# So many procedures stand open on the page beside the life events; the others are folded away.
OFTEN = 6
# What is said of the waiting time is counted of so many weeks.
COUNTED_WEEKS = 12
# A display on a wall is read from afar.
SHOWN = 6
HURRY = timedelta(seconds=5)

# ---------------------------------------------------------------- what people come for


@dataclass(frozen=True, slots=True)
class Purpose:
    """A life event or a procedure that somebody may have come for; `key` chooses it where it has one."""

    id: str
    title: str
    summary: str
    words: str
    business_id: str
    business: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Purposes:
    """All that somebody may have come for: the life events, what the office has most to do with, and the others."""

    events: list[Purpose]
    often: list[Purpose]
    others: list[Purpose]

    def by_id(self) -> dict[str, Purpose]:
        """Return each by its id."""
        return {one.id: one for one in (*self.events, *self.often, *self.others)}


def purposes(office: Office, on: date, language: str = "ja") -> Purposes:
    """Return what residents come to this office for: life events first, then procedures, the most frequent first."""
    events = procedures.events_offered(on, channel="counter")
    forms = {form.id: form for form in procedures.offered(on, channel="counter")}
    ordered = [forms[choice.id] for choice in habits.choices(office, on, Channel.COUNTER)]
    keyed = [*events, *ordered[:OFTEN]]
    known = [_purpose(form, language, key) for form, key in zip(keyed, habits.KEYS, strict=False)]
    others = sorted((_purpose(form, language) for form in ordered[OFTEN:]), key=lambda one: one.business_id)
    return Purposes(known[: len(events)], known[len(events) :], others)


def _purpose(form: Form | Bundle, language: str, key: str = "") -> Purpose:
    title, summary = say(form.procedure.title, language), say(form.procedure.summary, language)
    business = procedures.business_of(form)
    name = "" if isinstance(form, Bundle) else procedures.business_name(form)
    return Purpose(form.id, title, summary, procedures.words_of(form), business, name, key)


# ---------------------------------------------------------------- who serves what


def serving_at(office: Office | int) -> dict[UUID, Serving]:
    """Return what each officer of the office serves, by the officer's id."""
    staff = (
        Officer.objects.filter(office=office, is_active=True, grants__role__in=SERVING)
        .select_related("section", "duty")
        .prefetch_related("skills")
        .distinct()
    )
    return {officer.pk: _serving(officer) for officer in staff}


def _serving(officer: Officer) -> Serving:
    own = getattr(officer, "duty", None)
    said = own.business_ids if own else None
    skills = [skill.name for skill in officer.skills.all()]
    return Serving(duties.served_by(said, skills, officer.section.business_ids), officer.section_id)


@dataclass(frozen=True, slots=True)
class Business:
    """A business that an officer may say they serve."""

    id: str
    name: str
    is_mine: bool


def businesses(officer: Officer) -> list[Business]:
    """Return all businesses in their order, and which of them the officer serves."""
    served = serving_at(officer.office)[officer.pk].businesses
    return [
        Business(key, name, is_mine=served is None or key in served)
        for key, name in procedures.businesses().items()
    ]


# ---------------------------------------------------------------- who waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting(Place):
    """Somebody who waits to be called: their place, and what they came for."""

    case: Case
    asked: Asked


def waiting_at(office: Office | int, at: datetime) -> list[Waiting]:
    """Return who may be called now at the office, in the order in which they would be."""
    found = _waiting(_with_times(_of_today(office, at).filter(officer=None, closed_at=None)))
    return sorted((one for one in found if one.is_due(at)), key=lambda one: order(one, at))


def _waiting(cases: QuerySet[Case]) -> list[Waiting]:
    return [_place(case) for case in cases if _standing(case) == Ticket.Standing.WAITING]


def _place(case: Case) -> Waiting:
    ticket: Ticket | None = getattr(case, "ticket", None)
    arrived_at: datetime = case.arrived_at  # type: ignore[attr-defined] # annotated in _with_times
    return Waiting(
        queued_at=ticket.queued_at if ticket else arrived_at,
        number=case.number or 0,
        booked_at=ticket.booked_at if ticket else None,
        case=case,
        asked=Asked(ticket.business_id, ticket.section_id) if ticket else Asked(),
    )


def _standing(case: Case) -> str:
    ticket: Ticket | None = getattr(case, "ticket", None)
    return ticket.standing if ticket else Ticket.Standing.WAITING


def _of_today(office: Office | int, at: datetime) -> QuerySet[Case]:
    return Case.objects.filter(office=office, opened_date=timezone.localdate(at))


def _with_times(cases: QuerySet[Case]) -> QuerySet[Case]:
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
    called = _of_today(officer.office_id, at).filter(officer=officer, closed_at=None, ticket__isnull=False)
    not_here = Q(resident=None, newcomer=False, applications=None)
    # Of those who were at a desk before nobody can know: whoever presses twice in a hurry means this one.
    was_here = Q(stamps__step=Step.IDENTIFIED, stamps__at__lt=F("ticket__called_at"))
    just_now = Q(ticket__called_at__gt=at - HURRY) & was_here
    return called.filter(not_here | just_now).select_related("ticket").order_by("-ticket__called_at").first()


# ---------------------------------------------------------------- who was sent on


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


# ---------------------------------------------------------------- how long it takes


def usual_waits(office: Office | int, at: datetime) -> dict[str, Usual | None]:
    """Return how long people of each lane usually wait who arrive now; None where too few have waited to say it.

    Counted are the last weeks, without today: it stays the same for the hour, and is kept that long.
    """
    now = timezone.localtime(at)
    key = f"reception:usual:{getattr(office, 'pk', office)}:{now:%Y-%m-%d-%H}"
    found: dict[str, Usual | None] | None = cache.get(key)
    if found is None:
        found = _usual_waits(office, now)
        cache.set(key, found, timeout=3600)
    return found


def _usual_waits(office: Office | int, now: datetime) -> dict[str, Usual | None]:
    stamps = Stamp.objects.filter(
        step=Step.ARRIVED,
        case__office=office,
        case__opened_date__gte=now.date() - timedelta(weeks=COUNTED_WEEKS),
        case__opened_date__lt=now.date(),
        case__wait_seconds__isnull=False,
        # Who has booked waits for the time that they chose themselves.
        case__ticket__booked_at=None,
    )
    by_lane: dict[str, list[Wait]] = {lane: [] for lane in Lane.values}
    for lane, arrived_at, seconds in stamps.values_list("case__lane", "at", "case__wait_seconds"):
        by_lane[lane].append(Wait(timezone.localtime(arrived_at), seconds or 0))
    return {lane: usual(waits, now) for lane, waits in by_lane.items()}


@dataclass(frozen=True, slots=True)
class LaneWait:
    """A lane and how long people in it usually wait."""

    lane: str
    usual: Usual | None


def lane_waits(office: Office | int, at: datetime) -> list[LaneWait]:
    """Return each lane with how long people in it usually wait who arrive now."""
    found = usual_waits(office, at)
    return [LaneWait(str(lane.label), found[lane]) for lane in Lane]


# ---------------------------------------------------------------- bookings


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked, and how many seats are free."""

    starts_at: datetime
    free: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its times that can be booked."""

    date: date
    slots: list[Slot]

    @property
    def free(self) -> int:
        """Return how many seats are free on the day."""
        return sum(slot.free for slot in self.slots)


def timetables(office: Office | None = None, *, is_open: bool | None = None) -> list[Timetable]:
    """Return the timetables of an office, or of all of them."""
    found = Timetable.objects.select_related("office", "section")
    found = found.filter(office=office) if office else found
    return list(found if is_open is None else found.filter(is_open=is_open))


def timetable(key: int) -> Timetable | None:
    """Return a timetable by its id."""
    return Timetable.objects.select_related("office", "section").filter(pk=key).first()


def days(table: Timetable, at: datetime) -> list[Day]:
    """Return the days on which somebody can still be booked, each with its times."""
    today = timezone.localdate(at)
    every = [today + timedelta(days=ahead) for ahead in range(table.days_ahead + 1)]
    closed, taken = _closed(table, every[-1]), _taken(table, at)
    found = (Day(day, _slots(table, day, at, closed, taken)) for day in every)
    return [day for day in found if day.slots]


def bookable(table: Timetable, wanted: datetime, at: datetime) -> list[datetime]:
    """Return the times of that day that can be booked, free or not."""
    day, today = timezone.localdate(wanted), timezone.localdate(at)
    if not table.is_open or not today <= day <= today + timedelta(days=table.days_ahead):
        return []
    return [slot.starts_at for slot in _slots(table, day, at, _closed(table, day), Counter())]


def _slots(
    table: Timetable, day: date, at: datetime, closed: set[date], taken: "Counter[datetime]"
) -> list[Slot]:
    hours = Hours(frozenset(table.weekdays), table.opens, table.closes, table.minutes)
    starts = (timezone.make_aware(start) for start in hours.starts(day, closed))
    return [Slot(start, max(table.capacity - taken[start], 0)) for start in starts if start > at]


def _closed(table: Timetable, until: date) -> set[date]:
    closed = ClosedDay.objects.filter(office=table.office_id, closed_date__lte=until)
    return set(closed.values_list("closed_date", flat=True))


def _taken(table: Timetable, at: datetime) -> "Counter[datetime]":
    going = Appointment.objects.filter(timetable=table, cancelled_at=None, starts_at__gt=at)
    return Counter(going.values_list("starts_at", flat=True))


def closed_days(office: Office, on: date) -> list[date]:
    """Return the days to come on which the office takes no bookings."""
    found = ClosedDay.objects.filter(office=office, closed_date__gte=on)
    return list(found.values_list("closed_date", flat=True))


def appointments(office: Office, day: date) -> list[Appointment]:
    """Return the office's bookings of a day, those that were cancelled among them."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    of_day = Appointment.objects.filter(starts_at__gte=start, starts_at__lt=start + timedelta(days=1))
    return list(of_day.filter(timetable__office=office).select_related("timetable", "case"))


def expected(office: Office, at: datetime) -> list[Appointment]:
    """Return who has booked for today and has not come yet."""
    today = appointments(office, timezone.localdate(at))
    return [one for one in today if one.case_id is None and one.cancelled_at is None]


def appointment_by(code_hash: str) -> Appointment | None:
    """Return the booking that a code opens."""
    along = Appointment.objects.select_related("timetable__office", "timetable__section")
    return along.filter(code_hash=code_hash).first()


def appointment_at(office: Office | int, key: UUID) -> Appointment | None:
    """Return a booking of the office."""
    along = Appointment.objects.select_related("timetable__office", "timetable__section")
    return along.filter(pk=key, timetable__office=office).first()


# ---------------------------------------------------------------- a ticket on a phone


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


# ---------------------------------------------------------------- the screens in the hall


@dataclass(frozen=True, slots=True)
class Called:
    """A number that stands on the display, and where its holder is to go."""

    id: int
    number: int
    window: int | None
    language: str


def called_now(office: Office | int, at: datetime) -> list[Called]:
    """Return whom the office calls or serves, the last call first; each once, and no more than a wall can show."""
    since = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    still = Call.objects.filter(office=office, at__gte=since, case__office=office, case__closed_at=None)
    found: dict[UUID, Called] = {}
    for one in still.exclude(case__officer=None).order_by("-id")[: SHOWN * 4]:
        found.setdefault(one.case_id, Called(one.pk, one.number, one.window, one.language))
    return list(found.values())[:SHOWN]


def terminal_by(secret_hash: str) -> Terminal | None:
    """Return the terminal with that secret, with its office."""
    return Terminal.objects.select_related("office").filter(secret_hash=secret_hash).first()


def terminals(office: Office) -> list[Terminal]:
    """Return the screens in the office's hall."""
    return list(Terminal.objects.filter(office=office).order_by("kind", "id"))


# ---------------------------------------------------------------- the hall


@dataclass(frozen=True, slots=True)
class Arrival:
    """A case as reception sees it. `minutes` runs from arrival, or from the call when somebody serves it."""

    id: UUID
    number: int | None
    opened_date: date
    lane: Lane
    purpose: str
    arrived_at: datetime | None
    minutes: int
    officer: str
    officer_id: UUID | None
    section: str = ""
    # Who looks at the hall may call them.
    is_mine: bool = True
    passed: Passed | None = None
    booked_at: datetime | None = None
    # Nobody calls them before the time that they have booked.
    is_due: bool = True

    @property
    def is_long(self) -> bool:
        """Return whether the wait is longer than an officer should let it be."""
        return not self.officer and self.minutes >= LONG_WAIT_MINUTES


@dataclass
class Hall:
    """An office's residents of the day; those who wait in the order in which they are called."""

    waiting: list[Arrival] = field(default_factory=list)
    away: list[Arrival] = field(default_factory=list)
    missing: list[Arrival] = field(default_factory=list)
    served: list[Arrival] = field(default_factory=list)
    withdrawn: list[Arrival] = field(default_factory=list)
    left_over: list[Arrival] = field(default_factory=list)
    done: int = 0

    @property
    def next(self) -> Arrival | None:
        """Whom the officer who looks at the hall calls next."""
        return next((one for one in self.waiting if one.is_mine and one.is_due), None)


def hall(office: Office, *, titles: Mapping[str, str], at: datetime, me: Officer | None = None) -> Hall:
    """Return who is in the office; `titles` says purposes in words, `me` is who would call the next one."""
    found, look = Hall(), _Look(office, titles, at, me)
    # Cases that were booked from paper have no call and nobody who waited: they are not shown here.
    for case in _with_times(_of_today(office, at)):
        _sort_in(found, case, look)
    found.waiting = [look.arrival(case) for case in look.in_turn()]
    open_before = Case.objects.filter(office=office, opened_date__lt=timezone.localdate(at), closed_at=None)
    found.left_over = [look.arrival(case) for case in _with_times(open_before)]
    return found


def _sort_in(found: Hall, case: Case, look: "_Look") -> None:
    if case.closed_at is None and case.officer_id is None:
        _sort_waiting(found, case, look)
    elif case.closed_at is None:
        found.served.append(look.arrival(case))
    elif case.officer_id is None:
        found.withdrawn.append(look.arrival(case))
    elif case.called_at:  # type: ignore[attr-defined] # annotated in _with_times
        found.done += 1


def _sort_waiting(found: Hall, case: Case, look: "_Look") -> None:
    standing = _standing(case)
    if standing == Ticket.Standing.WAITING:
        look.waiting.append(_place(case))
    else:
        apart = found.away if standing == Ticket.Standing.AWAY else found.missing
        apart.append(look.arrival(case))


class _Look:
    """One look at an office at a moment, by an officer."""

    def __init__(self, office: Office, titles: Mapping[str, str], at: datetime, me: Officer | None) -> None:
        self._titles, self._at = titles, at
        staff = serving_at(office) if me else {}
        self._me = staff.get(me.pk) if me else None
        self._here = duties.served_together(staff.values())
        self.waiting: list[Waiting] = []

    def in_turn(self) -> list[Case]:
        return [one.case for one in sorted(self.waiting, key=lambda one: order(one, self._at))]

    def arrival(self, case: Case) -> Arrival:
        arrived_at: datetime | None = case.arrived_at  # type: ignore[attr-defined] # annotated in _with_times
        called_at: datetime | None = case.called_at  # type: ignore[attr-defined] # annotated in _with_times
        ticket: Ticket | None = getattr(case, "ticket", None)
        asked = Asked(ticket.business_id, ticket.section_id) if ticket else Asked()
        since = called_at if case.officer_id else None
        transfers = list(case.transfers.all())
        return Arrival(
            id=case.pk,
            number=case.number,
            opened_date=case.opened_date,
            lane=Lane(case.lane),
            purpose=self._what_for(case, ticket),
            arrived_at=arrived_at,
            minutes=_minutes(since or arrived_at, self._at),
            officer=case.officer.name if case.officer else "",
            officer_id=case.officer_id,
            section=ticket.section.name if ticket and ticket.section else "",
            is_mine=self._me is None or self._me.can(asked, self._here),
            passed=passed(transfers[-1]) if transfers else None,
            booked_at=ticket.booked_at if ticket else None,
            is_due=not ticket or not ticket.booked_at or ticket.booked_at <= self._at,
        )

    def _what_for(self, case: Case, ticket: Ticket | None) -> str:
        chosen = self._titles.get(ticket.procedure, "") if ticket else ""
        said = self._titles.get(case.purpose, case.purpose)
        return f"{chosen}（{said}）" if chosen and said != chosen else said


def _minutes(since: datetime | None, at: datetime) -> int:
    return max(int((at - since).total_seconds() // 60), 0) if since else 0


def can_call(officer: Officer, asked: Asked) -> bool:
    """Return whether the officer may call somebody who came for this."""
    staff = serving_at(officer.office)
    mine = staff.get(officer.pk)
    return mine is None or mine.can(asked, served_together(staff))


def served_together(staff: Mapping[UUID, Serving]) -> ServedHere:
    """Return what the officers of an office serve together."""
    return duties.served_together(staff.values())
