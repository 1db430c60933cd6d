"""Tree → closures, once when a file is loaded; a closure takes the variables and returns the value.

Closures rather than generated source: nothing of a file is ever executed as Python, and they are fast enough
(about 0.1 µs per node).
"""

from collections.abc import Callable, Iterable
from typing import Any

from machimado.cases.procedures.rules.cel import operators, syntax
from machimado.cases.procedures.rules.cel.errors import EvaluationError, UnansweredError
from machimado.cases.procedures.rules.cel.functions import FUNCTIONS
from machimado.cases.procedures.rules.cel.patterns import searcher
from machimado.cases.procedures.rules.cel.syntax import path_of

Variables = dict[str, Any]
Program = Callable[[Variables], Any]


def compile_tree(node: syntax.Node) -> Program:
    """Turn a checked tree into a function of its variables.

    The function raises EvaluationError when it has no value: UnansweredError, UncertainDateError or another.
    """
    path = path_of(node)
    return _path(path) if path else _COMPILERS[type(node)](node)


def _literal(node: syntax.Literal) -> Program:
    value = node.value
    return lambda _variables: value


def _path(path: tuple[str, ...]) -> Program:
    """Read a chain of names; chains of one to three names, the usual ones, without a loop."""
    name = ".".join(path)
    if len(path) == 1:
        return _one(path[0])
    if len(path) == 2:
        return _two(*path, name)
    if len(path) == 3:
        return _three(*path, name)
    return _deep(path, name)


def _one(first: str) -> Program:
    def read(variables: Variables) -> Any:
        try:
            return variables[first]
        except KeyError:
            raise UnansweredError(first) from None

    return read


def _two(first: str, second: str, name: str) -> Program:
    def read(variables: Variables) -> Any:
        try:
            return variables[first][second]
        except (KeyError, TypeError):
            raise UnansweredError(name) from None

    return read


def _three(first: str, second: str, third: str, name: str) -> Program:
    def read(variables: Variables) -> Any:
        try:
            return variables[first][second][third]
        except (KeyError, TypeError):
            raise UnansweredError(name) from None

    return read


def _deep(path: tuple[str, ...], name: str) -> Program:
    def read(variables: Variables) -> Any:
        value: Any = variables
        try:
            for step in path:
                value = value[step]
        except (KeyError, TypeError):
            raise UnansweredError(name) from None
        return value

    return read


def _select(node: syntax.Select) -> Program:
    target, field = compile_tree(node.target), node.field

    def read(variables: Variables) -> Any:
        try:
            return target(variables)[field]
        except (KeyError, TypeError):
            raise UnansweredError(field) from None

    return read


def _has(node: syntax.Has) -> Program:
    """Tell whether something is there; false also where something before it on the way is missing."""
    target = compile_tree(node.target)

    def there(variables: Variables) -> bool:
        try:
            target(variables)
        except UnansweredError:
            return False
        return True

    return there


def _index(node: syntax.Index) -> Program:
    target, key = compile_tree(node.target), compile_tree(node.key)

    def read(variables: Variables) -> Any:
        container, wanted = target(variables), key(variables)
        if container.__class__ is list and wanted.__class__ is int and 0 <= wanted < len(container):
            return container[wanted]
        if container.__class__ is dict and wanted.__class__ is str and wanted in container:
            return container[wanted]
        raise EvaluationError("その番号や名前のものはありません。")

    return read


def _unary(node: syntax.Unary) -> Program:
    operand = compile_tree(node.operand)
    if node.operator == "-":
        return lambda variables: operators.minus(operand(variables))

    def negation(variables: Variables) -> bool:
        return not _truth(operand(variables))

    return negation


def _truth(value: Any) -> bool:
    if value is True:
        return True
    if value is False:
        return False
    raise EvaluationError("はい・いいえ（bool）ではありません。")


def _logical(node: syntax.Logical) -> Program:
    """&& and ||: the side that decides wins, even over an error on the other side, as CEL defines."""
    left, right = compile_tree(node.left), compile_tree(node.right)
    deciding = node.operator == "||"

    def decide(variables: Variables) -> bool:
        try:
            first = _truth(left(variables))
        except EvaluationError:
            if _truth(right(variables)) is deciding:
                return deciding
            raise
        return first if first is deciding else _truth(right(variables))

    return decide


def _conditional(node: syntax.Conditional) -> Program:
    condition = compile_tree(node.condition)
    then, otherwise = compile_tree(node.then), compile_tree(node.otherwise)
    return lambda variables: then(variables) if _truth(condition(variables)) else otherwise(variables)


