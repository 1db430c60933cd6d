"""Desks and the screens on the resident's side of them."""

import hashlib
import secrets
import uuid
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import APPLICATIONS, Application, Case
from machimado.cases.applications.rules.card import Card, NoCard, read_card
from machimado.frontyard.counter.models import (
    DESKS,
    SCREEN_ALIVE,
    SHOWING,
    CardReader,
    Desk,
    Invitation,
    Screen,
)
from machimado.frontyard.counter.rules.seal import KEY, NONCE, Sealed, purpose, sign
from machimado.ground.journal.actions import record
from machimado.ground.live.hub import hub
from machimado.ground.people.models import Office, Officer
from machimado.ground.ui.aids import Aids
from machimado.ground.ui.languages import Language

CODE_MINUTES = 10
INVITATION_MINUTES = 5
FORGET_SCREENS_DAYS = 30
# A screen that waits to be paired holds a code. With few of them a mistyped code meets nobody's screen, least of all
# one that somebody put there for that.
MOST_WAITING_SCREENS = 200
WAITING_MINUTES = 60
# How exactly it is known when somebody last did something at a desk: not each save writes it.
TOUCHED_EVERY = timedelta(seconds=10)
WRONG_CODES = 10
WRONG_CODES_SECONDS = 300


class PairingRefused(Exception):
    """The tablet cannot be paired; the message says what to do."""


class NoScreen(Exception):
    """Nobody could go on at the desk's screen; the message says what to do."""


def set_up_desks(*, office: Office, count: int) -> None:
    """Make sure that the office has desks 1 to `count`."""
    for number in range(1, count + 1):
        Desk.objects.get_or_create(office=office, number=number)


def new_screen(*, at: datetime) -> tuple[Screen, str]:
    """Make a screen that is not paired yet, with a code to read out; return it and its cookie's secret.

    Raises: PairingRefused when absurdly many wait to be paired.
    """
    secret = secrets.token_urlsafe(32)
    Screen.objects.filter(seen_at__lt=at - timedelta(days=FORGET_SCREENS_DAYS)).delete()
    waiting = Screen.objects.filter(desk=None)
    waiting.filter(seen_at__lt=at - timedelta(minutes=WAITING_MINUTES)).delete()
    if waiting.count() >= MOST_WAITING_SCREENS:
        raise PairingRefused(
            "つながれていない画面が多すぎるため、新しい画面を用意できません。"
            "しばらく待って読み込み直すか、情報政策課に連絡してください。"
        )
    return Screen.objects.create(secret_hash=hashed(secret), seen_at=at), secret


def fresh_code(*, screen: Screen, at: datetime) -> str:
    """Return a code of six digits by which an officer can find this screen for some minutes."""
    if screen.code and screen.code_until and screen.code_until > at + timedelta(minutes=1):
        return screen.code
    for _ in range(20):
        code = f"{secrets.randbelow(1_000_000):06}"
        try:
            with transaction.atomic():
                Screen.objects.filter(code=code, code_until__lt=at).update(code=None)
                Screen.objects.filter(pk=screen.pk).update(
                    code=code, code_until=at + timedelta(minutes=CODE_MINUTES)
                )
        except IntegrityError:
            continue
        return code
    raise PairingRefused("接続番号を作れませんでした。少し待ってから、画面を読み込み直してください。")


@transaction.atomic
def pair_by_code(*, desk: Desk, code: str, by: Officer, at: datetime) -> Screen:
    """Pair the screen that shows `code` with the desk.

    Raises: PairingRefused.
    """
    _check_not_guessing(by)
    digits = "".join(str(int(sign)) for sign in code if sign.isdecimal())
    screen = Screen.objects.select_for_update().filter(code=digits, code_until__gt=at).first()
    if screen is None:
        _count_wrong_code(by)
        raise PairingRefused(
            "この番号の画面は見つかりません。住民の画面に出ている6桁の番号を、もう一度確かめてください。"
        )
    _pair(screen, desk)
    record(by=by, action="screen.paired", subject=str(screen.pk), at=at)
    return screen


def _check_not_guessing(by: Officer) -> None:
    if cache.get(_wrong_codes(by), 0) >= WRONG_CODES:
        raise PairingRefused("番号の間違いが続いています。5分ほど待つか、QR コードでつないでください。")


def _count_wrong_code(by: Officer) -> None:
    cache.set(_wrong_codes(by), cache.get(_wrong_codes(by), 0) + 1, WRONG_CODES_SECONDS)


