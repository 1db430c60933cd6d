"""What every change of a draft does: the row is locked, the text is kept, who wrote is known, and the journal has a line."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from machimado.cases.authoring.models import Draft, DraftText, Hand
from machimado.cases.authoring.permissions import State, check_state
from machimado.cases.authoring.queries import read
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Triage, form_of
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


def hash_of(text: str) -> str:
    """Return what names a text in the journal."""
    return hashlib.sha256(text.encode()).hexdigest()


def lock(draft: Draft, *states: State) -> Draft:
    """Hold the draft until the transaction ends, where it is in one of the states.

    Raises: WrongState.
    """
    locked = Draft.objects.select_for_update().get(pk=draft.pk)
    check_state(locked, *states)
    return locked


def keep_text(
    locked: Draft, text: str, did: DraftText.Did, by: Officer, at: datetime, what: str = ""
) -> Draft:
    """Keep a text more; whoever wrote it can no longer let the draft through."""
    locked.text, locked.revision = text, locked.revision + 1
    locked.save(update_fields=["text", "revision"])
    DraftText.objects.create(
        draft=locked, revision=locked.revision, did=did, what=what[:200], text=text, officer=by, at=at
    )
    writes(locked, by)
    note_down(locked, by, at, _CHANGES[did], {"revision": locked.revision, "sha256": hash_of(text)})
    return locked


def writes(draft: Draft, by: Officer) -> None:
    """Keep that an officer wrote on a draft."""
    Hand.objects.get_or_create(draft=draft, officer=by, defaults={"role": Hand.Role.WROTE})


def note_down(draft: Draft, by: Officer, at: datetime, action: str, detail: Mapping[str, Any]) -> None:
    """Write a line in the journal."""
    record(by=by, action=action, detail={"procedure": draft.procedure, **detail}, at=at)


def newest_number(found: tuple[Form | Triage, ...]) -> int:
    """Return the highest number that was ever given to a version, those that never took effect included."""
    known = [form_of(one).version for one in found]
    if found:
        recalled = Draft.objects.filter(procedure=form_of(found[0]).id, state=State.RECALLED)
        forms = (read(text).form for text in recalled.values_list("text", flat=True))
        known += [form.version for form in forms if form is not None]
    return max(known, default=0)
