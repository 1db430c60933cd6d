"""One attempt: a claimed message is sent, or the core is asked what it has; and what this process has under way."""

import logging
import threading
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from machimado.cases.delivery import actions, queries
from machimado.cases.delivery.actions import Claim, Outcome, Result
from machimado.cases.delivery.rules import machine
from machimado.cases.delivery.rules.contract import Adapter, Message, MessageRefused, NotOffered
from machimado.ground.systems import NotReceived, OutcomeUnknown, SystemFailure

log = logging.getLogger(__name__)


class Flight:
    """The claims that this process works on, and until when each may let bytes leave."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._claims: dict[int, Claim] = {}
        self._until: dict[str, datetime] = {}

    def begin(self, claim: Claim) -> None:
        """Take a claim in."""
        with self._lock:
            self._claims[id(claim)] = claim
            if claim.token and claim.claimed.next_at:
                self._until[claim.token] = claim.claimed.next_at

    def end(self, claim: Claim) -> None:
        """Let a claim go."""
        with self._lock:
            self._claims.pop(id(claim), None)
            self._until.pop(claim.token, None)

    def count(self) -> int:
        """Return how many claims are under way."""
        with self._lock:
            return len(self._claims)

    def keep_alive(self, at: datetime) -> None:
        """Prolong the claims that are past a third of their time; learn from the store which really are."""
        with self._lock:
            old = [token for token, until in self._until.items() if until - at < actions.lease() * 2 / 3]
        if not old:
            return
        actions.keep_alive(tokens=old, at=at)
        known = queries.ends_of(old)
        with self._lock:
            self._until.update({token: known.get(token, at) for token in old if token in self._until})

    def may_send(self, claim: Claim, at: datetime) -> bool:
        """Return whether the claim surely still is this process's: it may have been stopped for any time."""
        with self._lock:
            until = self._until.get(claim.token)
        margin = actions.lease() / 3
        return until is not None and machine.may_still_send(until=until, at=at, margin=margin)


def send(adapter: Adapter, claim: Claim, flight: Flight) -> Result:
    """Send the claimed message once and return what is known afterwards; never raises."""
    assert claim.message is not None
    started_at = timezone.now()
    if refusal := _prepare(adapter, claim.message):
        return Result(Outcome.NOT_RECEIVED, started_at, timezone.now(), note=refusal)
    message, outcome, note = _complete(claim.message)
    if message is None:
        return Result(outcome, started_at, timezone.now(), note=note)
    if not flight.may_send(claim, timezone.now()):
        return Result(
            Outcome.NOT_RECEIVED, started_at, timezone.now(), note="the claim was over before sending"
        )
    outcome, answer, note = _send(adapter, message)
    return Result(outcome, started_at, timezone.now(), answer, note)


def _prepare(adapter: Adapter, message: Message) -> str:
    """Do what takes time before the message leaves; return why that failed."""
    try:
        adapter.prepare(message)
    except SystemFailure as failure:
        return failure.cause or "not ready"
    except Exception as error:
        log.exception("delivery: preparing %s failed", message.reference)
        return type(error).__name__
    return ""


def _complete(message: Message) -> tuple[Message | None, Outcome, str]:
    """Return the message with its attachments, or None, what that means and why; nothing has left yet."""
    try:
        return queries.with_contents(message), Outcome.NOT_RECEIVED, ""
    except MessageRefused as refusal:
        return None, Outcome.REFUSED, refusal.cause
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        return None, Outcome.NOT_RECEIVED, type(error).__name__


def _send(adapter: Adapter, message: Message) -> tuple[Outcome, machine.Answer | None, str]:
    try:
        answer = adapter.send(message)
    except NotReceived as failure:
        return Outcome.NOT_RECEIVED, None, failure.cause
    except MessageRefused as refusal:
        return Outcome.REFUSED, None, refusal.cause
    except OutcomeUnknown as failure:
        return Outcome.NO_REPLY, None, failure.cause
    except Exception as error:
        # A fault of ours after the bytes left: whether they arrived is as unknown as after a lost reply.
        log.exception("delivery: sending %s failed", message.reference)
        return Outcome.NO_REPLY, None, type(error).__name__
    return actions.OUTCOME_OF[answer.verdict], answer, ""


def ask(adapter: Adapter, claim: Claim) -> Result:
    """Ask the core what it has and return what is known afterwards; never raises."""
    started_at = timezone.now()
    outcome, answer, note = _ask(adapter, claim)
    return Result(outcome, started_at, timezone.now(), answer, note)


def _ask(adapter: Adapter, claim: Claim) -> tuple[Outcome, machine.Answer | None, str]:
    try:
        answer = adapter.ask(system=claim.system, reference=claim.reference, core_number=claim.core_number)
    except NotOffered as refusal:
        return Outcome.CANNOT_ASK, None, str(refusal)
    except SystemFailure as failure:
        return Outcome.ASK_FAILED, None, failure.cause
    except Exception as error:
        log.exception("delivery: asking for %s failed", claim.reference)
        return Outcome.ASK_FAILED, None, type(error).__name__
    return (actions.OUTCOME_OF[answer.verdict] if answer else Outcome.ABSENT), answer, ""
