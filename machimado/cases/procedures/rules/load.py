"""A file → a Form, with every problem at its line and column; and a frozen definition → the same Form."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from machimado.cases.procedures.rules.binding import bind
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.cases import check_cases
from machimado.cases.procedures.rules.definition import Procedure, Vocabulary
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import LifeEvent, Triage, check_event, link_event
from machimado.cases.procedures.rules.link import Complaints, link
from machimado.cases.procedures.rules.problems import DefinitionError, Problem
from machimado.cases.procedures.rules.shape import read_shape
from machimado.cases.procedures.rules.source import Loc, Source, read_limited
from machimado.cases.procedures.rules.words import NO_WORDS, VOCABULARY, Words, joined, vocabulary_words

FROZEN_FORMAT = 1


@cache
def vocabulary() -> Vocabulary:
    """Return the shared vocabulary: all its files together.

    Raises: DefinitionError where two files say the same word.
    """
    together = Vocabulary(meanings={})
    for path in sorted(VOCABULARY.glob("*.yaml")):
        source = Source(path.read_bytes(), f"{VOCABULARY.name}/{path.name}")
        together = _joined(together, read_shape(source, Vocabulary, vocabulary_words()), source)
    return together


def _joined(one: Vocabulary, other: Vocabulary, source: Source) -> Vocabulary:
    twice = [("option_sets", name) for name in one.option_sets.keys() & other.option_sets]
    twice += [("meanings", name) for name in one.meanings.keys() & other.meanings]
    if twice:
        raise DefinitionError(
            source.problem(
                loc, f"「{loc[1]}」は語彙の別のファイルにもあります。片方を消してください。", key=True
            )
            for loc in twice
        )
    return Vocabulary(
        option_sets={**one.option_sets, **other.option_sets}, meanings={**one.meanings, **other.meanings}
    )


def load(raw: bytes, name: str, words: Words = NO_WORDS) -> Form:
    """Read a procedure file.

    Raises: DefinitionError with every problem that was found.
    """
    return load_with_source(raw, name, words)[0]


def load_with_source(raw: bytes, name: str, words: Words = NO_WORDS) -> tuple[Form, Source]:
    """Read a procedure file and keep the source, so that later problems can be told by line.

    `words` are what translators have written beside it.
    """
    source = Source(raw, name)
    procedure = read_shape(source, Procedure, joined(words, vocabulary_words()))
    complaints = Complaints()
    form = link(procedure, vocabulary(), complaints)
    if form is not None:
        check_cases(form, complaints)
    if form is None or complaints.found:
        raise DefinitionError(
            source.problem(loc, what, at, key=key) for loc, what, at, key in complaints.found
        )
    return form, source


def load_event(raw: bytes, name: str, words: Words = NO_WORDS) -> tuple[Triage, Source]:
    """Read the file of a life event, and keep the source.

    Raises: DefinitionError with every problem that was found.
    """
    source = Source(raw, name)
    event = read_shape(source, LifeEvent, joined(words, vocabulary_words()))
    complaints = Complaints()
    triage = link_event(event, vocabulary(), complaints)
    if triage is not None:
        check_event(triage, vocabulary(), complaints)
    if triage is None or complaints.found:
        raise DefinitionError(
            source.problem(loc, what, at, key=key) for loc, what, at, key in complaints.found
        )
    return triage, source


def bundle(triage: Triage, forms: Mapping[str, Form]) -> Bundle:
    """Return the form of a life event with its procedures, as the vocabulary is now."""
    return _bound(triage, tuple(forms.items()))[0]


def between_procedures(triage: Triage, source: Source, forms: Mapping[str, Form]) -> list[Problem]:
    """Return what is wrong in a life event's own checks, which only together with its procedures can be seen."""
    _, found = _bound(triage, tuple(forms.items()))
    return [source.problem(loc, what, at, key=key) for loc, what, at, key in found]


# Whoever writes a life event wants to know what is wrong between its procedures, and then how it looks.
@lru_cache(maxsize=16)
def _bound(
    triage: Triage, forms: tuple[tuple[str, Form], ...]
) -> tuple[Bundle, tuple[tuple[Loc, str, int, bool], ...]]:
    """Return the form of a life event, and what is wrong between its procedures."""
    complaints = Complaints()
    made = bind(triage, dict(forms), vocabulary().meanings, complaints)
    return made, tuple(complaints.found)


def load_file(path: Path, name: str | None = None) -> Form:
    """Read a procedure file from disk; `name` is what problems call it."""
    return load(read_limited(path), name or str(path))


