"""An application goes out: what the core system gets, frozen in the outbox; of a life event, one application for each procedure."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.kept import (
    SIGNATURE,
    NotReady,
    channel_of,
    check_complete,
    form_of,
    keep_definition,
    lock,
    needs_signature,
    record_change,
    store,
)
from machimado.cases.applications.actions.tallying import Share, shares, tally
from machimado.cases.applications.models import (
    APPLICATIONS,
    SUBMISSIONS,
    Application,
    StoredFile,
    Submission,
)
from machimado.cases.applications.permissions import State, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.files import named
from machimado.cases.applications.rules.reference import new_reference
from machimado.cases.procedures.catalogue import again
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.member import Member
from machimado.cases.procedures.rules.outcome import Outcome
from machimado.ground.people.models import Officer

HOLD_FILES = frozenset({"files", "signature"})


@transaction.atomic
def submit(*, application: Application, by: Officer | None, at: datetime) -> Application:
    """Submit: the application, its frozen definition and what is to be sent, in one transaction. Five clicks submit once.

    A life event goes out as one application for each of its procedures (`parts`), all or none. Nobody (`by`) is the resident
    themselves, whom somebody else has confirmed (sending_alone.py).
    Raises: WrongState, NotReady.
    """
    locked = lock(application)
    if locked.state == State.SUBMITTED:
        return locked
    unsigned = [] if needs_signature(locked) else [State.INTERVIEW, State.REVIEW]
    check_state(locked, State.SIGNED, *unsigned)
    if locked.case.resident_id is None and not locked.case.newcomer:
        raise NotReady(
            "どなたの申請か、まだ決まっていません。住民記録からご本人を探すか、「住民記録にない方」を選んでから送ってください。"
        )
    outcome, form = check_complete(locked, at, without=frozenset()), form_of(locked)
    if isinstance(form, Bundle):
        _submit_each(locked, form, by, at)
    else:
        _submit_one(locked, form, outcome, by, at, None)
    return locked


def _submit_one(
    application: Application,
    form: Form,
    outcome: Outcome,
    by: Officer | None,
    at: datetime,
    share: Share | None,
) -> None:
    delivery = form.procedure.delivery
    if delivery is None:
        raise NotReady(
            f"「{form.procedure.title['ja']}」には基幹システムへの渡し方が決められていません。手続の定義（delivery）を確かめてください。"
        )
    files = _files(application, form)
    application.rounds += 1
    submission = SUBMISSIONS.add(
        Submission(
            application=application,
            round=application.rounds,
            system=delivery.system,
            message=delivery.message,
            payload=_payload(application, outcome.delivers),
            attachments=_attachments(form, outcome, files),
            submitted_at=at,
        )
    )
    # What is left of it belonged to questions that are not asked any more.
    application.state, application.refused = State.SUBMITTED, {}
    APPLICATIONS.write(application, "state", "rounds", "refused")
    tally(application, at, share)
    application.changes.all().delete()
    if files:
        _forget_taken_back(application)
    said = {"reference": application.reference, "round": submission.round}
    record_change(application, by, "application.submitted", at, said)


# ---------------------------------------------------------------- a life event


def _submit_each(lead: Application, form: Bundle, by: Officer | None, at: datetime) -> None:
    """Make one application of each procedure that the life event calls for, and submit it."""
    going = form.evaluate_each(lead.answers, today=timezone.localdate(at), channel=channel_of(lead))
    definitions = lead.definition.definition["procedures"]
    parts = []
    for (member, outcome), share in zip(going, shares(lead, len(going), at), strict=True):
        part = _part(
            lead, member, keep_definition(member.id, again(definitions[member.id])), outcome.answers, at
        )
        _submit_one(part, member.form, replace(outcome, answers=part.answers), by, at, share)
        parts.append(part.reference)
    lead.state, lead.refused = State.SUBMITTED, {}
    APPLICATIONS.write(lead, "state", "refused")
    lead.changes.all().delete()
    # What was attached and taken back goes; what belongs to a procedure that was put off stays.
    lead.files.exclude(purpose=SIGNATURE).exclude(pk__in=_uuids(named([lead.answers]))).delete()
    record_change(lead, by, "application.fanned_out", at, {"reference": lead.reference, "parts": parts})


def _part(
    lead: Application, member: Member, definition: str, its: Mapping[str, Any], at: datetime
) -> Application:
    """Return the new application for one procedure, with the answers that are its own and the files that they name."""
    answers = dict(its)
    part = Application(
        case=lead.case,
        reference=new_reference(),
        procedure=member.id,
        definition_id=definition,
        within=lead,
        channel=lead.channel,
        state=State.SIGNED,
        begun_at=lead.begun_at,
        answers=answers,
        sources=_own_sources(lead, member, answers),
        revision=lead.revision,
        record_read_at=lead.record_read_at,
    )
    APPLICATIONS.add(part)
    lead.files.filter(pk__in=_uuids(named([answers]))).exclude(purpose=SIGNATURE).update(application=part)
    _sign_alike(lead, part, at)
    return part


def _own_sources(lead: Application, member: Member, answers: documents.Document) -> dict[str, Any]:
    said = ((member.own(path), kept) for path, kept in lead.sources.items())
    given = ((path, {"source": "case", "revision": lead.revision}) for path in member.given)
    return {
        path: kept for path, kept in (*given, *said) if path and documents.take(answers, path) is not None
    }


def _sign_alike(lead: Application, part: Application, at: datetime) -> None:
    """Put the signature that was given under all of them under this one: each application is whole by itself."""
    drawn = lead.files.filter(purpose=SIGNATURE).first()
    signature = documents.take(part.answers, SIGNATURE)
    if drawn is None or not signature:
        return
    kept = store(part, SIGNATURE, drawn.name, drawn.media_type, bytes(drawn.content), at)
    part.answers = documents.put(part.answers, SIGNATURE, {**signature, "file_id": str(kept.pk)})
    APPLICATIONS.write(part, "answers")


# ---------------------------------------------------------------- what is sent


def _files(application: Application, form: Form) -> dict[str, StoredFile]:
    """Return what is kept with the application, by id, without its contents."""
    if not any(question.kind in HOLD_FILES for _, question in form.walk()):
        return {}
    return {str(file.pk): file for file in application.files.defer("content")}


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
