"""What stands on the resident's screen, and when it goes."""

import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import APPLICATIONS, Application, Case
from machimado.frontyard.counter.actions.telling import tell_desk, tell_desk_and_screen, tell_screen_of
from machimado.frontyard.counter.models import (
    DESKS,
    SCREEN_ALIVE,
    SHOWING,
    Desk,
)
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer
from machimado.ground.ui.aids import Aids
from machimado.ground.ui.languages import Language

# How exactly it is known when somebody last did something at a desk: not each save writes it.
TOUCHED_EVERY = timedelta(seconds=10)


class NoScreen(Exception):
    """Nobody could go on at the desk's screen; the message says what to do."""


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
