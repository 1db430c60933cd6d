"""What the form of each part of a procedure asks, and how it is read and written: no officer has to know the file."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from machimado.cases.procedures.rules.difference import KIND_WORDS

LANGUAGES = ("ja", "ja-simple", "en")
Look = Literal["line", "texts", "number", "choice", "rule", "expression", "options", "flag", "meaning"]
# Rows for options that are to be added.
SPARE_OPTIONS = 4


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


QUESTION = (
    Field("id", "どの質問を足しますか", "meaning", "共通の質問を選ぶと、ほかの手続で伺った答えがそのまま入ります。", only_new=True),
    Field("kind", "答え方", "choice", "共通の質問では選びません。", (("", "共通の質問のとおり"), *KIND_WORDS.items())),
    Field("label", "呼び方", "texts", "画面の見出しになる短い言葉。空のときは、共通の質問のとおりです。"),
    Field("ask", "職員の言い方", "texts", "窓口でそのまま声に出せる言葉で。「。」か「？」で終えます。", is_needed=True),
    Field("hint", "記入の例", "texts", "例　自動車の登録、不動産の登記"),
    Field("officer_note", "職員だけに見せる注意", "texts", "住民の画面には出ません。"),
    Field("options", "選択肢", "options", "「ひとつ選ぶ」「いくつでも選ぶ」のときに使います。"),
    Field("required", "必ず答えてもらいますか", "rule"),
    Field("when", "どんなときに聞きますか", "rule"),
    Field("min", "下限", "number", "数・文字数・選ぶ数のいちばん小さい値"),
    Field("max", "上限", "number", "数・文字数・選ぶ数のいちばん大きい値"),
    Field("not_future", "今日より後の日付は受け付けない", "flag"),
)  # fmt: skip
SECTION = (
    Field("title", "章の名前", "texts", "質問のまとまりの見出し", is_needed=True),
    Field("when", "どんなときにこの章を聞きますか", "rule"),
)
CHECK = (
    Field("assert", "成り立つはずのこと", "rule", "これが成り立たないとき、下の文を出します。", is_needed=True),
    Field("when", "どんなときに確かめますか", "rule"),
    Field("message", "成り立たないときに出す文", "texts", "何が合わないかと、次に何をすればよいかを書きます。", is_needed=True),
    Field("level", "扱い", "choice", "", (("error", "直すまで進めない"), ("warning", "注意だけ示す"))),
)  # fmt: skip
DOCUMENT = (
    Field("title", "書類の名前", "texts", is_needed=True),
    Field("how", "扱い", "choice", "", (("show", "見せていただく"), ("attach", "預かる"))),
    Field("when", "どんなときに要りますか", "rule"),
)
DELIVERED = (
    Field(
        "to",
        "基幹システムの項目名",
        "line",
        "情報政策課や基幹システムの会社に確かめて、英小文字で書きます。",
        is_needed=True,
    ),
    Field(
        "from",
        "渡す中身",
        "expression",
        "式で書きます。わからないときは情報政策課へ。例　resident.name.text",
        is_needed=True,
    ),
)
CALLED = (
    Field("when", "この手続が当てはまる条件", "rule"),
    Field("why", "なぜ要るか（住民に見せる）", "texts", is_needed=True),
    Field("source", "何で確かめたか", "line", is_needed=True),
)
ERRAND = (
    Field("title", "用事の名前", "texts", is_needed=True),
    Field("where", "どこで", "texts", "窓口や機関の名前", is_needed=True),
    Field("when", "当てはまる条件", "rule"),
    Field("why", "なぜ要るか（住民に見せる）", "texts", is_needed=True),
    Field("contact", "連絡先・受付時間", "texts"),
    Field("bring", "持って行く物", "texts"),
    Field("source", "何で確かめたか", "line", is_needed=True),
)
WHOLE = (
    Field("title", "手続名", "texts", is_needed=True),
    Field("summary", "説明", "texts"),
    Field(
        "fee",
        "手数料（円）",
        "expression",
        "金額を数字で。通数で変わるときは式で書きます。例　certificate.copies * 300",
    ),
)
PARTS: Mapping[str, tuple[Field, ...]] = {
    "whole": WHOLE,
    "section": SECTION,
    "question": QUESTION,
    "check": CHECK,
    "document": DOCUMENT,
    "delivered": DELIVERED,
    "called": CALLED,
    "errand": ERRAND,
    "event": WHOLE[:2],
}
TITLES = {
    "whole": "手続そのもの",
    "section": "章",
    "question": "質問",
    "check": "答えの確かめ",
    "document": "書類",
    "delivered": "基幹システムへ渡す項目",
    "called": "道すじの手続",
    "errand": "ほかでする用事",
    "event": "ライフイベントそのもの",
    "test": "試験",
}
_PLACES = {
    "section": re.compile(r"sections\.\d+"),
    "question": re.compile(r"sections\.\d+\.questions\.\d+(\.questions\.\d+)?"),
    "check": re.compile(r"checks\.\d+"),
    "document": re.compile(r"documents\.\d+"),
    "delivered": re.compile(r"delivery\.fields\.\d+"),
    "called": re.compile(r"procedures\.\d+"),
    "errand": re.compile(r"elsewhere\.\d+"),
    "test": re.compile(r"tests\.\d+"),
}
Loc = tuple[str | int, ...]


def read_place(part: str, text: str) -> Loc | None:
    """Return the place that an address names (`sections.0.questions.3`); None where no such part can stand there."""
    pattern = _PLACES.get(part)
    if part in {"whole", "event"}:
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
    if field.look in {"rule", "expression"} and not isinstance(value, str):
        return {True: "はい", False: "", None: ""}.get(value, str(value))
    return "" if value is None else value


def _options_shown(value: Any) -> dict[str, Any]:
    """Return the name of the shared options, or a row for each of the question's own, with empty ones to add more."""
    own = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    rows = [{"code": str(one.get("code", "")), **_labels(one.get("label"))} for one in own]
    return {"shared": value if isinstance(value, str) else "", "rows": rows + [_labels({})] * SPARE_OPTIONS}


