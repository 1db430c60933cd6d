"""What moves deliveries. Everything here is told its time; the worker and the pages bring the clock."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from machimado.cases.applications import actions as applications
from machimado.cases.applications.models import Application, Step, Submission
from machimado.cases.delivery.adapters import adapter_for
from machimado.cases.delivery.models import Attempt, Delivery, Worker
from machimado.cases.delivery.permissions import NotNow, check_decide, check_hurry
from machimado.cases.delivery.queries import candidates
from machimado.cases.delivery.rules import machine
from machimado.cases.delivery.rules.contract import Attachment, Message
from machimado.cases.delivery.rules.machine import Answer, Core, Impossible, Progress, State
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer

Outcome = Attempt.Outcome
OUTCOME_OF = {verdict: Outcome(verdict.value) for verdict in machine.Verdict}
BEATS_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that this worker may now work on. `token` proves it where bytes are to leave."""

    id: int
    step: machine.Step
    token: str
    system: str
    reference: str
    core_number: str
    claimed: Progress
    message: Message | None  # where something is to be sent


# --- finding work ----------------------------------------------------------------------------------------------------


def claim_due(
    *, worker: str, at: datetime, limit: int, everything: bool = False, new_first: bool = True
) -> list[Claim]:
    """Take over new submissions and claim up to `limit` deliveries that are due.

    New and waiting ones take turns, so that under load neither holds up the other; `new_first` says who begins. A claim
    to send is committed as `sending` when this returns: only then may bytes leave.
    """
    found = candidates(at=at, limit=limit, everything=everything)
    if not found:
        return []
    lines = (found.new, found.due) if new_first else (found.due, found.new)
    turns = [number for pair in zip_longest(*lines) for number in pair if number is not None][:limit]
    with transaction.atomic():
        _take_over([number for number in found.new if number in turns], at)
        rows = _lock([*turns, *found.overdue])
        claims = [_claim(row, worker, at) for row in rows if row.next_at is not None and row.next_at <= at]
    return [claim for claim in claims if claim]


def _take_over(submissions: list[int], at: datetime) -> None:
    """Begin a delivery for each submission that has none; another worker may be doing the same."""
    fresh = Submission.objects.filter(pk__in=submissions, delivery=None).select_related("application")
    rows = [_begin(submission, at) for submission in fresh]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def _begin(submission: Submission, at: datetime) -> Delivery:
    row = Delivery(submission=submission, system=submission.system, reference=reference_of(submission))
    return _put(row, machine.begin(submission.pk, at))


def reference_of(submission: Submission) -> str:
    """Return what the core knows the submission by: the application's reference, and its round after the first."""
    own = submission.application.reference
    return own if submission.round == 1 else f"{own}-{submission.round}"


def _lock(ids: Iterable[int]) -> list[Delivery]:
    """Return the rows, held until the end of the transaction; rows that another worker holds are left to it."""
    rows = _with_case(Delivery.objects.filter(pk__in=ids)).order_by("next_at", "pk")
    return list(rows.select_for_update(of=("self",), skip_locked=True))


def _with_case(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    case = rows.select_related("submission__application__case")
    return case.defer("submission__application__answers", "submission__application__sources")


def _locked(number: int) -> Delivery:
    return _with_case(Delivery.objects.select_for_update(of=("self",))).get(pk=number)


def _claim(row: Delivery, worker: str, at: datetime) -> Claim | None:
    """Do with a due row what its step asks for first; return the claim where the rest happens outside the transaction."""
    now, core = row.progress(), adapter_for(row.system).core()
    step = machine.next_step(now, core)
    if step is machine.Step.BURY:
        _bury(row, now, core, at)
    elif step is machine.Step.HAND_OVER:
        _save(row, machine.hand_over(now, at=at), at)
    elif step is machine.Step.ASK:
        return _claim_to_ask(row, now, at)
    elif step is machine.Step.SEND:
        return _claim_to_send(row, now, core, worker, at)
    return None


def _bury(row: Delivery, now: Progress, core: Core, at: datetime) -> None:
    _note(
        row,
        Attempt.Kind.SEND,
        Outcome.SENDER_LOST,
        since=row.since,
        at=at,
        worker=row.holder.partition("/")[0],
    )
    _save(row, machine.bury(now, core, at=at), at)


def _claim_to_ask(row: Delivery, now: Progress, at: datetime) -> Claim:
    """Put the question off for others while this worker asks; should it die, they ask: asking twice does no harm."""
    row.next_at = at + lease()
    row.save(update_fields=["next_at"])
    return Claim(row.pk, machine.Step.ASK, "", row.system, row.reference, row.core_number, now, None)


def _claim_to_send(row: Delivery, now: Progress, core: Core, worker: str, at: datetime) -> Claim | None:
    try:
        claimed = machine.claim(now, core, at=at, until=at + lease())
    except Impossible:  # what the core offers changed since the step was planned
        row.next_at = machine.settles_at(now, core)
        row.save(update_fields=["next_at"])
        return None
    row.holder = f"{worker}/{uuid.uuid4().hex[:12]}"
    _put(row, claimed).save()
    message = _message(row)
    return Claim(
        row.pk, machine.Step.SEND, row.holder, row.system, row.reference, row.core_number, claimed, message
    )


def _message(row: Delivery) -> Message:
    submission = row.submission
    key = str(submission.key)
    attachments = tuple(Attachment(**file) for file in submission.attachments)
    return Message(row.reference, key, submission.system, submission.message, submission.payload, attachments)


def lease() -> timedelta:
    """Return for how long a sender counts as alive without a sign."""
    return timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)


