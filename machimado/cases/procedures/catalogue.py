"""The procedures of a city: all versions, which one is in force on a day, and frozen copies for applications.

No Django: `queries` speaks of the city of the settings.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.load import (
    content_hash,
    freeze,
    load_with_source,
    read_limited,
    thaw,
    thawed,
)
from machimado.cases.procedures.rules.problems import DefinitionError, Problem
from machimado.cases.procedures.rules.source import Source

__all__ = [
    "Catalogue",
    "DefinitionError",
    "Frozen",
    "UnknownProcedureError",
    "city_catalogue",
    "freeze_form",
    "thaw",
    "thawed",
]

MOST_FILES = 2_000
SUFFIXES = (".yaml", ".yml")

logger = logging.getLogger(__name__)


class UnknownProcedureError(LookupError):
    """No version of a procedure is in force; the message says so in Japanese."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A definition as JSON data with the hash of its content, as an application keeps it."""

    content_hash: str
    definition: dict[str, Any]


def freeze_form(form: Form) -> Frozen:
    """Freeze a form for an application.

    `thaw(frozen.definition, content_hash=frozen.content_hash)` gives it back, whatever becomes of the files.
    """
    definition = freeze(form)
    return Frozen(content_hash(definition), definition)


def city_catalogue(folder: Path) -> "Catalogue":
    """Return a city's procedures as its files are now: an unchanged folder costs a few stat calls.

    A file that has just been broken is told in the log and stays as it was last read, so that no earlier version
    takes its place; a folder without files offers nothing.
    """
    procedures = folder / "procedures"
    return _read(procedures, tuple(sorted(_changes(str(procedures)))))


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
_last_good: dict[Path, Form] = {}


@lru_cache(maxsize=4)
def _read(folder: Path, _changes: tuple[tuple[str, int], ...]) -> "Catalogue":
    """Read the folder; again when a file was changed, added or taken away."""
    try:
        forms, problems = read_what_can_be_read(procedure_files([folder]), last_good=_last_good)
    except DefinitionError as error:
        forms, problems = [], list(error.problems)
    for problem in problems:
        logger.error("%s", problem)
    return Catalogue(forms)


class Catalogue:
    """All procedures of a city folder; read once, and never changed."""

    def __init__(self, forms: Iterable[Form]) -> None:
        versions: dict[str, list[Form]] = {}
        for form in forms:
            versions.setdefault(form.id, []).append(form)
        self._versions = {
            name: sorted(each, key=lambda form: (form.procedure.version.effective_from, form.version))
            for name, each in sorted(versions.items())
        }
        self._frozen: dict[tuple[str, int], Frozen] = {}

    @classmethod
    def of_city(cls, folder: Path) -> "Catalogue":
        """Read every `procedures/*.yaml` of a city folder.

        Raises: DefinitionError with the problems of all files.
        """
        return cls(read_files(procedure_files([folder / "procedures"])))

    def ids(self) -> tuple[str, ...]:
        """Return the ids of all procedures."""
        return tuple(self._versions)

    def versions(self, procedure: str) -> tuple[Form, ...]:
        """Return all versions of a procedure, oldest first."""
        return tuple(self._versions.get(procedure, ()))

    def current(self, procedure: str, on: date) -> Form:
        """Return the version in force on a day: the one that took effect last.

        Raises: UnknownProcedureError.
        """
        day = on.isoformat()
        for form in reversed(self._versions.get(procedure, [])):
            version = form.procedure.version
            if version.effective_from <= day <= (version.effective_to or day):
                return form
        raise UnknownProcedureError(
            f"手続「{procedure}」には{day}に有効な版がありません。手続の一覧から選び直してください。"
        )

    def frozen(self, procedure: str, on: date) -> Frozen:
        """Return the version in force on a day as an application keeps it.

        Raises: UnknownProcedureError.
        """
        form = self.current(procedure, on)
        key = (form.id, form.version)
        if key not in self._frozen:
            self._frozen[key] = freeze_form(form)
        return self._frozen[key]

    def in_force(self, on: date) -> tuple[Form, ...]:
        """Return the versions in force on a day, one for each procedure that has one."""
        return tuple(form for name in self._versions if (form := self._current_or_none(name, on)))

    def _current_or_none(self, procedure: str, on: date) -> Form | None:
        try:
            return self.current(procedure, on)
        except UnknownProcedureError:
            return None


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
    found = [file for file in everything if file.parent.name == "procedures"] or everything
    if not found:
        raise DefinitionError(
            [Problem(str(path), 1, 1, "手続のファイル（*.yaml）がありません。フォルダを確かめてください。")]
        )
    yield from found


def read_files(files: Iterable[Path]) -> list[Form]:
    """Read procedure files.

    Raises: DefinitionError with the problems of all files, and of files that contradict each other.
    """
    forms, problems = read_what_can_be_read(files)
    if problems:
        raise DefinitionError(problems)
    return forms


def read_what_can_be_read(
    files: Iterable[Path], *, last_good: dict[Path, Form] | None = None
) -> tuple[list[Form], list[Problem]]:
    """Read procedure files and return the good ones, and the problems of the others.

    With `last_good` a file that can't be read gives what it gave before; what is read now is kept in it.
    """
    kept = {} if last_good is None else last_good
    forms: list[Form] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, int], str] = {}
    for file in files:
        try:
            form, source = load_with_source(read_limited(file), str(file))
        except DefinitionError as error:
            problems += error.problems
            forms += [kept[file]] if file in kept else []
            continue
        problems += _between_files(form, source, file, seen)
        forms.append(form)
        kept[file] = form
    return forms, problems


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
