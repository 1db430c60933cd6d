"""An application from the resident's check to its submission."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from machimado.cases.applications.actions.arriving import stamp
from machimado.cases.applications.actions.kept import (
    SIGNATURE,
    NotReady,
    check_complete,
    form_of,
    lock,
    needs_signature,
    record_change,
    store,
)
from machimado.cases.applications.actions.tallying import tally
from machimado.cases.applications.models import (
    APPLICATIONS,
    SUBMISSIONS,
    Application,
    Case,
    Stamp,
    Step,
    StoredFile,
    Submission,
)
from machimado.cases.applications.permissions import RUNNING, State, WrongState, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.files import named
from machimado.cases.applications.rules.signature import Signature
from machimado.cases.procedures.rules.definition import Delivery
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.outcome import Outcome
from machimado.ground.people.models import Officer

HOLD_FILES = frozenset({"files", "signature"})


@transaction.atomic
def to_review(*, application: Application, by: Officer, at: datetime) -> Application:
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
    signature: Signature,
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
def submit(*, application: Application, by: Officer, at: datetime) -> Submission:
    """Submit: the application, its frozen definition and what is to be sent, in one transaction. Five clicks submit once.

    Raises: WrongState, NotReady.
    """
    locked = lock(application)
    if locked.state == State.SUBMITTED:
        return locked.submissions.latest("round")
    outcome, delivery = _ready(locked, at)
    files = _files(locked)
    locked.rounds += 1
    submission = SUBMISSIONS.add(
        Submission(
            application=locked,
            round=locked.rounds,
            system=delivery.system,
            message=delivery.message,
            payload=_payload(locked, outcome.delivers),
            attachments=_attachments(form_of(locked), outcome, files),
            submitted_at=at,
        )
    )
    # What is left of it belonged to questions that are not asked any more.
    locked.state, locked.refused = State.SUBMITTED, {}
    APPLICATIONS.write(locked, "state", "rounds", "refused")
    tally(locked, at)
    locked.changes.all().delete()
    if files:
        _forget_taken_back(locked)
    said = {"reference": locked.reference, "round": submission.round}
    record_change(locked, by, "application.submitted", at, said)
    return submission


def _files(application: Application) -> dict[str, StoredFile]:
    """Return what is kept with the application, by id, without its contents."""
    if not any(question.kind in HOLD_FILES for _, question in form_of(application).walk()):
        return {}
    return {str(file.pk): file for file in application.files.defer("content")}


def _ready(application: Application, at: datetime) -> tuple[Outcome, Delivery]:
    """Return what goes to the core, and how.

    Raises: WrongState, NotReady.
    """
    unsigned = [] if needs_signature(application) else [State.INTERVIEW, State.REVIEW]
    check_state(application, State.SIGNED, *unsigned)
    outcome = check_complete(application, at, without=frozenset())
    delivery = form_of(application).procedure.delivery
    if delivery is None:
        raise NotReady(
            "この手続には基幹システムへの渡し方が決められていません。手続の定義（delivery）を確かめてください。"
        )
    return outcome, delivery


def _payload(application: Application, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the core system gets: whose application it is, and its fields."""
    resident = application.case.resident
    return {"resident_number": resident.resident_number if resident else None, **fields}


def _attachments(form: Form, outcome: Outcome, kept: Mapping[str, StoredFile]) -> list[dict[str, str]]:
    """Return what goes with the submission: the files of questions that are asked and well answered, and the signature.

    Raises: NotReady where a file that the answers name is not kept with this application.
    """
    paths = [path for path in outcome.asked if _holds_files(form, path)]
    found = [
        _kept(kept, file) for path in paths for file in documents.take(dict(outcome.answers), path) or []
    ]
    signature = (documents.take(dict(outcome.answers), SIGNATURE) or {}).get("file_id", "")
    found += [kept[signature]] if signature in kept else []
    return [
        {"file_id": str(file.pk), "name": file.name, "media_type": file.media_type, "sha256": file.sha256}
        for file in found
    ]


def _holds_files(form: Form, path: str) -> bool:
    question = form.question(path)
    return question is not None and question.kind == "files"


def _kept(kept: Mapping[str, StoredFile], file: Mapping[str, str]) -> StoredFile:
    found = kept.get(file["file_id"])
    if found is None or found.sha256 != file["sha256"]:
        raise NotReady(
            f"添付ファイル「{file['name']}」が保存されていません。聞取りに戻り、もう一度添付してください。"
        )
    return found


def _forget_taken_back(application: Application) -> None:
    """Delete the files that somebody attached and took back: they never belonged to what was submitted."""
    sent = list(application.submissions.values_list("attachments", flat=True))
    application.files.exclude(pk__in=_uuids(named([application.answers, *sent]))).delete()


def _uuids(ids: Iterable[str]) -> list[UUID]:
    """Return the ids as the store writes them; one that is none names no file of ours."""
    found = []
    for text in ids:
        with suppress(ValueError):
            found.append(UUID(text))
    return found


@transaction.atomic
def cancel(*, application: Application, by: Officer, at: datetime) -> None:
    """Withdraw an application that was not yet submitted. It stays to be seen."""
    locked = lock(application)
    check_state(locked, State.INTERVIEW, State.REVIEW, State.SIGNED)
    locked.state, locked.refused = State.CANCELLED, {}
    APPLICATIONS.write(locked, "state", "refused")
    record_change(locked, by, "application.cancelled", at, {})
