"""What can be done with cases and applications. Each action is one transaction and leaves a line in the journal."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from machimado.cases.applications.models import (
    AnswerChange,
    Application,
    Case,
    Channel,
    FrozenDefinition,
    Lane,
    Stamp,
    Step,
    StoredFile,
    Submission,
    Tally,
)
from machimado.cases.applications.permissions import State, check_serve, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.duration import officer_seconds, wait_seconds
from machimado.cases.applications.rules.reference import new_reference
from machimado.cases.applications.rules.signature import Signature
from machimado.cases.procedures import catalogue
from machimado.cases.procedures.rules import prefill as known
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.values import ValueRefused, read_value
from machimado.cases.register.models import Resident
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Office, Officer

SIGNATURE = "signature"
MAX_FILE_BYTES = 15 * 1024 * 1024
MAX_TYPED_AT_ONCE = 5000
T = TypeVar("T")


class Conflict(Exception):
    """Somebody else changed the same answer meanwhile; nothing was overwritten."""

    def __init__(self, path: str, theirs: Any) -> None:
        super().__init__("別の画面で同じ項目が変更されています。下の値を確かめてから、もう一度入力してください。")
        self.path = path
        self.theirs = theirs


class NotReady(Exception):
    """The application cannot go on yet; `missing` and `wrong` are the paths to look at."""

    def __init__(self, message: str, *, missing: tuple[str, ...] = (), wrong: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing
        self.wrong = wrong


# --- cases ---------------------------------------------------------------------------------------------------


def open_case(  # noqa: PLR0913 - what reception and counter know of an arrival
    *,
    office: Office,
    lane: Lane,
    by: Officer | None,
    at: datetime,
    purpose: str = "",
    resident: Resident | None = None,
    key: UUID | None = None,
) -> Case:
    """Open a case with the next number of its office and day, stamped as arrived.

    `key` becomes the case's id: a form that is sent twice with the same key opens one case.
    Raises: NotReady when the key belongs to another office.
    """
    return _until_free(lambda: _open_case(office, lane, by, at, purpose, resident, key or uuid4()))


@transaction.atomic
def _open_case(  # noqa: PLR0913 - as open_case
    office: Office,
    lane: Lane,
    by: Officer | None,
    at: datetime,
    purpose: str,
    resident: Resident | None,
    key: UUID,
) -> Case:
    before = Case.objects.filter(pk=key).first()
    if before is not None:
        return _same_office(before, office)
    today = timezone.localdate(at)
    last = Case.objects.filter(office=office, opened_date=today).aggregate(last=Max("number"))["last"] or 0
    case = Case.objects.create(
        pk=key,
        office=office,
        opened_date=today,
        number=last + 1,
        lane=lane,
        purpose=purpose,
        resident=resident,
    )
    Stamp.objects.create(case=case, step=Step.ARRIVED, at=at, officer=by)
    record(by=by, action="case.opened", subject=_subject(resident), case=str(case.pk), at=at)
    return case


def _same_office(case: Case, office: Office) -> Case:
    if case.office_id != office.pk:
        raise NotReady("この画面は古くなっています。読み込み直してから、もう一度受け付けてください。")
    return case


def _until_free(make: Callable[[], T], tries: int = 20) -> T:
    """Return what `make` made; again where another took the same number or reference at the same moment."""
    for _ in range(tries - 1):
        try:
            return make()
        except IntegrityError:
            continue
    return make()


@transaction.atomic
def stamp(*, case: Case, step: Step, by: Officer | None, at: datetime) -> bool:
    """Stamp the step unless it is stamped already; return whether it was new."""
    _, is_new = Stamp.objects.get_or_create(case=case, step=step, defaults={"at": at, "officer": by})
    return is_new


@transaction.atomic
def call(*, case: Case, by: Officer, at: datetime) -> bool:
    """Call the resident to this officer's desk; return False when a colleague was faster."""
    check_serve(by, case)
    mine = Case.objects.filter(pk=case.pk, officer=None, closed_at=None).update(officer=by)
    if not mine:
        return Case.objects.filter(pk=case.pk, officer=by).exists()
    _stamp_called(case, by, at)
    record(by=by, action="case.called", case=str(case.pk), at=at)
    return True


