"""Which values a question accepts: `value_problem` judges a stored value; reading what people send is in reading.py."""

import re
from collections.abc import Callable
from typing import Any

from machimado.cases.procedures.rules.cel.errors import EvaluationError
from machimado.cases.procedures.rules.dates import days_of
from machimado.cases.procedures.rules.questions import (
    ACCOUNT_KINDS,
    ACCOUNT_PARTS,
    ADDRESS_PARTS,
    FILE_PARTS,
    SIGNATURE_PARTS,
    WITHHELD,
    Question,
)
from machimado.cases.procedures.rules.refusals import Refusal, refusal, said
from machimado.ground.japanese.individual_number import contains_individual_number

# Widths of the standard data items. Source: 基本データリスト of the standardised systems, as collected for the
# reference core system (samplecore/README.md): names 100, 番地 50, 方書 300.
NAME_LENGTH = 100
ADDRESS_LENGTHS = {"postal_code": 7, "prefecture": 10, "city": 40, "town": 120, "block": 50, "building": 300}
TEXT_LENGTH = 200
LONGEST_TEXT = 2_000
LARGEST_NUMBER = 999_999_999  # nine digits: an Individual Number can't hide in a number
MOST_FILES = 20

# C0 and C1 controls, marks of writing direction, zero-width characters, noncharacters, surrogates. Variation
# selectors and private-use characters (外字) stay: names need them.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_KANA = re.compile(r"[ァ-ヺー・ヽヾ　A-Za-zＡ-Ｚａ-ｚ0-9０-９（）().,'’・\-－／/&＆ ]*")
_PHONE = re.compile(r"0\d{1,4}-?\d{1,4}-?\d{3,4}|\+\d{1,3}[-\d]{6,15}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_FORMATS = {"phone": _PHONE, "email": _EMAIL, "postal_code": re.compile(r"\d{7}"), "kana": _KANA}

Judge = Callable[[Question, Any, str], Refusal | None]


def value_problem(question: Question, value: Any, today: str) -> Refusal | None:
    """Return why a value can't be the answer to a question, or None when it can.

    Rows of a group are judged one by one by the engine; here only their number.
    """
    return JUDGES[question.kind](question, value, today)


def text_problem(question: Question, text: Any, longest: int, *, lines: bool = False) -> Refusal | None:
    """Return what is wrong with any text that people typed: too long, invisible characters, an Individual Number."""
    if text.__class__ is not str:
        return refusal("type", question.label)
    if len(text) > longest:
        return refusal("too_long", question.label, limit=longest, size=len(text))
    if _INVISIBLE.search(text.replace("\n", "") if lines else text):
        return refusal("control", question.label)
    if len(text) >= 12 and _many_digits(text) and contains_individual_number(text):
        return refusal("individual_number", question.label)
    return None


def _many_digits(text: str) -> bool:
    return sum(map(str.isnumeric, text)) >= 12


def _judge_text(question: Question, value: Any, _today: str) -> Refusal | None:
    longest = question.maximum if question.maximum is not None else TEXT_LENGTH
    problem = text_problem(question, value, min(longest, LONGEST_TEXT), lines=question.format == "lines")
    return problem or _text_form(question, value)


def _text_form(question: Question, value: str) -> Refusal | None:
    if question.minimum is not None and len(value) < question.minimum:
        return refusal("too_short", question.label, limit=question.minimum)
    form = _FORMATS.get(question.format or "")
    if form and not form.fullmatch(value):
        return refusal(str(question.format), question.label)
    if question.matches and not question.matches(value):
        return refusal("pattern", question.label)
    return None


def _parts_problem(
    question: Question, value: Any, parts: tuple[str, ...], lengths: dict[str, int]
) -> Refusal | None:
    """Judge an object of texts: known parts only, each part a text of its length."""
    if value.__class__ is not dict:
        return refusal("type", question.label)
    for part, text in value.items():
        if part not in parts:
            return refusal("unknown_part", question.label)
        problem = text_problem(question, text, lengths.get(part, NAME_LENGTH))
        if problem:
            return problem
    return None


def _judge_name(question: Question, value: Any, _today: str) -> Refusal | None:
    problem = _parts_problem(question, value, ("text", "kana"), {})
    if problem:
        return problem
    kana = value.get("kana", "")
    if not _KANA.fullmatch(kana):
        return refusal("kana", question.label)
    if not value.get("text", "").strip():
        return refusal("incomplete", question.label, part="漢字などの表記")
    if question.format == "surname" and len(value["text"].split()) > 1:
        return refusal("surname", question.label)
    if not kana.strip() and not value["text"].isascii():
        return refusal("incomplete", question.label, part="ふりがな")
    return None


def _judge_address(question: Question, value: Any, _today: str) -> Refusal | None:
    if value == WITHHELD:
        return None
    problem = _parts_problem(question, value, ADDRESS_PARTS, ADDRESS_LENGTHS)
    if problem:
        return problem
    code = value.get("postal_code", "")
    if code and not _FORMATS["postal_code"].fullmatch(code):
        return refusal("postal_code", question.label)
    if not (value.get("city") or value.get("town")):
        return refusal("incomplete", question.label, part="市区町村か町字")
    return None


def _judge_account(question: Question, value: Any, _today: str) -> Refusal | None:
    return _parts_problem(question, value, ACCOUNT_PARTS, {}) or _account_form(question, value)


ACCOUNT_NAMES = {
    "bank_code": "金融機関コード",
    "branch_code": "支店コード",
    "kind": "預金の種類",
    "number": "口座番号",
    "holder_kana": "口座名義（カナ）",
}


def _account_form(question: Question, value: dict[str, str]) -> Refusal | None:
    for part, name in ACCOUNT_NAMES.items():
        if not value.get(part):
            return refusal("incomplete", question.label, part=name)
    if not (_digits(value["bank_code"], 4) and _digits(value["branch_code"], 3)):
        return refusal("bank_code", question.label)
    if not _digits(value["number"], 7):
        return refusal("account_number", question.label)
    if value["kind"] not in ACCOUNT_KINDS:
        return refusal("code", question.label)
    return None if _KANA.fullmatch(value["holder_kana"]) else refusal("kana", question.label)


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


NO_DATE = "「{typed}」は日付ではありません。入力し直してください。"


def _judge_date(question: Question, value: Any, today: str) -> Refusal | None:
    if value.__class__ is not str:
        return refusal("type", question.label)
    try:
        first, last = days_of(value)
    except EvaluationError:
        return said("date", NO_DATE, question.label, typed=value[:20])
    if question.exact and first != last:
        return refusal("exact", question.label)
    if question.not_future and first.isoformat() > today and value[0] != "X":
        return refusal("future", question.label)
    return None


def _judge_choice(question: Question, value: Any, _today: str) -> Refusal | None:
    if value.__class__ is not str:
        return refusal("type", question.label)
    return None if value in question.codes else refusal("code", question.label)


def _judge_choices(question: Question, value: Any, _today: str) -> Refusal | None:
    if value.__class__ is not list or not all(code.__class__ is str for code in value):
        return refusal("type", question.label)
    if not question.codes.issuperset(value) or len(set(value)) < len(value):
        return refusal("code", question.label)
    return _number_of_items(question, value)


def _number_of_items(question: Question, value: list[Any]) -> Refusal | None:
    if question.minimum is not None and len(value) < question.minimum:
        return refusal("few", question.label, limit=question.minimum)
    if question.maximum is not None and len(value) > question.maximum:
        return refusal("many", question.label, limit=question.maximum)
    return None


def _judge_number(question: Question, value: Any, _today: str) -> Refusal | None:
    if value.__class__ is not int:
        return refusal("type", question.label)
    least = question.minimum if question.minimum is not None else _least(question)
    most = question.maximum if question.maximum is not None else LARGEST_NUMBER
    if value < least:
        return refusal("least", question.label, limit=f"{least:,}")
    if value > most:
        return refusal("most", question.label, limit=f"{most:,}")
    return None


def _least(question: Question) -> int:
    return 0 if question.kind == "money" else -LARGEST_NUMBER


def _judge_group(question: Question, value: Any, _today: str) -> Refusal | None:
    if value.__class__ is not list:
        return refusal("type", question.label)
    if len(value) > question.most:
        return refusal("many", question.label, limit=question.most)
    if question.minimum is not None and len(value) < question.minimum:
        return refusal("few", question.label, limit=question.minimum)
    return None


def _judge_files(question: Question, value: Any, _today: str) -> Refusal | None:
    if value.__class__ is not list:
        return refusal("type", question.label)
    if len(value) > MOST_FILES:
        return refusal("many", question.label, limit=MOST_FILES)
    problems = (_reference_problem(question, each, FILE_PARTS) for each in value)
    return next((problem for problem in problems if problem), None) or _number_of_items(question, value)


def _judge_signature(question: Question, value: Any, _today: str) -> Refusal | None:
    return _reference_problem(question, value, SIGNATURE_PARTS)


_SHA256 = re.compile(r"[0-9a-f]{64}")


def _reference_problem(question: Question, value: Any, parts: tuple[str, ...]) -> Refusal | None:
    """Judge a reference to a stored file; what our own programs wrote is not searched for an Individual Number."""
    if value.__class__ is not dict or value.keys() != set(parts):
        return refusal("type", question.label)
    if not all(text.__class__ is str and 0 < len(text) <= TEXT_LENGTH for text in value.values()):
        return refusal("type", question.label)
    return None if _SHA256.fullmatch(value["sha256"]) else refusal("type", question.label)


def _judge_declaration(question: Question, value: Any, _today: str) -> Refusal | None:
    return None if value.__class__ is bool else refusal("type", question.label)


JUDGES: dict[str, Judge] = {
    "name": _judge_name,
    "address": _judge_address,
    "date": _judge_date,
    "choice": _judge_choice,
    "choices": _judge_choices,
    "number": _judge_number,
    "money": _judge_number,
    "text": _judge_text,
    "group": _judge_group,
    "account": _judge_account,
    "files": _judge_files,
    "declaration": _judge_declaration,
    "signature": _judge_signature,
}


def is_empty(value: Any) -> bool:
    """Tell whether a value is no answer: nothing, an empty text, list or object, a declaration not made."""
    if value.__class__ is str:
        return not value or value.isspace()
    if value is None or value is False:
        return True
    if value.__class__ is dict:
        return all(is_empty(part) for part in value.values())
    return value.__class__ is list and not value
