"""An application from the resident's check to its submission."""

from datetime import datetime

from django.db import transaction

from machimado.cases.applications.actions.arriving import stamp
from machimado.cases.applications.actions.kept import (
    SIGNATURE,
    NotReady,
    check_complete,
    lock,
    record_change,
    store,
)
from machimado.cases.applications.models import (
    APPLICATIONS,
    Application,
    Case,
    Stamp,
    Step,
)
from machimado.cases.applications.permissions import RUNNING, State, WrongState, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.signature import Signature, Typed
from machimado.ground.people.models import Officer

HOLD_FILES = frozenset({"files", "signature"})


@transaction.atomic
def to_review(*, application: Application, by: Officer | None, at: datetime) -> Application:
    """Hand the answers to the resident to check; everything but the signature must be there and right.

    Raises: NotReady with the paths to look at.
    """
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    check_complete(locked, at, without=frozenset({SIGNATURE}))
    locked.state = State.REVIEW
    APPLICATIONS.write(locked, "state")
    stamp(Step.INTERVIEWED, case=locked.case, by=by, at=at)
    record_change(locked, by, "application.to_review", at, {})
    return locked


@transaction.atomic
def back_to_interview(*, application: Application, by: Officer | None, at: datetime) -> Application:
    """Open the answers again; a signature under other answers would be worth nothing, so it goes."""
    locked = lock(application)
    if locked.state == State.INTERVIEW:
        return locked
    check_state(locked, State.REVIEW, State.SIGNED)
    return _open_again(locked, by, at, "application.back_to_interview")


@transaction.atomic
def correct(*, application: Application, by: Officer, at: datetime) -> Application:
    """Open a submitted application again because the core system rejected it (delivery decides whether it did).

    Raises: WrongState; NotReady when the case has begun another one for this procedure meanwhile.
    """
    locked = lock(application)
    check_state(locked, State.SUBMITTED)
    # The resident has to come again and sign: the case goes on until it is ended once more.
    Case.objects.filter(pk=locked.case_id).update(closed_at=None)
    _check_none_runs(locked)
    return _open_again(locked, by, at, "application.corrected")


def _check_none_runs(application: Application) -> None:
    others = Application.objects.filter(case=application.case_id, procedure=application.procedure)
    running = others.filter(state__in=RUNNING).first()
    if running is not None:
        raise NotReady(
            f"この受付では、同じ手続の申請（申請番号 {running.reference}）が進んでいます。"
            "そちらを続けてください。こちらを直すときは、先にそちらを取り下げてください。"
        )


def _open_again(application: Application, by: Officer | None, at: datetime, action: str) -> Application:
    application.files.filter(purpose=SIGNATURE).delete()
    application.answers = documents.put(application.answers, SIGNATURE, None)
    application.sources.pop(SIGNATURE, None)
    application.state = State.INTERVIEW
    application.revision += 1
    application.save()
    Stamp.objects.filter(case=application.case, step=Step.SIGNED).delete()
    record_change(application, by, action, at, {})
    return application


@transaction.atomic
def sign(
    *,
    application: Application,
    signature: Signature | Typed,
    by: Officer | None,
    at: datetime,
    revision: int | None = None,
) -> Application:
    """Put the resident's signature under the answers as they are; `revision` is of those that the resident saw.

    Raises: WrongState when the answers are not those any more.
    """
    locked = lock(application)
    if locked.state == State.SIGNED:
        return locked
    check_state(locked, State.REVIEW)
    if revision not in {None, locked.revision}:
        raise WrongState("内容が変わりました。新しい内容を確かめてから、署名をお願いします。")
    drawing = signature.svg().encode()
    kept = store(locked, SIGNATURE, "signature.svg", "image/svg+xml", drawing, at)
    value = {"file_id": str(kept.pk), "sha256": kept.sha256, "signed_at": at.isoformat(timespec="seconds")}
    locked.answers = documents.put(locked.answers, SIGNATURE, value)
    locked.revision += 1
    locked.sources[SIGNATURE] = {"source": "resident", "revision": locked.revision}
    locked.state = State.SIGNED
    locked.save()
    stamp(Step.SIGNED, case=locked.case, by=by, at=at)
    record_change(locked, by, "application.signed", at, {"sha256": kept.sha256})
    return locked


@transaction.atomic
def cancel(*, application: Application, by: Officer | None, at: datetime) -> None:
    """Withdraw an application that was not yet submitted. It stays to be seen."""
    locked = lock(application)
    check_state(locked, State.INTERVIEW, State.REVIEW, State.SIGNED)
    locked.state, locked.refused = State.CANCELLED, {}
    APPLICATIONS.write(locked, "state", "refused")
    record_change(locked, by, "application.cancelled", at, {})