def keep_alive(*, tokens: Iterable[str], at: datetime) -> None:
    """Prolong the time of senders that are at work, unless it is over already: then others may have taken their rows."""
    Delivery.objects.filter(holder__in=list(tokens), next_at__gt=at).update(next_at=at + lease())


# --- what came of it -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt brought. `started_at` is before the first byte, `ended_at` after the last."""

    outcome: Outcome
    started_at: datetime
    ended_at: datetime
    answer: Answer | None = None
    note: str = ""


@transaction.atomic
def conclude(*, claim: Claim, result: Result) -> None:
    """Write down the attempt and what it means for the delivery, with its effects, in one transaction.

    The news of a sender that was buried meanwhile still counts where it is an answer: what the core has is true
    whoever heard it. That it heard nothing is no news.
    """
    row = _locked(claim.id)
    kind = Attempt.Kind(claim.step.value)
    worker = claim.token.partition("/")[0]
    _note(
        row, kind, result.outcome, since=result.started_at, at=result.ended_at, worker=worker, result=result
    )
    is_mine = row.holder == claim.token
    if not is_mine and (result.answer is None or row.state == State.SENDING):
        return
    try:
        _save(row, _after(row, result), result.ended_at)
    except Impossible:
        # The row went on while this was asked: it knows more than this answer does.
        return


def _after(row: Delivery, result: Result) -> Progress:
    now, core, at = row.progress(), adapter_for(row.system).core(), result.ended_at
    if result.answer is not None:
        if _is_taken(row, result.answer.core_number):
            return machine.number_taken(now, at=at)
        return machine.answered(now, result.answer, at=at)
    without_answer: dict[Outcome, Callable[[], Progress]] = {
        Outcome.NOT_RECEIVED: lambda: machine.not_received(now, at=at),
        Outcome.NO_REPLY: lambda: machine.no_reply(now, core, at=at),
        Outcome.REFUSED: lambda: machine.refused(now, at=at),
        Outcome.ABSENT: lambda: machine.absent(now, core, asked_at=result.started_at, at=at),
        Outcome.CANNOT_ASK: lambda: machine.cannot_ask(now, core, at=at),
        Outcome.ASK_FAILED: lambda: machine.ask_failed(now, at=at),
    }
    return without_answer[result.outcome]()


def _is_taken(row: Delivery, core_number: str) -> bool:
    """Return whether another delivery has this number of the core."""
    others = Delivery.objects.filter(system=row.system, core_number=core_number).exclude(pk=row.pk)
    return core_number != "" and others.exists()


def wake_waiting(*, system: str, at: datetime) -> int:
    """Make due what waits because the core could not be reached: it can be reached again."""
    waiting = Delivery.objects.filter(system=system, state=State.WAITING, misses__gt=0, next_at__gt=at)
    return waiting.update(next_at=at)


# --- what a person says ----------------------------------------------------------------------------------------------


@transaction.atomic
def decide_found(*, delivery: Delivery, core_number: str, by: Officer, at: datetime) -> None:
    """Take over that a person saw the application in the core, under `core_number`.

    Raises: Refused.
    """
    row = _for_decision(delivery, by)
    if _is_taken(row, core_number):
        raise NotNow(
            f"番号 {core_number} は別の申請のものです。基幹システムの画面でもう一度確かめてください。"
        )
    _decided(row, Outcome.FOUND, by, at, core_number=core_number)
    _save(row, machine.person_found(row.progress(), core_number=core_number, at=at), at, by=by)


@transaction.atomic
def decide_rejected(*, delivery: Delivery, reason: str, by: Officer, at: datetime) -> None:
    """Take over that a person saw in the core that the application was rejected.

    Raises: Refused.
    """
    row = _for_decision(delivery, by)
    _decided(row, Outcome.REJECTED, by, at)
    _save(row, machine.person_rejected(row.progress(), reason=reason, at=at), at, by=by)


