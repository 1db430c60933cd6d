"""The procedures of a city: all versions, which one is in force on a day, and frozen copies for applications.

No Django: `queries` speaks of the city of the settings.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Triage
from machimado.cases.procedures.rules.load import (
    between_procedures,
    bundle,
    content_hash,
    freeze,
    load_event,
    load_with_source,
    thaw,
    thawed,
)
from machimado.cases.procedures.rules.problems import DefinitionError, Problem
from machimado.cases.procedures.rules.source import Source, read_limited
from machimado.cases.procedures.rules.words import LANGUAGES, Words, joined, read_words

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

MOST_FILES = 2_000
PROCEDURES, EVENTS = FOLDERS = ("procedures", "events")
SUFFIXES = (".yaml", ".yml")

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


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file gave when it was last good, and what stood in it then."""

    raw: bytes
    found: "Form | Triage"
    source: Source
    words: Words


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


def words_of(*folders: Path) -> tuple[Words, list[Problem]]:
    """Return what translators have written beside the procedures of these folders, and what is wrong there."""
    each = [read_words(folder / LANGUAGES) for folder in folders]
    return joined(*(words for words, _ in each)), [problem for _, problems in each for problem in problems]


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
    """Return the version in force on a day, of versions that stand in the order in which they took effect."""
    day = on.isoformat()
    for form in reversed(list(versions)):
        version = form.procedure.version
        if version.effective_from <= day <= (version.effective_to or day):
            return form
    return None


def _first_day(form: Form) -> date:
    return date.fromisoformat(form.procedure.version.effective_from)


def _versions(form: Form) -> tuple[tuple[str, int], ...]:
    """Return what a form is made of: its id and version, and those of a life event's procedures."""
    inner = form.members.values() if isinstance(form, Bundle) else ()
    return ((form.id, form.version), *((member.id, member.form.version) for member in inner))


def procedure_files(paths: Iterable[Path]) -> list[Path]:
    """Return the YAML files at the paths: files as they are, folders with everything below them.

    Raises: DefinitionError when there is nothing, or absurdly much.
    """
    found = [file for path in paths for file in _files(path)]
    if len(found) > MOST_FILES:
        raise DefinitionError(
            [
                Problem(
                    str(found[0].parent),
                    1,
                    1,
                    f"ファイルが{MOST_FILES}を超えています。フォルダを確かめてください。",
                )
            ]
        )
    return found


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    everything = sorted(
        Path(folder, name) for folder, _, names in os.walk(path) for name in names if name.endswith(SUFFIXES)
    )
    # A city's folder, or one of cities: its other files (staff, sites) are no procedures.
    found = [file for file in everything if file.parent.name in FOLDERS] or everything
    if not found:
        raise DefinitionError(
            [Problem(str(path), 1, 1, "手続のファイル（*.yaml）がありません。フォルダを確かめてください。")]
        )
    yield from found


@dataclass(slots=True)
class Read:
    """What was read from files, and what was wrong with others."""

    forms: list[Form] = field(default_factory=list)
    events: list[Triage] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # By the procedure and its version.
    texts: dict[tuple[str, int], str] = field(default_factory=dict)
    sources: dict[tuple[str, int], Source] = field(default_factory=dict)

    def add(self, kept: Kept) -> None:
        """Take what a file gave."""
        form = kept.found.form if isinstance(kept.found, Triage) else kept.found
        self.texts[form.id, form.version] = kept.source.text
        if isinstance(kept.found, Triage):
            self.events.append(kept.found)
        else:
            self.forms.append(kept.found)
        self.sources[form.id, form.version] = kept.source


def read_files(files: Iterable[Path]) -> Read:
    """Read files of procedures and life events.

    Raises: DefinitionError with the problems of all files, and of files that contradict each other.
    """
    read = read_what_can_be_read(files)
    if read.problems:
        raise DefinitionError(read.problems)
    return read