def _stamp_called(case: Case, by: Officer, at: datetime) -> None:
    """Stamp the call once and keep how long the resident waited for it."""
    if stamp(case=case, step=Step.CALLED, by=by, at=at):
        arrived_at = case.stamps.filter(step=Step.ARRIVED).values_list("at", flat=True).first()
        Case.objects.filter(pk=case.pk).update(wait_seconds=wait_seconds(arrived_at, at))


@transaction.atomic
def withdraw(*, case: Case, by: Officer, at: datetime) -> None:
    """Take back an arrival that was marked by mistake, or whose resident went home; nobody may have called it yet.

    Its number is not given again. May be repeated. Raises: NotReady when a colleague has called it.
    """
    check_serve(by, case)
    if Case.objects.filter(pk=case.pk, officer=None, closed_at=None).update(closed_at=at):
        record(by=by, action="case.withdrawn", case=str(case.pk), at=at)
    elif not _is_withdrawn(case):
        raise NotReady(f"{case.number}番の方はすでに呼び出されています。取り消さずに、窓口の画面で受付を終えてください。")


@transaction.atomic
def restore_arrival(*, case: Case, by: Officer, at: datetime) -> None:
    """Put a withdrawn arrival back among those who wait, at its old place. May be repeated.

    Raises: NotReady when the case was not withdrawn but served.
    """
    check_serve(by, case)
    if Case.objects.filter(pk=case.pk, officer=None).exclude(closed_at=None).update(closed_at=None):
        record(by=by, action="case.arrival_restored", case=str(case.pk), at=at)
    elif not Case.objects.filter(pk=case.pk, officer=None).exists():
        raise NotReady(f"{case.number}番の受付は、窓口で終わっています。新しく受け付けてください。")


def _is_withdrawn(case: Case) -> bool:
    return Case.objects.filter(pk=case.pk, officer=None).exclude(closed_at=None).exists()


@transaction.atomic
def identify(*, case: Case, resident: Resident, by: Officer, at: datetime) -> None:
    """Say who the resident of the case is; once an application has begun this stays."""
    check_serve(by, case)
    locked = Case.objects.select_for_update().get(pk=case.pk)
    if locked.resident_id not in {None, resident.pk} and locked.applications.exclude(state=State.CANCELLED).exists():
        raise NotReady("この受付では別の方の申請が進んでいます。先に取り下げるか、新しい受付を始めてください。")
    Case.objects.filter(pk=case.pk).update(resident=resident, officer=locked.officer_id or by.pk)
    _stamp_called(case, by, at)
    stamp(case=case, step=Step.IDENTIFIED, by=by, at=at)
    record(by=by, action="case.identified", subject=str(resident.pk), case=str(case.pk), at=at)


@transaction.atomic
def close(*, case: Case, by: Officer, at: datetime) -> None:
    """End the case: the resident leaves. May be repeated."""
    check_serve(by, case)
    if Case.objects.filter(pk=case.pk, closed_at=None).update(closed_at=at):
        record(by=by, action="case.closed", case=str(case.pk), at=at)


# --- applications --------------------------------------------------------------------------------------------


def begin(
    *,
    case: Case,
    procedure: str,
    by: Officer,
    at: datetime,
    resident_record: Mapping[str, Any] | None = None,
    read_at: datetime | None = None,
    role: str = "self",
) -> Application:
    """Begin an application with today's definition, frozen, and all that the register knows filled in."""
    form = catalogue.current(procedure, on=timezone.localdate(at))
    found = known.prefill(form, resident_record, role=role, today=timezone.localdate(at)) if resident_record else {}
    return _until_free(lambda: _begin(case, form, found, by, at, read_at))


@transaction.atomic
def _begin(
    case: Case, form: Form, found: Mapping[str, Any], by: Officer, at: datetime, read_at: datetime | None
) -> Application:
    check_serve(by, case)
    document: documents.Document = {}
    for path, value in found.items():
        document = documents.put(document, path, value)
    application = Application.objects.create(
        case=case,
        reference=new_reference(),
        procedure=form.id,
        definition=_frozen(form),
        channel=Channel.COUNTER,
        begun_at=at,
        answers=document,
        sources={path: {"source": "record", "revision": 0} for path in found},
        record_read_at=read_at,
    )
    record(by=by, action="application.begun", subject=_subject(case.resident), case=str(case.pk), at=at)
    return application


