"""What the counter's pages show, as plain data."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications import paper
from machimado.cases.applications.models import (
    APPLICATIONS,
    APPLICATIONS_OF,
    CASES,
    RESUMPTIONS,
    TALLY_OF,
    Application,
    Case,
    Resumption,
    Step,
    StoredFile,
    Tally,
    Turn,
)
from machimado.cases.applications.permissions import RUNNING
from machimado.cases.applications.rules.answers import INDEX, SAID_ALONE, take
from machimado.cases.applications.rules.card import SEX, Card, plain
from machimado.cases.applications.rules.sheet import Group, Refusal, Sheet, for_an_agent, lay_out
from machimado.cases.delivery import queries as delivery
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.definition import Paper
from machimado.cases.procedures.rules.form import Form
from machimado.cases.register import queries as register
from machimado.cases.register.actions import Record
from machimado.cases.register.models import Resident
from machimado.cases.register.queries import Hit, SearchResult
from machimado.frontyard.counter.models import SCREEN_ALIVE, Desk, Screen
from machimado.frontyard.reception import queries as reception
from machimado.ground.japanese.eras import wareki
from machimado.ground.people.models import Officer
from machimado.ground.ui.languages import Language, understood

# Pages of somebody who goes on alone that are no question's.
_PLACES = {"route": "必要な手続の確認", "check": "内容の確認"}


@dataclass(frozen=True, slots=True)
class DeskState:
    """The officer's desk and what is known of the resident's screen at it."""

    id: UUID
    number: int
    paired: bool
    alive: bool
    # Which application its screen no longer shows, because nobody has done anything for so long.
    hidden: UUID | None
    objection: str
    # In its own words; nothing where it is Japanese.
    language: str
    has_reader: bool
    # Which application whoever sits at its screen goes on with by themselves, or did so last.
    given: UUID | None


def desks(officer: Officer) -> list[Desk]:
    """Return the desks of the officer's office."""
    return list(Desk.objects.filter(office=officer.office_id))


