"""Sentences that translators keep beside the procedures, by the Japanese one.

A text of a procedure is a map of languages. Japanese, plain Japanese and English stand in the procedure itself; the others are
kept by translators in a file for each language (`languages/ko.yaml` beside `procedures/`), where each Japanese sentence has
its translation. So a sentence is translated once wherever it is said, and where the Japanese one is changed its
translations no longer hold: they are missing, which `machimado procedures check` tells, and never say something else.
What a procedure's own file says goes before.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from machimado.cases.procedures.rules.problems import DefinitionError, Problem
from machimado.cases.procedures.rules.source import Source, read_limited

VOCABULARY = Path(__file__).parent.parent / "vocabulary"
# The folder beside procedures (and in the vocabulary) with what translators write.
LANGUAGES = "languages"
# By language, then by the Japanese sentence.
Words = Mapping[str, Mapping[str, str]]
NO_WORDS: Words = {}
# What nobody is told: tests hold answers.
_UNTOLD = frozenset({"tests"})


def filled(data: Any, words: Words) -> Any:
    """Return a file's data with each text also in the languages that its own map does not have."""
    if isinstance(data, list):
        return [filled(each, words) for each in data]
    if not isinstance(data, dict):
        return data
    if _is_text(data):
        theirs = {language: known[data["ja"]] for language, known in words.items() if data["ja"] in known}
        return {**theirs, **data}
    return {key: value if key in _UNTOLD else filled(value, words) for key, value in data.items()}


def _is_text(data: Mapping[Any, Any]) -> bool:
    return isinstance(data.get("ja"), str) and all(isinstance(each, str) for each in data.values())


def joined(*each: Words) -> dict[str, dict[str, str]]:
    """Return words together; the first that has a sentence gives it."""
    found: dict[str, dict[str, str]] = {}
    for words in reversed(each):
        for language, known in words.items():
            found[language] = {**found.get(language, {}), **known}
    return found


@cache
def vocabulary_words() -> Words:
    """Return what translators have written for the vocabulary; what they write for a procedure goes before.

    Raises: DefinitionError.
    """
    words, problems = read_words(VOCABULARY / LANGUAGES)
    if problems:
        raise DefinitionError(problems)
    return words


def read_words(folder: Path) -> tuple[Words, tuple[Problem, ...]]:
    """Return what translators have written in a folder (ko.yaml: Japanese sentence → theirs), and what is wrong there."""
    files = sorted(folder.glob("*.yaml"))
    return _read_words(tuple((file, file.stat().st_mtime_ns) for file in files))


@lru_cache(maxsize=16)
def _read_words(files: tuple[tuple[Path, int], ...]) -> tuple[Words, tuple[Problem, ...]]:
    words: dict[str, Mapping[str, str]] = {}
    problems: list[Problem] = []
    for file, _ in files:
        try:
            words[file.stem] = _words(Source(read_limited(file), str(file)))
        except DefinitionError as error:
            problems += error.problems
    return words, tuple(problems)


def _words(source: Source) -> Mapping[str, str]:
    if not isinstance(source.data, dict):
        raise DefinitionError([source.at(0, "「日本語の文: その言語の文」を一行ずつ書いてください。")])
    wrong = [key for key, value in source.data.items() if not isinstance(value, str) or not value.strip()]
    if wrong:
        raise DefinitionError(
            source.problem((key,), f"「{key}」の文がありません。書くか、行を消してください。")
            for key in wrong
        )
    return source.data