def _frozen(form: Form) -> FrozenDefinition:
    frozen, _ = FrozenDefinition.objects.get_or_create(
        content_hash=form.content_hash,
        defaults={
            "procedure": form.id,
            "version": form.version,
            "definition": catalogue.freeze(form),
        },
    )
    return frozen


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an answer: the application as it is now, and why the answer was refused, if it was."""

    application: Application
    path: str
    refused: str = ""


def save_answers(
    *,
    application: Application,
    raw: Mapping[str, Any],
    by: Officer | None,
    at: datetime,
    seen_revision: int | None = None,
    typed_characters: int = 0,
) -> list[Saved]:
    """Save answers as they came from a page, each by its path; an answer that cannot be read is refused, the others are kept.

    `raw` maps a question's path to what was typed (a mapping for a question with parts).
    Raises: WrongState; Conflict when an answer was changed elsewhere after `seen_revision`.
    """
    form = form_of(application)
    read = {path: _read(form, path, value) for path, value in raw.items()}
    good = {path: value for path, (value, refused) in read.items() if not refused}
    changed = _keep(application, good, by, at, seen_revision, typed_characters)
    return [Saved(changed, path, refused) for path, (_, refused) in read.items()]


def _read(form: Form, path: str, raw: Any) -> tuple[Any, str]:
    """Return (value, "") or (None, why it cannot be taken)."""
    question = form.question(path)
    if question is None:
        return None, "この質問は、この申請にはありません。画面を読み込み直してください。"
    try:
        return read_value(question, raw), ""
    except ValueRefused as refusal:
        return None, str(refusal)


@transaction.atomic
def _keep(  # noqa: PLR0913 - the parts of one save
    application: Application,
    values: Mapping[str, Any],
    by: Officer | None,
    at: datetime,
    seen_revision: int | None,
    typed: int,
) -> Application:
    locked = _lock(application)
    check_state(locked, State.INTERVIEW)
    changes = {path: value for path, value in values.items() if documents.take(locked.answers, path) != value}
    _check_nobody_else_changed(locked, changes, seen_revision)
    locked.typed_characters += min(max(typed, 0), MAX_TYPED_AT_ONCE)
    if not changes:
        locked.save(update_fields=["typed_characters"])
        return locked
    return _change(locked, lambda kept: _write(kept, changes, by), set(changes), by, at, "application.answered")


def _check_nobody_else_changed(
    application: Application, changes: Mapping[str, Any], seen_revision: int | None
) -> None:
    if seen_revision is None:
        return
    for path in changes:
        if application.sources.get(path, {}).get("revision", 0) > seen_revision:
            raise Conflict(path, documents.take(application.answers, path))


def _change(  # noqa: PLR0913 - what a change is
    application: Application,
    make: Callable[[Application], None],
    paths: set[str],
    by: Officer | None,
    at: datetime,
    action: str,
) -> Application:
    """Let `make` change a locked application at `paths`, keeping what stood there before."""
    before = _before(application, {path.split(".")[0] for path in paths})
    application.revision += 1
    make(application)
    application.save()
    AnswerChange.objects.create(
        application=application, revision=application.revision, before=before, officer=by, at=at
    )
    _record_change(application, by, action, at, {"paths": sorted(paths)})
    return application


def _before(application: Application, roots: set[str]) -> dict[str, Any]:
    sources = {path: kept for path, kept in application.sources.items() if path.split(".")[0] in roots}
    return {"answers": {root: application.answers.get(root) for root in roots}, "sources": sources}


def _write(application: Application, changes: Mapping[str, Any], by: Officer | None) -> None:
    for path, value in changes.items():
        if application.sources.get(path, {}).get("source") == "record":
            application.rekeyed_fields += 1
        application.answers = documents.put(application.answers, path, value)
        source = "resident" if by is None else "officer"
        application.sources[path] = {"source": source, "revision": application.revision}


@transaction.atomic
def add_row(*, application: Application, group: str, by: Officer | None, at: datetime) -> Application:
    """Add an empty row to a group."""
    locked = _lock(application)
    check_state(locked, State.INTERVIEW)
    _check_group(locked, group)

    def add(kept: Application) -> None:
        kept.answers, _ = documents.add_row(kept.answers, group)

    return _change(locked, add, {group}, by, at, "application.row_added")


@transaction.atomic
def drop_row(*, application: Application, group: str, index: int, by: Officer | None, at: datetime) -> Application:
    """Take a row out of a group."""
    locked = _lock(application)
    check_state(locked, State.INTERVIEW)
    _check_group(locked, group)

    def drop(kept: Application) -> None:
        kept.answers = documents.drop_row(kept.answers, group, index)
        kept.sources = documents.move_up(kept.sources, group, index)

    return _change(locked, drop, {group}, by, at, "application.row_dropped")


@transaction.atomic
def undo(*, application: Application, by: Officer, at: datetime) -> Application:
    """Take back the last change of the answers; where there is none, nothing happens."""
    locked = _lock(application)
    check_state(locked, State.INTERVIEW)
    last = locked.changes.order_by("revision").last()
    if last is None:
        return locked
    _put_back(locked, last.before)
    last.delete()
    locked.revision += 1
    locked.save()
    _record_change(locked, by, "application.undone", at, {})
    return locked


def _put_back(application: Application, before: Mapping[str, Any]) -> None:
    roots = set(before["answers"])
    for root, value in before["answers"].items():
        application.answers = documents.put(application.answers, root, value)
    kept = {path: source for path, source in application.sources.items() if path.split(".")[0] not in roots}
    application.sources = {**kept, **before["sources"]}


def _check_group(application: Application, group: str) -> None:
    question = form_of(application).question(group)
    if question is None or question.kind != "group":
        raise documents.PathRefused(group)


@transaction.atomic
def to_review(*, application: Application, by: Officer, at: datetime) -> Application:
    """Hand the answers to the resident to check; everything but the signature must be there and right.

    Raises: NotReady with the paths to look at.
    """
    locked = _lock(application)
    check_state(locked, State.INTERVIEW)
    _check_complete(locked, at, without=frozenset({SIGNATURE}))
    locked.state = State.REVIEW
    locked.save(update_fields=["state"])
    stamp(case=locked.case, step=Step.INTERVIEWED, by=by, at=at)
    _record_change(locked, by, "application.to_review", at, {})
    return locked


@transaction.atomic
def back_to_interview(*, application: Application, by: Officer | None, at: datetime) -> Application:
    """Open the answers again; a signature under other answers would be worth nothing, so it goes."""
    locked = _lock(application)
    if locked.state == State.INTERVIEW:
        return locked
    check_state(locked, State.REVIEW, State.SIGNED)
    return _open_again(locked, by, at, "application.back_to_interview")


@transaction.atomic
def correct(*, application: Application, by: Officer, at: datetime) -> Application:
    """Open a submitted application again because the core system rejected it (delivery decides whether it did)."""
    locked = _lock(application)
    check_state(locked, State.SUBMITTED)
    return _open_again(locked, by, at, "application.corrected")


def _open_again(application: Application, by: Officer | None, at: datetime, action: str) -> Application:
    application.files.filter(purpose=SIGNATURE).delete()
    application.answers = documents.put(application.answers, SIGNATURE, None)
    application.sources.pop(SIGNATURE, None)
    application.state = State.INTERVIEW
    application.revision += 1
    application.save()
    Stamp.objects.filter(case=application.case, step=Step.SIGNED).delete()
    _record_change(application, by, action, at, {})
    return application


@transaction.atomic
def sign(*, application: Application, signature: Signature, by: Officer | None, at: datetime) -> Application:
    """Put the resident's signature under the answers as they are."""
    locked = _lock(application)
    if locked.state == State.SIGNED:
        return locked
    check_state(locked, State.REVIEW)
    drawing = signature.svg().encode()
    kept = _store(locked, SIGNATURE, "signature.svg", "image/svg+xml", drawing, at)
    value = {"file_id": str(kept.pk), "sha256": kept.sha256, "signed_at": at.isoformat(timespec="seconds")}
    locked.answers = documents.put(locked.answers, SIGNATURE, value)
    locked.revision += 1
    locked.sources[SIGNATURE] = {"source": "resident", "revision": locked.revision}
    locked.state = State.SIGNED
    locked.save()
    stamp(case=locked.case, step=Step.SIGNED, by=by, at=at)
    _record_change(locked, by, "application.signed", at, {"sha256": kept.sha256})
    return locked


