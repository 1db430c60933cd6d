"""What can be done with drafts. Each action is one transaction and leaves a line in the journal."""

import hashlib
import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from machimado.cases.authoring.models import Draft, DraftText, Hand
from machimado.cases.authoring.permissions import State, check_approve, check_state
from machimado.cases.authoring.queries import Reading, read, steps_of
from machimado.cases.authoring.rules import editing
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.form import Form
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer

VERSION = ("version", "number")
Did = DraftText.Did
_CHANGES = {
    Did.CHANGED: "draft.changed",
    Did.DATED: "draft.changed",
    Did.UNDONE: "draft.undone",
    Did.REDONE: "draft.redone",
}


class NotReady(Exception):
    """The draft cannot go on yet; the message says what is to be done."""


class Conflict(Exception):
    """Somebody else has changed the draft meanwhile; nothing was overwritten."""

    def __init__(self) -> None:
        super().__init__(
            "別の画面でこの下書きが変わっています。新しい内容を確かめてから、もう一度入れてください。"
        )


def begin(*, procedure: str, by: Officer, at: datetime) -> Draft:
    """Begin the next version of a procedure from the newest one; go on with the open draft where there is one."""
    versions = procedures.versions(procedure)
    if not versions:
        raise NotReady("この手続はありません。一覧から選び直してください。")
    text = _next(procedures.text_of(versions[-1]), versions, timezone.localdate(at))
    return _begin(procedure, text, by, at, "draft.begun")


def take_in(*, text: str, by: Officer, at: datetime) -> Draft:
    """Make a draft of a file from elsewhere; its number becomes the next one here.

    Raises: NotReady when it cannot be read, or another draft of this procedure is open.
    """
    reading = read(text)
    if reading.form is None:
        raise NotReady(
            f"このファイルは読めません：{reading.problems[0].what}（{reading.problems[0].line}行目）"
        )
    open_draft = Draft.objects.filter(procedure=reading.form.id, state__in=[State.EDITING, State.PROPOSED])
    if open_draft.exists():
        raise NotReady("この手続には作成中の下書きがあります。先にそちらを公開するか、取り下げてください。")
    numbered = _next(text, procedures.versions(reading.form.id), timezone.localdate(at))
    return _begin(reading.form.id, numbered, by, at, "draft.imported")


def _next(text: str, versions: tuple[Form, ...], today: date) -> str:
    """Return the text as the next version: another number, in force from tomorrow at the earliest, without an end."""
    number = max((form.version for form in versions), default=0) + 1
    text = editing.put(text, VERSION, number)
    text = editing.put(text, ("version", "effective_from"), (today + timedelta(days=1)).isoformat())
    try:
        return editing.put(text, ("version", "effective_to"), None)
    except editing.NoSuchPlace:
        return text


def _begin(procedure: str, text: str, by: Officer, at: datetime, action: str) -> Draft:
    try:
        with transaction.atomic():
            draft = Draft.objects.create(procedure=procedure, text=text, author=by, begun_at=at)
            DraftText.objects.create(draft=draft, revision=0, did=Did.BEGUN, text=text, officer=by, at=at)
            _writes(draft, by)
            record(by=by, action=action, detail={"procedure": procedure, "sha256": _hash(text)}, at=at)
    except IntegrityError:
        # Another click, another officer: of each procedure one draft is open.
        return Draft.objects.get(procedure=procedure, state__in=[State.EDITING, State.PROPOSED])
    return draft


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def save(
    *, draft: Draft, text: str, revision: int | None, by: Officer, at: datetime, what: str = ""
) -> Draft:
    """Keep the text after a change; `revision` is of the text that was changed, `what` names the part in words.

    Raises: WrongState, Conflict.
    """
    locked = _locked(draft, State.EDITING)
    if revision not in {None, locked.revision}:
        raise Conflict
    return locked if text == locked.text else _keep(locked, text, Did.CHANGED, by, at, what)


@transaction.atomic
def undo(*, draft: Draft, revision: int | None, by: Officer, at: datetime) -> Draft:
    """Take the last change back: the text before it becomes the newest one. What was written stays to be seen.

    Raises: WrongState, Conflict, NotReady when there is nothing to take back.
    """
    return _step(draft, revision, by, at, Did.UNDONE)


@transaction.atomic
def redo(*, draft: Draft, revision: int | None, by: Officer, at: datetime) -> Draft:
    """Do again what was taken back last.

    Raises: WrongState, Conflict, NotReady when there is nothing to do again.
    """
    return _step(draft, revision, by, at, Did.REDONE)


def _step(draft: Draft, revision: int | None, by: Officer, at: datetime, did: DraftText.Did) -> Draft:
    locked = _locked(draft, State.EDITING)
    if revision not in {None, locked.revision}:
        raise Conflict
    stands = steps_of(locked)
    to = stands.back_to if did == Did.UNDONE else stands.again
    if to is None:
        raise NotReady(
            "これより前には戻せません。" if did == Did.UNDONE else "やり直せる変更はもうありません。"
        )
    changed = stands.held[-1] if did == Did.UNDONE else to
    texts = {one.revision: one for one in locked.texts.filter(revision__in=[to, changed])}
    return _keep(locked, texts[to].text, did, by, at, texts[changed].what)


