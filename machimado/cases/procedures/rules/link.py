"""Definition + vocabulary → Form: everything that can be found wrong between the parts is found here, once.

Names that do not exist, local ids that shadow shared meanings, wrong kinds, cycles, rules of wrong type, codes that
no option has, fields of checks and of the delivery that do not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from machimado.cases.procedures.rules import definition
from machimado.cases.procedures.rules.cel import syntax, types
from machimado.cases.procedures.rules.cel.check import check, suggestion
from machimado.cases.procedures.rules.cel.compile import Program, compile_tree
from machimado.cases.procedures.rules.cel.errors import ExpressionError
from machimado.cases.procedures.rules.cel.parse import parse
from machimado.cases.procedures.rules.cel.syntax import Path, uses
from machimado.cases.procedures.rules.cel.types import Type
from machimado.cases.procedures.rules.definition import Procedure, Vocabulary
from machimado.cases.procedures.rules.form import CompiledCheck, Derive, Form, Needed, ask, by_path
from machimado.cases.procedures.rules.inherit import Resolved, resolve
from machimado.cases.procedures.rules.order import Cycle, order
from machimado.cases.procedures.rules.questions import Question, type_of
from machimado.cases.procedures.rules.source import Loc

GIVEN: dict[str, Type] = {
    "today": types.DATE,
    "channel": types.choice(["counter", "web", "kiosk", "remote", "paper"]),
}


@dataclass
class Complaints:
    """What was found wrong, with places in the definition; the loader turns them into lines and columns."""

    found: list[tuple[Loc, str, int, bool]] = field(default_factory=list)

    def add(self, loc: Loc, what: str, offset: int = 0, *, key: bool = False) -> None:
        """Note a complaint: where, what, how far into the text there, at the key or the value."""
        self.found.append((loc, what, offset, key))


@dataclass(frozen=True, slots=True)
class _Rule:
    """An expression that has been parsed, and where it stands."""

    tree: syntax.Node
    loc: Loc
    uses: frozenset[Path]


def link(procedure: Procedure, vocabulary: Vocabulary, complaints: Complaints) -> Form | None:
    """Compile a definition.

    Returns None when something is wrong; then `complaints` says what.
    """
    resolved = resolve(procedure, vocabulary, complaints)
    if complaints.found:
        return None
    form = _Linker(procedure, resolved, complaints).form()
    return None if complaints.found else form


class _Linker:
    def __init__(self, procedure: Procedure, resolved: list[Resolved], complaints: Complaints) -> None:
        self.procedure = procedure
        self.resolved = resolved
        self.complain = complaints.add
        self.complaints = complaints
        self.rules: dict[Loc, _Rule] = {}
        self.derived: dict[str, Type] = {}
        self.by_root: dict[str, list[tuple[int, Path]]] = {}
        for number, each in enumerate(resolved):
            self.by_root.setdefault(each.question.keys[0], []).append((number, each.question.keys))
        self.questions_type = _variables([each.question for each in resolved])

    def form(self) -> Form | None:
        """Build the form; None after a cycle, which leaves nothing to build on."""
        self._parse_all()
        self._check_issued_alone()
        steps = self._order()
        if steps is None or self.complaints.found:
            return None
        programs = {name: self._derive(name) for name in (step for step in steps if isinstance(step, str))}
        questions = tuple(self._question(each) for each in self.resolved)
        return Form(
            procedure=self.procedure,
            questions=questions,
            steps=tuple(
                Derive(step, programs[step]) if isinstance(step, str) else ask(step, questions[step])
                for step in steps
            ),
            checks=self._checks(),
            documents=self._documents(),
            fee=self._fee(),
            delivery=self._delivery(),
            roots=tuple(dict.fromkeys(each.id.partition(".")[0] for each in questions if "." in each.id)),
            answer_roots=tuple(dict.fromkeys(each.id.partition(".")[0] for each in questions)),
            by_path=by_path(questions),
        )

    def _check_issued_alone(self) -> None:
        """What is issued without an officer is a certificate, at a terminal in the lobby, to the person themselves."""
        if not self.procedure.issued_alone:
            return
        if self.procedure.certificate is None:
            self.complain(
                ("issued_alone",),
                "職員を通さずに交付するには、交付する証明書の名前（certificate）が要ります",
                key=True,
            )
        if "kiosk" not in self.procedure.channels or "self" not in self.procedure.applicants:
            self.complain(
                ("issued_alone",),
                "職員を通さずに交付するのは、ロビーの端末での本人の申請だけです。channels に kiosk、applicants に self を入れてください",
                key=True,
            )

    # --- reading the expressions -------------------------------------------------------------------------------

    def _parse_all(self) -> None:
        for loc, text in _expressions(self.procedure):
            try:
                tree = parse(text)
            except ExpressionError as error:
                self.complain(loc, str(error), error.at)
            else:
                self.rules[loc] = _Rule(tree, loc, uses(tree))

    def _program(self, loc: Loc, kinds: set[str], more: Mapping[str, Type] | None = None) -> Program:
        """Check and compile the rule at a place; what it must give is one of `kinds`."""
        rule = self.rules[loc]
        names = {**self.questions_type, **GIVEN, "derived": types.record(self.derived), **(more or {})}
        try:
            fits(check(rule.tree, names), kinds)
        except ExpressionError as error:
            self.complain(loc, str(error), error.at)
            return _never  # what is wrong may well not be compiled
        return compile_tree(rule.tree)

    def _rule(
        self, value: bool | str | None, loc: Loc, more: Mapping[str, Type] | None = None
    ) -> Program | None:
        """Compile a condition; None where there is none or it always holds."""
        if isinstance(value, str):
            return self._program(loc, {"bool"}, more)
        return _never if value is False else None

    # --- the order of dependencies -----------------------------------------------------------------------------

    def _order(self) -> list[int | str] | None:
        """Return questions (by number) and derived values (by name) so that each comes after what it needs."""
        needs: dict[int | str, set[int | str]] = {}
        for number, each in enumerate(self.resolved):
            needs[number] = self._needs(each.rules_of_presence())
        for name in self.procedure.derived:
            needs[name] = self._needs([("derived", name)])
        try:
            return order(needs)
        except Cycle as cycle:
            names = [self._name(node) for node in cycle.nodes]
            self.complain(
                self._place(cycle.nodes[0]),
                f"条件が輪になっています（{' → '.join(names)}）。どれか一つの条件を見直してください。",
            )
            return None

    def _needs(self, places: list[Loc]) -> set[int | str]:
        found: set[int | str] = set()
        for loc in places:
            rule = self.rules.get(loc)
            for path in rule.uses if rule else ():
                found |= self._sources(path)
        return found

    def _sources(self, path: Path) -> set[int | str]:
        """Return what a path in a rule depends on; unknown names are found by the type check."""
        if path[0] == "derived":
            named = self.procedure.derived if len(path) == 1 else path[1:2]
            return {name for name in named if name in self.procedure.derived}
        return {
            number
            for number, keys in self.by_root.get(path[0], ())
            if all(own == used for own, used in zip(keys, path, strict=False))
        }

    def _name(self, node: int | str) -> str:
        return f"derived.{node}" if isinstance(node, str) else self.resolved[node].question.id

    def _place(self, node: int | str) -> Loc:
        return ("derived", node) if isinstance(node, str) else self.resolved[node].first_rule(self.rules)

    # --- compiling ---------------------------------------------------------------------------------------------

    def _derive(self, name: str) -> Program:
        loc: Loc = ("derived", name)
        program = self._program(loc, set())
        try:
            names = {**self.questions_type, **GIVEN, "derived": types.record(self.derived)}
            self.derived[name] = check(self.rules[loc].tree, names)
        except ExpressionError:
            self.derived[name] = types.DYN  # complained of already
        return program

    def _question(self, resolved: Resolved) -> Question:
        loc = resolved.loc
        changes: dict[str, Any] = {
            "when": self._both(
                self._rule(resolved.section_when, resolved.section_loc),
                self._rule(resolved.when, (*loc, "when")),
            ),
            "required": self._required(resolved),
        }
        if resolved.rows:
            changes.update(self._group(resolved))
        return resolved.with_rules(**changes)

    def _required(self, resolved: Resolved, more: Mapping[str, Type] | None = None) -> bool | Program:
        if isinstance(resolved.required, str):
            own = ("item", resolved.question.id) if more else resolved.question.keys
            rule = self.rules[*resolved.loc, "required"]
            if any(path[: len(own)] == own for path in rule.uses):
                self.complain(
                    (*resolved.loc, "required"),
                    "必須かどうかを、その質問自身の答えで決めています。別の項目で決めてください。",
                )
            return self._program((*resolved.loc, "required"), {"bool"}, more)
        return resolved.required

    @staticmethod
    def _both(section: Program | None, own: Program | None) -> Program | None:
        if section is None or own is None:
            return own or section
        return lambda variables: section(variables) and own(variables)

    def _group(self, resolved: Resolved) -> dict[str, Any]:
        row = types.record({each.question.id: type_of(each.question) for each in resolved.rows})
        more = {"item": row, "index": types.INT}
        inner = tuple(self._row_question(each, more) for each in resolved.rows)
        where = None
        if resolved.prefill_where:
            where = self._program((*resolved.loc, "prefill_where"), {"bool"}, more)
        return {"questions": inner, "steps": self._row_order(resolved), "prefill_where": where}

    def _row_question(self, resolved: Resolved, more: Mapping[str, Type]) -> Question:
        when = self._rule(resolved.when, (*resolved.loc, "when"), more)
        return resolved.with_rules(when=when, required=self._required(resolved, more))

    def _row_order(self, resolved: Resolved) -> tuple[int, ...]:
        numbers = {each.question.id: number for number, each in enumerate(resolved.rows)}
        needs: dict[int | str, set[int | str]] = {}
        for number, each in enumerate(resolved.rows):
            rule = self.rules.get((*each.loc, "when"))
            paths = rule.uses if rule else frozenset()
            needs[number] = {
                numbers[path[1]]
                for path in paths
                if path[0] == "item" and len(path) > 1 and path[1] in numbers
            }
        try:
            return tuple(step for step in order(needs) if isinstance(step, int))
        except Cycle as cycle:
            inside = [resolved.rows[node] for node in cycle.nodes if isinstance(node, int)]
            names = " → ".join(each.question.id for each in inside)
            self.complain(
                (*inside[0].loc, "when"),
                f"条件が輪になっています（{names}）。どれか一つの条件を見直してください。",
            )
            return ()

    def _checks(self) -> tuple[CompiledCheck, ...]:
        known = {each.question.id for each in self.resolved}
        known |= {f"{each.question.id}[].{row.question.id}" for each in self.resolved for row in each.rows}
        compiled, seen = [], set[str]()
        for number, written in enumerate(self.procedure.checks):
            loc: Loc = ("checks", number)
            self._once(written.id, seen, (*loc, "id"), "検査")
            self._known_fields(written.fields, known, loc)
            assertion = self._rule(written.assertion, (*loc, "assert")) or _always
            compiled.append(CompiledCheck(written, self._rule(written.when, (*loc, "when")), assertion))
        return tuple(compiled)

    def _known_fields(self, fields: tuple[str, ...], known: set[str], loc: Loc) -> None:
        for place, path in enumerate(fields):
            if path not in known:
                hint = suggestion(path, known) or "質問の id を書いてください。"
                self.complain((*loc, "fields", place), f"「{path}」という質問はありません。{hint}")

    def _once(self, name: str, seen: set[str], loc: Loc, what: str) -> None:
        if name in seen:
            self.complain(loc, f"{what}「{name}」が二つあります。別の名前にしてください。")
        seen.add(name)

    def _documents(self) -> tuple[Needed, ...]:
        needed, seen = [], set[str]()
        for number, document in enumerate(self.procedure.documents):
            self._once(document.id, seen, ("documents", number, "id"), "書類")
            needed.append(Needed(document, self._rule(document.when, ("documents", number, "when"))))
        return tuple(needed)

    def _fee(self) -> int | Program:
        fee = self.procedure.fee
        return fee if isinstance(fee, int) else self._program(("fee",), {"int"})

    def _delivery(self) -> tuple[tuple[str, Program], ...]:
        delivery = self.procedure.delivery
        fields, seen = [], set[str]()
        for number, written in enumerate(delivery.fields if delivery else ()):
            loc: Loc = ("delivery", "fields", number)
            self._once(written.to, seen, (*loc, "to"), "渡す項目")
            fields.append((written.to, self._program((*loc, "from"), set())))
        return tuple(fields)


def fits(given: Type, kinds: set[str]) -> None:
    """Refuse a rule that gives something else than its place needs."""
    if kinds and given.kind not in {*kinds, "dyn"}:
        wanted = "か".join(types.JAPANESE[kind] for kind in sorted(kinds))
        raise ExpressionError(
            f"ここには{wanted}になる式が要りますが、{types.JAPANESE[given.kind]}になります。"
        )


def _always(_variables: dict[str, Any]) -> bool:
    return True


def _never(_variables: dict[str, Any]) -> bool:
    return False


def _variables(questions: list[Question]) -> dict[str, Type]:
    """Return the variables of rules: a dotted id such as spouse.name is a field of the variable spouse."""
    plain: dict[str, Type] = {}
    nested: dict[str, dict[str, Type]] = {}
    for question in questions:
        root, _, leaf = question.id.partition(".")
        if leaf:
            nested.setdefault(root, {})[leaf] = type_of(question)
        else:
            plain[root] = type_of(question)
    return {**plain, **{root: types.record(fields) for root, fields in nested.items()}}


def _expressions(procedure: Procedure) -> list[tuple[Loc, str]]:
    """Return every expression of a definition with its place."""
    found: list[tuple[Loc, Any]] = [(("derived", name), text) for name, text in procedure.derived.items()]
    for number, section in enumerate(procedure.sections):
        found.append((("sections", number, "when"), section.when))
        for place, question in enumerate(section.questions):
            found += _question_expressions(question, ("sections", number, "questions", place))
    for number, written in enumerate(procedure.checks):
        found += [
            (("checks", number, "assert"), written.assertion),
            (("checks", number, "when"), written.when),
        ]
    found += [
        (("documents", number, "when"), document.when) for number, document in enumerate(procedure.documents)
    ]
    found.append((("fee",), procedure.fee))
    fields = procedure.delivery.fields if procedure.delivery else ()
    found += [(("delivery", "fields", number, "from"), each.source) for number, each in enumerate(fields)]
    return [(loc, text) for loc, text in found if isinstance(text, str)]


def _question_expressions(question: definition.QuestionPart, loc: Loc) -> list[tuple[Loc, Any]]:
    found: list[tuple[Loc, Any]] = [
        ((*loc, name), getattr(question, name)) for name in ("when", "required", "prefill_where")
    ]
    for number, inner in enumerate(getattr(question, "questions", ())):
        found += _question_expressions(inner, (*loc, "questions", number))
    return found