def read_what_can_be_read(
    files: Iterable[Path], *, last_good: dict[Path, Kept] | None = None, words: Words | None = None
) -> Read:
    """Read files and return what the good ones give, and the problems of the others.

    With `last_good` a file that can't be read gives what it gave before, and one that has not changed is not read again;
    what is read now is kept in it. `words` are what translators have written; otherwise each file has those beside its folder.
    """
    kept = {} if last_good is None else last_good
    read = Read()
    seen: dict[tuple[str, int], str] = {}
    called: list[tuple[Triage, Source]] = []
    for file in files:
        try:
            now = _again_or_anew(file, kept.get(file), _words_beside(file) if words is None else words)
        except DefinitionError as error:
            read.problems += error.problems
            if file in kept:
                read.add(kept[file])
            continue
        found, source = now.found, now.source
        read.problems += _between_files(found if isinstance(found, Form) else found.form, source, file, seen)
        called += [(found, source)] if isinstance(found, Triage) else []
        read.add(now)
        kept[file] = now
    forms = {form.id: form for form in read.forms}
    read.problems += [problem for each in called if forms for problem in unknown_steps(*each, forms)]
    return read


def _again_or_anew(file: Path, before: Kept | None, words: Words) -> Kept:
    raw = read_limited(file)
    if before is not None and before.raw == raw and before.words == words:
        return before
    return Kept(raw, *_read_as(file, raw, words), words)


def _words_beside(file: Path) -> Words:
    return read_words(file.parent.parent / LANGUAGES)[0]


def read_file(file: Path) -> tuple[Form | Triage, Source]:
    """Read one file: a life event where it stands among events, a procedure otherwise.

    Raises: DefinitionError.
    """
    return _read_as(file, read_limited(file), _words_beside(file))


def _read_as(file: Path, raw: bytes, words: Words) -> tuple[Form | Triage, Source]:
    load = load_event if file.parent.name == EVENTS else load_with_source
    return load(raw, str(file), words)


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


def unknown_steps(triage: Triage, source: Source, forms: Mapping[str, Form]) -> Iterator[Problem]:
    """Yield where a life event calls what the same files do not have, or is called as one of the procedures."""
    if triage.event.id in forms:
        yield source.problem(("id",), f"「{triage.event.id}」という手続があります。id を変えてください。")
    for number, step in enumerate(triage.event.procedures):
        form = forms.get(step.procedure)
        if form is None:
            yield source.problem(
                ("procedures", number, "procedure"),
                f"手続「{step.procedure}」がありません。procedures のフォルダーに書くか、id を確かめてください。",
            )
            continue
        for name in step.given:
            if form.question(name) is None:
                yield source.problem(
                    ("procedures", number, "given", name),
                    f"手続「{step.procedure}」に「{name}」という質問はありません。",
                    key=True,
                )
        for place, name in enumerate(step.apart):
            if form.question(name) is None:
                yield source.problem(
                    ("procedures", number, "apart", place),
                    f"手続「{step.procedure}」に「{name}」という質問はありません。",
                )
    called = {
        step.procedure: forms[step.procedure] for step in triage.event.procedures if step.procedure in forms
    }
    if len(called) == len(triage.event.procedures) and (triage.event.checks or triage.event.people):
        yield from between_procedures(triage, source, called)


def _between_files(
    form: Form, source: Source, file: Path, seen: dict[tuple[str, int], str]
) -> Iterator[Problem]:
    key = (form.id, form.version)
    if key in seen:
        yield source.problem(
            ("version",),
            f"「{form.id}」の第{form.version}版は {seen[key]} にもあります。版の番号を変えてください。",
        )
    seen[key] = file.name
    forms = file.parent.parent / "forms"
    if form.procedure.form and forms.is_dir() and not (forms / form.procedure.form).is_file():
        yield source.problem(
            ("form",), f"様式 {forms.name}/{form.procedure.form} がありません。ファイル名を確かめてください。"
        )