@transaction.atomic
def decide_to_send_again(*, delivery: Delivery, by: Officer, at: datetime) -> None:
    """Take over that a person made sure that the core does not have the application: it is sent again.

    Raises: Refused, also while an earlier message may still arrive.
    """
    row = _for_decision(delivery, by)
    try:
        after = machine.person_sends_again(row.progress(), adapter_for(row.system).core(), at=at)
    except Impossible:
        raise NotNow(
            "前に送ったものが、まだ遅れて登録されることがあります。"
            "画面に出ている時刻を過ぎてから、基幹システムをもう一度検索してください。"
        ) from None
    _decided(row, Outcome.SEND_AGAIN, by, at)
    _save(row, after, at, by=by)


def _for_decision(delivery: Delivery, by: Officer) -> Delivery:
    row = _locked(delivery.pk)
    check_decide(by, row)
    return row


def _decided(row: Delivery, outcome: Outcome, by: Officer, at: datetime, *, core_number: str = "") -> None:
    _note(row, Attempt.Kind.DECIDE, outcome, since=at, at=at, by=by, core_number=core_number)
    detail = {"outcome": outcome.value, "core_number": core_number, "from": row.state}
    _record(row, "delivery.decided", by=by, at=at, detail=detail)


@transaction.atomic
def hurry(*, delivery: Delivery, by: Officer, at: datetime) -> None:
    """Bring the next step forward.

    Raises: Refused.
    """
    row = _locked(delivery.pk)
    check_hurry(by, row)
    _note(row, Attempt.Kind.HURRY, Outcome.ASKED_FOR, since=at, at=at, by=by)
    row.next_at = machine.hurry(row.progress(), adapter_for(row.system).core(), at=at).next_at
    row.save(update_fields=["next_at"])


@transaction.atomic
def note_look(*, delivery: Delivery, by: Officer, at: datetime) -> None:
    """Leave a line in the journal: the officer saw whom the delivery is about."""
    _record(delivery, "delivery.viewed", by=by, at=at, detail={})


# --- the worker's sign of life ---------------------------------------------------------------------------------------


def beat(*, worker: str, started_at: datetime, at: datetime, trouble: str = "") -> None:
    """Say that the worker lives, and what keeps it from working."""
    Worker.objects.update_or_create(
        name=worker,
        defaults={"seen_at": at, "trouble": trouble[:200], "stopped_at": None},
        create_defaults={"started_at": started_at, "seen_at": at, "trouble": trouble[:200]},
    )


def say_stopped(*, worker: str, at: datetime) -> None:
    """Say that the worker ended as it should; forget workers of long ago."""
    Worker.objects.filter(name=worker).update(stopped_at=at, seen_at=at)
    Worker.objects.filter(seen_at__lt=at - BEATS_KEPT).delete()


# --- shared ----------------------------------------------------------------------------------------------------------


def _save(row: Delivery, after: Progress, at: datetime, *, by: Officer | None = None) -> None:
    """Store the progress; what a new state means for others happens in the same transaction."""
    before = row.state
    _put(row, after).save()
    if after.state is State.ACCEPTED and before != State.ACCEPTED:
        _stamp_when_all_accepted(row, by, at)
    if after.state != before and after.state not in {State.SENDING, State.UNKNOWN, State.WAITING}:
        _record(row, f"delivery.{after.state}", by=by, at=at, detail={"core_number": after.core_number})


def _put(row: Delivery, progress: Progress) -> Delivery:
    """Copy what the rules know into the row."""
    row.state, row.cause = progress.state.value, progress.cause.value
    row.since, row.next_at, row.sent_until = progress.since, progress.next_at, progress.sent_until
    row.sends, row.misses = progress.sends, progress.misses
    row.core_number = progress.core_number
    row.reasons = [asdict(reason) for reason in progress.reasons]
    if progress.state is not State.SENDING:
        row.holder = ""
    return row


def _stamp_when_all_accepted(row: Delivery, by: Officer | None, at: datetime) -> None:
    """Stamp the case once the core has accepted everything that the resident came for."""
    case = row.submission.application.case
    live = case.applications.exclude(state=Application.State.CANCELLED)
    if not live.exclude(submissions__delivery__state=State.ACCEPTED).exists():
        applications.stamp(Step.DELIVERED, case=case, by=by, at=at)


def _note(
    row: Delivery,
    kind: Attempt.Kind,
    outcome: Outcome,
    *,
    since: datetime,
    at: datetime,
    worker: str = "",
    by: Officer | None = None,
    core_number: str = "",
    result: Result | None = None,
) -> None:
    """Write a line of the delivery's past."""
    answer = result.answer if result else None
    Attempt.objects.create(
        delivery=row,
        kind=kind,
        outcome=outcome,
        started_at=since,
        ended_at=max(since, at),
        core_number=answer.core_number if answer else core_number,
        note=result.note[:200] if result else "",
        worker=worker,
        officer=by,
    )


def _record(row: Delivery, action: str, *, by: Officer | None, at: datetime, detail: dict[str, str]) -> None:
    case = row.submission.application.case
    content = {"reference": row.reference, **detail}
    record(
        by=by, action=action, subject=str(case.resident_id or ""), case=str(case.pk), detail=content, at=at
    )
