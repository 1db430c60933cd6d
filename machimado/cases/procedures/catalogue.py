"""The procedures of a city: all versions, which one is in force on a day, and frozen copies for applications.

No Django: `queries` speaks of the city of the settings.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from machimado.cases.procedures.files import (
    FOLDERS,
    PROCEDURES,
    SUFFIXES,
    Kept,
    Read,
    procedure_files,
    read_files,
    read_what_can_be_read,
    words_of,
)
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Triage
from machimado.cases.procedures.rules.load import (
    between_procedures,
    bundle,
    content_hash,
    freeze,
    thaw,
    thawed,
)
from machimado.cases.procedures.rules.problems import DefinitionError
from machimado.cases.procedures.rules.source import Source
from machimado.cases.procedures.rules.words import LANGUAGES, Words

__all__ = [
    "Catalogue",
    "DefinitionError",
    "Frozen",
    "UnknownProcedureError",
    "again",
    "city_catalogue",
    "freeze_form",
    "thaw",
    "thawed",
]

logger = logging.getLogger(__name__)


class UnknownProcedureError(LookupError):
    """No version of a procedure is in force; the message says so in Japanese."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A definition as JSON data with the hash of its content, as an application keeps it."""

    content_hash: str
    definition: dict[str, Any]
    title: str
    version: int


def freeze_form(form: Form) -> Frozen:
    """Freeze a form for an application.

    `thaw(frozen.definition, content_hash=frozen.content_hash)` gives it back, whatever becomes of the files.
    """
    definition = freeze(form)
    return Frozen(content_hash(definition), definition, form.procedure.title["ja"], form.version)


def again(definition: dict[str, Any]) -> Frozen:
    """Return a definition that was frozen within another, as a frozen one by itself."""
    written = definition["procedure"]
    return Frozen(content_hash(definition), definition, written["title"]["ja"], written["version"]["number"])


def city_catalogue(*folders: Path) -> "Catalogue":
    """Return a city's procedures as its files are now: unchanged folders cost a few stat calls.

    The first is the city's own, the others hold what was published beside it.

    A file that has just been broken is told in the log and stays as it was last read, so that no earlier version
    takes its place; a folder without files offers nothing.
    """
    changes = (
        change
        for folder in folders
        for name in (*FOLDERS, LANGUAGES)
        for change in _changes(str(folder / name))
    )
    return _read(folders, tuple(sorted(changes)))


def _folders(city: Path, *others: Path) -> list[Path]:
    """Return where a city keeps its procedures, and its life events if it has any."""
    places = [folder / name for folder in (city, *others) for name in FOLDERS]
    # What was published may all have been taken back: a folder that is left empty says nothing.
    return [place for place in places if place == city / PROCEDURES or any(_changes(str(place)))]


