"""What can be done with drafts. Each action is one transaction and leaves a line in the journal."""

import hashlib
import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from machimado.cases.authoring.models import Draft, DraftText, Hand
from machimado.cases.authoring.permissions import State, check_approve, check_recall, check_state
from machimado.cases.authoring.queries import Reading, form_of, meanwhile, read, steps_of, versions
from machimado.cases.authoring.rules import editing
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Triage
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


def begin(*, procedure: str, by: Officer, at: datetime, beside: bool = False) -> Draft:
    """Begin the next version of a procedure from the newest one; go on with the open draft where there is one.

    `beside` begins another one while somebody else's is open.
    """
    found = versions(procedure)
    if not found:
        raise NotReady("この手続はありません。一覧から選び直してください。")
    text = _next(procedures.text_of(form_of(found[-1])), found, timezone.localdate(at))
    return _begin(procedure, text, by, at, "draft.begun", is_beside=beside and _others(procedure, by))


def take_in(*, text: str, by: Officer, at: datetime) -> Draft:
    """Make a draft of a file from elsewhere; its number becomes the next one here.

    Raises: NotReady when it cannot be read, or another draft of this procedure is open.
    """
    reading = read(text)
    if reading.form is None:
        raise NotReady(
            f"このファイルは読めません：{reading.problems[0].what}（{reading.problems[0].line}行目）"
        )
    if _open(reading.form.id).filter(author=by).exists():
        raise NotReady(
            "この手続には、あなたが作成中の下書きがあります。先にそちらを公開するか、取り下げてください。"
        )
    numbered = _next(text, versions(reading.form.id), timezone.localdate(at))
    is_beside = _others(reading.form.id, by)
    return _begin(reading.form.id, numbered, by, at, "draft.imported", is_beside=is_beside)


def _open(procedure: str) -> QuerySet[Draft]:
    return Draft.objects.filter(procedure=procedure, state__in=[State.EDITING, State.PROPOSED])


def _others(procedure: str, by: Officer) -> bool:
    return _open(procedure).exclude(author=by).exists()


def _next(text: str, found: tuple[Form | Triage, ...], today: date) -> str:
    """Return the text as the next version: another number, in force from tomorrow at the earliest, without an end."""
    number = _newest(found) + 1
    text = editing.put(text, VERSION, number)
    text = editing.put(text, ("version", "effective_from"), (today + timedelta(days=1)).isoformat())
    try:
        return editing.put(text, ("version", "effective_to"), None)
    except editing.NoSuchPlace:
        return text


def _newest(found: tuple[Form | Triage, ...]) -> int:
    """Return the highest number that was ever given to a version, those that never took effect included."""
    known = [form_of(one).version for one in found]
    if found:
        recalled = Draft.objects.filter(procedure=form_of(found[0]).id, state=State.RECALLED)
        forms = (read(text).form for text in recalled.values_list("text", flat=True))
        known += [form.version for form in forms if form is not None]
    return max(known, default=0)


def _begin(procedure: str, text: str, by: Officer, at: datetime, action: str, *, is_beside: bool) -> Draft:
    try:
        with transaction.atomic():
            found = versions(procedure)
            based_on = max((form_of(one).version for one in found), default=None)
            draft = Draft.objects.create(
                procedure=procedure, text=text, author=by, begun_at=at, based_on=based_on, is_beside=is_beside
            )
            DraftText.objects.create(draft=draft, revision=0, did=Did.BEGUN, text=text, officer=by, at=at)
            _writes(draft, by)
            record(by=by, action=action, detail={"procedure": procedure, "sha256": _hash(text)}, at=at)
    except IntegrityError:
        # Another click, another officer: of each procedure one draft is open.
        others = _open(procedure)
        return others.filter(author=by).first() or others.get(is_beside=False)
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
def accept_results(*, draft: Draft, test: int, revision: int | None, by: Officer, at: datetime) -> Draft:
    """Write into a test what came out, where the change was meant: what it expected is told as a difference to whoever approves.

    Raises: WrongState, Conflict, NotReady.
    """
    reading = read(draft.text)
    failures = [failure for failure in reading.failures if failure.loc[1] == test]
    if not failures:
        raise NotReady("この試験は、もう合っています。")
    text = draft.text
    for loc, found in {failure.loc: failure.found for failure in failures}.items():
        text = editing.put(text, loc, found)
    what = f"試験「{reading.cases[test].name}」を今の結果に合わせる"
    return save(draft=draft, text=text, revision=revision, by=by, at=at, what=what)


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
    _check_sound(read(text), locked)
    if text != locked.text:
        _keep(locked, text, Did.DATED, by, at)
    _writes(locked, by)
    locked.effective_date, locked.state, locked.note = effective_date, State.PROPOSED, ""
    locked.save(update_fields=["effective_date", "state", "note"])
    _note(locked, by, at, "draft.proposed", {"effective_from": effective_date.isoformat()})
    return locked