def desk_state(desk: Desk | None, *, at: datetime) -> DeskState | None:
    """Return how it stands with the desk's screen."""
    if desk is None:
        return None
    screen = desk.screen
    alive = screen is not None and at - screen.seen_at < SCREEN_ALIVE
    foreign = desk.get_language_display() if desk.language != Language.JAPANESE else ""
    hidden = desk.shown_id if desk.is_hidden(at) else None
    return DeskState(
        desk.pk,
        desk.number,
        screen is not None,
        alive,
        hidden,
        desk.objection,
        foreign,
        desk.reader is not None,
        desk.shown_id if desk.given_at is not None else None,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure that can be begun at the counter; `key` is the digit that begins it."""

    id: str
    title: str
    summary: str
    key: str
    has_paper: bool
    business_id: str
    business: str
    words: str


def by_business(choices: Iterable[Choice]) -> list[Choice]:
    """Return those without a key, the procedures of one business together."""
    return sorted((one for one in choices if not one.key), key=lambda one: one.business_id)


def standing(case: Case) -> str:
    """Return how the person whose case it is stands in the register; a newcomer is in none yet."""
    return case.resident.status if case.resident else "newcomer"


def choices(on: date, *, standing: str) -> list[Choice]:
    """Return the procedures that the counter offers on that day for somebody who stands so; each keeps its key."""
    every = procedures.offered(on, channel="counter")
    keys = {form.id: str(key) for key, form in enumerate(every[:9], start=1)}
    return [_choice(form, keys.get(form.id, "")) for form in every if standing in form.procedure.standings]


def _choice(form: Form, key: str) -> Choice:
    return Choice(
        id=form.id,
        title=form.procedure.title["ja"],
        summary=(form.procedure.summary or {}).get("ja", ""),
        key=key,
        has_paper=paper.has_layout(form),
        business_id=form.procedure.business_id,
        business=procedures.business_name(form),
        words=procedures.words_of(form),
    )


@dataclass(frozen=True, slots=True)
class Event:
    """A life event that can be begun at the counter."""

    id: str
    title: str
    summary: str
    words: str
    # In whose name it is opened, where that is not whoever came.
    about: str


def events(on: date, *, standing: str) -> list[Event]:
    """Return the life events that the counter offers on that day for somebody who stands so."""
    found = procedures.events_offered(on, channel="counter")
    return [_event(form) for form in found if standing in form.procedure.standings]


def _event(form: Bundle) -> Event:
    title, summary = form.procedure.title["ja"], (form.procedure.summary or {}).get("ja", "")
    return Event(form.id, title, summary, procedures.words_of(form), (form.event.about or {}).get("ja", ""))


@dataclass(frozen=True, slots=True)
class CameFor:
    """What somebody said at the reception that they came for; `offered` is what the counter can begin of it for them."""

    offered: Choice | Event | None
    words: str


def came_for(case: Case, offered: Iterable[Choice | Event], *, on: date) -> CameFor:
    """Return what the person came for: what was chosen at the reception, and what they said in their own words."""
    chosen = reception.procedure_of(case)
    words = "" if case.purpose == chosen else case.purpose
    found = next((one for one in offered if one.id == chosen), None)
    if chosen and found is None and procedures.is_offered(chosen, on=on, channel="counter"):
        words = words or procedures.current(chosen, on=on).procedure.title["ja"]
    return CameFor(found, words)


def doubt(application: Application) -> str:
    """Return what officers should make sure of: that the case of a life event is in the name that the event is about."""
    form, resident = cases.form_of(application), application.case.resident
    if not isinstance(form, Bundle) or form.event.about is None or resident is None:
        return ""
    if application.state not in RUNNING or resident.status == form.event.standings[0]:
        return ""
    about, stands = form.event.about["ja"], resident.get_status_display()
    return (
        f"「{about}」は{resident.name_text}さんで間違いありませんか。住民記録では「{stands}」です。"
        "来られた方の名前で受け付けていたら、探し直してください。"
    )


def choice(procedure: str, on: date) -> Choice | None:
    """Return the procedure if the counter offers it on that day."""
    offered = procedures.offered(on, channel="counter")
    return next((_choice(form, "") for form in offered if form.id == procedure), None)


def sheet(
    application: Application,
    *,
    at: datetime,
    refusals: Mapping[str, Refusal] | None = None,
    spoken: str = "",
) -> Sheet:
    """Return the application as an officer sees it: with what was mistyped, now (`refusals`) or before.

    `spoken` is the language of whoever sits there, where it is not Japanese: the officer can say the questions in it.
    """
    kept = {path: Refusal(**entry) for path, entry in application.refused.items()}
    return lay_out(
        cases.form_of(application),
        application.answers,
        application.sources,
        today=timezone.localdate(at),
        channel=cases.channel_of(application),
        refusals={**kept, **(refusals or {})},
        spoken=spoken,
    )


def stands_at(application: Application, sheet: Sheet) -> str:
    """Return in words where whoever goes on alone stands; nothing while an officer goes on, or where it is not known."""
    if application.turn != Turn.RESIDENT or application.state != Application.State.INTERVIEW:
        return ""
    resumption = RESUMPTIONS.find(application.pk)
    return _named(sheet, resumption.place) if resumption is not None else ""


def _named(sheet: Sheet, place: str) -> str:
    if place in _PLACES:
        return _PLACES[place]
    for section in sheet.sections:
        for item in section.items:
            path, rows = (item.line.path, item.rows) if isinstance(item, Group) else (item.path, ())
            row = next((row for row in rows if f"{path}.{row.index}" == place), None)
            if row is not None:
                return f"{section.title}　{row.title}"
        line = next((line for line in section.lines() if line.path == place), None)
        if line is not None:
            return f"{section.title}　{line.label}"
    return ""


def anchor_of(application: Application) -> str:
    """Return what stands behind the address of the interview, so that it opens where the resident stood."""
    resumption = RESUMPTIONS.find(application.pk)
    place = resumption.place if resumption is not None else ""
    return "#q-" + place.replace(".", "-") if cases.form_of(application).question(place) else ""


def is_from_copy(application: Application) -> bool:
    """Return whether some of the answers came from the copy for searching."""
    return any(kept["source"] == INDEX for kept in application.sources.values())


def spoken(application: Application | None) -> frozenset[str] | None:
    """Return the languages in which an application's procedure says everything; None where there is none."""
    return procedures.languages_of(cases.form_of(application)) if application else None


def spoken_beside(desk: Desk | None, application: Application) -> str:
    """Return the language in which the officer can say the questions beside Japanese, to whoever sits at the desk."""
    if desk is None or desk.language == Language.JAPANESE:
        return ""
    return understood(desk.language, procedures.languages_of(cases.form_of(application))).value


def screen_sheet(application: Application, *, at: datetime, language: str) -> Sheet:
    """Return the application as whoever sits at the counter may see it: an agent knows less than the register does."""
    whole = lay_out(
        cases.form_of(application),
        application.answers,
        application.sources,
        today=timezone.localdate(at),
        channel=cases.channel_of(application),
        language=language,
    )
    # Until somebody has said who is here, it may be anybody.
    asks = cases.form_of(application).question("applicant.role") is not None
    is_family = take(application.answers, "applicant.role") in {"self", "household"}
    return for_an_agent(whole, language) if asks and not is_family else whole


def application(application_id: UUID) -> Application:
    """Return the application with its case and resident, without its definition, which this process has compiled.

    Raises: Application.DoesNotExist.
    """
    return APPLICATIONS.get(application_id)


def application_with(file_id: UUID) -> UUID:
    """Return the id of the application that a stored file belongs to.

    Raises: StoredFile.DoesNotExist.
    """
    return StoredFile.objects.values_list("application_id", flat=True).get(pk=file_id)


def case(case_id: UUID) -> Case:
    """Return the case.

    Raises: Case.DoesNotExist.
    """
    return CASES.get(case_id)


def open_cases(officer: Officer, on: date) -> list[dict[str, Any]]:
    """Return today's open cases of the office: those that wait, and those of this officer."""
    found = (
        Case.objects.filter(office=officer.office_id, closed_at=None, opened_date=on)
        .exclude(number=None)
        .select_related("resident", "officer")
        .prefetch_related("stamps", Prefetch("applications", _with_titles()))
    )
    return [_open_case(case, officer) for case in found]


def _open_case(case: Case, officer: Officer) -> dict[str, Any]:
    stamps = {stamp.step: stamp.at for stamp in case.stamps.all()}
    return {
        "id": case.pk,
        "number": case.number,
        "lane": case.get_lane_display(),
        "resident": case.resident.name_text if case.resident else "",
        "is_newcomer": case.newcomer,
        "arrived_at": stamps.get(Step.ARRIVED),
        "officer": case.officer.name if case.officer else "",
        "is_mine": case.officer_id == officer.pk,
        "is_waiting": case.officer_id is None,
        "applications": [
            {"title": one.definition.title, "state": one.get_state_display()}
            for one in case.applications.all()
        ],
    }


@dataclass(frozen=True, slots=True)
class Brought:
    """What a resident brings to the counter with a code."""

    code: str
    title: str
    reference: str
    answered: int
    open_points: int
    begun_at: datetime
    is_signed: bool


def brought(resumption: Resumption, *, code: str, at: datetime) -> Brought:
    """Return what a code stands for, as far as an officer should know before taking it over: nothing of the answers."""
    found = application(resumption.application_id)
    known = sheet(found, at=at)
    return Brought(
        code=code,
        title=known.title,
        reference=found.reference,
        answered=known.answered,
        open_points=known.open_points,
        begun_at=found.begun_at,
        is_signed=found.state == Application.State.SIGNED,
    )


def begun_alone(case: Case) -> Application | None:
    """Return what a resident has begun alone in the case and an officer goes on with, before it was sent."""
    found = (one for one in APPLICATIONS_OF.all(case.pk) if one.state in RUNNING)
    return next((one for one in found if one.record_read_at is None), None)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What residents have sent or given up without an officer, for somebody to take it up."""

    id: UUID
    title: str
    reference: str
    channel: str
    since: datetime
    is_signed: bool
    # When whoever sent it was confirmed by the identity provider; not at all where nobody signed in.
    verified_at: datetime | None


def arrived(officer: Officer) -> list[Arrived]:
    """Return what residents have finished alone, or given up, and nobody has taken up yet; the longest waiting first."""
    waiting = Application.objects.filter(case__office=officer.office_id, case__closed_at=None)
    signed = Q(state=Application.State.SIGNED, turn=Turn.RESIDENT)
    given_up = Q(state=Application.State.INTERVIEW, turn=Turn.OFFICER, case__officer=None, case__number=None)
    found = waiting.filter(signed | given_up).select_related("definition", "resumption")
    ordered = sorted(found.defer("definition__definition", "answers", "sources"), key=_since)
    return [
        Arrived(
            id=one.pk,
            title=one.definition.title,
            reference=one.reference,
            channel=one.get_channel_display(),
            since=_since(one),
            is_signed=one.state == Application.State.SIGNED,
            verified_at=one.resumption.verified_at,
        )
        for one in ordered
    ]


def _since(application: Application) -> datetime:
    return application.resumption.asked_at or application.resumption.touched_at


@dataclass(frozen=True, slots=True)
class Verified:
    """That a resident signed in by the identity provider; `is_same`: the answers still are about that person."""

    when: str
    assurance: str
    is_same: bool


def verified(application: Application) -> Verified | None:
    """Return who the identity provider says that it is; nothing where nobody signed in, or an officer asked everything."""
    if not any(kept["source"] in SAID_ALONE for kept in application.sources.values()):
        return None
    found = RESUMPTIONS.find(application.pk)
    if found is None or found.verified_at is None:
        return None
    when = f"{timezone.localtime(found.verified_at):%Y年%-m月%-d日 %-H:%M}"
    return Verified(when, found.assurance, cases.is_about_confirmed(found, application))


def who_says(application: Application) -> str:
    """Return what a resident's answers say of who they are, as a search takes it: the reading of the name, and the birth date."""
    answers = application.answers
    name = (
        next(filter(None, (take(answers, path) for path in ("resident.name", "applicant.name"))), None) or {}
    )
    born = take(answers, "resident.birth_date") or ""
    return quote(" ".join(filter(None, (name.get("kana") or name.get("text", ""), born))))


@dataclass(frozen=True, slots=True)
class Effort:
    """What a finished application cost, beside the same on paper (the procedure's baseline)."""

    minutes: str
    typed_characters: int
    rekeyed_fields: int
    paper_minutes: float | None
    paper_fields: int | None


def effort(application: Application) -> Effort | None:
    """Return what the application cost, once it was sent."""
    if application.state != Application.State.SUBMITTED:
        return None
    form = cases.form_of(application)
    found = TALLY_OF.find(application.pk)
    if found is None and isinstance(form, Bundle):
        return _effort_together(form, list(Tally.objects.filter(application__within=application)))
    return None if found is None else _effort([found], [form.procedure.paper])


def _effort_together(form: Bundle, tallies: list[Tally]) -> Effort | None:
    """Return what the applications of a life event cost together."""
    papers = [form.members[one.procedure].form.procedure.paper for one in tallies]
    return _effort(tallies, papers) if tallies else None


def _effort(tallies: list[Tally], papers: list[Paper | None]) -> Effort:
    seconds = [one.officer_seconds for one in tallies if one.officer_seconds is not None]
    baselines = [one for one in papers if one is not None]
    return Effort(
        minutes=f"{sum(seconds) / 60:.1f}" if seconds else "－",
        typed_characters=sum(one.typed_characters for one in tallies),
        rekeyed_fields=sum(one.rekeyed_fields for one in tallies),
        paper_minutes=sum(one.minutes for one in baselines) if baselines else None,
        paper_fields=sum(one.fields for one in baselines) if baselines else None,
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One application that a life event was divided into, and how it stands with it."""

    id: UUID
    title: str
    reference: str
    status: delivery.Status | None

    @property
    def needs_somebody(self) -> bool:
        """Whether the core has sent it back, or a person has to decide."""
        return self.status is not None and (self.status.is_rejected or self.status.tone == "person")


def parts(application: Application, *, at: datetime) -> list[Part]:
    """Return the applications that a life event was divided into; nothing before it was sent."""
    form = cases.form_of(application)
    if application.state != Application.State.SUBMITTED or not isinstance(form, Bundle):
        return []
    places = {name: place for place, name in enumerate(form.members)}
    sent = sorted(
        _with_titles().filter(within=application.pk).exclude(state=Application.State.CANCELLED),
        key=lambda one: places.get(one.procedure, len(places)),
    )
    states = delivery.statuses_within(application.pk, at=at) if sent else {}
    return [Part(one.pk, one.definition.title, one.reference, states.get(one.pk)) for one in sent]


def screen_of(secret_hash: str) -> Screen | None:
    """Return the screen with that secret, with its desk and what it shows."""
    return (
        Screen.objects.select_related("desk__office", "desk__shown__definition", "desk__shown__case")
        .defer("desk__shown__definition__definition")
        .filter(secret_hash=secret_hash)
        .first()
    )


def applications_of(case: Case) -> list[dict[str, Any]]:
    """Return the case's applications with their titles and states."""
    return [
        {
            "id": one.pk,
            "title": one.definition.title,
            "state": one.get_state_display(),
            "reference": one.reference,
            "is_unsent": one.state in RUNNING,
        }
        for one in _with_titles().filter(case=case)
    ]


def _with_titles() -> QuerySet[Application]:
    """Return applications with their titles, and without what is long."""
    return Application.objects.select_related("definition").defer(
        "definition__definition", "answers", "sources"
    )


def unsent(case: Case) -> list[Application]:
    """Return the case's applications that were begun and not sent."""
    return list(_with_titles().filter(case=case, state__in=RUNNING))


def running(case: Case, procedure: str) -> Application | None:
    """Return the case's application for the procedure that was begun and not sent, if there is one."""
    found = (one for one in APPLICATIONS_OF.all(case.pk) if one.procedure == procedure)
    return next((one for one in found if one.state in RUNNING), None)


def household(record: Record | None) -> list[dict[str, Any]]:
    """Return the people of the record's household, the resident first; nobody where there is no record."""
    if record is None:
        return []
    number = record.data["resident_number"]
    others = [member for member in record.data.get("household", []) if member["resident_number"] != number]
    return [{**record.data, "is_self": True}, *others]


# --- a card that was read ----------------------------------------------------------------------------------------


NOT_SHOWN = "（表示しません）"


@dataclass(frozen=True, slots=True)
class CardLine:
    """One item of a card, beside what the register says of the same (nothing where it is not to be shown, or not known)."""

    label: str
    on_card: str
    registered: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody of the register who may be whoever the card belongs to, and in what the two differ."""

    hit: Hit
    differences: tuple[str, ...]


def card_lines(card: Card, resident: Resident | None = None, *, is_hidden: bool = False) -> list[CardLine]:
    """Return the items of a card; with a resident, beside what the register says. A hidden card's address is not shown."""
    known = ("", "", "", "") if resident is None else _registered(resident)
    lines = [
        CardLine(label, words, theirs, bool(theirs) and plain(words) != plain(theirs))
        for (label, words), theirs in zip(_words(card), known, strict=True)
    ]
    # An address that is not told (支援措置) is not told from the card either: others may look at the screen.
    return [*lines[:-1], CardLine("住所", NOT_SHOWN, "", differs=False)] if is_hidden else lines


def _words(card: Card) -> list[tuple[str, str]]:
    born = wareki(card.born) if card.born else card.birth_date
    return [("氏名", card.name), ("生年月日", born), ("性別", card.sex_in_words), ("住所", card.address)]


def _registered(resident: Resident) -> tuple[str, str, str, str]:
    """Return what the register says; not the address of somebody whose address is not told."""
    born = register.birth_date_text(resident)
    address = "" if resident.shielded else resident.address
    return resident.name_text, born, SEX.get(resident.sex, ""), address


def matches(card: Card, found: SearchResult) -> list[Match]:
    """Return who was found, those first who differ least."""
    listed = [Match(hit, tuple(_differences(card, hit))) for hit in found.hits]
    return sorted(listed, key=lambda match: len(match.differences))


def _differences(card: Card, hit: Hit) -> Iterator[str]:
    theirs = (hit.name, hit.birth_date_text, hit.sex, hit.address)
    for (label, words), known in zip(_words(card), theirs, strict=True):
        if known and plain(words) != plain(known):
            yield label


def filled(application: Application, card: Card, *, at: datetime) -> list[str]:
    """Return what the card would answer in the application, by the questions' names."""
    found = cases.new_in(application, card, at=at)
    form = cases.form_of(application)
    paths = [*found.values, *found.halves]
    return [question.label["ja"] for path in paths if (question := form.question(path)) is not None]
