"""Text → tree. Lark parses (LALR, bottom-up, so depth costs no recursion); macros are expanded here."""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from machimado.cases.procedures.rules.cel import syntax
from machimado.cases.procedures.rules.cel.errors import ExpressionError

LARGEST = 2_000  # characters: a rule that an officer can still check on one screen
DEEPEST = 60  # levels of the tree: far from Python's own limit in every later step
MOST_NODES = 500

LARGEST_INT = 2**63 - 1

# Words that CEL keeps for itself. Source: cel-spec, langdef.md, "Syntax", RESERVED.
RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ]
)
_MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})


# A catalogue says the same thing often: of 3,800 expressions in 60 procedures, more than half stand elsewhere too.
@lru_cache(maxsize=8192)
def parse(text: str) -> syntax.Node:
    """Turn the text of an expression into its tree; the same text gives the same tree, which never changes.

    Raises: ExpressionError with the offset of the mistake; also when it is too long or too deep.
    """
    if len(text) > LARGEST:
        raise ExpressionError(f"式が{LARGEST}文字を超えています。derived に分けて短くしてください。", LARGEST)
    try:
        return cast("_Sized", _parser().parse(text)).node
    except UnexpectedInput as error:
        raise ExpressionError(_advice(error, text), _offset(error, text)) from None


