"""What people send → a value of a question: widths are mended, wrong things are refused with a sentence."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from machimado.cases.procedures.rules.questions import (
    ACCOUNT_PARTS,
    ADDRESS_PARTS,
    FILE_PARTS,
    SIGNATURE_PARTS,
    WITHHELD,
    Question,
)
from machimado.cases.procedures.rules.refusals import ValueRefusedError, refusal, said
from machimado.cases.procedures.rules.values import (
    LONGEST_TEXT,
    NAME_LENGTH,
    TEXT_LENGTH,
    is_empty,
    value_problem,
)
from machimado.ground.japanese.eras import UnreadableDateError, read_date
from machimado.ground.japanese.kana import full_kana

_NUMBER = re.compile(r"[+-]?\d{1,12}")
_UNIT = re.compile(r"(円|人|通|件|個|歳|枚)$")
_DASHES = re.compile(r"[‐‑‒–—―−ーｰ]")
_TRUE = frozenset({"true", "on", "1", "yes", "はい"})
_FALSE = frozenset({"", "false", "off", "0", "no", "いいえ"})


def read_value(question: Question, raw: Any, *, today: str = "9999-12-31") -> Any:
    """Turn what was sent into the value that is stored, or None when it is no answer.

    `raw` may be anything: a text of a form post or JSON. Half-width kana and full-width digits are mended, dates may
    be typed in eras; `today` (YYYY-MM-DD) limits dates that can't be in the future.
    Raises: ValueRefusedError with a sentence that says what to do.
    """
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    value = _READERS[question.kind](question, raw)
    if is_empty(value):
        return value if value is False else None
    problem = value_problem(question, value, today)
    if problem:
        raise ValueRefusedError(problem)
    return _rows(question, value, today) if question.kind == "group" else value


def _refuse(code: str, question: Question, **details: Any) -> ValueRefusedError:
    return ValueRefusedError(refusal(code, question.label, **details))


def _typed(question: Question, raw: Any) -> str:
    """Return a text without blanks around it; sizes are checked before anything looks at its characters."""
    if not isinstance(raw, str):
        raise _refuse("type", question)
    if len(raw) > LONGEST_TEXT:
        usual = TEXT_LENGTH if question.kind == "text" else NAME_LENGTH
        raise _refuse("too_long", question, limit=question.maximum or usual, size=len(raw))
    return raw.replace("\r\n", "\n").strip()


def _single_width(text: str) -> str:
    """Write digits, letters and dashes in single width, for numbers, codes and telephone numbers."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text)).strip()


def _text(question: Question, raw: Any) -> str:
    text = _typed(question, raw)
    reader = _TEXT_READERS.get(question.format or "")
    return reader(text) if reader else text


def _phone(text: str) -> str:
    return re.sub(r"[\s()]+", "-", _single_width(text)).strip("-")


_TEXT_READERS: dict[str, Callable[[str], str]] = {
    "phone": _phone,
    "email": lambda text: _single_width(text).replace(" ", ""),
    "postal_code": lambda text: _single_width(text).removeprefix("〒").replace("-", "").replace(" ", ""),
    "kana": full_kana,
}


def _number(question: Question, raw: Any) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 10**12:
        return int(raw)
    text = _UNIT.sub("", _single_width(_typed(question, raw))).replace(",", "").replace("¥", "").strip()
    if not _NUMBER.fullmatch(text):
        raise _refuse("number", question)
    return int(text)


def _date(question: Question, raw: Any) -> str:
    text = _typed(question, raw)
    if len(text) > 60:
        raise _refuse("too_long", question, limit=60, size=len(text))
    try:
        return read_date(text)
    except UnreadableDateError as error:
        raise ValueRefusedError(said("date", error.template, question.label, **error.values)) from None


def _choices(question: Question, raw: Any) -> Any:
    codes = [raw] if isinstance(raw, str) else raw
    if not isinstance(codes, list) or len(codes) > 200 or not all(isinstance(code, str) for code in codes):
        raise _refuse("type", question)
    return list(dict.fromkeys(code for code in codes if code))


def _declaration(question: Question, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().lower() if isinstance(raw, str) and len(raw) < 10 else None
    if word not in _TRUE | _FALSE:
        raise _refuse("type", question)
    return word in _TRUE


def _parts(question: Question, raw: Any, known: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise _refuse("type", question)
    if not raw.keys() <= set(known):
        raise _refuse("unknown_part", question)
    return {part: _typed(question, "" if raw[part] is None else raw[part]) for part in known if part in raw}


def _name(question: Question, raw: Any) -> dict[str, str]:
    parts = {"text": "", "kana": "", **_parts(question, raw, ("text", "kana"))}
    return {"text": _spaced(parts["text"]), "kana": full_kana(parts["kana"])}


def _spaced(text: str) -> str:
    """Put one space between the names: full width in Japanese names, half width in Latin ones; letters stay as they are."""
    wide = not text.isascii()
    return re.sub(r"[ \u3000]+", "　" if wide else " ", text)


def _address(question: Question, raw: Any) -> dict[str, str]:
    if raw == WITHHELD:
        return dict(WITHHELD)
    parts = _parts(question, raw, ADDRESS_PARTS)
    if "postal_code" in parts:
        parts["postal_code"] = _TEXT_READERS["postal_code"](parts["postal_code"])
    return parts


def _account(question: Question, raw: Any) -> dict[str, str]:
    parts = _parts(question, raw, ACCOUNT_PARTS)
    for part in ("bank_code", "branch_code", "number"):
        parts[part] = _single_width(parts.get(part, "")).replace(" ", "")
    parts["holder_kana"] = full_kana(parts.get("holder_kana", ""))
    return parts


def _files(question: Question, raw: Any) -> list[dict[str, str]]:
    if not isinstance(raw, list) or len(raw) > 100:
        raise _refuse("type", question)
    return [_parts(question, each, FILE_PARTS) for each in raw]


def _group(question: Question, raw: Any) -> list[Any]:
    if not isinstance(raw, list):
        raise _refuse("type", question)
    return raw


def _rows(group: Question, rows: list[Any], today: str) -> list[dict[str, Any]]:
    """Read each row by its own questions; unanswered ones are left out."""
    questions = {question.id: question for question in group.questions}
    read = []
    for row in rows:
        if not isinstance(row, dict):
            raise _refuse("type", group)
        if not row.keys() <= questions.keys():
            raise _refuse("unknown_part", group)
        values = {key: read_value(questions[key], raw, today=today) for key, raw in row.items()}
        read.append({key: value for key, value in values.items() if value is not None})
    return read


_READERS: dict[str, Callable[[Question, Any], Any]] = {
    "name": _name,
    "address": _address,
    "date": _date,
    "choice": _typed,
    "choices": _choices,
    "number": _number,
    "money": _number,
    "text": _text,
    "group": _group,
    "account": _account,
    "files": _files,
    "declaration": _declaration,
    "signature": lambda question, raw: _parts(question, raw, SIGNATURE_PARTS),
}
