"""An application goes from hand to hand: a resident begins alone, an officer takes over, and hands back, at any question.

Nobody is kept from saving: what was typed while the other took over is saved like any answer, and where both changed the
same one, the second is told (`Conflict`). Who holds it is whose page offers the next question.
"""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.arriving import number, stamp
from machimado.cases.applications.actions.beginning import begin
from machimado.cases.applications.actions.kept import (
    CHANNELS,
    NotReady,
    check_open,
    form_of,
    lock,
    record_change,
    until_free,
)
from machimado.cases.applications.models import (
    APPLICATIONS,
    APPLICATIONS_OF,
    CASES,
    RESUMPTION_BY_CODE,
    RESUMPTIONS,
    Application,
    Case,
    Channel,
    Lane,
    Resumption,
    Step,
    Turn,
)
from machimado.cases.applications.permissions import RUNNING, State, check_serve, check_state
from machimado.cases.applications.rules.reference import is_resume_code, resume_code, tidy
from machimado.ground.japanese.individual_number import contains_individual_number
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Office, Officer
from machimado.ground.rows.secrets import hashed
from machimado.ground.ui.sentences import Sentence

# How long somebody may come back to what they have begun, from when they last did something with it.
KEEP_DAYS = 30
TOUCHED_EVERY = timedelta(minutes=1)
LONGEST_NOTE = 400


class UnknownCode(Exception):
    """No application can be resumed with this code; the message says what to do."""


# ---------------------------------------------------------------- a resident begins, and comes back


def begin_alone(
    *, office: Office, procedure: str, channel: Channel, at: datetime, key: UUID, language: str = "ja"
) -> Application:
    """Begin an application that a resident fills in alone; nobody at the city hall has it in hand yet.

    `key` becomes the case's id: five clicks begin one application. Raises: UnknownProcedureError.
    """
    return until_free(lambda: _begin_alone(office, procedure, channel, at, key, language))


@transaction.atomic
def _begin_alone(
    office: Office, procedure: str, channel: Channel, at: datetime, key: UUID, language: str
) -> Application:
    case = CASES.find(key)
    if case is None:
        case = Case(pk=key, office=office, opened_date=timezone.localdate(at), lane=Lane.ALONE)
        CASES.add(case)
        record(by="resident", action="case.begun_alone", case=str(case.pk), at=at)
    application = begin(case=case, procedure=procedure, by=None, at=at, channel=channel)
    _resumable(application, at, language)
    return application


def _resumable(application: Application, at: datetime, language: str = "ja") -> Resumption:
    """Return how a resident goes on with the application; made at the first time that one may."""
    found = RESUMPTIONS.find(application.pk)
    if found is not None:
        return found
    made = Resumption(
        application=application,
        seed=application.pk,
        language=language,
        touched_at=at,
        valid_until=_until(at),
    )
    made.code_hash = hashed(code_of(made))
    return RESUMPTIONS.add(made)


def _until(at: datetime) -> datetime:
    return at + timedelta(days=KEEP_DAYS)


def code_of(resumption: Resumption) -> str:
    """Return the code by which the application is resumed; worked out again each time, it stands nowhere."""
    whose = f"resume:{resumption.seed}:{resumption.epoch}"
    digest = hmac.digest(settings.SECRET_KEY.encode(), whose.encode(), "sha256")
    return resume_code(int.from_bytes(digest, "big"))


def resumption_by(*, code: str, at: datetime) -> Resumption:
    """Return the application that a code resumes.

    Raises: UnknownCode, with what was wrong: a slip of the pen, nothing there, or too late.
    """
    if not is_resume_code(code):
        raise UnknownCode(
            Sentence("再開コードが正しくありません。お手元の控えを見ながら、12文字をもう一度入れてください。")
        )
    found = RESUMPTION_BY_CODE.find(hashed(tidy(code)))
    if found is None:
        raise UnknownCode(
            Sentence(
                "この再開コードの申請は見つかりません。コードを確かめるか、はじめからやり直してください。"
            )
        )
    if found.valid_until < at:
        last = timezone.localtime(found.valid_until)
        raise UnknownCode(
            Sentence(
                "この申請は、再開できる期限（{year}年{month}月{day}日）を過ぎました。"
                "お手数ですが、はじめからやり直すか、窓口へお越しください。",
                year=last.year,
                month=last.month,
                day=last.day,
            )
        )
    return found