def _wrong_codes(by: Officer) -> str:
    return f"pairing:{by.pk}"


def invite(*, desk: Desk, at: datetime) -> str:
    """Return the secret of a new one-time invitation to become the desk's screen."""
    secret = secrets.token_urlsafe(24)
    Invitation.objects.filter(valid_until__lt=at).delete()
    Invitation.objects.create(
        secret_hash=hashed(secret), desk=desk, valid_until=at + timedelta(minutes=INVITATION_MINUTES)
    )
    return secret


@transaction.atomic
def accept(*, secret: str, screen: Screen, at: datetime) -> None:
    """Pair the screen by an invitation, which is used up.

    Raises: PairingRefused.
    """
    invitation = (
        Invitation.objects.select_for_update().filter(secret_hash=hashed(secret), valid_until__gt=at).first()
    )
    if invitation is None:
        raise PairingRefused(
            "この QR コードは期限が切れています。窓口の画面で新しい QR コードを出してください。"
        )
    desk = invitation.desk
    invitation.delete()
    _pair(screen, desk)
    record(by=None, action="screen.paired", subject=str(screen.pk), at=at)


def _pair(screen: Screen, desk: Desk) -> None:
    """Make the screen the one of the desk."""
    for other in Screen.objects.select_for_update().filter(desk=desk).exclude(pk=screen.pk):
        Screen.objects.filter(pk=other.pk).update(desk=None)
        _tell_screen(other)
    Screen.objects.filter(pk=screen.pk).update(desk=desk, code=None, code_until=None)
    _tell_screen(screen)
    tell_desk(desk)


@transaction.atomic
def unpair(*, desk: Desk, by: Officer, at: datetime) -> None:
    """Take the desk's screen away; the tablet shows a new code."""
    for screen in Screen.objects.select_for_update().filter(desk=desk):
        Screen.objects.filter(pk=screen.pk).update(desk=None)
        _tell_screen(screen)
        record(by=by, action="screen.unpaired", subject=str(screen.pk), at=at)


def follow(*, desk: Desk, application: Application, by: Officer, at: datetime, question: str = "") -> None:
    """Let the desk's screen go along with the officer's page, unless another resident sits in front of it.

    A page of an earlier resident that is loaded again (the back button, another tab, a late retry) must not put that
    resident's data in front of this one: for that the officer says so, and `show` is called.
    """
    if is_to_be_seen(application) and not shows_another_case(desk, application):
        show(desk=desk, application=application, by=by, at=at, question=question)


def is_to_be_seen(application: Application) -> bool:
    """Return whether the application may stand on a resident's screen: not once its case has ended."""
    return application.state != Application.State.CANCELLED and application.case.closed_at is None


def shows_another_case(desk: Desk, application: Application) -> bool:
    """Return whether the desk's screen shows something of another case that has not ended."""
    if desk.shown_id in {None, application.pk}:
        return False
    shown = APPLICATIONS.get(desk.shown_id)
    return shown.case_id != application.case_id and is_to_be_seen(shown)


def show(
    *, desk: Desk, application: Application, at: datetime, by: Officer | None = None, question: str = ""
) -> None:
    """Show the application as it is now on the desk's screen; at another desk it is no longer shown.

    `desk` is as it was just read: where it shows the application already, its screen is told, and at most is it written
    that somebody was here. Afterwards it is as it is then.
    """
    if (desk.shown_id, desk.question, desk.objection) == (application.pk, question, ""):
        _touch(desk, at)
    else:
        _show(desk, application, by, question, at)
    tell_screen_of(desk)


def attend(*, desk: Desk | None, application: Application, at: datetime) -> None:
    """Keep that the officer at the desk goes on with the application: where it was hidden, it is to be seen again."""
    if desk is None or desk.shown_id != application.pk:
        return
    was_hidden = desk.is_hidden(at)
    _touch(desk, at)
    if was_hidden:
        tell_screen_of(desk)


def touch(*, desk: Desk, at: datetime) -> None:
    """Keep that whoever sits at the desk's screen does something. What is hidden already only an officer brings back."""
    if not desk.is_hidden(at):
        _touch(desk, at)


def _touch(desk: Desk, at: datetime) -> None:
    if at - desk.touched_at > TOUCHED_EVERY:
        desk.touched_at = at
        DESKS.write(desk, "touched_at")