def _binary(node: syntax.Binary) -> Program:
    left = compile_tree(node.left)
    if isinstance(node.right, syntax.Literal) and node.right.value.__class__ is str:
        shortcut = _with_text(node.operator, left, node.right.value)
        if shortcut:
            return shortcut
    right, operate = compile_tree(node.right), operators.BINARY[node.operator]
    return lambda variables: operate(left(variables), right(variables))


def _with_text(operator: str, left: Program, text: Any) -> Program | None:
    """Compare with a text as Python does: nothing but the same str equals a str, so nothing can go wrong."""
    if operator == "==":
        return lambda variables: left(variables) == text
    if operator == "!=":
        return lambda variables: left(variables) != text
    return None


def _list_of(node: syntax.ListOf) -> Program:
    if all(isinstance(item, syntax.Literal) for item in node.items):
        values = [item.value for item in node.items if isinstance(item, syntax.Literal)]
        return lambda _variables: values
    items = [compile_tree(item) for item in node.items]
    return lambda variables: [item(variables) for item in items]


def _map_of(node: syntax.MapOf) -> Program:
    entries = [(compile_tree(key), compile_tree(value)) for key, value in node.entries]

    def build(variables: Variables) -> dict[str, Any]:
        pairs = [(operators.text(key(variables)), value(variables)) for key, value in entries]
        if len(dict(pairs)) < len(pairs):
            raise EvaluationError("対応表に同じ名前が二つあります。")
        return dict(pairs)

    return build


def _call(node: syntax.Call) -> Program:
    if node.function == "matches":
        return _matches(node)
    run = FUNCTIONS[node.function].run
    arguments = [compile_tree(argument) for argument in node.arguments]
    if len(arguments) == 1:
        only = arguments[0]
        return lambda variables: run(only(variables))
    if len(arguments) == 2:
        first, second = arguments
        return lambda variables: run(first(variables), second(variables))
    return lambda variables: run(*(argument(variables) for argument in arguments))


def _matches(node: syntax.Call) -> Program:
    text, pattern = node.arguments
    search = searcher(str(pattern.value)) if isinstance(pattern, syntax.Literal) else None
    if search is None:
        raise TypeError("check() lets only literal patterns through")
    value = compile_tree(text)
    return lambda variables: search(operators.text(value(variables)))


def _comprehension(node: syntax.Comprehension) -> Program:
    over, variable = compile_tree(node.over), node.variable
    predicate = compile_tree(node.predicate) if node.predicate is not None else None
    transform = compile_tree(node.transform) if node.transform is not None else None
    if node.macro == "map":
        return _mapping(over, variable, predicate, transform)
    if predicate is None:
        raise TypeError("the parser gives every macro but map a predicate")
    if node.macro in {"all", "exists"}:
        return _quantifier(over, variable, predicate, deciding=node.macro == "exists")
    return _selection(over, variable, predicate, only_one=node.macro == "exists_one")


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, list | dict):
        return value
    raise EvaluationError("一覧ではありません。")


def _quantifier(over: Program, variable: str, predicate: Program, *, deciding: bool) -> Program:
    """All and exists: one deciding element wins, even over errors on others."""

    def decide(variables: Variables) -> bool:
        scope, failure = dict(variables), None
        for item in _items(over(variables)):
            scope[variable] = item
            try:
                if _truth(predicate(scope)) is deciding:
                    return deciding
            except EvaluationError as error:
                failure = error
        if failure is not None:
            raise failure
        return not deciding

    return decide


def _selection(over: Program, variable: str, predicate: Program, *, only_one: bool) -> Program:
    def select(variables: Variables) -> Any:
        scope, found = dict(variables), []
        for item in _items(over(variables)):
            scope[variable] = item
            if _truth(predicate(scope)):
                found.append(item)
        return len(found) == 1 if only_one else found

    return select


def _mapping(over: Program, variable: str, predicate: Program | None, transform: Program | None) -> Program:
    if transform is None:
        raise TypeError("the parser gives map a transform")

    def build(variables: Variables) -> list[Any]:
        scope, built = dict(variables), []
        for item in _items(over(variables)):
            scope[variable] = item
            if predicate is None or _truth(predicate(scope)):
                built.append(transform(scope))
        return built

    return build


_COMPILERS: dict[type, Callable[[Any], Program]] = {
    syntax.Literal: _literal,
    syntax.Select: _select,
    syntax.Has: _has,
    syntax.Index: _index,
    syntax.Unary: _unary,
    syntax.Binary: _binary,
    syntax.Logical: _logical,
    syntax.Conditional: _conditional,
    syntax.ListOf: _list_of,
    syntax.MapOf: _map_of,
    syntax.Call: _call,
    syntax.Comprehension: _comprehension,
}