def renew_code(*, resumption: Resumption) -> Resumption:
    """Give the resident another code: whoever came in by the one before is out."""
    resumption.epoch += 1
    resumption.code_hash = hashed(code_of(resumption))
    RESUMPTIONS.write(resumption, "epoch", "code_hash")
    return resumption


def keep_place(*, resumption: Resumption, place: str, at: datetime) -> None:
    """Keep where the resident is, and that they were here."""
    if resumption.place == place and at - resumption.touched_at < TOUCHED_EVERY:
        return
    resumption.place, resumption.touched_at, resumption.valid_until = place[:200], at, _until(at)
    RESUMPTIONS.write(resumption, "place", "touched_at", "valid_until")


def decline(*, resumption: Resumption, version: str) -> None:
    """Keep that the resident would rather go on as it was than with the newer version, in force since `version` (ISO)."""
    resumption.declined = version
    RESUMPTIONS.write(resumption, "declined")


def speak(*, resumption: Resumption, language: str) -> None:
    """Let the resident's pages speak this language."""
    resumption.language = language
    RESUMPTIONS.write(resumption, "language")


# ---------------------------------------------------------------- from hand to hand


@transaction.atomic
def ask_for_officer(*, application: Application, at: datetime) -> Application:
    """Give the application to the officers: the resident would rather go on with one. May be repeated."""
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    if locked.turn == Turn.OFFICER:
        return locked
    resumption = _resumable(locked, at)
    resumption.asked_at = at
    RESUMPTIONS.write(resumption, "asked_at")
    _returns_to_counter(locked)
    return _give(locked, Turn.OFFICER, None, at, "application.officer_asked")


def _returns_to_counter(application: Application) -> None:
    """Where an officer has the case in hand, whoever gives it up stands at a counter: it is asked there what is asked there."""
    if CASES.get(application.case_id).officer_id is None or application.channel == Channel.COUNTER:
        return
    application.channel = Channel.COUNTER
    APPLICATIONS.write(application, "channel")


@transaction.atomic
def go_on_alone(*, application: Application, at: datetime) -> Application:
    """Take back what was given to the officers, while none of them has taken it up. May be repeated.

    Raises: NotReady when an officer goes on with it.
    """
    locked = lock(application)
    if locked.turn == Turn.RESIDENT:
        return locked
    if locked.case.officer_id is not None:
        raise NotReady("いま職員が続きを進めています。ご自分で続けたいときは、職員に声をかけてください。")
    _taken_up(locked)
    return _give(locked, Turn.RESIDENT, None, at, "application.taken_back")


def take_over(*, application: Application, by: Officer, at: datetime) -> Application:
    """Go on with what a resident has begun, who stands at the officer's desk. May be repeated.

    What is signed already stays as it was asked and signed: whoever brings it need not sign again. The case comes to
    the officer's office, with its next number. Raises: Refused; NotReady when it has ended.
    """
    return until_free(lambda: _take_over(application, by, at, is_here=True))


def accept(*, application: Application, by: Officer, at: datetime) -> Application:
    """Take up what a resident has signed and sent from elsewhere, to look at it and send it on. May be repeated.

    Raises: Refused; NotReady when it has ended.
    """
    return until_free(lambda: _take_over(application, by, at, is_here=False))


