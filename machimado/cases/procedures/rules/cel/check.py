"""Checks an expression against the names and types it may use, before it ever runs.

Found here: unknown names and functions, wrong types where they can be known, codes that no option has, patterns
that run away, and a cost bound: the number of steps with every list at its longest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from machimado.cases.procedures.rules.cel import syntax, types
from machimado.cases.procedures.rules.cel.errors import ExpressionError
from machimado.cases.procedures.rules.cel.functions import FUNCTIONS, Function
from machimado.cases.procedures.rules.cel.patterns import PatternError, searcher
from machimado.cases.procedures.rules.cel.types import BOOL, DYN, INT, STRING, Type
from machimado.ground.japanese.eras import is_edtf

MOST_STEPS = 50_000  # about five milliseconds at worst
DEEPEST_LOOPS = 3


def check(node: syntax.Node, names: Mapping[str, Type]) -> Type:
    """Check a tree against the names it may use, and return its type.

    Raises: ExpressionError at the place of the first mistake.
    """
    result, cost = _Checker(dict(names)).visit(node)
    if cost > MOST_STEPS:
        raise ExpressionError(
            "式の計算量が多すぎます。一覧の繰返しを減らすか、max を小さくしてください。", node.at
        )
    return result


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return 「…ではありませんか。」 with the closest known name, or nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"「{close[0]}」ではありませんか。" if close else ""


Seen = tuple[Type, int]


@dataclass
class _Checker:
    scope: dict[str, Type]
    bound: list[str] = field(default_factory=list)

    def visit(self, node: syntax.Node) -> Seen:
        """Return type and cost of a node."""
        result: Seen = getattr(self, "_" + type(node).__name__.lower())(node)
        return result

    def _literal(self, node: syntax.Literal) -> Seen:
        kinds = {bool: BOOL, int: INT, float: types.DOUBLE, str: STRING, type(None): types.NULL}
        return kinds[type(node.value)], 1

    def _name(self, node: syntax.Name) -> Seen:
        if node.name not in self.scope:
            raise ExpressionError(_unknown_name(node.name, self.scope), node.at)
        return self.scope[node.name], 1

    def _select(self, node: syntax.Select) -> Seen:
        target, cost = self.visit(node.target)
        return _field(target, node), cost + 1

    def _has(self, node: syntax.Has) -> Seen:
        self.visit(node.target)
        return BOOL, 2

    def _index(self, node: syntax.Index) -> Seen:
        (target, cost), (key, key_cost) = self.visit(node.target), self.visit(node.key)
        if target.kind == "list":
            _expect(key, {"int"}, node.key, "一覧の番号")
            return target.element or DYN, cost + key_cost + 1
        _expect(target, {"map", "object"}, node.target, "[ ] の左側")
        _expect(key, {"string", "int", "bool"}, node.key, "[ ] の中")
        return DYN, cost + key_cost + 1

    def _unary(self, node: syntax.Unary) -> Seen:
        operand, cost = self.visit(node.operand)
        _expect(operand, {"bool"} if node.operator == "!" else {"int", "double"}, node.operand, node.operator)
        return operand, cost + 1

    def _logical(self, node: syntax.Logical) -> Seen:
        cost = 1
        for side in (node.left, node.right):
            result, part = self.visit(side)
            _expect(result, {"bool"}, side, node.operator)
            cost += part
        return BOOL, cost

    def _conditional(self, node: syntax.Conditional) -> Seen:
        condition, cost = self.visit(node.condition)
        _expect(condition, {"bool"}, node.condition, "? の前")
        (then, first), (otherwise, second) = self.visit(node.then), self.visit(node.otherwise)
        return types.join([then, otherwise]), cost + max(first, second) + 1

    def _listof(self, node: syntax.ListOf) -> Seen:
        seen = [self.visit(item) for item in node.items]
        element = types.join(kind for kind, _ in seen) if seen else DYN
        return types.list_of(element, len(seen)), sum(cost for _, cost in seen) + 1

    def _mapof(self, node: syntax.MapOf) -> Seen:
        cost = 1
        for key, value in node.entries:
            kind, part = self.visit(key)
            _expect(kind, {"string"}, key, "対応表の名前")
            cost += part + self.visit(value)[1]
        return Type("map", limit=len(node.entries)), cost

    def _binary(self, node: syntax.Binary) -> Seen:
        (left, cost), (right, right_cost) = self.visit(node.left), self.visit(node.right)
        steps = cost + right_cost + _extra(left, right)
        if node.operator == "in":
            return _membership(node, left, right), steps
        if node.operator in {"==", "!="}:
            return _equality(node, left, right), steps
        if node.operator in {"<", "<=", ">", ">="}:
            return _ordering(node, left, right), steps
        return _arithmetic(node, left, right), steps

    def _call(self, node: syntax.Call) -> Seen:
        if node.function == "matches":
            return self._matches(node)
        function = _function(node)
        if len(node.arguments) != len(function.takes):
            raise ExpressionError(f"{node.function} の引数は{len(function.takes)}個です。", node.at)
        cost = function.cost
        for argument, kinds in zip(node.arguments, function.takes, strict=True):
            cost += self._argument(node, argument, kinds)
        return Type(function.returns), cost

    def _argument(self, call: syntax.Call, argument: syntax.Node, kinds: frozenset[str]) -> int:
        given, cost = self.visit(argument)
        if kinds == {"date"} and isinstance(argument, syntax.Literal):
            if not isinstance(argument.value, str) or not is_edtf(argument.value):
                raise ExpressionError('日付は "2026-04-01" の形で書いてください。', argument.at)
            return cost
        allowed = kinds | {"date"} if "string" in kinds else kinds
        _expect(given, allowed, argument, call.function)
        return cost + (given.limit if given.kind == "list" else 0)

    def _matches(self, node: syntax.Call) -> Seen:
        pattern = node.arguments[1] if len(node.arguments) == 2 else None
        if not isinstance(pattern, syntax.Literal) or not isinstance(pattern.value, str):
            raise ExpressionError(
                'matches には正規表現を文字列でじかに書いてください。例 code.matches("^[0-9]{7}$")', node.at
            )
        given, cost = self.visit(node.arguments[0])
        _expect(given, {"string", "date"}, node.arguments[0], "matches")
        try:
            searcher(pattern.value)
        except PatternError as error:
            raise ExpressionError(str(error), pattern.at) from None
        return BOOL, cost + 50

    def _comprehension(self, node: syntax.Comprehension) -> Seen:
        over, cost = self.visit(node.over)
        _expect(over, {"list", "map"}, node.over, node.macro)
        element = (over.element or DYN) if over.kind == "list" else (STRING if over.kind == "map" else DYN)
        parts = [part for part in (node.predicate, node.transform) if part is not None]
        seen = [self._inside(node, element, part) for part in parts]
        if node.predicate is not None:
            _expect(seen[0][0], {"bool"}, node.predicate, node.macro)
        steps = cost + over.limit * (1 + sum(part for _, part in seen)) + 1
        return _outcome(node, over, seen[-1][0]), steps

    def _inside(self, node: syntax.Comprehension, element: Type, part: syntax.Node) -> Seen:
        if len(self.bound) >= DEEPEST_LOOPS:
            raise ExpressionError(
                f"繰返しの入れ子は{DEEPEST_LOOPS}段までです。derived に分けてください。", node.at
            )
        if node.variable in self.scope:
            raise ExpressionError(
                f"変数「{node.variable}」は項目の名前と重なります。別の名前にしてください。", node.at
            )
        self.scope[node.variable] = element
        self.bound.append(node.variable)
        seen = self.visit(part)
        self.bound.remove(node.variable)
        del self.scope[node.variable]
        return seen


def _unknown_name(name: str, scope: Mapping[str, Type]) -> str:
    closest = suggestion(name, scope)
    return f"「{name}」という項目も変数もありません。{closest or '質問の id と derived の名前を確かめてください。'}"


def _field(target: Type, node: syntax.Select) -> Type:
    if target.kind == "object":
        fields = target.fields or {}
        if node.field not in fields:
            known = "、".join(list(fields)[:12])
            hint = suggestion(node.field, fields) or f"使えるのは {known} です。"
            raise ExpressionError(f"「{node.field}」という項目はありません。{hint}", node.at)
        return fields[node.field]
    if target.kind == "list":
        raise ExpressionError(
            f"一覧から「{node.field}」をじかには取れません。exists や map を使ってください。例 一覧.map(x, x.{node.field})",
            node.at,
        )
    _expect(target, {"map"}, node, "「.」の左側")
    return DYN


def _expect(given: Type, kinds: Iterable[str], node: syntax.Node, where: str) -> None:
    allowed = set(kinds)
    if given.kind == "dyn" or given.kind in allowed:
        return
    wanted = "か".join(types.JAPANESE[kind] for kind in sorted(allowed - {"object"} or allowed))
    raise ExpressionError(f"{where} には{wanted}が要りますが、{types.JAPANESE[given.kind]}です。", node.at)


def _function(node: syntax.Call) -> Function:
    function = FUNCTIONS.get(node.function)
    if function is None:
        hint = suggestion(node.function, FUNCTIONS) or "使える関数は README を見てください。"
        raise ExpressionError(f"「{node.function}」という関数はありません。{hint}", node.at)
    if node.method and not function.method:
        raise ExpressionError(f"{node.function} は {node.function}(…) の形で書いてください。", node.at)
    return function


def _extra(left: Type, right: Type) -> int:
    return 1 + max((each.limit for each in (left, right) if each.kind == "list"), default=0)


def _membership(node: syntax.Binary, left: Type, right: Type) -> Type:
    _expect(right, {"list", "map", "object"}, node.right, "in の右側")
    if right.kind == "list" and right.element is not None:
        _comparable(node, left, right.element)
        _known_codes(node.left, node.right, left, right.element)
    return BOOL


def _equality(node: syntax.Binary, left: Type, right: Type) -> Type:
    _comparable(node, left, right)
    _known_codes(node.left, node.right, left, right)
    return BOOL


_ALIKE = ({"int", "double"}, {"string", "date"}, {"map", "object"})


def _comparable(node: syntax.Binary, left: Type, right: Type) -> None:
    kinds = {left.kind, right.kind}
    if len(kinds) == 1 or "dyn" in kinds or kinds in _ALIKE:
        return
    if "null" in kinds:
        raise ExpressionError("答えがあるかどうかは == null ではなく has(…) で調べてください。", node.at)
    raise ExpressionError(
        f"{types.JAPANESE[left.kind]}と{types.JAPANESE[right.kind]}は比べられません（いつも等しくなりません）。",
        node.at,
    )


def _known_codes(left: syntax.Node, right: syntax.Node, one: Type, other: Type) -> None:
    """Refuse a code in the text of a rule that no option of the question has: the rule could never hold."""
    for node, codes in ((right, one.codes), (left, other.codes)):
        if codes is None:
            continue
        for literal in node.items if isinstance(node, syntax.ListOf) else (node,):
            if isinstance(literal, syntax.Literal) and literal.value not in codes:
                known = "、".join(sorted(codes)[:12])
                raise ExpressionError(
                    f"「{literal.value}」という選択肢はありません。選択肢は {known} です。", literal.at
                )


def _ordering(node: syntax.Binary, left: Type, right: Type) -> Type:
    if "date" in {left.kind, right.kind}:
        raise ExpressionError(
            f"日付は {node.operator} で比べられません。不詳の日付があるため before(a, b)、after(a, b) などを使ってください。",
            node.at,
        )
    for side, kind in ((node.left, left), (node.right, right)):
        _expect(kind, {"int", "double", "string", "bool"}, side, node.operator)
    _comparable(node, left, right)
    return BOOL


def _arithmetic(node: syntax.Binary, left: Type, right: Type) -> Type:
    allowed = {"int", "double"} if node.operator != "%" else {"int"}
    if node.operator == "+":
        allowed |= {"string", "date", "list"}
    for side, kind in ((node.left, left), (node.right, right)):
        _expect(kind, allowed, side, node.operator)
    return _sum_type(node, left, right)


def _sum_type(node: syntax.Binary, left: Type, right: Type) -> Type:
    kinds = {left.kind, right.kind}
    if "dyn" in kinds:
        return DYN
    if kinds == {"list"}:
        joined = types.join([left.element or DYN, right.element or DYN])
        return types.list_of(joined, left.limit + right.limit)
    if kinds <= {"string", "date"}:
        return STRING
    if len(kinds) > 1:
        raise ExpressionError(
            f"{node.operator} の左右の型が違います。int( ) や double( ) でそろえてください。", node.at
        )
    return Type(left.kind)


def _outcome(node: syntax.Comprehension, over: Type, last: Type) -> Type:
    if node.macro == "filter":
        return over if over.kind == "list" else types.list_of(STRING, over.limit)
    if node.macro == "map":
        return types.list_of(last, over.limit)
    return BOOL