def hold(desk: Desk | None, application: Application | None = None) -> None:
    """Hold the desk, and whichever shows the application, until the transaction ends.

    Whoever changes more than a desk in one transaction calls this first: desks before applications, cases and the journal,
    in one order, so that no two wait for each other.
    """
    # SQLite's write transactions take turns as a whole.
    if desk is not None and connection.features.has_select_for_update:
        involved = Desk.objects.filter(Q(pk=desk.pk) | Q(shown=application, shown__isnull=False))
        list(involved.select_for_update().order_by("pk").values_list("pk"))


@transaction.atomic
def _show(desk: Desk, application: Application, by: Officer | None, question: str, at: datetime) -> None:
    hold(desk, application)
    desk.shown_id = DESKS.get(desk.pk).shown_id
    is_new = desk.shown_id != application.pk
    if is_new:
        other = SHOWING.find(application.pk)
        if other is not None:
            _wipe(other)
        desk.shown, desk.showing = application, uuid.uuid4()
    desk.question, desk.objection, desk.touched_at = question, "", at
    if is_new:
        desk.given_at = None
    fresh = ["shown", "showing", "given_at"] if is_new else []
    DESKS.write(desk, "question", "objection", "touched_at", *fresh)
    if is_new:
        _note_shown(application, by)


@transaction.atomic
def give(
    *, desk: Desk | None, application: Application, by: Officer, at: datetime, place: str = "", note: str = ""
) -> None:
    """Let whoever sits at the desk go on alone at its screen, from the question `place`, in the language that they chose there.

    May be repeated. Raises: Refused, WrongState, NotReady; NoScreen where nobody could answer at it.
    """
    hold(desk, application)
    held = _with_screen(desk, application, at)
    resumption = cases.hand_back(application=application, by=by, at=at, note=note, is_here=True)
    cases.speak(resumption=resumption, language=held.language)
    cases.keep_place(resumption=resumption, place=place or held.question or resumption.place, at=at)
    show(desk=held, application=application, by=by, at=at, question=held.question)
    held.given_at = at
    DESKS.write(held, "given_at")
    record(by=by, action="screen.given", case=str(application.case_id), at=at)
    tell_desk_and_screen(held)


def _with_screen(desk: Desk | None, application: Application, at: datetime) -> Desk:
    if desk is None or desk.screen is None:
        raise NoScreen(
            "この窓口には住民の画面がつながっていません。「窓口と住民の画面」でつなぐか、コードをお渡しください。"
        )
    if at - desk.screen.seen_at > SCREEN_ALIVE:
        raise NoScreen("住民の画面が応答していません。電源とつながりを確かめるか、コードをお渡しください。")
    held = DESKS.get(desk.pk)
    if shows_another_case(held, application):
        raise NoScreen(
            "住民の画面には、別の受付の申請が出ています。前にいる方を確かめ、先にこの申請を住民の画面に出してください。"
        )
    return held


def take_screen(*, desk: Desk | None, application: Application) -> None:
    """Let nobody go on alone at the desk's screen: the resident does so elsewhere."""
    if desk is not None and desk.shown_id == application.pk and desk.given_at is not None:
        desk.given_at = None
        DESKS.write(desk, "given_at")


def stand_at(*, desk: Desk, question: str, at: datetime) -> None:
    """Keep at which question whoever goes on alone at the screen stands, and let the officer see it."""
    _touch(desk, at)
    if desk.question != question:
        desk.question = question
        DESKS.write(desk, "question")
    tell_desk(desk)


def _note_shown(application: Application, by: Officer | None) -> None:
    resident, case = str(application.case.resident_id or ""), str(application.case_id)
    record(by=by, action="screen.shown", subject=resident, case=case)


@transaction.atomic
def object_to(*, desk: Desk, section: str) -> None:
    """Keep of which section the resident said that something has to be put right, for the officer to see."""
    locked = DESKS.hold(desk.pk)
    locked.objection = section[:80]
    DESKS.write(locked, "objection")
    tell_screen_of(locked)
    tell_desk(locked)


@transaction.atomic
def speak(*, desk: Desk, language: Language) -> None:
    """Let the desk's screen speak this language until whoever sits there has gone."""
    held = DESKS.hold(desk.pk)
    held.language = language
    DESKS.write(held, "language")
    tell_screen_of(held)
    tell_desk(held)


@transaction.atomic
def make_readable(*, desk: Desk, aids: Aids) -> None:
    """Let the desk's screen be read so until whoever sits there has gone."""
    held = DESKS.hold(desk.pk)
    held.reads = aids.kept
    DESKS.write(held, "reads")
    tell_screen_of(held)


