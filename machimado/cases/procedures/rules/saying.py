"""A rule in words: `applicant.role != "self"` is 「手続をする方」が「本人」でないとき.

Whoever decides about a procedure need not know how a rule is written. What has no words here is told as it is written.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from machimado.cases.procedures.rules.cel import syntax
from machimado.cases.procedures.rules.cel.errors import ExpressionError
from machimado.cases.procedures.rules.cel.parse import parse
from machimado.cases.procedures.rules.crosscheck import named
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.questions import Question

CHANNELS = {
    "counter": "窓口",
    "web": "家から",
    "kiosk": "ロビーの端末",
    "remote": "遠隔の窓口",
    "paper": "紙",
}
# Parts of an answer that have a name of their own.
_INSIDE = {
    "text": "の文字",
    "kana": "のふりがな",
    "postal_code": "の郵便番号",
    "prefecture": "の都道府県",
    "city": "の市区町村",
    "town": "の町名",
    "block": "の番地",
    "building": "の方書",
    "number": "の番号",
}
_DEEPEST = 4  # derived values within derived values


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question is called, and its options."""

    label: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Words:
    """What rules may speak of: questions by their path (`children[].name` in a group), and derived values as they are written.

    `group` is the one of whose rows a rule speaks as `item`.
    """

    questions: Mapping[str, Asked]
    derived: Mapping[str, str]
    group: str = ""

    def within(self, group: str) -> "Words":
        """Return the words of rules that stand in a group."""
        return replace(self, group=group)


class _NoWords(Exception):
    """There are no words for this; it is told as it is written."""


def words_of(form: Form) -> Words:
    """Return what the rules of a form speak of."""
    return Words({path: _asked(question) for path, question in form.walk()}, dict(form.procedure.derived))


def words_between(questions: Iterable[Question], derived: Mapping[str, str]) -> Words:
    """Return what rules between the procedures of a life event speak of."""
    found: dict[str, Asked] = {}
    for one in questions:
        found[named(one.id)] = _asked(one)
        found |= {f"{named(one.id)}[].{named(row.id)}": _asked(row) for row in one.questions}
    return Words(found, dict(derived))


# What of somebody who can be chosen is called without the list in which they stand.
_FACTS = {"name": "氏名", "birth_date": "生年月日", "sex": "性別"}


def with_person(words: Words, leaves: Mapping[str, Question]) -> Words:
    """Return the words of rules that speak of somebody who can be chosen as `item`."""
    person = {
        f"item.{named(leaf)}": replace(_asked(one), label=f"選ぶ方の{_FACTS.get(leaf, one.label['ja'])}")
        for leaf, one in leaves.items()
    }
    return replace(words, questions={**words.questions, **person})


def _asked(question: Question) -> Asked:
    return Asked(question.label["ja"], {option.code: option.label["ja"] for option in question.options})


def say_rule(rule: Any, words: Words) -> str:
    """Return a condition in words, ending in とき; what is always or never so by a word."""
    if rule is None or isinstance(rule, bool):
        return "いつも" if rule else "なし"
    said = _said(str(rule), lambda tree: _Speaker(words).predicate(tree))
    if said == str(rule):
        return said
    return f"{said.removesuffix('である')}のとき" if said.endswith("である") else f"{said}とき"


def say_value(expression: Any, words: Words) -> str:
    """Return what an expression gives, in words."""
    if isinstance(expression, int):
        return f"{expression:,}"
    return _said(str(expression), lambda tree: _Speaker(words).any_value(tree))


def say_claim(rule: Any, words: Words) -> str:
    """Return what a check claims, in words."""
    if isinstance(rule, bool):
        return "いつも成り立つ" if rule else "決して成り立たない"
    return _said(str(rule), lambda tree: _Speaker(words).predicate(tree))


def _said(text: str, say: Callable[[syntax.Node], str]) -> str:
    try:
        return say(parse(text))
    except (_NoWords, ExpressionError):
        return text


_COMPARED = {
    "<": ("より小さい", "以上である"),
    "<=": ("以下である", "より大きい"),
    ">": ("より大きい", "以下である"),
    ">=": ("以上である", "より小さい"),
}
_DATED = {
    "before": ("より前である", "以後である"),
    "after": ("より後である", "以前である"),
    "not_before": ("以後である", "より前である"),
    "not_after": ("以前である", "より後である"),
}


