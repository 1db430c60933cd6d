"""The files of procedures and life events: where they are, what each gives, and what is wrong between them."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Triage
from machimado.cases.procedures.rules.load import between_procedures, load_event, load_with_source
from machimado.cases.procedures.rules.problems import DefinitionError, Problem
from machimado.cases.procedures.rules.source import Source, read_limited
from machimado.cases.procedures.rules.words import LANGUAGES, Words, joined, read_words

MOST_FILES = 2_000
PROCEDURES, EVENTS = FOLDERS = ("procedures", "events")
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file gave when it was last good, and what stood in it then."""

    raw: bytes
    found: "Form | Triage"
    source: Source
    words: Words


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


def words_of(*folders: Path) -> tuple[Words, list[Problem]]:
    """Return what translators have written beside the procedures of these folders, and what is wrong there."""
    each = [read_words(folder / LANGUAGES) for folder in folders]
    return joined(*(words for words, _ in each)), [problem for _, problems in each for problem in problems]


def read_file(file: Path) -> tuple[Form | Triage, Source]:
    """Read one file: a life event where it stands among events, a procedure otherwise.

    Raises: DefinitionError.
    """
    return _read_as(file, read_limited(file), _words_beside(file))


def _read_as(file: Path, raw: bytes, words: Words) -> tuple[Form | Triage, Source]:
    load = load_event if file.parent.name == EVENTS else load_with_source
    return load(raw, str(file), words)


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