def attach(*, application: Application, path: str, upload: UploadedFile, by: Officer | None, at: datetime) -> Application:
    """Keep a file with the application and answer the question at `path` with it.

    Raises: NotReady when the file is too large or empty.
    """
    size = upload.size or 0
    if not 0 < size <= MAX_FILE_BYTES:
        raise NotReady("ファイルが空か、大きすぎます（15MBまで）。写真を小さくするか、取り直してください。")
    return _attach(application, path, upload, by, at)


@transaction.atomic
def _attach(application: Application, path: str, upload: UploadedFile, by: Officer | None, at: datetime) -> Application:
    locked = _lock(application)
    check_state(locked, State.INTERVIEW)
    media_type = upload.content_type or "application/octet-stream"
    kept = _store(locked, path, (upload.name or "ファイル")[-200:], media_type, upload.read(), at)
    files = [*(documents.take(locked.answers, path) or [])]
    files.append({"file_id": str(kept.pk), "name": kept.name, "sha256": kept.sha256})
    return _change(locked, lambda now: _write(now, {path: files}, by), {path}, by, at, "application.attached")


def _store(
    application: Application, purpose: str, name: str, media_type: str, content: bytes, at: datetime
) -> StoredFile:
    return StoredFile.objects.create(
        application=application,
        purpose=purpose,
        name=name,
        media_type=media_type,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        stored_at=at,
    )


