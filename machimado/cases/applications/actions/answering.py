"""The answers of an application, until everything is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.kept import (
    channel_of,
    form_of,
    lock,
    record_change,
)
from machimado.cases.applications.models import APPLICATIONS, CHANGES, AnswerChange, Application
from machimado.cases.applications.permissions import State, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.refused import left_over
from machimado.cases.procedures.rules import people
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.definition import Text
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.reading import read_value
from machimado.cases.procedures.rules.refusals import ValueRefusedError, refusal
from machimado.ground.people.models import Officer
from machimado.ground.ui.sentences import Sentence

MAX_TYPED_AT_ONCE = 5000
# What a change of answers touches.
CHANGED = ["answers", "sources", "refused", "revision", "typed_characters", "rekeyed_fields"]


class Conflict(Exception):
    """Somebody else changed the same answer, or moved the rows, meanwhile; nothing was overwritten."""

    def __init__(self, path: str, theirs: Any, *, moved: bool = False) -> None:
        super().__init__(_ROWS_MOVED if moved else _ANSWER_CHANGED)
        self.path = path
        self.theirs = theirs


_ANSWER_CHANGED = Sentence(
    "別の画面で同じ項目が変更されています。下の値を確かめてから、もう一度入力してください。"
)
_ROWS_MOVED = Sentence(
    "別の画面で行が入れ替わっています。どなたの行かを確かめてから、もう一度入力してください。"
)


@dataclass(frozen=True, slots=True)
class Page:
    """The page that sends answers: its own key, the revision that it showed, and how much was typed since it last told."""

    key: str = ""
    revision: int | None = None
    typed: int = 0


ANY_PAGE = Page()


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an answer: the application as it is now, and why the answer was refused, if it was."""

    application: Application
    path: str
    refused: str = ""
    # Why, in every language in which it can be said.
    said: Mapping[str, str] = field(default_factory=dict)


def save_answers(
    *,
    application: Application,
    raw: Mapping[str, Any],
    by: Officer | None,
    at: datetime,
    page: Page = ANY_PAGE,
) -> list[Saved]:
    """Save answers as they came from a page, each by its path; an answer that cannot be read is refused, the others are kept.

    `raw` maps a question's path to what was typed (a mapping for a question with parts).
    Raises: WrongState; Conflict when an answer was changed on another page after this one was shown.
    """
    form = form_of(application)
    today = timezone.localdate(at).isoformat()
    read = {path: _read(form, path, value, today) for path, value in raw.items()}
    good = {path: value for path, (value, refused) in read.items() if not refused}
    bad = {path: (raw[path], refused) for path, (_, refused) in read.items() if refused}
    changed = _keep(application, good, bad, by, at, page)
    return [Saved(changed, path, refused.get("ja", ""), refused) for path, (_, refused) in read.items()]


def _read(form: Form, path: str, raw: Any, today: str) -> tuple[Any, Text]:
    """Return (value, {}) or (None, why it cannot be taken)."""
    question = form.question(path)
    if question is None or not documents.is_within(path):
        return None, refusal("unasked", {"ja": path}).message
    try:
        return read_value(question, raw, today=today), {}
    except ValueRefusedError as refused:
        return None, refused.refusal.message


@transaction.atomic
def _keep(
    application: Application,
    values: Mapping[str, Any],
    refused: Mapping[str, tuple[Any, Text]],
    by: Officer | None,
    at: datetime,
    page: Page,
) -> Application:
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    changes = {path: value for path, value in values.items() if documents.take(locked.answers, path) != value}
    check_nobody_else_changed(locked, changes, page, at)
    locked.typed_characters += min(max(page.typed, 0), MAX_TYPED_AT_ONCE)
    # Of questions that the form does not have nothing is kept.
    known = {path: entry for path, entry in refused.items() if _is_asked_somewhere(locked, path)}
    locked.refused = left_over(locked.refused, known, taken=values)
    if not changes:
        APPLICATIONS.write(locked, "refused", "typed_characters")
        return locked
    return change(
        locked, lambda kept: write(kept, changes, by, page), set(changes), by, at, "application.answered"
    )