@transaction.atomic
def _take_over(application: Application, by: Officer, at: datetime, *, is_here: bool) -> Application:
    locked = lock(application)
    is_asked_here = is_here and locked.state != State.SIGNED
    channel = Channel.COUNTER if is_asked_here else Channel(locked.channel)
    check_state(locked, *RUNNING)
    case = CASES.hold(locked.case_id)
    check_open(case)
    _take_in_hand(case, by, at, is_here=is_here or channel == Channel.COUNTER)
    locked.case = case
    _taken_up(locked)
    if locked.channel != channel:
        locked.channel = channel
        APPLICATIONS.write(locked, "channel")
    if locked.turn == Turn.OFFICER:
        return locked
    return _give(locked, Turn.OFFICER, by, at, "application.taken_over")


def _take_in_hand(case: Case, by: Officer, at: datetime, *, is_here: bool) -> None:
    """Let the officer have the case: with the next number of the office, where it has none yet."""
    if case.number is None:
        if is_here:
            case.office = by.office
        check_serve(by, case)
        number(case, timezone.localdate(at))
        case.officer = by
        CASES.write(case, "office", "opened_date", "number", "officer")
        stamp(*([Step.ARRIVED] if is_here else []), Step.CALLED, case=case, by=by, at=at)
        record(by=by, action="case.taken_up", case=str(case.pk), at=at)
        return
    check_serve(by, case)
    if case.officer_id is None:
        case.officer = by
        CASES.write(case, "officer")


@transaction.atomic
def hand_back(
    *, application: Application, by: Officer, at: datetime, note: str = "", is_here: bool = False
) -> Resumption:
    """Let the resident go on alone, from where the application stands; return how. May be repeated.

    `note` is what they should look at; where it is empty, an earlier one stays. `is_here`: they sit at the officer's desk,
    wherever it was begun, and the case stays in the officer's hands.
    Raises: Refused; WrongState; NotReady when the case has ended, or the note is too long or holds a My Number.
    """
    check_serve(by, application.case)
    check_open(application.case)
    _check_note(note)
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    if locked.turn != Turn.RESIDENT:
        _give(locked, Turn.RESIDENT, by, at, "application.handed_back")
        if not is_here:
            _let_go(locked)
        _leaves_counter(locked)
    resumption = _resumable(locked, at)
    if note:
        resumption.note = note
        RESUMPTIONS.write(resumption, "note")
    keep_place(resumption=resumption, place=resumption.place, at=at)
    return resumption


def _let_go(application: Application) -> None:
    """Whoever applies from elsewhere does not sit here: their case is in nobody's hands again, and has no number."""
    if application.channel == Channel.COUNTER:
        return
    case = CASES.hold(application.case_id)
    others = [one for one in APPLICATIONS_OF.all(case.pk) if one.pk != application.pk]
    if all(one.state == State.CANCELLED for one in others):
        case.number = case.officer = None
        CASES.write(case, "number", "officer")


def _leaves_counter(application: Application) -> None:
    """Whoever goes on alone is asked what residents are asked alone: nobody says of themselves what documents they have shown."""
    offered = form_of(application).procedure.channels
    alone = next((one for one in (Channel.WEB, Channel.KIOSK) if CHANNELS[one] in offered), None)
    if application.channel == Channel.COUNTER and alone is not None:
        application.channel = alone
        APPLICATIONS.write(application, "channel")


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise NotReady(f"お伝えすることは{LONGEST_NOTE}文字までにしてください（いま{len(note)}文字）。")
    if contains_individual_number(note):
        raise NotReady(
            "お伝えすることに個人番号（マイナンバー）らしい数字があります。消してから戻してください。"
        )


def _taken_up(application: Application) -> None:
    """Answer what the resident asked for; what the officer wrote to them has been seen to."""
    resumption = RESUMPTIONS.find(application.pk)
    if resumption is not None and (resumption.asked_at is not None or resumption.note):
        resumption.asked_at, resumption.note = None, ""
        RESUMPTIONS.write(resumption, "asked_at", "note")


def _give(application: Application, turn: Turn, by: Officer | None, at: datetime, action: str) -> Application:
    application.turn = turn
    APPLICATIONS.write(application, "turn")
    record_change(application, by, action, at, {"reference": application.reference})
    return application
