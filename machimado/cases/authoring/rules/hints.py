"""What an officer may have overlooked: a text that names another fee than the one that is taken."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)円")
# Where a text speaks of money that is paid for this procedure, and not of an allowance or a premium.
_OF_A_FEE = ("手数料", "1通", "1件", "1枚")
_FREE = ("無料", "手数料はかかりません", "手数料はいただきません")


@dataclass(frozen=True, slots=True)
class Hint:
    """A remark on a part: its kind and place, and what is to be looked at."""

    kind: str
    place: str
    words: str


def hints(data: Mapping[str, Any]) -> list[Hint]:
    """Return the parts whose Japanese text names another fee than the procedure takes."""
    fee = data.get("fee", 0)
    known = {int(found) for found in re.findall(r"\d+", str(fee))}
    told = f"{fee:,}円" if isinstance(fee, int) else f"式（{fee}）"
    return [
        Hint("whole" if kind == "title" else kind, place, f"「{text}」とありますが、手数料は{told}です。")
        for kind, place, text in _texts(data)
        if _differs(unicodedata.normalize("NFKC", text), known, is_title=kind == "title")
    ]


def _differs(text: str, known: set[int], *, is_title: bool) -> bool:
    is_free = any(word in text for word in _FREE)
    if is_free:
        return bool(known - {0})
    if not is_title and not any(word in text for word in _OF_A_FEE):
        return False
    return any(int(found.replace(",", "")) not in known for found in _AMOUNT.findall(text))


def _texts(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the texts that may speak of a fee, each with its part; those of the title are its own kind."""
    yield from (("title", "", text) for text in _said(data, "title"))
    yield from (("whole", "", text) for text in _said(data, "summary"))
    for number, note in enumerate(_list(data, "notes")):
        yield from (("note", f"notes.{number}", text) for text in [str(note.get("ja", ""))])
    for number, document in enumerate(_list(data, "documents")):
        yield from (("document", f"documents.{number}", text) for text in _said(document, "title"))
    for chapter, section in enumerate(_list(data, "sections")):
        for number, question in enumerate(_list(section, "questions")):
            place = f"sections.{chapter}.questions.{number}"
            for name in ("ask", "alone", "hint", "officer_note"):
                yield from (("question", place, text) for text in _said(question, name))


def _said(part: Mapping[str, Any], name: str) -> list[str]:
    text = part.get(name)
    return [str(text["ja"])] if isinstance(text, Mapping) and text.get("ja") else []


def _list(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = holder.get(name)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