def _is_asked_somewhere(application: Application, path: str) -> bool:
    return form_of(application).question(path) is not None and documents.is_within(path)


def check_nobody_else_changed(
    application: Application, changes: Mapping[str, Any], page: Page, at: datetime
) -> None:
    """Check that what a page changes stands as it showed it. Raises: Conflict."""
    if page.revision is None:
        return
    for path in changes:
        last, group = application.sources.get(path, {}), documents.group_of(path)
        if last.get("revision", 0) > page.revision and last.get("page") != page.key:
            raise Conflict(path, documents.take(application.answers, path))
        # Whose row it was on that page nobody knows.
        moved_at = application.sources.get(group, {}).get("revision", 0) if group else 0
        if moved_at > page.revision or _has_no_row(application, path, at):
            raise Conflict(path, documents.take(application.answers, path), moved=True)


def _has_no_row(application: Application, path: str, at: datetime) -> bool:
    group = documents.group_of(path)
    if not group:
        return False
    row = path.removeprefix(f"{group}.").split(".")[0]
    if int(row) < len(documents.take(application.answers, group) or []):
        return False
    # A life event may know the row, and ask the rest of it, before anybody has answered in it.
    outcome = form_of(application).evaluate(
        application.answers, today=timezone.localdate(at), channel=channel_of(application)
    )
    return path not in outcome.asked


def change(
    application: Application,
    make: Callable[[Application], None],
    paths: set[str],
    by: Officer | None,
    at: datetime,
    action: str,
    *,
    carries: bool = True,
) -> Application:
    """Let `make` change a locked application at `paths`, keeping what stood there before.

    What was said of somebody who stands in several lists holds in all of them, unless it only `carries` what was known.
    """
    roots, was = {path.split(".")[0] for path in paths}, application.answers
    before, read_at = _before(application, roots | _tied(application, roots)), application.record_read_at
    application.revision += 1
    make(application)
    if carries:
        _carry(application, was, by, at)
    if application.record_read_at != read_at:
        before["record_read_at"] = read_at.isoformat() if read_at else None
    APPLICATIONS.write(application, *CHANGED)
    CHANGES.add(
        AnswerChange(application=application, revision=application.revision, before=before, officer=by, at=at)
    )
    record_change(application, by, action, at, {"paths": sorted(paths)})
    return application


def _tied(application: Application, roots: set[str]) -> frozenset[str]:
    """Return where else the people may stand of whom something is changed."""
    form = form_of(application)
    together = people.roots(form.ties, form.roles) if isinstance(form, Bundle) else frozenset()
    return together if together & roots else frozenset()


def _carry(application: Application, was: documents.Document, by: Officer | None, at: datetime) -> None:
    """Correct somebody of whom something was said also in the other lists in which they stand."""
    form = form_of(application)
    if not isinstance(form, Bundle):
        return

    def variables() -> dict[str, Any]:
        return form.variables(
            application.answers, today=timezone.localdate(at), channel=channel_of(application)
        )

    for path, value in people.carried(form.ties, was, application.answers, variables).items():
        put(application, path, value, by)
    for path, value in people.renamed(form.roles, was, application.answers).items():
        put(application, path, value, by)


def put(application: Application, path: str, value: Any, by: Officer | None) -> None:
    """Put a value that was said elsewhere at a path. Only within `change`."""
    application.answers = documents.put(application.answers, path, value)
    application.sources[path] = {"source": who(by), "revision": application.revision}


def _before(application: Application, roots: set[str]) -> dict[str, Any]:
    sources = {path: kept for path, kept in application.sources.items() if path.split(".")[0] in roots}
    return {"answers": {root: application.answers.get(root) for root in roots}, "sources": sources}


