"""The core system answers again: its record takes the place of the copy with which an application was begun."""

from datetime import datetime
from functools import reduce

from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.answering import change
from machimado.cases.applications.actions.beginning import registered, type_of_found
from machimado.cases.applications.actions.kept import form_of, lock
from machimado.cases.applications.models import APPLICATIONS, Application
from machimado.cases.applications.permissions import State, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.register.actions import Record
from machimado.ground.people.models import Officer


@transaction.atomic
def fill_in(*, application: Application, resident_record: Record, by: Officer, at: datetime) -> Application:
    """Put in what the core's record says, where so far only the register has spoken, or nobody.

    What somebody has said stays, and so does a group in which anything was changed. It can be undone like any change.
    Raises: WrongState.
    """
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    known = registered(form_of(locked), resident_record, timezone.localdate(at))
    spoken_of = _spoken_of(locked)
    fresh = {path: kept for path, kept in known.items() if _place(locked, path) not in spoken_of}
    told = {path for path in _told(locked) if _place(locked, path) not in spoken_of}
    if _is_news(locked, told, fresh):
        outdated = {_place(locked, path) for path in told}
        paths = outdated | set(fresh)
        change(locked, lambda now: _fill(now, outdated, fresh), paths, by, at, "application.filled_in")
    locked.record_read_at = resident_record.read_at
    APPLICATIONS.write(locked, "record_read_at")
    return locked


def _spoken_of(application: Application) -> set[str]:
    """Return the places where somebody has answered, or tried to, and the groups in which anything was changed."""
    said = set(application.sources) - _told(application)
    places = {_place(application, path) for path in (*said, *application.refused)}
    changed = (root for each in application.changes.all() for root in each.before["answers"])
    return places | {root for root in changed if _is_group(application, root)}


def _told(application: Application) -> set[str]:
    """Return the paths of answers that came from the register."""
    return {path for path, kept in application.sources.items() if kept["source"] in documents.REGISTERED}


def _is_news(application: Application, told: set[str], fresh: type_of_found) -> bool:
    """Return whether the record says anything else than stands there, or says it for the first time."""
    was = {
        path: (documents.take(application.answers, path), application.sources[path]["source"])
        for path in told
    }
    return was != fresh


def _place(application: Application, path: str) -> str:
    """Return what is filled in as one: a group with all its rows, or a question by itself."""
    root = path.split(".", maxsplit=1)[0]
    return root if _is_group(application, root) else path


def _is_group(application: Application, root: str) -> bool:
    question = form_of(application).question(root)
    return question is not None and question.kind == "group"


def _fill(application: Application, outdated: set[str], fresh: type_of_found) -> None:
    cleared = reduce(lambda kept, place: documents.put(kept, place, None), outdated, application.answers)
    application.answers = reduce(lambda kept, path: documents.put(kept, path, fresh[path][0]), fresh, cleared)
    left = {
        path: kept for path, kept in application.sources.items() if _place(application, path) not in outdated
    }
    now = {path: {"source": source, "revision": application.revision} for path, (_, source) in fresh.items()}
    application.sources = left | now
