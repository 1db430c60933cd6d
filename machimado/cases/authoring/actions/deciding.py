"""A draft becomes a version: proposed, let through, given back, kept from taking effect."""

import os
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.paper import taken_over
from machimado.cases.authoring.actions.kept import (
    Conflict,
    Did,
    NotReady,
    hash_of,
    keep_text,
    lock,
    note_down,
    writes,
)
from machimado.cases.authoring.models import Draft, Hand
from machimado.cases.authoring.permissions import State, check_approve, check_recall, check_state
from machimado.cases.authoring.queries import (
    Layouts,
    Reading,
    layouts_of,
    meanwhile,
    read,
    versions,
    wrong_with,
)
from machimado.cases.authoring.rules import editing
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.life_event import form_of
from machimado.ground.japanese.eras import wareki
from machimado.ground.people.models import Officer


def propose(*, draft: Draft, effective_date: date, by: Officer, at: datetime) -> Draft:
    """Ask a second officer to let the draft become the version in force from a day.

    Raises: WrongState; Conflict; NotReady where it cannot be loaded or printed, its own tests do not hold, it changes nothing,
    or the day has passed.
    """
    seen = Draft.objects.get(pk=draft.pk)
    _check_paper(seen)
    with transaction.atomic():
        locked = lock(draft, State.EDITING)
        if locked.revision != seen.revision:
            raise Conflict
        if effective_date < timezone.localdate(at):
            raise NotReady("施行日は今日からあとの日にしてください。過ぎた日には公開できません。")
        _check_last_day(read(locked.text), effective_date)
        text = editing.put(locked.text, ("version", "effective_from"), effective_date.isoformat())
        _check_sound(read(text), locked)
        if text != locked.text:
            keep_text(locked, text, Did.DATED, by, at)
        writes(locked, by)
        locked.effective_date, locked.state, locked.note = effective_date, State.PROPOSED, ""
        locked.save(update_fields=["effective_date", "state", "note"])
        note_down(locked, by, at, "draft.proposed", {"effective_from": effective_date.isoformat()})
    return locked


def _check_last_day(reading: Reading, effective_date: date) -> None:
    last = reading.form.procedure.version.effective_to if reading.form else None
    if last is not None and effective_date.isoformat() > last:
        raise NotReady(
            f"施行日が、この版を使う最後の日（{wareki(last)}）より後です。どちらかの日を改めてください。"
        )


def _check_paper(draft: Draft) -> None:
    """Check that the forms on paper that came with a draft still fit it; they take a while, so nothing is held meanwhile.

    Raises: NotReady.
    """
    layouts, form = layouts_of(draft), read(draft.text).form
    wrong = wrong_with(form, layouts) if layouts and form is not None else ""
    if wrong:
        raise NotReady(wrong)


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
    newer = meanwhile(procedure, draft.based_on, reading)
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
        note_down(
            locked,
            by,
            at,
            "draft.published",
            {"version": reading.form.version, "sha256": hash_of(locked.text)},
        )
        _write_layouts(taken_over(reading.form.id, reading.form.version), layouts_of(locked))
        # The last step: where the file cannot be written, nothing has been published.
        _write(published_file(reading), locked.text)
    return locked


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
        note_down(locked, by, at, "draft.recalled", {"version": reading.form.version, "note": True})
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
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        procedures.look_again()
    except OSError as error:
        raise NotReady(
            f"公開のファイルを書けません（{error.strerror}）。データの置き場を確かめるよう、情報政策課に連絡してください。"
        ) from error


def _write_layouts(folder: Path, layouts: Layouts) -> None:
    """Lay down the forms on paper that came with a version: this version is printed with them.

    Raises: NotReady.
    """
    for name, content in layouts.items():
        _write(folder / name, content.decode())


@transaction.atomic
def send_back(*, draft: Draft, note: str, by: Officer, at: datetime) -> Draft:
    """Give a proposed draft back to be written on; the author may take it back likewise."""
    locked = lock(draft, State.PROPOSED)
    locked.state, locked.note = State.EDITING, note[:400]
    locked.save(update_fields=["state", "note"])
    note_down(locked, by, at, "draft.sent_back", {"note": bool(note)})
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
    note_down(locked, by, at, "draft.withdrawn", {})
