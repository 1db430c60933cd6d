"""The core system answers again: its record takes the place of the copy with which an application was begun."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import normalize

from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.answering import change, is_group
from machimado.cases.applications.actions.beginning import registered, type_of_found
from machimado.cases.applications.actions.kept import form_of, lock, record_change
from machimado.cases.applications.models import APPLICATIONS, Application
from machimado.cases.applications.permissions import RUNNING, State, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.wording import in_words
from machimado.cases.procedures.rules.questions import WITHHELD, Question
from machimado.cases.register.actions import Record
from machimado.ground.people.models import Officer


@transaction.atomic
def fill_in(*, application: Application, resident_record: Record, by: Officer, at: datetime) -> Application:
    """Put in what the core's record says, where so far only the register has spoken, or nobody.

    What somebody has said stays, and so does a group in which anything was changed; but what is to be withheld is.
    It can be undone like any change. Raises: WrongState.
    """
    assert resident_record.is_complete
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    known = registered(form_of(locked), resident_record, timezone.localdate(at))
    spoken_of = _spoken_of(locked)
    fresh = {
        path: kept
        for path, kept in known.items()
        if _place(path) not in spoken_of or (kept[0] == WITHHELD and _place(path) == path)
    }
    told = {path for path in _told(locked) if _place(path) not in spoken_of}
    if _is_news(locked, told, fresh):
        news = _News({_place(path) for path in told}, fresh, resident_record.read_at)
        paths = news.outdated | set(fresh)
        change(locked, news.fill, paths, by, at, "application.filled_in", carries=False)
    locked.record_read_at = resident_record.read_at
    APPLICATIONS.write(locked, "record_read_at")
    return locked


@transaction.atomic
def compare(*, application: Application, resident_record: Record, by: Officer, at: datetime) -> Application:
    """Keep beside each answer that no officer has heard what the record says otherwise; the answers stay as they are.

    A resident gave it alone, or it is from the copy. So an officer sees before sending whether somebody is who they
    say, and what has changed since. Raises: WrongState.
    """
    locked = lock(application)
    check_state(locked, *RUNNING)
    form = form_of(locked)
    known = registered(form, resident_record, timezone.localdate(at))
    for path, kept in locked.sources.items():
        kept.pop("registered", None)
        value = known.get(path, (None, ""))[0]
        question = form.question(path)
        if (
            kept["source"] in {*documents.SAID_ALONE, documents.INDEX}
            and question is not None
            and value not in (None, WITHHELD)
        ):
            said = documents.take(locked.answers, path)
            if _plain(question, said) != _plain(question, value):
                kept["registered"] = value
    locked.record_read_at = resident_record.read_at
    APPLICATIONS.write(locked, "sources", "record_read_at")
    record_change(locked, by, "application.compared", at, {"reference": locked.reference})
    return locked


def _plain(question: Question, value: Any) -> str:
    """Return an answer so that only what it says counts: neither blanks nor a postal code that one has and the other has not."""
    words = in_words(question, {**value, "postal_code": ""} if isinstance(value, dict) else value)
    return "".join(normalize("NFKC", words).split())


def _spoken_of(application: Application) -> set[str]:
    """Return the places where somebody has answered, or tried to, and the groups in which anything was changed."""
    said = {
        path
        for path, kept in application.sources.items()
        if kept["source"] not in {*documents.REGISTERED, ""}
    }
    return {_place(path) for path in (*said, *application.refused)}


def _told(application: Application) -> set[str]:
    """Return the paths of answers that came from the register."""
    found = (path for path, kept in application.sources.items() if kept["source"] in documents.REGISTERED)
    return {path for path in found if not is_group(application, path)}


def _is_news(application: Application, told: set[str], fresh: type_of_found) -> bool:
    """Return whether the record says anything else than stands there, or says it for the first time."""
    paths = told | set(fresh)
    was = {path: (documents.take(application.answers, path), _source(application, path)) for path in paths}
    return was != fresh


def _source(application: Application, path: str) -> str:
    source: str = application.sources.get(path, {}).get("source", "")
    return source


def _place(path: str) -> str:
    """Return what is filled in as one: a group with all its rows, or a question by itself."""
    return documents.group_of(path) or path


@dataclass(frozen=True, slots=True)
class _News:
    """What the record says, and the places at which it takes something else's place."""

    outdated: set[str]
    fresh: type_of_found
    read_at: datetime

    def fill(self, application: Application) -> None:
        for place in self.outdated:
            application.answers = documents.put(application.answers, place, None)
        for path, (value, _) in sorted(self.fresh.items()):
            application.answers = documents.put(application.answers, path, value)
        application.sources = self._sources(application)
        application.refused = {
            path: typed for path, typed in application.refused.items() if path not in self.fresh
        }
        application.record_read_at = self.read_at

    def _sources(self, application: Application) -> dict[str, Any]:
        kept = application.sources.items()
        left = {path: source for path, source in kept if _place(path) not in self.outdated}
        now = application.revision
        fresh = {path: {"source": source, "revision": now} for path, (_, source) in self.fresh.items()}
        places = {_place(path) for path in fresh}
        # Rows may stand elsewhere than another page shows them.
        moved = {
            place: {"source": documents.RECORD, "revision": now} for place in places if place not in fresh
        }
        return left | fresh | moved
