"""What the form of each part of a procedure asks, and how it is read and written: no officer has to know the file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

LANGUAGES = ("ja", "ja-simple", "en")
Look = Literal["line", "texts", "long", "number", "choice", "rule", "options", "flag"]


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a part's form: `name` is its key in the file."""

    name: str
    label: str
    look: Look
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_needed: bool = False
    only_new: bool = False


KIND_WORDS = {
    "name": "氏名",
    "address": "住所",
    "date": "日付",
    "choice": "ひとつ選ぶ",
    "choices": "いくつでも選ぶ",
    "number": "数",
    "money": "金額",
    "text": "文字",
    "group": "人や物の一覧",
    "account": "口座",
    "files": "添付",
    "declaration": "申立て・確認",
    "signature": "署名",
}

QUESTION = (
    Field("id", "質問の記号", "line", "共通の質問は一覧から選ぶ。独自の質問は英小文字と _ で", is_needed=True, only_new=True),
    Field("kind", "答え方", "choice", "共通の質問では選ばない", (("", "共通の質問のとおり"), *KIND_WORDS.items())),
    Field("label", "呼び方", "texts", "空なら、共通の質問のとおり"),
    Field("ask", "職員の言い方", "texts", "そのまま言える言葉で。「。」か「？」で終える", is_needed=True),
    Field("hint", "記入の例", "texts"),
    Field("officer_note", "職員だけへの注意", "texts"),
    Field("options", "選択肢", "options", "一行にひとつ。記号｜日本語｜やさしい日本語｜英語"),
    Field("required", "必須にする", "rule", "はい・いいえ、または条件の式"),
    Field("when", "聞く条件", "rule", '例　event == "other"'),
    Field("min", "下限", "number"),
    Field("max", "上限", "number"),
    Field("not_future", "今日より後の日付を認めない", "flag"),
)  # fmt: skip
SECTION = (
    Field("id", "章の記号", "line", is_needed=True, only_new=True),
    Field("title", "章の名前", "texts", is_needed=True),
    Field("when", "この章を聞く条件", "rule"),
)
CHECK = (
    Field("id", "検査の記号", "line", is_needed=True, only_new=True),
    Field("assert", "成り立つはずのこと", "rule", "例　amount > 0", is_needed=True),
    Field("when", "調べる条件", "rule"),
    Field("message", "成り立たないときの文", "texts", "次に何をすればよいかまで", is_needed=True),
    Field("level", "扱い", "choice", "", (("error", "直すまで進めない"), ("warning", "注意だけ示す"))),
)  # fmt: skip
DOCUMENT = (
    Field("id", "書類の記号", "line", is_needed=True, only_new=True),
    Field("title", "書類の名前", "texts", is_needed=True),
    Field("how", "扱い", "choice", "", (("show", "見せていただく"), ("attach", "預かる"))),
    Field("when", "要る条件", "rule"),
)
DELIVERED = (
    Field("to", "基幹の項目", "line", "基幹システムの項目名（英小文字）", is_needed=True),
    Field("from", "渡す中身", "rule", "例　resident.name.text", is_needed=True),
)
WHOLE = (
    Field("title", "手続名", "texts", is_needed=True),
    Field("summary", "説明", "texts"),
    Field("fee", "手数料（円）", "rule", "数か式。例　certificate.copies * 300"),
)
PARTS: Mapping[str, tuple[Field, ...]] = {
    "whole": WHOLE,
    "section": SECTION,
    "question": QUESTION,
    "check": CHECK,
    "document": DOCUMENT,
    "delivered": DELIVERED,
}
TITLES = {
    "whole": "手続そのもの",
    "section": "章",
    "question": "質問",
    "check": "検査",
    "document": "書類",
    "delivered": "基幹へ渡す項目",
    "test": "試験",
}
_PLACES = {
    "section": re.compile(r"sections\.\d+"),
    "question": re.compile(r"sections\.\d+\.questions\.\d+(\.questions\.\d+)?"),
    "check": re.compile(r"checks\.\d+"),
    "document": re.compile(r"documents\.\d+"),
    "delivered": re.compile(r"delivery\.fields\.\d+"),
    "test": re.compile(r"tests\.\d+"),
}
Loc = tuple[str | int, ...]


def read_place(part: str, text: str) -> Loc | None:
    """Return the place that an address names (`sections.0.questions.3`); None where no such part can stand there."""
    pattern = _PLACES.get(part)
    if part == "whole":
        return () if text == "" else None
    if pattern is None or len(text) > 60 or not pattern.fullmatch(text):
        return None
    return tuple(int(step) if step.isdigit() else step for step in text.split("."))


def shown(field: Field, value: Any) -> Any:
    """Return what stands in a form for a value of the file."""
    if field.look == "texts":
        texts = value if isinstance(value, dict) else {}
        return {language: str(texts.get(language, "")) for language in LANGUAGES}
    if field.look == "options":
        return _options_shown(value)
    if field.look == "rule":
        return (
            {True: "はい", False: "いいえ", None: ""}.get(value, str(value))
            if not isinstance(value, str)
            else value
        )
    return "" if value is None else value


def _options_shown(value: Any) -> str:
    if not isinstance(value, list):
        return "" if value is None else str(value)
    return "\n".join(
        "｜".join(
            (str(one.get("code", "")), *(str(one.get("label", {}).get(each, "")) for each in LANGUAGES))
        )
        for one in value
        if isinstance(one, dict)
    )


def written(field: Field, given: Mapping[str, str]) -> Any:
    """Return the value that a form's entry gives to the file; None where nothing was entered.

    `given` has what was typed by name (`label.ja` for a text of several languages).
    """
    if field.look == "texts":
        texts = {language: given.get(f"{field.name}.{language}", "").strip() for language in LANGUAGES}
        return {language: text for language, text in texts.items() if text} or None
    # A sentence that was chosen stands for the rule that it says.
    typed = given.get(f"{field.name}.chosen", "").strip() or given.get(field.name, "").strip()
    return _READ.get(field.look, lambda text: text or None)(typed)


def _number(typed: str) -> Any:
    return int(typed) if re.fullmatch(r"-?\d{1,9}", typed) else (typed or None)


def _rule(typed: str) -> Any:
    if typed in {"はい", "true"}:
        return True
    if typed in {"いいえ", "false"}:
        return None
    return int(typed) if re.fullmatch(r"\d{1,7}", typed) else (typed or None)


def _options(typed: str) -> Any:
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if not lines:
        return None
    if len(lines) == 1 and "｜" not in lines[0] and "|" not in lines[0]:
        return lines[0]  # the name of a shared set
    return [_option(line) for line in lines]


def _option(line: str) -> dict[str, Any]:
    code, *labels = (part.strip() for part in re.split(r"[｜|]", line))
    pairs = zip(LANGUAGES, labels, strict=False)
    return {"code": code, "label": {language: label for language, label in pairs if label}}


_READ: Mapping[str, Any] = {
    "number": _number,
    "rule": _rule,
    "options": _options,
    "flag": lambda typed: True if typed else None,
}