def write(application: Application, changes: Mapping[str, Any], by: Officer | None, page: Page) -> None:
    """Put values at their paths, and keep from whom they are. Only within `change`."""
    for path, value in changes.items():
        if application.sources.get(path, {}).get("source") in documents.REGISTERED:
            application.rekeyed_fields += 1
        application.answers = documents.put(application.answers, path, value)
        kept = {"source": who(by), "revision": application.revision, "page": page.key}
        application.sources[path] = kept


def who(by: Officer | None) -> str:
    """Return from whom an answer is: nobody is the resident."""
    return "resident" if by is None else "officer"


@transaction.atomic
def look(*, application: Application, by: Officer, at: datetime) -> None:
    """Record that an officer opened the application and saw its answers."""
    record_change(application, by, "application.seen", at, {"reference": application.reference})


@transaction.atomic
def add_row(*, application: Application, group: str, by: Officer | None, at: datetime) -> Application:
    """Add an empty row to a group."""
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    _check_group(locked, group)

    def add(kept: Application) -> None:
        kept.answers, _ = documents.add_row(kept.answers, group)
        moved_at = kept.sources.get(group, {}).get("revision", 0)
        kept.sources[group] = {"source": who(by), "revision": moved_at}

    return change(locked, add, {group}, by, at, "application.row_added")


@transaction.atomic
def drop_row(
    *, application: Application, group: str, index: int, by: Officer | None, at: datetime
) -> Application:
    """Take a row out of a group."""
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    _check_group(locked, group)

    def drop(kept: Application) -> None:
        _let_go(kept, f"{group}.{index}")
        kept.answers = documents.drop_row(kept.answers, group, index)
        kept.sources = documents.move_up(kept.sources, group, index)
        kept.refused = documents.move_up(kept.refused, group, index)
        kept.sources[group] = {"source": who(by), "revision": kept.revision}

    return change(locked, drop, {group}, by, at, "application.row_dropped")


def _let_go(application: Application, place: str) -> None:
    """Let rows that were chosen from one that is taken out stand by themselves, with all that was known."""
    form = form_of(application)
    for row in people.left_behind(form.ties, application.answers, place) if isinstance(form, Bundle) else ():
        application.answers = documents.put(application.answers, f"{row}.{people.PERSON}", people.LEFT)


@transaction.atomic
def undo(*, application: Application, by: Officer, at: datetime) -> Application:
    """Take back the last change of the answers; where there is none, nothing happens."""
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    last = locked.changes.order_by("revision").last()
    if last is None:
        return locked
    locked.revision += 1
    _put_back(locked, last.before)
    last.delete()
    locked.save()
    record_change(locked, by, "application.undone", at, {})
    return locked


def _put_back(application: Application, before: Mapping[str, Any]) -> None:
    roots = set(before["answers"])
    # Where rows have moved they may move again: they may stand elsewhere than another page shows them.
    marked = (path for path in application.sources if path.split(".")[0] in roots)
    moved = [path for path in marked if not documents.group_of(path) and is_group(application, path)]
    for root, value in before["answers"].items():
        application.answers = documents.put(application.answers, root, value)
    kept = {path: source for path, source in application.sources.items() if path.split(".")[0] not in roots}
    application.sources = {**kept, **before["sources"]}
    for group in moved:
        source = application.sources.get(group, {}).get("source", "")
        application.sources[group] = {"source": source, "revision": application.revision}
    if "record_read_at" in before:
        was = before["record_read_at"]
        application.record_read_at = datetime.fromisoformat(was) if was else None


def is_group(application: Application, path: str) -> bool:
    """Return whether the question at `path` is a group of rows."""
    question = form_of(application).question(path)
    return question is not None and question.kind == "group"


def _check_group(application: Application, group: str) -> None:
    if not is_group(application, group):
        raise documents.PathRefused(group)
