"""A draft is written on: saved, taken back, done again; its tests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from machimado.cases.authoring.actions.kept import (
    VERSION,
    Conflict,
    Did,
    NotReady,
    keep_text,
    lock,
    newest_number,
)
from machimado.cases.authoring.models import Draft, DraftText
from machimado.cases.authoring.permissions import State
from machimado.cases.authoring.queries import lost_in_tests, read, steps_of, users, versions
from machimado.cases.authoring.rules import editing
from machimado.cases.procedures.rules.life_event import form_of
from machimado.ground.people.models import Officer


@transaction.atomic
def save(
    *, draft: Draft, text: str, revision: int | None, by: Officer, at: datetime, what: str = ""
) -> Draft:
    """Keep the text after a change; `revision` is of the text that was changed, `what` names the part in words.

    Raises: WrongState, Conflict.
    """
    locked = lock(draft, State.EDITING)
    if revision not in {None, locked.revision}:
        raise Conflict
    return locked if text == locked.text else keep_text(locked, text, Did.CHANGED, by, at, what)


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
def keep_test(
    *,
    draft: Draft,
    test: int | None,
    value: Mapping[str, Any],
    revision: int | None,
    by: Officer,
    at: datetime,
) -> Draft:
    """Write a test into the draft: a new one at the end (`test` is None), or in the place of one that is changed.

    Tests that are built on it go on to be, whatever it is called now. Raises: WrongState, Conflict, NoSuchPlace.
    """
    cases = read(draft.text).cases
    text, name = draft.text, str(value["name"])
    if test is None:
        text = editing.insert(text, ("tests",), len(cases), value)
    else:
        before = cases[test].name
        text = editing.insert(editing.put(text, ("tests", test), None), ("tests",), test, value)
        for number, case in enumerate(cases):
            if case.extends == before != name:
                text = editing.put(text, ("tests", number, "extends"), name)
    what = f"試験「{name}」を{'足す' if test is None else '直す'}"
    return save(draft=draft, text=text, revision=revision, by=by, at=at, what=what)


@transaction.atomic
def drop_test(*, draft: Draft, test: int, revision: int | None, by: Officer, at: datetime) -> Draft:
    """Take a test out of the draft.

    Raises: WrongState, Conflict, NoSuchPlace; NotReady where another one is built on it.
    """
    reading = read(draft.text)
    if test >= reading.tests:
        raise editing.NoSuchPlace
    name = reading.cases[test].name
    built = users(reading, name)
    if built:
        raise NotReady(
            f"試験「{'」「'.join(built)}」が、この試験の答えをもとにしています。先にそちらを外してください。"
        )
    text = editing.put(draft.text, ("tests", test), None)
    return save(draft=draft, text=text, revision=revision, by=by, at=at, what=f"試験「{name}」を外す")


@transaction.atomic
def prune_tests(*, draft: Draft, revision: int | None, by: Officer, at: datetime) -> Draft:
    """Take out of the tests what they expect of parts that are gone; whoever approves is told of it as a difference.

    Raises: WrongState, Conflict, NotReady where there is nothing of the kind.
    """
    gone = lost_in_tests(read(draft.text))
    if not gone:
        raise NotReady("試験に、なくなったものは残っていません。")
    text = draft.text
    # The last first: what stands before it keeps its place.
    for loc in sorted(gone, key=lambda each: [str(step).zfill(6) for step in each], reverse=True):
        text = editing.put(text, loc, None)
    return save(draft=draft, text=text, revision=revision, by=by, at=at, what="なくなったものを試験から外す")


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
    locked = lock(draft, State.EDITING)
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
    return keep_text(locked, texts[to].text, did, by, at, texts[changed].what)


@transaction.atomic
def catch_up(*, draft: Draft, revision: int | None, by: Officer, at: datetime) -> Draft:
    """Go on as the version after what was published meanwhile, whose changes the officer has been shown.

    Raises: WrongState, Conflict, NotReady.
    """
    locked = lock(draft, State.EDITING)
    if revision not in {None, locked.revision}:
        raise Conflict
    found = versions(locked.procedure)
    locked.based_on = max((form_of(one).version for one in found), default=None)
    locked.save(update_fields=["based_on"])
    text = editing.put(locked.text, VERSION, newest_number(found) + 1)
    what = f"第{newest_number(found) + 1}版として続ける"
    return locked if text == locked.text else keep_text(locked, text, Did.DATED, by, at, what)
