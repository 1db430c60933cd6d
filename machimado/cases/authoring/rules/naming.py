"""What a part of a file is called, in the words of the pages: 質問「氏名」, 検査「…」."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from machimado.cases.authoring.rules import parts
from machimado.cases.procedures.rules.definition import Vocabulary

_KINDS = (
    "question", "section", "check", "document", "delivered", "called", "errand", "note", "chapter", "wording", "people",
    "chosen", "paper", "test",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """A part that has a form of its own: its kind, its place, and what it is called."""

    kind: str
    place: str
    words: str


def named(data: Any, loc: parts.Loc, vocabulary: Vocabulary, asked: Callable[[str], str] = str) -> Named:
    """Return the innermost part in which a place stands; what belongs to none belongs to the whole.

    `asked` tells what a question of a life event is called.
    """
    for end in range(len(loc), 0, -1):
        place = ".".join(map(str, loc[:end]))
        for kind in _KINDS:
            if parts.read_place(kind, place) == loc[:end]:
                return Named(kind, place, _words(kind, data, loc[:end], vocabulary, asked))
    whole = "event" if isinstance(data, dict) and "procedures" in data else "whole"
    return Named(whole, "", parts.TITLES[whole])


def called(
    kind: str,
    part: Mapping[str, Any],
    vocabulary: Vocabulary,
    group: str = "",
    asked: Callable[[str], str] = str,
) -> str:
    """Return what a part is called: 質問「氏名」."""
    title = _of_people(part, asked) if kind in {"people", "chosen"} else _title(part, vocabulary, group)
    return f"{parts.TITLES[kind]}「{title}」" if title else parts.TITLES[kind]


def _of_people(part: Mapping[str, Any], asked: Callable[[str], str]) -> str:
    if "list" in part:
        return asked(str(part["list"]))
    names = part.get("names")
    each = [asked(str(one)) for one in names] if isinstance(names, list) else []
    return "、".join(each[:3]) + (f"など{len(each)}問" if len(each) > 3 else "")


def _words(kind: str, data: Any, loc: parts.Loc, vocabulary: Vocabulary, asked: Callable[[str], str]) -> str:
    if kind == "wording":
        return called(kind, {"id": loc[1]}, vocabulary)
    here, group = data, ""
    for number, step in enumerate(loc):
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            return parts.TITLES[kind]
        if number + 1 < len(loc) and isinstance(here, dict) and number == 3:
            group = f"{here.get('id', '')}[]."
    return called(kind, here, vocabulary, group, asked) if isinstance(here, dict) else parts.TITLES[kind]


def _title(part: Mapping[str, Any], vocabulary: Vocabulary, group: str) -> str:
    if part.get("ja"):  # a part that is a text and nothing else
        return str(part["ja"])
    for key in ("label", "title", "message"):
        said = part.get(key)
        if isinstance(said, dict) and said.get("ja"):
            return str(said["ja"])
    name = str(part.get("id") or part.get("name") or part.get("to") or part.get("procedure") or "")
    meanings = vocabulary.meanings
    meaning = meanings.get(f"{group}{name}") or meanings.get(f"{name}[]")
    return meaning.label["ja"] if meaning else name