@transaction.atomic
def submit(*, application: Application, by: Officer, at: datetime) -> Submission:
    """Submit: the application, its frozen definition and what is to be sent, in one transaction. Five clicks submit once.

    Raises: WrongState, NotReady.
    """
    locked = _lock(application)
    if locked.state == State.SUBMITTED:
        return locked.submissions.latest("round")
    check_state(locked, State.SIGNED, *([State.INTERVIEW, State.REVIEW] if not needs_signature(locked) else []))
    outcome = _check_complete(locked, at, without=frozenset())
    delivery = form_of(locked).procedure.delivery
    submission = Submission.objects.create(
        application=locked,
        round=(locked.submissions.aggregate(last=Max("round"))["last"] or 0) + 1,
        system=delivery.system,
        message=delivery.message,
        payload=_payload(locked, outcome.delivers),
        submitted_at=at,
    )
    locked.state = State.SUBMITTED
    locked.save(update_fields=["state"])
    _tally(locked, at)
    locked.changes.all().delete()
    _record_change(locked, by, "application.submitted", at, {"reference": locked.reference, "round": submission.round})
    return submission


def _tally(application: Application, at: datetime) -> None:
    """Count the application in the figures at its first submission; what a correction adds to the typing is added."""
    typing = {
        "typed_characters": application.typed_characters,
        "rekeyed_fields": application.rekeyed_fields,
    }
    if not Tally.objects.filter(application=application).update(**typing):
        Tally.objects.create(**_first_tally(application, at), **typing)


def _first_tally(application: Application, at: datetime) -> dict[str, Any]:
    """Return what is counted once; how long the resident waited belongs to the case's first application alone."""
    case = application.case
    called_at = case.stamps.filter(step=Step.CALLED).values_list("at", flat=True).first()
    sent = Submission.objects.filter(application__case=case, round=1).exclude(application=application)
    last_sent_at = sent.aggregate(last=Max("submitted_at"))["last"]
    return {
        "application": application,
        "date": case.opened_date,
        "office_id": case.office_id,
        "procedure": application.procedure,
        "channel": application.channel,
        "officer_seconds": officer_seconds(called_at, last_sent_at, at),
        "wait_seconds": case.wait_seconds if last_sent_at is None else None,
    }


