"""The states of a delivery and what moves it from one to the next: no store, no network, no clock.

The one promise: a submission has its effect in the core system exactly once. A message is sent again only when it is
known that it is not there (surely not received; or asked after every earlier request must have ended), or when the core
itself refuses a second entry with the same key. The other promise: every state that is not final has a time at which
something happens by itself, or it waits for a person and says so.

Source: the outcome of a lost reply is unknown, not failed: RFC 9110 §9.2.2 (no automatic retry of a non-idempotent
request unless it can be detected that the original was not applied).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from machimado.cases.delivery.rules.backoff import delay


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"  # not in the core; to be sent at next_at
    SENDING = "sending"  # bytes may be leaving; next_at is when the sender counts as dead
    UNKNOWN = "unknown"  # the reply is missing; to be asked, or sent again with the key, at next_at
    PENDING = "pending"  # in the core, which has not decided; to be asked at next_at
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"  # nobody but a person can find out
    FAILED = "failed"  # surely not in the core, and sending again would not help


AUTOMATIC = frozenset({State.WAITING, State.SENDING, State.UNKNOWN, State.PENDING})
FOR_PERSON = frozenset({State.UNDECIDED, State.FAILED})
FINAL = frozenset({State.ACCEPTED, State.REJECTED})


class Cause(StrEnum):
    """Why a delivery is in its state."""

    NEW = "new"
    CLAIMED = "claimed"
    NOT_REACHED = "not_reached"
    NO_REPLY = "no_reply"
    SENDER_LOST = "sender_lost"
    NOT_THERE_YET = "not_there_yet"
    NOT_THERE = "not_there"
    ASK_FAILED = "ask_failed"
    CANNOT_ASK = "cannot_ask"
    VANISHED = "vanished"
    NUMBER_TAKEN = "number_taken"
    REFUSED = "refused"
    ANSWERED = "answered"
    PERSON_FOUND = "person_found"
    PERSON_REJECTED = "person_rejected"
    PERSON_SENDS_AGAIN = "person_sends_again"


class Verdict(StrEnum):
    """What the core system says of an application."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class FieldReason:
    """Why the core did not take a field; `field` is empty where it is about the whole."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An entry in the core's ledger, as it tells us."""

    verdict: Verdict
    core_number: str
    reasons: tuple[FieldReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Core:
    """What a core system offers, and how long a request that lost its reply may still be in flight in it."""

    keyed: bool  # a second message with the same key makes no second entry
    lookup: bool  # entries can be found by our reference
    status: bool  # an entry can be read by its number
    settling: timedelta


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of one delivery. `sends` counts the times that bytes may have left; `misses` the failures in a row."""

    id: int
    state: State
    cause: Cause
    since: datetime
    next_at: datetime | None
    sends: int = 0
    misses: int = 0
    # When the last sending had surely ended on our side: settling counts from here.
    sent_until: datetime | None = None
    core_number: str = ""
    reasons: tuple[FieldReason, ...] = ()


class Impossible(Exception):
    """The event cannot happen in this state: the caller has an old view of the delivery, or is wrong."""


class Step(StrEnum):
    """What is to be done with a delivery that is due."""

    SEND = "send"
    ASK = "ask"
    BURY = "bury"  # the sender is dead
    HAND_OVER = "hand_over"  # nothing can be found out by machine


def begin(number: int, at: datetime) -> Progress:
    """Return the progress of a submission that was just taken over."""
    return Progress(id=number, state=State.WAITING, cause=Cause.NEW, since=at, next_at=at)


def next_step(now: Progress, core: Core) -> Step | None:
    """Return what is to be done once `next_at` has come; None where nothing happens by itself."""
    if now.state in FINAL | FOR_PERSON:
        return None
    if now.state is State.WAITING:
        return Step.SEND
    if now.state is State.SENDING:
        return Step.BURY
    return _find_out(now, core)


def _find_out(now: Progress, core: Core) -> Step:
    """Return how to find out what became of a message that may be, or is, in the core."""
    if core.lookup or (core.status and now.core_number):
        return Step.ASK
    # A second message with the key gives the answer of the first. For a pending one it would be the same for ever.
    return Step.SEND if core.keyed and now.state is State.UNKNOWN else Step.HAND_OVER


# --- sending -------------------------------------------------------------------------------------------------------


def claim(now: Progress, core: Core, *, at: datetime, until: datetime) -> Progress:
    """Return the progress to be stored before the bytes leave; after `until` the sender counts as dead.

    Raises: Impossible where it is not known that sending is harmless.
    """
    _expect(now.state in {State.WAITING, State.UNKNOWN} and next_step(now, core) is Step.SEND, now, "claim")
    _expect(now.state is State.WAITING or _is_settled(now, core, at), now, "claim before the settling time")
    return _move(now, State.SENDING, Cause.CLAIMED, at=at, next_at=until, sends=now.sends + 1)


def may_still_send(*, until: datetime, at: datetime, margin: timedelta) -> bool:
    """Return whether a sender whose claim holds until `until` may let the bytes leave now.

    A process can be stopped for any time between the claim and here; by then another may have buried it.
    """
    return at + margin < until


def not_received(now: Progress, *, at: datetime) -> Progress:
    """Return the progress after an attempt that surely did not reach the core: again, a little later."""
    _expect(now.state is State.SENDING, now, "not_received")
    # An earlier message may be in the core; that this one is not tells nothing about it.
    state = State.WAITING if now.sent_until is None else State.UNKNOWN
    next_at = at + delay(now.id, now.misses)
    return _move(
        now, state, Cause.NOT_REACHED, at=at, next_at=next_at, sends=now.sends - 1, misses=now.misses + 1
    )  # fmt: skip


def refused(now: Progress, *, at: datetime) -> Progress:
    """Return the progress after the core refused the message as such: sending it again unchanged would not help."""
    _expect(now.state is State.SENDING, now, "refused")
    state = State.FAILED if now.sent_until is None else State.UNDECIDED
    return _move(now, state, Cause.REFUSED, at=at, next_at=None)


def no_reply(now: Progress, core: Core, *, at: datetime) -> Progress:
    """Return the progress after an attempt whose outcome is unknown."""
    _expect(now.state is State.SENDING, now, "no_reply")
    return _to_unknown(now, core, Cause.NO_REPLY, at=at, sent_until=at)


def bury(now: Progress, core: Core, *, at: datetime) -> Progress:
    """Return the progress after its sender was found dead: what it sent, if anything, is unknown.

    Raises: Impossible before the sender's time is over.
    """
    _expect(now.state is State.SENDING and now.next_at is not None and now.next_at <= at, now, "bury")
    return _to_unknown(now, core, Cause.SENDER_LOST, at=at, sent_until=now.next_at)


def _to_unknown(
    now: Progress, core: Core, cause: Cause, *, at: datetime, sent_until: datetime | None
) -> Progress:
    left = replace(now, sent_until=sent_until, state=State.UNKNOWN)
    step = _find_out(left, core)
    if step is Step.HAND_OVER:
        return _move(left, State.UNDECIDED, Cause.CANNOT_ASK, at=at, next_at=None)
    wait = delay(now.id, now.misses) if now.misses else timedelta(0)
    next_at = at + wait if step is Step.ASK else max(at + wait, _settled_at(left, core))
    return _move(left, State.UNKNOWN, cause, at=at, next_at=next_at, misses=now.misses + 1)


# --- what the core says ----------------------------------------------------------------------------------------------


def answered(now: Progress, answer: Answer, *, at: datetime) -> Progress:
    """Return the progress after the core told what it has; true in whatever state the news arrives."""
    _expect(now.state not in FINAL or now.state is State(answer.verdict), now, "answered")
    if now.state in FINAL:
        return now
    state = State(answer.verdict)
    again = at + delay(now.id, now.misses, slow=True) if state is State.PENDING else None
    misses = now.misses + 1 if now.state is state else 0
    return _move(
        now, state, Cause.ANSWERED, at=at, next_at=again, misses=misses, core_number=answer.core_number,
        reasons=answer.reasons,
    )  # fmt: skip


def absent(now: Progress, core: Core, *, asked_at: datetime, at: datetime) -> Progress:
    """Return the progress after the core said that it has nothing of ours; `asked_at` is when the question began."""
    _expect(now.state in {State.UNKNOWN, State.PENDING}, now, "absent")
    if now.state is State.PENDING:
        return _move(now, State.UNDECIDED, Cause.VANISHED, at=at, next_at=None)
    if _is_settled(now, core, asked_at):
        # The first repetition goes at once; a core that loses each of them is not to be flooded.
        wait = delay(now.id, now.sends - 2) if now.sends > 1 else timedelta(0)
        return _move(now, State.WAITING, Cause.NOT_THERE, at=at, next_at=at + wait, misses=0, sent_until=None)
    next_at = min(at + delay(now.id, now.misses), max(at, _settled_at(now, core)))
    return _move(now, State.UNKNOWN, Cause.NOT_THERE_YET, at=at, next_at=next_at, misses=now.misses + 1)


def ask_failed(now: Progress, *, at: datetime) -> Progress:
    """Return the progress after the core could not be asked: again, a little later."""
    _expect(now.state in {State.UNKNOWN, State.PENDING}, now, "ask_failed")
    next_at = at + delay(now.id, now.misses, slow=now.state is State.PENDING)
    return _move(now, now.state, Cause.ASK_FAILED, at=at, next_at=next_at, misses=now.misses + 1)


def cannot_ask(now: Progress, core: Core, *, at: datetime) -> Progress:
    """Return the progress after the core said that it offers no look-up: by the key, or else by a person."""
    _expect(now.state in {State.UNKNOWN, State.PENDING}, now, "cannot_ask")
    if now.state is State.PENDING:
        return hand_over(now, at=at)
    blind = replace(core, lookup=False, status=False)
    return _to_unknown(now, blind, Cause.CANNOT_ASK, at=at, sent_until=now.sent_until)


def hand_over(now: Progress, *, at: datetime) -> Progress:
    """Return the progress after it turned out that only a person can find out."""
    _expect(now.state in {State.UNKNOWN, State.PENDING}, now, "hand_over")
    return _move(now, State.UNDECIDED, Cause.CANNOT_ASK, at=at, next_at=None)


def number_taken(now: Progress, *, at: datetime) -> Progress:
    """Return the progress after the core gave a number that another delivery has: a person must look."""
    _expect(now.state not in FINAL, now, "number_taken")
    return _move(now, State.UNDECIDED, Cause.NUMBER_TAKEN, at=at, next_at=None)


# --- what a person says ----------------------------------------------------------------------------------------------


def person_found(now: Progress, *, core_number: str, at: datetime) -> Progress:
    """Return the progress after a person saw the application in the core under `core_number`."""
    _expect(now.state in FOR_PERSON and core_number != "", now, "person_found")
    return _move(
        now, State.ACCEPTED, Cause.PERSON_FOUND, at=at, next_at=None, core_number=core_number, reasons=()
    )


def person_rejected(now: Progress, *, reason: str, at: datetime) -> Progress:
    """Return the progress after a person saw that the core rejected the application."""
    _expect(now.state in FOR_PERSON and reason != "", now, "person_rejected")
    reasons = (FieldReason("", reason),)
    return _move(now, State.REJECTED, Cause.PERSON_REJECTED, at=at, next_at=None, reasons=reasons)


def person_sends_again(now: Progress, core: Core, *, at: datetime) -> Progress:
    """Return the progress after a person made sure that the core does not have the application.

    Raises: Impossible while an earlier message may still arrive: the person may have looked too early.
    """
    _expect(now.state in FOR_PERSON, now, "person_sends_again")
    _expect(_is_settled(now, core, at), now, "person_sends_again before the settling time")
    return _move(
        now, State.WAITING, Cause.PERSON_SENDS_AGAIN, at=at, next_at=at, misses=0, sent_until=None, core_number=""
    )  # fmt: skip


def settles_at(now: Progress, core: Core) -> datetime | None:
    """Return when every earlier message must have ended in the core; None where none was sent."""
    return None if now.sent_until is None else _settled_at(now, core)


def can_hurry(now: Progress) -> bool:
    """Return whether a next step exists that may come earlier."""
    return now.state in {State.WAITING, State.UNKNOWN, State.PENDING}


def hurry(now: Progress, core: Core, *, at: datetime) -> Progress:
    """Return the progress with its next step due as soon as that step is harmless."""
    _expect(can_hurry(now), now, "hurry")
    blind = now.state is State.UNKNOWN and next_step(now, core) is Step.SEND
    return replace(now, next_at=max(at, _settled_at(now, core)) if blind else at)


# --- the parts -------------------------------------------------------------------------------------------------------


def _settled_at(now: Progress, core: Core) -> datetime:
    assert now.sent_until is not None
    return now.sent_until + core.settling


def _is_settled(now: Progress, core: Core, at: datetime) -> bool:
    """Return whether every request of ours that reached the core must have ended by `at`."""
    return now.sent_until is None or at >= _settled_at(now, core)


def _move(now: Progress, state: State, cause: Cause, *, at: datetime, **changes: object) -> Progress:
    since = now.since if state is now.state else at
    return replace(now, state=state, cause=cause, since=since, **changes)  # type: ignore[arg-type]


def _expect(holds: bool, now: Progress, event: str) -> None:
    if not holds:
        raise Impossible(f"{event} in {now.state} (delivery {now.id})")