def _check_sound(reading: Reading, draft: Draft) -> None:
    procedure = draft.procedure
    if reading.form is None:
        raise NotReady("まだ読めないところがあります。「直すところ」を直してから申し出てください。")
    if reading.form.id != procedure:
        raise NotReady("手続の記号（id）が変わっています。元に戻してください。")
    if reading.problems:
        raise NotReady("「直すところ」が残っています。直してから申し出てください。")
    broken = [title for title, wrong in reading.events if wrong]
    if broken:
        raise NotReady(
            f"この手続を使うライフイベント「{'」「'.join(broken)}」に合わないところがあります。"
            "「ライフイベント」の欄を見て、質問を元に戻すか、先にライフイベントのほうを直してください。"
        )
    if reading.failures:
        raise NotReady("この手続の試験に合わないところがあります。直すか、試験を改めてから申し出てください。")
    newer = meanwhile(procedure, draft.based_on)
    if newer is not None:
        raise NotReady(
            f"書いているあいだに第{newer.number}版が公開されました。変わったところを確かめて、その次の版として続けてください。"
        )
    if not reading.changes and versions(procedure):
        raise NotReady("今の版から何も変わっていません。変えてから申し出てください。")


def approve(*, draft: Draft, by: Officer, at: datetime) -> Draft:
    """Let the draft become a version: its text becomes a file that the catalogue reads. Five clicks write one file.

    Raises: Refused when this officer wrote any of it; WrongState; NotReady when it is no longer sound.
    """
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        check_approve(by, locked)
        reading = read(locked.text)
        _check_sound(reading, locked)
        assert reading.form is not None
        if any(form_of(one).version == reading.form.version for one in versions(locked.procedure)):
            raise NotReady("同じ番号の版が、ほかで公開されています。作成に戻して、番号を改めてください。")
        # Whoever wrote on it has a hand in it already: the constraint lets nobody have two.
        Hand.objects.create(draft=locked, officer=by, role=Hand.Role.APPROVED)
        locked.state, locked.approver, locked.decided_at = State.PUBLISHED, by, at
        locked.save(update_fields=["state", "approver", "decided_at"])
        _note(
            locked, by, at, "draft.published", {"version": reading.form.version, "sha256": _hash(locked.text)}
        )
        # The last step: where the file cannot be written, nothing has been published.
        _write(published_file(reading), locked.text)
    return locked


@transaction.atomic
def catch_up(*, draft: Draft, revision: int | None, by: Officer, at: datetime) -> Draft:
    """Go on as the version after what was published meanwhile, whose changes the officer has been shown.

    Raises: WrongState, Conflict, NotReady.
    """
    locked = _locked(draft, State.EDITING)
    if revision not in {None, locked.revision}:
        raise Conflict
    found = versions(locked.procedure)
    locked.based_on = max((form_of(one).version for one in found), default=None)
    locked.save(update_fields=["based_on"])
    text = editing.put(locked.text, VERSION, _newest(found) + 1)
    what = f"第{_newest(found) + 1}版として続ける"
    return locked if text == locked.text else _keep(locked, text, Did.DATED, by, at, what)


def recall(*, draft: Draft, note: str, by: Officer, at: datetime) -> Draft:
    """Keep a published version from taking effect, before its day; its file is put aside and its number stays taken.

    Raises: WrongState, Refused when its day has come; NotReady.
    """
    if not note.strip():
        raise NotReady("取りやめる理由を書いてください。申し出た職員と承認した職員が見ます。")
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        check_recall(locked, timezone.localdate(at))
        locked.state, locked.note = State.RECALLED, note.strip()[:400]
        locked.save(update_fields=["state", "note"])
        reading = read(locked.text)
        assert reading.form is not None
        _note(locked, by, at, "draft.recalled", {"version": reading.form.version, "note": True})
        _put_aside(published_file(reading))
    return locked


def _put_aside(path: Path) -> None:
    """Take a file out of what the catalogue reads; it is kept.

    Raises: NotReady.
    """
    aside = path.parent.parent / "recalled" / path.name
    try:
        aside.parent.mkdir(parents=True, exist_ok=True)
        path.replace(aside)
        procedures.look_again()
    except FileNotFoundError:
        return  # somebody has taken it away by hand: it is out of force already
    except OSError as error:
        raise NotReady(
            f"公開のファイルを動かせません（{error.strerror}）。データの置き場を確かめるよう、情報政策課に連絡してください。"
        ) from error


def published_file(reading: Reading) -> Path:
    """Return where a version is kept once it is published."""
    folder: Path = settings.PUBLISHED_FOLDER
    assert reading.form is not None
    kind = "events" if reading.is_event else "procedures"
    return folder / kind / f"{reading.id}.v{reading.form.version}.yaml"


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