def _locked(draft: Draft, *states: State) -> Draft:
    locked = Draft.objects.select_for_update().get(pk=draft.pk)
    check_state(locked, *states)
    return locked


def _keep(locked: Draft, text: str, did: DraftText.Did, by: Officer, at: datetime, what: str = "") -> Draft:
    """Keep a text more; whoever wrote it can no longer let the draft through."""
    locked.text, locked.revision = text, locked.revision + 1
    locked.save(update_fields=["text", "revision"])
    DraftText.objects.create(
        draft=locked, revision=locked.revision, did=did, what=what[:200], text=text, officer=by, at=at
    )
    _writes(locked, by)
    _note(locked, by, at, _CHANGES[did], {"revision": locked.revision, "sha256": _hash(text)})
    return locked


def _writes(draft: Draft, by: Officer) -> None:
    Hand.objects.get_or_create(draft=draft, officer=by, defaults={"role": Hand.Role.WROTE})


@transaction.atomic
def propose(*, draft: Draft, effective_date: date, by: Officer, at: datetime) -> Draft:
    """Ask a second officer to let the draft become the version in force from a day.

    Raises: WrongState; NotReady where it cannot be loaded, its own tests do not hold, it changes nothing, or the day has passed.
    """
    locked = _locked(draft, State.EDITING)
    if effective_date < timezone.localdate(at):
        raise NotReady("施行日は今日からあとの日にしてください。過ぎた日には公開できません。")
    text = editing.put(locked.text, ("version", "effective_from"), effective_date.isoformat())
    _check_sound(read(text), locked.procedure)
    if text != locked.text:
        _keep(locked, text, Did.DATED, by, at)
    _writes(locked, by)
    locked.effective_date, locked.state, locked.note = effective_date, State.PROPOSED, ""
    locked.save(update_fields=["effective_date", "state", "note"])
    _note(locked, by, at, "draft.proposed", {"effective_from": effective_date.isoformat()})
    return locked


def _check_sound(reading: Reading, procedure: str) -> None:
    if reading.form is None:
        raise NotReady("まだ読めないところがあります。「直すところ」を直してから申し出てください。")
    if reading.form.id != procedure:
        raise NotReady("手続の記号（id）が変わっています。元に戻してください。")
    if reading.failures:
        raise NotReady("この手続の試験に合わないところがあります。直すか、試験を改めてから申し出てください。")
    if not reading.changes and procedures.versions(procedure):
        raise NotReady("今の版から何も変わっていません。変えてから申し出てください。")


def approve(*, draft: Draft, by: Officer, at: datetime) -> Draft:
    """Let the draft become a version: its text becomes a file that the catalogue reads. Five clicks write one file.

    Raises: Refused when this officer wrote any of it; WrongState; NotReady when it is no longer sound.
    """
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        check_approve(by, locked)
        reading = read(locked.text)
        _check_sound(reading, locked.procedure)
        assert reading.form is not None
        if any(form.version == reading.form.version for form in procedures.versions(locked.procedure)):
            raise NotReady("同じ番号の版が、ほかで公開されています。作成に戻して、番号を改めてください。")
        # Whoever wrote on it has a hand in it already: the constraint lets nobody have two.
        Hand.objects.create(draft=locked, officer=by, role=Hand.Role.APPROVED)
        locked.state, locked.approver, locked.decided_at = State.PUBLISHED, by, at
        locked.save(update_fields=["state", "approver", "decided_at"])
        _note(
            locked, by, at, "draft.published", {"version": reading.form.version, "sha256": _hash(locked.text)}
        )
        # The last step: where the file cannot be written, nothing has been published.
        _write(published_file(locked.procedure, reading.form.version), locked.text)
    return locked


def published_file(procedure: str, version: int) -> Path:
    """Return where a published version is kept."""
    folder: Path = settings.PUBLISHED_FOLDER
    return folder / "procedures" / f"{procedure}.v{version}.yaml"


def _write(path: Path, text: str) -> None:
    """Write a file so that whoever reads finds the whole of it, or none.

    Raises: NotReady.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        procedures.look_again()
    except OSError as error:
        raise NotReady(
            f"公開のファイルを書けません（{error.strerror}）。データの置き場を確かめるよう、情報政策課に連絡してください。"
        ) from error


@transaction.atomic
def send_back(*, draft: Draft, note: str, by: Officer, at: datetime) -> Draft:
    """Give a proposed draft back to be written on; the author may take it back likewise."""
    locked = _locked(draft, State.PROPOSED)
    locked.state, locked.note = State.EDITING, note[:400]
    locked.save(update_fields=["state", "note"])
    _note(locked, by, at, "draft.sent_back", {"note": bool(note)})
    return locked


@transaction.atomic
def withdraw(*, draft: Draft, by: Officer, at: datetime) -> None:
    """Give a draft up; its texts stay to be seen. May be repeated."""
    locked = Draft.objects.select_for_update().get(pk=draft.pk)
    if locked.state == State.WITHDRAWN:
        return
    check_state(locked, State.EDITING, State.PROPOSED)
    locked.state = State.WITHDRAWN
    locked.save(update_fields=["state"])
    _note(locked, by, at, "draft.withdrawn", {})


def _note(draft: Draft, by: Officer, at: datetime, action: str, detail: Mapping[str, Any]) -> None:
    record(by=by, action=action, detail={"procedure": draft.procedure, **detail}, at=at)
