"""Where a draft begins: from the newest version, or from a file from elsewhere."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from machimado.cases.applications.paper import layout_name, taken_over
from machimado.cases.authoring.actions.kept import VERSION, Did, NotReady, hash_of, newest_number, writes
from machimado.cases.authoring.models import Draft, DraftLayout, DraftText
from machimado.cases.authoring.permissions import State
from machimado.cases.authoring.queries import (
    Layouts,
    packed_layouts,
    read,
    to_be_kept,
    versions,
    wrong_with,
)
from machimado.cases.authoring.rules import editing
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Triage, form_of
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer


def begin(*, procedure: str, by: Officer, at: datetime, beside: bool = False) -> Draft:
    """Begin the next version of a procedure from the newest one; go on with the open draft where there is one.

    `beside` begins another one while somebody else's is open.
    """
    found = versions(procedure)
    if not found:
        raise NotReady("この手続はありません。一覧から選び直してください。")
    text = _next(procedures.text_of(form_of(found[-1])), found, timezone.localdate(at))
    is_beside = beside and _others(procedure, by)
    return _begin(procedure, text, by, at, "draft.begun", is_beside=is_beside, layouts=_taken_over(found[-1]))


def _taken_over(newest: Form | Triage) -> Layouts:
    """Return the forms on paper that came with a version: its next one is printed with them as well."""
    form = form_of(newest)
    is_own = (taken_over(form.id, form.version) / layout_name(form)).is_file()
    return packed_layouts(form) if is_own else {}


def take_in(*, text: str, by: Officer, at: datetime, layouts: Layouts | None = None) -> Draft:
    """Make a draft of a file from elsewhere; its number becomes the next one here. `layouts` are the forms on paper that came.

    Raises: NotReady when it cannot be read or printed, or another draft of this procedure is open.
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
    came: Layouts = {} if reading.is_event or layouts is None else layouts
    wrong = wrong_with(reading.form, came)
    if wrong:
        raise NotReady(wrong)
    numbered = _next(text, versions(reading.form.id), timezone.localdate(at))
    is_beside = _others(reading.form.id, by)
    kept = to_be_kept(reading.form, came)
    return _begin(reading.form.id, numbered, by, at, "draft.imported", is_beside=is_beside, layouts=kept)


def _open(procedure: str) -> QuerySet[Draft]:
    return Draft.objects.filter(procedure=procedure, state__in=[State.EDITING, State.PROPOSED])


def _others(procedure: str, by: Officer) -> bool:
    return _open(procedure).exclude(author=by).exists()


def _next(text: str, found: tuple[Form | Triage, ...], today: date) -> str:
    """Return the text as the next version: another number, in force from tomorrow at the earliest, without an end."""
    number = newest_number(found) + 1
    text = editing.put(text, VERSION, number)
    text = editing.put(text, ("version", "effective_from"), (today + timedelta(days=1)).isoformat())
    try:
        return editing.put(text, ("version", "effective_to"), None)
    except editing.NoSuchPlace:
        return text


def _begin(
    procedure: str,
    text: str,
    by: Officer,
    at: datetime,
    action: str,
    *,
    is_beside: bool,
    layouts: Layouts,
) -> Draft:
    try:
        with transaction.atomic():
            found = versions(procedure)
            based_on = max((form_of(one).version for one in found), default=None)
            draft = Draft.objects.create(
                procedure=procedure, text=text, author=by, begun_at=at, based_on=based_on, is_beside=is_beside
            )
            DraftText.objects.create(draft=draft, revision=0, did=Did.BEGUN, text=text, officer=by, at=at)
            DraftLayout.objects.bulk_create(
                DraftLayout(draft=draft, name=name, text=content.decode())
                for name, content in layouts.items()
            )
            writes(draft, by)
            record(by=by, action=action, detail={"procedure": procedure, "sha256": hash_of(text)}, at=at)
    except IntegrityError:
        # Another click, another officer: of each procedure one draft is open.
        others = _open(procedure)
        return others.filter(author=by).first() or others.get(is_beside=False)
    return draft