@cache
def _parser() -> Any:
    """Build the parser once: the embedded transformer makes nodes while parsing, so no tree is walked twice."""
    grammar = Path(__file__).with_name("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=_Builder(), maybe_placeholders=True)


def _offset(error: UnexpectedInput, text: str) -> int:
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    return len(text) if at_end or error.pos_in_stream is None else error.pos_in_stream


def _advice(error: UnexpectedInput, text: str) -> str:
    if not text.strip():
        return "式が空です。条件を書くか、項目ごと消してください。"
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return "式が途中で終わっています。かっこや引用符の閉じ忘れがないか確かめてください。"
    rest = text[_offset(error, text) :][:12]
    if rest.startswith(("=", "and ", "or ", "not ")):
        return f"「{rest.split()[0]}」は使えません。等しいは ==、かつは &&、またはは ||、否定は ! と書いてください。"
    if rest[:1] in "＝（）＆｜！＜＞「」“”‘’、　":
        return f"全角の「{rest[0]}」は使えません。半角で書いてください。"
    return f"「{rest}」のところが読めません。式（CEL）の書き方を確かめてください。"


class _Sized:
    """A node with its depth and number of nodes, so that absurd trees are refused while they are built."""

    __slots__ = ("count", "depth", "node")

    count: int
    depth: int

    def __init__(self, node: syntax.Node, *parts: "_Sized") -> None:
        self.node = node
        self.depth = 1 + max((part.depth for part in parts), default=0)
        self.count = 1 + sum(part.count for part in parts)
        if self.depth > DEEPEST or self.count > MOST_NODES:
            raise ExpressionError("式が複雑すぎます。derived に分けて短くしてください。", node.at)


def _nodes(parts: list[_Sized]) -> tuple[syntax.Node, ...]:
    return tuple(part.node for part in parts)


@v_args(inline=True)
class _Builder(Transformer[Token, _Sized]):
    """Builds our nodes; each method is named for a rule of the grammar."""

    def conditional(self, condition: _Sized, then: _Sized, otherwise: _Sized) -> _Sized:
        node = syntax.Conditional(condition.node, then.node, otherwise.node, condition.node.at)
        return _Sized(node, condition, then, otherwise)

    def either(self, left: _Sized, right: _Sized) -> _Sized:
        return _Sized(syntax.Logical("||", left.node, right.node, left.node.at), left, right)

    def both(self, left: _Sized, right: _Sized) -> _Sized:
        return _Sized(syntax.Logical("&&", left.node, right.node, left.node.at), left, right)

    def binary(self, left: _Sized, operator: Token, right: _Sized) -> _Sized:
        return _Sized(syntax.Binary(str(operator), left.node, right.node, _at(operator)), left, right)

    def negation(self, sign: Token, operand: _Sized) -> _Sized:
        return _Sized(syntax.Unary("!", operand.node, _at(sign)), operand)

    def minus(self, sign: Token, operand: _Sized) -> _Sized:
        node = operand.node
        if isinstance(node, syntax.Literal) and type(node.value) in {int, float}:
            return _Sized(syntax.Literal(-cast("float", node.value), _at(sign)))
        return _Sized(syntax.Unary("-", node, _at(sign)), operand)

    def name(self, token: Token) -> _Sized:
        return _Sized(syntax.Name(_word(token), _at(token)))

    def select(self, target: _Sized, field: Token) -> _Sized:
        return _Sized(syntax.Select(target.node, str(field), _at(field)), target)

    def index(self, target: _Sized, bracket: Token, key: _Sized) -> _Sized:
        return _Sized(syntax.Index(target.node, key.node, _at(bracket)), target, key)

    def arguments(self, *items: _Sized) -> list[_Sized]:
        return list(items)

    def entry(self, key: _Sized, value: _Sized) -> tuple[_Sized, _Sized]:
        return key, value

    def entries(self, *items: tuple[_Sized, _Sized]) -> list[tuple[_Sized, _Sized]]:
        return list(items)

    def call(self, function: Token, given: list[_Sized] | None) -> _Sized:
        arguments = given or []
        if function == "has":
            return _has(function, arguments)
        return _Sized(syntax.Call(_word(function), _nodes(arguments), False, _at(function)), *arguments)

    def method(self, target: _Sized, function: Token, given: list[_Sized] | None) -> _Sized:
        arguments = given or []
        if function in _MACROS:
            return _macro(function, target, arguments)
        call = syntax.Call(str(function), _nodes([target, *arguments]), True, _at(function))
        return _Sized(call, target, *arguments)

    def list_of(self, bracket: Token, items: list[_Sized] | None) -> _Sized:
        return _Sized(syntax.ListOf(_nodes(items or []), _at(bracket)), *(items or []))

    def map_of(self, brace: Token, entries: list[tuple[_Sized, _Sized]] | None) -> _Sized:
        pairs = entries or []
        node = syntax.MapOf(tuple((key.node, value.node) for key, value in pairs), _at(brace))
        return _Sized(node, *(part for pair in pairs for part in pair))

    def floating(self, token: Token) -> _Sized:
        return _Sized(syntax.Literal(float(token), _at(token)))

    def integer(self, token: Token) -> _Sized:
        value = int(token, 16) if token[:2] in {"0x", "0X"} else int(token)
        if value > LARGEST_INT:
            raise ExpressionError(f"{token[:24]} は大きすぎる整数です（64ビットまで）。", _at(token))
        return _Sized(syntax.Literal(value, _at(token)))

    def string(self, token: Token) -> _Sized:
        return _Sized(syntax.Literal(_unquoted(token), _at(token)))

    def true(self, token: Token) -> _Sized:
        return _Sized(syntax.Literal(True, _at(token)))

    def false(self, token: Token) -> _Sized:
        return _Sized(syntax.Literal(False, _at(token)))

    def null(self, token: Token) -> _Sized:
        return _Sized(syntax.Literal(None, _at(token)))


def _at(token: Token) -> int:
    return token.start_pos or 0


def _word(token: Token) -> str:
    if token in RESERVED:
        raise ExpressionError(f"「{token}」は CEL の予約語です。別の名前にしてください。", _at(token))
    return str(token)


def _has(function: Token, arguments: list[_Sized]) -> _Sized:
    target = arguments[0].node if len(arguments) == 1 else None
    if not isinstance(target, syntax.Select | syntax.Name):
        raise ExpressionError(
            "has( ) には項目の名前を一つだけ書いてください。例 has(spouse.name)", _at(function)
        )
    return _Sized(syntax.Has(target, _at(function)), arguments[0])


def _macro(function: Token, target: _Sized, arguments: list[_Sized]) -> _Sized:
    variable = arguments[0].node if arguments else None
    wanted = (2, 3) if function == "map" else (2,)
    if len(arguments) not in wanted or not isinstance(variable, syntax.Name):
        raise ExpressionError(
            f"{function} は 一覧.{function}(変数, 式) の形で書いてください。例 children.all(c, c.age > 3)",
            _at(function),
        )
    return _Sized(_comprehension(function, target, variable.name, _nodes(arguments[1:])), target, *arguments)


def _comprehension(
    function: Token, target: _Sized, variable: str, parts: tuple[syntax.Node, ...]
) -> syntax.Comprehension:
    transform = parts[-1] if function == "map" else None
    predicate = None if function == "map" and len(parts) == 1 else parts[0]
    macro = cast("Any", str(function))
    return syntax.Comprehension(macro, target.node, variable, predicate, transform, _at(function))


_ESCAPES = dict(zip("abfnrtv\\\"'`?", "\a\b\f\n\r\t\v\\\"'`?", strict=True))
_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2})|(.))", re.DOTALL
)


def _unquoted(token: Token) -> str:
    """Return what a quoted string stands for; raw strings (r"…") keep their backslashes."""
    raw = token[0] in "rR"
    body = str(token)[1:] if raw else str(token)
    width = 3 if body[:3] in {'"""', "'''"} else 1
    inner = body[width:-width]
    return inner if raw else _ESCAPE.sub(lambda match: _escaped(match, _at(token)), inner)


def _escaped(match: re.Match[str], at: int) -> str:
    *numbers, single = match.groups()
    if single is not None:
        if single not in _ESCAPES:
            raise ExpressionError(
                f"文字列の中の \\{single} は読めません。\\ そのものは \\\\ と書いてください。", at
            )
        return _ESCAPES[single]
    short, long, hexadecimal, octal = numbers
    code = int(octal, 8) if octal else int(short or long or hexadecimal, 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise ExpressionError("文字列の中に、文字でないコードがあります。", at)
    return chr(code)
