"""A resident signs in and out; nobody has to."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import APPLICATIONS, Resumption
from machimado.cases.applications.rules.identity import Identity, kept_identity
from machimado.frontyard.selfservice.models import SIGN_INS, SignIn
from machimado.frontyard.selfservice.permissions import LOBBY_SITTING
from machimado.frontyard.selfservice.provider import Known
from machimado.ground.journal.actions import record
from machimado.ground.rows.secrets import hashed

LASTS = timedelta(hours=12)
TOUCHED_EVERY = timedelta(minutes=1)


@transaction.atomic
def sign_in(*, known: Known, is_lobby: bool, before: SignIn | None, at: datetime) -> tuple[str, SignIn]:
    """Sign somebody in whom the provider knows; return the browser's new secret, and what is kept.

    Whoever was signed in before in this browser is out.
    """
    if before is not None:
        SignIn.objects.filter(pk=before.pk).delete()
    forget_sign_ins(at=at)
    secret = secrets.token_urlsafe(32)
    made = SignIn(
        secret_hash=hashed(secret),
        person=cases.hashed_person(known.issuer, known.subject),
        identity=known.identity.as_dict(),
        assurance=known.assurance,
        id_token=known.id_token,
        signed_in_at=at,
        touched_at=at,
        valid_until=at + LASTS,
        is_lobby=is_lobby,
    )
    SIGN_INS.add(made)
    record(by="resident", action="selfservice.signed_in", at=at)
    return secret, made


@transaction.atomic
def sign_out(*, signed_in: SignIn, at: datetime) -> None:
    """Forget whoever is signed in, and all that the provider said of them. May be repeated."""
    gone, _ = SignIn.objects.filter(pk=signed_in.pk).delete()
    if gone:
        record(by="resident", action="selfservice.signed_out", at=at)


def forget_sign_ins(*, at: datetime) -> int:
    """Delete what was kept of those whose sign-in has ended; return how many. May be repeated."""
    over, left = Q(valid_until__lt=at), Q(is_lobby=True, touched_at__lt=at - LOBBY_SITTING)
    gone, _ = SignIn.objects.filter(over | left).delete()
    return gone


def touch(*, signed_in: SignIn, at: datetime) -> None:
    """Keep that they are still there."""
    if at - signed_in.touched_at >= TOUCHED_EVERY:
        SignIn.objects.filter(pk=signed_in.pk).update(touched_at=at)


def identity_of(signed_in: SignIn) -> Identity:
    """Return what the provider said of them."""
    return kept_identity(signed_in.identity)


def join(*, signed_in: SignIn, resumption: Resumption, at: datetime) -> Resumption:
    """Let an application be that of whoever is signed in, and fill in what the provider says.

    Raises: NotReady where it is somebody else's already.
    """
    joined = cases.join(
        resumption=resumption,
        person=signed_in.person,
        identity=identity_of(signed_in),
        at=at,
        verified_at=signed_in.signed_in_at,
        assurance=signed_in.assurance,
    )
    fill_in(signed_in=signed_in, resumption=joined, at=at)
    return joined


def fill_in(*, signed_in: SignIn, resumption: Resumption, at: datetime) -> None:
    """Fill in once what the provider says of them, in an application of their own."""
    if resumption.person == signed_in.person and not resumption.claims_taken:
        application = APPLICATIONS.get(resumption.pk)
        cases.take_identity(application=application, identity=identity_of(signed_in), at=at)