class _Speaker:
    """Says one rule; `bound` is what the variables of macros stand for."""

    def __init__(self, words: Words, bound: Mapping[str, str] | None = None, depth: int = 0) -> None:
        own = {"item": f"{words.group}[]"} if words.group else {}
        self.words, self.bound, self.depth = words, {**own, **(bound or {})}, depth

    def predicate(self, node: syntax.Node, *, holds: bool = True) -> str:  # noqa: PLR0911  # one line for each kind
        """Say that a rule holds, or that it does not."""
        match node:
            case syntax.Unary("!", operand, _):
                return self.predicate(operand, holds=not holds)
            case syntax.Logical():
                return self._joined(node, holds=holds)
            case syntax.Binary("==" | "!=" as operator, left, right, _):
                return self._equal(left, right, holds=holds == (operator == "=="))
            case syntax.Binary("in", left, right, _):
                return self._among(left, right, holds=holds)
            case syntax.Binary(operator, left, right, _) if operator in _COMPARED:
                return f"{self.value(left)}が{self.value(right)}{_COMPARED[operator][not holds]}"
            case syntax.Has(target, _):
                return f"{self.value(target)}に答えが{'ある' if holds else 'ない'}"
            case syntax.Comprehension():
                return self._any_row(node, holds=holds)
            case syntax.Call():
                return self._function(node, holds=holds)
            case syntax.Literal(bool() as always, _):
                return "いつもそうである" if always is holds else "決してそうでない"
        return self._named(node, holds=holds)

    def _joined(self, node: syntax.Logical, *, holds: bool) -> str:
        # Not (a and b) is: not a, or not b.
        word = "、かつ、" if (node.operator == "&&") is holds else "、または、"
        sides = (node.left, node.right)
        return word.join(self._side(side, node.operator, holds=holds) for side in sides)

    def _side(self, side: syntax.Node, operator: str, *, holds: bool) -> str:
        said = self.predicate(side, holds=holds)
        mixed = isinstance(side, syntax.Logical) and side.operator != operator
        return f"（{said}）" if mixed else said

    def _equal(self, left: syntax.Node, right: syntax.Node, *, holds: bool) -> str:
        if isinstance(right, syntax.Literal) and isinstance(right.value, bool):
            return self.predicate(left, holds=holds is right.value)
        one, other = self.value(left), self._code(left, right)
        if all(said.endswith(f"」{_INSIDE['text']}") for said in (one, other)):
            names = "と".join(said.removesuffix(_INSIDE["text"]) for said in (one, other))
            return f"{names}が{'同じ' if holds else '違う'}名前である"
        return f"{one}が{other}{'である' if holds else 'でない'}"

    def _among(self, left: syntax.Node, right: syntax.Node, *, holds: bool) -> str:
        if isinstance(right, syntax.ListOf):
            codes = "".join(self._code(left, each) for each in right.items)
            return f"{self.value(left)}が{codes}の{'どれかである' if holds else 'どれでもない'}"
        chosen = self._code(right, left)
        return f"{self.value(right)}で{chosen}を{'選んだ' if holds else '選んでいない'}"

    def _any_row(self, node: syntax.Comprehension, *, holds: bool) -> str:
        if node.macro not in {"exists", "all"} or node.predicate is None:
            raise _NoWords
        over, path = self.value(node.over), syntax.path_of(node.over)
        is_chosen = path is not None and bool(self._options(node.over))
        named = ".".join(self._unbound(path)) if path else ""
        inner = {**self.bound, node.variable: named if is_chosen else f"{named}[]"}
        speaker = _Speaker(self.words, inner, self.depth)
        if node.macro == "all":
            every = f"{over}のどれもが（{speaker.predicate(node.predicate)}）"
            return f"{every}にあてはまる" if holds else f"{every}とはいえない"
        return f"{over}に（{speaker.predicate(node.predicate)}）ものが{'ある' if holds else 'ない'}"

    def _function(self, node: syntax.Call, *, holds: bool) -> str:
        given = [self.value(each) for each in node.arguments[:3]]
        if node.function in _DATED and len(given) == 2:
            return f"{given[0]}が{given[1]}{_DATED[node.function][not holds]}"
        if node.function == "age_at_least" and len(given) == 3:
            day = "" if given[2] == "今日" else f"（{given[2]}に）"
            return f"{given[0]}で見て{given[1]}歳{'以上' if holds else '未満'}{day}である"
        if node.function == "within" and len(given) == 3:
            # Days in which offices are closed put the end off (machimado/ground/japanese/closed_days.py).
            until = f"{given[0]}から{given[1]}日（閉庁日なら次の開庁日）"
            return f"{given[2]}が{until}{'以内である' if holds else 'を過ぎている'}"
        if node.function == "same_kana" and len(given) == 2:
            return f"{given[0]}と{given[1]}のふりがなが{'同じである' if holds else '違う'}"
        raise _NoWords

    def _named(self, node: syntax.Node, *, holds: bool) -> str:
        """Say a name that is itself a truth: a confirmation, or a derived value, whose own rule is told."""
        path = syntax.path_of(node)
        if path and self._is_derived(path):
            said = self._derived(path[1], lambda inner, rule: inner.predicate(rule, holds=holds))
            return said or f"{_by_name(path[1])}が「{'はい' if holds else 'いいえ'}」である"
        return f"{self.value(node)}を{'確認した' if holds else '確認していない'}"

    def _is_derived(self, path: syntax.Path) -> bool:
        return path[0] == "derived" and len(path) == 2 and path[1] in self.words.derived

    def _derived(self, name: str, say: Callable[["_Speaker", syntax.Node], str]) -> str:
        """Say what a derived value is worked out from; nothing where there are no words for that."""
        if self.depth >= _DEEPEST:
            return ""
        try:
            return f"（{say(_Speaker(self.words, self.bound, self.depth + 1), parse(self.words.derived[name]))}）"
        except _NoWords:
            return ""

    # ---------------------------------------------------------------- values

    def any_value(self, node: syntax.Node) -> str:
        """Say what an expression gives, be it a value or a truth."""
        try:
            return self.value(node)
        except _NoWords:
            return self.predicate(node)

    def value(self, node: syntax.Node) -> str:  # one line for each kind
        """Say a value."""
        path = syntax.path_of(node)
        if path:
            return self._path(path)
        match node:
            case syntax.Literal(bool() | None, _):
                raise _NoWords
            case syntax.Literal(str() as text, _):
                return f"「{text}」"
            case syntax.Literal(number, _):
                return f"{number:,}"
            case syntax.Binary("+" | "-" | "*" | "/" as operator, left, right, _):
                return f"{self.value(left)} {_SIGNS[operator]} {self.value(right)}"
            case syntax.Conditional(condition, then, otherwise, _):
                return f"{self.predicate(condition)}ときは{self.value(then)}、そうでなければ{self.value(otherwise)}"
            case syntax.Call():
                return self._worked_out(node)
        raise _NoWords

    def _worked_out(self, node: syntax.Call) -> str:
        """Say what a function gives."""
        match node:
            case syntax.Call("size", (only,), _, _):
                return f"{self.value(only)}の数"
            case syntax.Call("days_between", (since, until), _, _):
                return f"{self.value(since)}から{self.value(until)}までの日数"
            case syntax.Call("days_after", (since, days), _, _):
                return f"{self.value(since)}の{self.value(days)}日後"
            case syntax.Call("age", (born, day), _, _):
                return f"{self.value(born)}から数えた{self.value(day)}の年齢"
            case syntax.Call("fiscal_year_end_of_age", (born, age), _, _):
                return f"{self.value(born)}で見て{self.value(age)}歳に達する年度の末日"
        raise _NoWords

    def _path(self, path: syntax.Path) -> str:
        path = self._unbound(path)
        if path == ("today",):
            return "今日"
        if path == ("channel",):
            return "受け付ける方法"
        if self._is_derived(path):
            return self._derived(path[1], _Speaker.any_value) or _by_name(path[1])
        asked = self.words.questions.get(".".join(path))
        if asked is not None:
            return f"「{asked.label}」"
        whole = self.words.questions.get(".".join(path[:-1]))
        if whole is None or path[-1] not in _INSIDE:
            raise _NoWords
        return f"「{whole.label}」{_INSIDE[path[-1]]}"

    def _unbound(self, path: syntax.Path) -> syntax.Path:
        return (self.bound[path[0]], *path[1:]) if path[0] in self.bound else path

    def _options(self, node: syntax.Node) -> Mapping[str, str]:
        path = syntax.path_of(node)
        if path is None:
            return {}
        path = self._unbound(path)
        if path == ("channel",):
            return CHANNELS
        asked = self.words.questions.get(".".join(path))
        return asked.options if asked else {}

    def _code(self, about: syntax.Node, node: syntax.Node) -> str:
        """Say a code as the option of the question that it belongs to; anything else as a value."""
        if isinstance(node, syntax.Literal) and isinstance(node.value, str):
            return f"「{self._options(about).get(node.value, node.value)}」"
        return self.value(node)


def _by_name(derived: str) -> str:
    """Return what a derived value is called where what it is worked out from cannot be said."""
    return f"計算した値「{derived}」"


_SIGNS = {"+": "+", "-": "-", "*": "×", "/": "÷"}  # as people write a product