def _changes(folder: str) -> Iterator[tuple[str, int]]:
    """Yield each file below the folder with when it was changed (ns); what was just taken away (many editors do so) is not there.

    Asked for once a second: without objects for paths it takes a fifth of the time.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _changes(entry.path)
            elif entry.name.endswith(SUFFIXES):
                with suppress(OSError):
                    yield entry.path, entry.stat().st_mtime_ns


# By file; of this process only: whoever starts anew has only what the files say.
_last_good: dict[Path, Kept] = {}


@lru_cache(maxsize=4)
def _read(folders: tuple[Path, ...], _changes: tuple[tuple[str, int], ...]) -> "Catalogue":
    """Read the folders; again when a file was changed, added or taken away."""
    words, broken = words_of(*folders)
    try:
        read = read_what_can_be_read(procedure_files(_folders(*folders)), last_good=_last_good, words=words)
    except DefinitionError as error:
        read = Read(problems=list(error.problems))
    read.problems += broken
    for problem in read.problems:
        logger.error("%s", problem)
    return Catalogue(read.forms, read.events, read.texts, words)


class Catalogue:
    """All procedures and life events of a city folder; read once, and never changed."""

    def __init__(
        self,
        forms: Iterable[Form],
        events: Iterable[Triage] = (),
        texts: Mapping[tuple[str, int], str] | None = None,
        words: Words | None = None,
    ) -> None:
        self._texts = texts or {}
        self.words: Words = words or {}
        versions: dict[str, list[Form]] = {}
        for form in forms:
            versions.setdefault(form.id, []).append(form)
        self._versions = {
            name: sorted(each, key=lambda form: (form.procedure.version.effective_from, form.version))
            for name, each in sorted(versions.items())
        }
        self._events: dict[str, list[Triage]] = {}
        for event in sorted(
            events, key=lambda one: (one.form.procedure.version.effective_from, one.form.version)
        ):
            self._events.setdefault(event.event.id, []).append(event)
        self._frozen: dict[tuple[tuple[str, int], ...], Frozen] = {}
        self._bundles: dict[tuple[tuple[str, int], ...], Bundle] = {}

    @classmethod
    def of_city(cls, folder: Path) -> "Catalogue":
        """Read every `procedures/*.yaml` and `events/*.yaml` of a city folder.

        Raises: DefinitionError with the problems of all files.
        """
        read = read_files(procedure_files(_folders(folder)))
        return cls(read.forms, read.events, read.texts, words_of(folder)[0])

    def text(self, procedure: str, version: int) -> str:
        """Return the file of a version, as it was read; empty where it is not known."""
        return self._texts.get((procedure, version), "")

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all procedures."""
        return tuple(self._versions)

    def versions(self, procedure: str) -> tuple[Form, ...]:
        """Return all versions of a procedure, oldest first."""
        return tuple(self._versions.get(procedure, ()))

    def event_ids(self) -> tuple[str, ...]:
        """Return the ids of all life events."""
        return tuple(self._events)

    def event_versions(self, event: str) -> tuple[Triage, ...]:
        """Return all versions of a life event, oldest first."""
        return tuple(self._events.get(event, ()))

    def current(self, procedure: str, on: date) -> Form:
        """Return the version in force on a day, the one that took effect last; of a life event, with its procedures.

        Raises: UnknownProcedureError.
        """
        form = _in_force(self._versions.get(procedure, []), on)
        if form is not None:
            return form
        events = {triage.form: triage for triage in self._events.get(procedure, [])}
        event = _in_force(list(events), on)
        if event is None:
            raise UnknownProcedureError(
                f"手続「{procedure}」には{on}に有効な版がありません。手続の一覧から選び直してください。"
            )
        return self._bundle(events[event], on)

    def _bundle(self, triage: Triage, on: date) -> Bundle:
        """Return a life event with the versions of its procedures that are in force; one that has none is left out."""
        found = {
            step.procedure: self.in_force_or_none(step.procedure, on) for step in triage.event.procedures
        }
        forms = {name: form for name, form in found.items() if form is not None}
        key = (
            (triage.event.id, triage.form.version),
            *((name, form.version) for name, form in forms.items()),
        )
        if key not in self._bundles:
            self._bundles[key] = bundle(triage, forms)
        return self._bundles[key]

    def frozen(self, procedure: str, on: date) -> Frozen:
        """Return the version in force on a day as an application keeps it.

        Raises: UnknownProcedureError.
        """
        form = self.current(procedure, on)
        key = _versions(form)
        if key not in self._frozen:
            self._frozen[key] = freeze_form(form)
        return self._frozen[key]

    def in_force(self, on: date) -> tuple[Form, ...]:
        """Return the versions in force on a day, one for each procedure that has one."""
        return tuple(form for name in self._versions if (form := self.in_force_or_none(name, on)))

    def events(self, on: date) -> tuple[Bundle, ...]:
        """Return the life events in force on a day."""
        found = (_in_force([triage.form for triage in each], on) for each in self._events.values())
        bundles = (self.current(form.id, on) for form in found if form is not None)
        return tuple(one for one in bundles if isinstance(one, Bundle))

    def every_event(self) -> tuple[Bundle, ...]:
        """Return the latest version of each life event, as it stands on the day on which it took effect at the earliest."""
        newest = (each[-1].form for each in self._events.values())
        found = (self.current(form.id, _first_day(form)) for form in newest)
        return tuple(one for one in found if isinstance(one, Bundle))

    def in_force_or_none(self, procedure: str, on: date) -> Form | None:
        """Return the version in force on a day; None where there is none."""
        try:
            return self.current(procedure, on)
        except UnknownProcedureError:
            return None


def _in_force(versions: Iterable[Form], on: date) -> Form | None:
    """Return the version in force on a day, of versions that stand in the order in which they took effect.

    Where the last of them has ended none is: what it took the place of does not come back with the rules of long ago.
    """
    day = on.isoformat()
    begun = (form for form in reversed(list(versions)) if form.procedure.version.effective_from <= day)
    last = next(begun, None)
    ends = last.procedure.version.effective_to if last is not None else None
    return None if ends is not None and ends < day else last


def _first_day(form: Form) -> date:
    return date.fromisoformat(form.procedure.version.effective_from)


def _versions(form: Form) -> tuple[tuple[str, int], ...]:
    """Return what a form is made of: its id and version, and those of a life event's procedures."""
    inner = form.members.values() if isinstance(form, Bundle) else ()
    return ((form.id, form.version), *((member.id, member.form.version) for member in inner))


def with_its_procedures(triage: Triage, source: Source, file: Path) -> Bundle:
    """Return a life event with the procedures that stand beside its file, for its tests.

    Raises: DefinitionError where the event's checks name what these procedures do not ask.
    """
    catalogue = _procedures_beside(file.parent.parent)
    on = _first_day(triage.form)
    found = {
        step.procedure: catalogue.in_force_or_none(step.procedure, on) for step in triage.event.procedures
    }
    forms = {name: form for name, form in found.items() if form is not None}
    problems = between_procedures(triage, source, forms)
    if problems:
        raise DefinitionError(problems)
    return bundle(triage, forms)


@lru_cache(maxsize=4)
def _procedures_beside(city: Path) -> Catalogue:
    """Return the procedures of the folder in which an event's folder stands; none where there are none."""
    folder = city / PROCEDURES
    if not folder.is_dir():
        return Catalogue(())
    return Catalogue(read_files(procedure_files([folder])).forms)
