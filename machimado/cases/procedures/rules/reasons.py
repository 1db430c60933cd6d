"""Why a step stands on the route: the answers that its rule was decided by, and of a list only what of it was looked for.

A rule is taken apart as it is written: of `a && b` both sides count, of `a || b` those that hold, of a choice between two the side
that was taken; a derived value stands for the answers behind it. What somebody does not have is no reason for anything.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from machimado.cases.procedures.rules.cel import syntax
from machimado.cases.procedures.rules.cel.compile import Variables, compile_tree
from machimado.cases.procedures.rules.cel.errors import EvaluationError
from machimado.cases.procedures.rules.cel.syntax import Node, path_of, uses
from machimado.cases.procedures.rules.outcome import Reason

# Returns what a rule's truth rests on.
Because = Callable[[Variables], tuple[Reason, ...]]


def because(tree: Node, derived: Mapping[str, Node], questions: Iterable[str]) -> Because:
    """Compile what tells why a rule holds; `questions` are the paths that may be a reason."""
    explained = _Explainer(derived, frozenset(questions)).whole(tree)
    return lambda variables: _together(explained(variables, True))


def _together(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Name each answer once, with everything that was looked for in it."""
    found: dict[str, Reason] = {}
    for one in reasons:
        before = found.get(one.path)
        codes = one.codes if before is None or not (before.codes and one.codes) else before.codes | one.codes
        found[one.path] = Reason(one.path, codes)
    return tuple(found.values())


# Yields the reasons for a part's having this truth.
_Part = Callable[[Variables, bool], Iterator[Reason]]


@dataclass(frozen=True)
class _Explainer:
    derived: Mapping[str, Node]
    questions: frozenset[str]

    def whole(self, node: Node) -> _Part:
        if isinstance(node, syntax.Logical):
            return self._logical(node)
        if isinstance(node, syntax.Unary) and node.operator == "!":
            inner = self.whole(node.operand)
            return lambda variables, truth: inner(variables, not truth)
        if isinstance(node, syntax.Conditional):
            return self._conditional(node)
        name = self._derived(node)
        if name is not None:
            return self.whole(self.derived[name])
        return self._compared(node)

    def _derived(self, node: Node) -> str | None:
        path = path_of(node)
        named = path is not None and len(path) == 2 and path[0] == "derived" and path[1] in self.derived
        return path[1] if path is not None and named else None

    def _logical(self, node: syntax.Logical) -> _Part:
        sides = [(_truth(side), self.whole(side)) for side in (node.left, node.right)]

        def explain(variables: Variables, truth: bool) -> Iterator[Reason]:  # as _Part has it
            for holds, side in sides:
                if holds(variables) is truth:
                    yield from side(variables, truth)

        return explain

    def _conditional(self, node: syntax.Conditional) -> _Part:
        holds, condition = _truth(node.condition), self.whole(node.condition)
        then, otherwise = self.whole(node.then), self.whole(node.otherwise)

        def explain(variables: Variables, truth: bool) -> Iterator[Reason]:  # as _Part has it
            is_so = holds(variables) is True
            yield from condition(variables, is_so)
            yield from (then if is_so else otherwise)(variables, truth)

        return explain

    def _compared(self, node: Node) -> _Part:
        """Explain what is not taken apart further: by the answers that it reads."""
        looked_for = self._looked_for(node)
        if looked_for is not None:
            return lambda _variables, truth: iter([looked_for] if truth else [])
        behind = [self.whole(self.derived[name]) for name in self._behind(node)]
        own = [Reason(path) for path in self._answers(node)]

        def explain(variables: Variables, truth: bool) -> Iterator[Reason]:  # as _Part has it
            yield from own
            for part in behind:
                yield from part(variables, truth)

        return explain

    def _looked_for(self, node: Node) -> Reason | None:
        """Return the list in which something is looked for, and what: `"x" in list`, `list.exists(one, one in ["x", "y"])`."""
        match node:
            case syntax.Binary("in", syntax.Literal(value), over, _):
                found, codes = over, frozenset({str(value)})
            case syntax.Comprehension("exists", over, _, predicate, _) if predicate is not None:
                found, codes = over, frozenset(_texts(predicate))
            case _:
                return None
        path = self._question(path_of(found))
        return None if path is None else Reason(path, codes)

    def _answers(self, node: Node) -> list[str]:
        found = (self._question(path) for path in sorted(uses(node)))
        return list(dict.fromkeys(path for path in found if path is not None))

    def _behind(self, node: Node) -> list[str]:
        return sorted(
            path[1] for path in uses(node) if path[0] == "derived" and path[1:2] and path[1] in self.derived
        )

    def _question(self, path: syntax.Path | None) -> str | None:
        names = (".".join(path[:2]), path[0]) if path else ()
        return next((name for name in names if name in self.questions), None)


def _truth(node: Node) -> Callable[[Variables], bool | None]:
    """Return what tells whether a part holds; None where it can't be told."""
    program = compile_tree(node)

    def truth(variables: Variables) -> bool | None:
        try:
            value = program(variables)
        except EvaluationError:
            return None
        return value if isinstance(value, bool) else None

    return truth


def _texts(node: Node) -> Iterator[str]:
    """Yield the texts that stand in a part."""
    if isinstance(node, syntax.Literal) and isinstance(node.value, str):
        yield node.value
    for part in syntax.parts_of(node):
        yield from _texts(part)