@transaction.atomic
def take_off(*, case: Case) -> None:
    """Take the case's applications off every screen, from whichever desk its end was said."""
    for desk in Desk.objects.select_for_update().filter(shown__case=case):
        _wipe(desk)


def make_room(*, desk: Desk | None, case: Case) -> None:
    """Take what the desk's screen shows of another case off it: somebody else sits down."""
    if desk is None or desk.shown_id is None:
        return
    if APPLICATIONS.get(desk.shown_id).case_id != case.pk:
        wipe(desk=desk)


@transaction.atomic
def wipe(*, desk: Desk) -> None:
    """Take everything off the desk's screen."""
    _wipe(DESKS.hold(desk.pk))


def _wipe(desk: Desk) -> None:
    desk.shown, desk.showing, desk.question, desk.objection = None, uuid.uuid4(), "", ""
    desk.language, desk.reads, desk.given_at = Language.JAPANESE, "", None
    DESKS.write(desk, "shown", "showing", "question", "objection", "language", "reads", "given_at")
    tell_screen_of(desk)


def tell_desk_and_screen(desk: Desk | None) -> None:
    """Let both sides of a desk look again, once what changed is committed."""
    if desk is not None:
        tell_desk(desk)
        tell_screen_of(desk)


def tell_screen_of(desk: Desk) -> None:
    """Let the desk's screen look again, once what changed is committed."""
    if desk.screen is not None:
        _tell_screen(desk.screen)


def _tell_screen(screen: Screen) -> None:
    room = f"screen:{screen.pk}"
    transaction.on_commit(lambda: hub.tell(room, "look"))


def tell_desk(desk: Desk) -> None:
    """Let the officer's page at the desk look again, once what changed is committed."""
    room = f"desk:{desk.pk}"
    transaction.on_commit(lambda: hub.tell(room, "look"))


def hashed(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


# --- the card reader ---------------------------------------------------------------------------------------------


@transaction.atomic
def pair_reader(*, desk: Desk | None, key: str, by: Officer, at: datetime) -> Desk:
    """Let the agent that gave this key read cards for the desk, and return the desk; another one's key counts no more.

    Raises: PairingRefused where there is no desk, or it is no key.
    """
    if desk is None:
        raise PairingRefused("先に、この画面がどの窓口にあるかを選んでください。")
    if not KEY.fullmatch(key):
        raise PairingRefused(
            "カードリーダーとつなげませんでした。読取りソフトを起動し直して、もう一度つないでください。"
        )
    CardReader.objects.update_or_create(desk=desk, defaults={"key": key, "paired_at": at})
    record(by=by, action="card.reader_paired", subject=str(desk.pk), at=at)
    return desk


@transaction.atomic
def unpair_reader(*, desk: Desk, by: Officer, at: datetime) -> None:
    """Take the desk's card reader away. May be repeated."""
    if CardReader.objects.filter(desk=desk).delete()[0]:
        record(by=by, action="card.reader_unpaired", subject=str(desk.pk), at=at)


class ReaderRefused(Exception):
    """No card can be read at this desk; the message says what to do."""


_NO_READER = "この窓口にはカードリーダーがつながっていません。「窓口と住民の画面」でつないでください。"


@transaction.atomic
def ask_reading(
    *, desk: Desk | None, nonce: str, use: str, by: Officer, at: datetime, case: Case | None = None
) -> tuple[str, str]:
    """Ask the desk's card reader for one reading; return what for, and the proof that we ask.

    Raises: ReaderRefused where no reader is paired, or the nonce is none.
    """
    reader = desk.reader if desk is not None else None
    if reader is None or not NONCE.fullmatch(nonce):
        raise ReaderRefused(_NO_READER)
    wanted = purpose(use, at)
    record(by=by, action="card.asked", case=str(case.pk) if case else "", at=at)
    return wanted, sign(reader.key, "open", nonce, wanted)


@transaction.atomic
def opened(
    *, desk: Desk | None, sealed: Sealed, use: str, by: Officer, at: datetime, case: Case | None = None
) -> Card:
    """Return the card that was read at this desk for this use, and leave a line in the journal.

    Raises: ReaderRefused, SealRefused.
    """
    reader = desk.reader if desk is not None else None
    if reader is None:
        raise ReaderRefused(_NO_READER)
    sealed.check(reader.key, use, at)
    try:
        card = read_card(sealed.reading)
    except NoCard:
        raise ReaderRefused("読取りソフトの版が合いません。情報政策課に連絡してください。") from None
    record(by=by, action="card.read", case=str(case.pk) if case else "", at=at)
    return card
