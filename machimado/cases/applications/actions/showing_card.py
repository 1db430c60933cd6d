"""What a resident's card says is put in where nobody has said anything; an officer has looked at it before."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.answering import change
from machimado.cases.applications.actions.kept import NotReady, check_open, form_of, lock
from machimado.cases.applications.models import CASES, Application, Case
from machimado.cases.applications.permissions import State, check_serve, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.card import Card, Filling, fill
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer


@transaction.atomic
def take_card(*, application: Application, card: Card, by: Officer, at: datetime) -> Application:
    """Put in what the card says, where there is no answer and nobody has tried to give one. It can be undone.

    What is only half an answer (a name without its reading) stays in its field with what is lacking. Raises: WrongState.
    """
    check_serve(by, application.case)
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    found = new_in(locked, card, at=at)
    if found.values or found.halves:
        paths = set(found.values) | set(found.halves)
        change(locked, lambda kept: put_in(kept, found), paths, by, at, "application.card_taken")
    return locked


def new_in(application: Application, card: Card, *, at: datetime) -> Filling:
    """Return what the card would answer in the application that is open yet."""
    resident = application.case.resident
    # An address that is not told (支援措置) is neither asked nor taken from a card.
    told = card if resident is None or not resident.shielded else replace(card, address="")
    found = fill(form_of(application), told, newcomer=resident is None, today=timezone.localdate(at))

    def is_open(path: str) -> bool:
        return documents.take(application.answers, path) is None and path not in application.refused

    return Filling(
        {path: value for path, value in found.values.items() if is_open(path)},
        {path: half for path, half in found.halves.items() if is_open(path)},
    )


def put_in(application: Application, found: Filling) -> None:
    """Put in what a card says, and from whom it is; nothing is written yet."""
    for path, value in found.values.items():
        application.answers = documents.put(application.answers, path, value)
        application.sources[path] = {"source": documents.CARD, "revision": application.revision}
    application.refused = {**application.refused, **{path: dict(half) for path, half in found.halves.items()}}


@transaction.atomic
def keep_card(*, case: Case, card: Card, by: Officer, at: datetime) -> None:
    """Keep the card of somebody who is in no register yet, for what begins in this case; it goes when they do.

    Raises: Refused; NotReady where the case has ended, or is a resident's, whom the register knows.
    """
    check_serve(by, case)
    locked = CASES.hold(case.pk)
    check_open(locked)
    if not locked.newcomer:
        raise NotReady("カードの内容は、住民記録にない方の受付にだけ添えられます。")
    locked.card = card.as_dict()
    CASES.write(locked, "card")
    case.card = locked.card
    record(by=by, action="case.card_kept", case=str(case.pk), at=at)