def _labels(label: Any) -> dict[str, str]:
    texts = label if isinstance(label, dict) else {}
    return {language.replace("-", "_"): str(texts.get(language, "")) for language in LANGUAGES}


def written(field: Field, given: Mapping[str, str]) -> Any:
    """Return the value that a form's entry gives to the file; None where nothing was entered.

    `given` has what was typed by name (`label.ja` for a text of several languages).
    """
    if field.look == "texts":
        texts = {language: given.get(f"{field.name}.{language}", "").strip() for language in LANGUAGES}
        return {language: text for language, text in texts.items() if text} or None
    if field.look == "options":
        return _options(field.name, given)
    typed = given.get(field.name, "").strip()
    if field.look == "rule":
        # Sentences that were chosen stand for the rule that they say.
        typed = _chosen(field.name, given) or typed
    return _READ.get(field.look, lambda text: text or None)(typed)


def _chosen(name: str, given: Mapping[str, str]) -> str:
    first, second = (given.get(f"{name}.{which}", "").strip() for which in ("chosen", "second"))
    if not first or not second:
        return first or second
    joined = "||" if given.get(f"{name}.joined") == "or" else "&&"
    return f"({first}) {joined} ({second})"


def _number(typed: str) -> Any:
    return int(typed) if re.fullmatch(r"-?\d{1,9}", typed) else (typed or None)


def _rule(typed: str) -> Any:
    if typed in {"はい", "true"}:
        return True
    if typed in {"いいえ", "false"}:
        return None
    return _expression(typed)


def _expression(typed: str) -> Any:
    return int(typed) if re.fullmatch(r"\d{1,7}", typed) else (typed or None)


def _options(name: str, given: Mapping[str, str]) -> Any:
    """Return the name of shared options, or each row that has a Japanese word; what was there keeps its code."""
    shared = given.get(f"{name}.shared", "").strip()
    if shared:
        return shared
    rows: list[dict[str, Any]] = []
    for number in range(200):
        labels = {one: given.get(f"{name}.{number}.{one}", "").strip() for one in LANGUAGES}
        if labels["ja"]:
            code = given.get(f"{name}.{number}.code", "").strip()
            rows.append({"code": code, "label": {one: text for one, text in labels.items() if text}})
    taken = {row["code"] for row in rows}
    for row in rows:
        row["code"] = row["code"] or _free("option", taken)
        taken.add(row["code"])
    return rows or None


def _free(word: str, taken: Container[str]) -> str:
    return next(name for number in count(1) if (name := f"{word}_{number}") not in taken)


def identified(kind: str, value: Mapping[str, Any], taken: Container[str]) -> dict[str, Any]:
    """Return a new part with an id, where it needs one and nobody has given it: nobody reads it but programs."""
    if kind not in {"question", "section", "check", "document"} or value.get("id"):
        return dict(value)
    return {"id": _free(kind, taken), **{name: each for name, each in value.items() if name != "id"}}


_READ: Mapping[str, Any] = {
    "number": _number,
    "rule": _rule,
    "expression": _expression,
    "flag": lambda typed: True if typed else None,
}