def _payload(application: Application, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the core system gets: whose application it is, and its fields."""
    resident = application.case.resident
    return {"resident_number": resident.resident_number if resident else None, **fields}


@transaction.atomic
def cancel(*, application: Application, by: Officer, at: datetime) -> None:
    """Withdraw an application that was not yet submitted. It stays to be seen."""
    locked = _lock(application)
    check_state(locked, State.INTERVIEW, State.REVIEW, State.SIGNED)
    locked.state = State.CANCELLED
    locked.save(update_fields=["state"])
    _record_change(locked, by, "application.cancelled", at, {})


def book_paper(
    *, office: Office, procedure: str, by: Officer, at: datetime, key: UUID | None = None
) -> Application:
    """Count an application that came on paper, so that the share without paper is a true figure.

    A form that is sent twice with the same `key` is counted once.
    """
    form = catalogue.current(procedure, on=timezone.localdate(at))
    case = open_case(office=office, lane=Lane.WITH_HELP, by=by, at=at, purpose=form.id, key=key)
    return _until_free(lambda: _book_paper(case, form, by, at))


@transaction.atomic
def _book_paper(case: Case, form: Form, by: Officer, at: datetime) -> Application:
    # The case's row is locked: of two requests with the same key the second waits here, and then finds the first's.
    Case.objects.select_for_update().get(pk=case.pk)
    before = case.applications.first()
    if before is not None:
        return before
    Case.objects.filter(pk=case.pk).update(officer=by, closed_at=at)
    application = Application.objects.create(
        case=case,
        reference=new_reference(),
        procedure=form.id,
        definition=_frozen(form),
        channel=Channel.PAPER,
        state=State.SUBMITTED,
        begun_at=at,
        rekeyed_fields=form.procedure.paper.fields if form.procedure.paper else 0,
    )
    _tally(application, at)
    record(by=by, action="application.paper_booked", case=str(case.pk), at=at)
    return application


@transaction.atomic
def unbook_paper(*, application: Application, by: Officer, at: datetime) -> None:
    """Take back a paper application that was counted by mistake."""
    locked = _lock(application)
    if locked.channel != Channel.PAPER:
        raise NotReady("紙の申請として数えたものだけを取り消せます。")
    locked.state = State.CANCELLED
    locked.save(update_fields=["state"])
    Tally.objects.filter(application=locked).delete()
    record(by=by, action="application.paper_unbooked", case=str(locked.case_id), at=at)


# --- shared --------------------------------------------------------------------------------------------------


def form_of(application: Application) -> Form:
    """Return the compiled form of the definition that the application was begun with."""
    return catalogue.thaw(application.definition.definition, content_hash=application.definition_id)


def needs_signature(application: Application) -> bool:
    """Return whether the form asks for a signature."""
    return form_of(application).question(SIGNATURE) is not None


def _check_complete(application: Application, at: datetime, *, without: frozenset[str]) -> Any:
    """Return the outcome of an application that is complete and right.

    Raises: NotReady.
    """
    outcome = form_of(application).evaluate(application.answers, today=_today(at), channel=application.channel)
    missing = tuple(path for path in outcome.missing if path not in without)
    wrong = tuple(path for finding in outcome.errors for path in finding.fields)
    if missing or wrong:
        raise NotReady("まだ答えていない質問か、直すところがあります。印のついた項目を確かめてください。", missing=missing, wrong=wrong)
    return outcome


def _lock(application: Application) -> Application:
    return (
        Application.objects.select_for_update(of=("self",))
        .select_related("definition", "case__resident")
        .get(pk=application.pk)
    )


def _record_change(
    application: Application, by: Officer | None, action: str, at: datetime, detail: Mapping[str, Any]
) -> None:
    resident = application.case.resident_id
    record(
        by="resident" if by is None else by,
        action=action,
        subject=str(resident or ""),
        case=str(application.case_id),
        detail=detail,
        at=at,
    )


def _subject(resident: Resident | None) -> str:
    return str(resident.pk) if resident else ""


def _today(at: datetime) -> date:
    return timezone.localdate(at)