def freeze(form: Form) -> dict[str, Any]:
    """Return the definition as JSON data, with the meanings and options that it inherits: it stays as it is for ever."""
    if isinstance(form, Bundle):
        return _freeze_bundle(form)
    written = form.procedure.model_dump(mode="json", by_alias=True, exclude_unset=True)
    written.pop("tests", None)
    return {"format": FROZEN_FORMAT, "procedure": written, "vocabulary": _used_vocabulary(form)}


def _freeze_bundle(form: Bundle) -> dict[str, Any]:
    written = form.event.model_dump(mode="json", by_alias=True, exclude_unset=True)
    written.pop("tests", None)
    return {
        "format": FROZEN_FORMAT,
        "event": written,
        "vocabulary": _used_vocabulary(form.triage.form, more=form.event.wording),
        "procedures": {name: freeze(member.form) for name, member in form.members.items()},
    }


def content_hash(frozen: dict[str, Any]) -> str:
    """Return the SHA-256 of a frozen definition, the same for the same content."""
    return _hash(_canonical(frozen))


def thaw(frozen: dict[str, Any], *, content_hash: str | None = None) -> Form:
    """Compile a frozen definition; the last ones are kept.

    With the `content_hash` under which it was stored, a kept one is found without looking at the definition.
    Raises: DefinitionError when it was damaged.
    """
    key = content_hash or _hash(_canonical(frozen))
    form = _thawed.get(key)
    if form is None:
        if len(_thawed) >= MOST_THAWED:
            _thawed.clear()
        form = _thawed[key] = _compile(frozen, key)
    return form


def thawed(content_hash: str) -> Form | None:
    """Return the form of a frozen definition that this process has compiled already."""
    return _thawed.get(content_hash)


MOST_THAWED = 256
_thawed: dict[str, Form] = {}


def _compile(frozen: dict[str, Any], key: str) -> Form:
    if _hash(_canonical(frozen)) != key:
        raise DefinitionError(
            [
                _frozen_problem(
                    (),
                    "保存された手続定義が、保存したときの内容と違います。情報政策の担当に知らせてください。",
                )
            ]
        )
    complaints = Complaints()
    try:
        form = _linked(frozen, complaints)
    except (KeyError, TypeError, ValidationError) as error:
        raise DefinitionError(
            [_frozen_problem((), f"保存された手続定義が壊れています（{error}）。")]
        ) from None
    if form is None:
        raise DefinitionError(_frozen_problem(loc, what) for loc, what, _, _ in complaints.found)
    return form


def _linked(frozen: dict[str, Any], complaints: Complaints) -> Form | None:
    shared = Vocabulary.model_validate(frozen["vocabulary"])
    if "event" not in frozen:
        return link(Procedure.model_validate(frozen["procedure"]), shared, complaints)
    triage = link_event(LifeEvent.model_validate(frozen["event"]), shared, complaints)
    # A store may give the keys of an object in another order: the event has the order of its procedures.
    written = [step["procedure"] for step in frozen["event"]["procedures"]]
    held = frozen["procedures"]
    forms = {name: _linked(held[name], complaints) for name in written if name in held}
    known = {name: form for name, form in forms.items() if form is not None}
    if triage is None or len(known) < len(forms):
        return None
    meanings = chain([frozen["vocabulary"]], (each["vocabulary"] for each in frozen["procedures"].values()))
    # What could not be checked when it was frozen is not checked later either.
    return bind(triage, known, {name: True for each in meanings for name in each["meanings"]}, Complaints())


def _canonical(frozen: dict[str, Any]) -> str:
    return json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _hash(canonical: str) -> str:
    return hashlib.sha256(canonical.encode()).hexdigest()


def _frozen_problem(loc: Loc, what: str) -> Problem:
    return Problem("保存された定義", 1, 1, f"{'.'.join(map(str, loc))} {what}".strip())


def _used_vocabulary(form: Form, more: Iterable[str] = ()) -> dict[str, Any]:
    shared = vocabulary()
    used: dict[str, Any] = {}
    for path in chain((path for path, _ in form.walk()), more):
        for key in (path, f"{path}[]"):
            if key in shared.meanings:
                used[key] = shared.meanings[key].model_dump(mode="json", exclude_unset=True)
    sets = {
        name: [option.model_dump(mode="json") for option in options]
        for name, options in shared.option_sets.items()
    }
    return {
        "option_sets": {name: options for name, options in sets.items() if _named(name, used, form)},
        "meanings": used,
    }


def _named(name: str, used: dict[str, Any], form: Form) -> bool:
    written = [question for section in form.procedure.sections for question in section.questions]
    inner = [each for question in written for each in question.questions]
    return any(meaning.get("options") == name for meaning in used.values()) or any(
        each.options == name for each in (*written, *inner)
    )
