"""Whoever signs in by the city's identity provider has their applications together, and what it says of them filled in."""

import hmac
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.answering import change
from machimado.cases.applications.actions.kept import NotReady, form_of, lock, record_change
from machimado.cases.applications.models import APPLICATIONS, RESUMPTIONS, Application, Resumption, Turn
from machimado.cases.applications.permissions import State
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.card import Filling
from machimado.cases.applications.rules.identity import Identity, answers_of, told_person
from machimado.cases.applications.rules.refused import is_keepable

# Who was confirmed, when, and how sure the provider is.
JOINED = ("person", "verified_at", "assurance", "confirmed_hash")


def hashed_person(issuer: str, subject: str) -> str:
    """Return the opaque word for whoever a provider calls `subject`: nobody without our key finds them by it."""
    return _keyed("person", f"{issuer}\n{subject}")


def _keyed(what: str, text: str) -> str:
    return hmac.digest(settings.SECRET_KEY.encode(), f"{what}:{text}".encode(), "sha256").hex()


@transaction.atomic
def join(
    *,
    resumption: Resumption,
    person: str,
    identity: Identity,
    at: datetime,
    verified_at: datetime,
    assurance: str,
) -> Resumption:
    """Let an application be that of whoever signed in. May be repeated.

    Raises: NotReady where it is somebody else's already.
    """
    held = RESUMPTIONS.hold(resumption.pk)
    if held.person not in {"", person}:
        raise NotReady(
            "この申請は、別の方がサインインして進めています。ご自分の申請は「わたしの申請」にあります。"
        )
    is_new = not held.person
    held.person, held.verified_at, held.assurance = person, verified_at, assurance
    held.confirmed_hash = _keyed("confirmed", identity.confirmed) if identity.confirmed else ""
    RESUMPTIONS.write(held, *JOINED)
    if is_new:
        application = APPLICATIONS.get(held.pk)
        record_change(application, None, "application.joined", at, {"reference": application.reference})
    return held


@transaction.atomic
def take_identity(*, application: Application, identity: Identity, at: datetime) -> Application:
    """Put in once what the provider says, where there is no answer and nobody has tried to give one.

    Not before the form knows who applies, nor while an officer goes on.
    """
    locked = lock(application)
    resumption = RESUMPTIONS.hold(application.pk)
    if resumption.claims_taken or locked.state != State.INTERVIEW or locked.turn != Turn.RESIDENT:
        return locked
    found = answers_of(form_of(locked), identity, document=locked.answers, today=timezone.localdate(at))
    if found is None:
        return locked
    resumption.claims_taken = True
    RESUMPTIONS.write(resumption, "claims_taken")
    new = _open_ones(locked, found)
    if new.values or new.halves:
        paths = {*new.values, *new.halves}
        change(locked, lambda kept: _put_in(kept, new), paths, None, at, "application.identity_taken")
    return locked


def _open_ones(application: Application, found: Filling) -> Filling:
    def is_open(path: str) -> bool:
        return documents.take(application.answers, path) is None and path not in application.refused

    return Filling(
        {path: value for path, value in found.values.items() if is_open(path)},
        {path: half for path, half in found.halves.items() if is_open(path) and is_keepable(half["typed"])},
    )


def _put_in(application: Application, found: Filling) -> None:
    for path, value in found.values.items():
        application.answers = documents.put(application.answers, path, value)
        application.sources[path] = {"source": documents.IDENTITY, "revision": application.revision}
    application.refused = {**application.refused, **{path: dict(half) for path, half in found.halves.items()}}


def is_about_confirmed(resumption: Resumption, application: Application) -> bool:
    """Return whether the answers still name the person who was confirmed, as the resident or as the agent."""
    return any(
        said and hmac.compare_digest(_keyed("confirmed", said), resumption.confirmed_hash)
        for said in (
            told_person(
                documents.take(application.answers, f"{whose}.name"),
                documents.take(application.answers, f"{whose}.birth_date"),
            )
            for whose in ("resident", "agent")
        )
    )
