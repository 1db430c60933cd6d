"""Compiles which lists of a life event tell of the same people, and complains of lists that cannot."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from machimado.cases.procedures.rules.cel import types
from machimado.cases.procedures.rules.cel.check import check, suggestion
from machimado.cases.procedures.rules.cel.compile import Program, compile_tree
from machimado.cases.procedures.rules.cel.errors import ExpressionError
from machimado.cases.procedures.rules.cel.parse import parse
from machimado.cases.procedures.rules.cel.types import Type
from machimado.cases.procedures.rules.crosscheck import named, variables_of
from machimado.cases.procedures.rules.definition import Text
from machimado.cases.procedures.rules.life_event import ChosenName, LifeEvent, SamePeople
from machimado.cases.procedures.rules.link import GIVEN, Complaints, fits
from machimado.cases.procedures.rules.people import FACTS, NAME, PERSON, Role, Source, Tie
from machimado.cases.procedures.rules.questions import Question, type_of
from machimado.cases.procedures.rules.source import Loc

# Never asked: it says whose row it is.
_WHO: Text = {"ja": "どなたの行か", "ja-simple": "だれの ことか", "en": "Whose row it is"}
# Where a record says who somebody is.
_NUMBER = "resident_number"
_NUMBERS = {"resident": _NUMBER, "spouse": f"spouse.{_NUMBER}", "head": f"head.{_NUMBER}"}


def tie(
    event: LifeEvent,
    questions: tuple[Question, ...],
    owners: Iterable[str],
    meanings: Mapping[str, Any],
    complaints: Complaints,
) -> tuple[Tie, ...]:
    """Compile the ties of an event; what names nothing that is asked, or does not fit, goes to `complaints` and is left out."""
    return _Tier(event, questions, frozenset(owners), meanings, complaints).ties()


def roles(
    event: LifeEvent,
    questions: tuple[Question, ...],
    owners: Iterable[str],
    meanings: Mapping[str, Any],
    complaints: Complaints,
) -> tuple[Role, ...]:
    """Compile whose names can be chosen; what names nothing that is asked, or does not fit, goes to `complaints` and is left out."""
    return _Tier(event, questions, frozenset(owners), meanings, complaints).roles()


def with_persons(questions: tuple[Question, ...], ties: Iterable[Tie]) -> tuple[Question, ...]:
    """Return the questions with the one that nobody is asked: which rows are about the same person."""
    groups = {tie.group for tie in ties} | {one.place for tie in ties for one in tie.sources if one.is_list}
    singles = dict.fromkeys(one.place for tie in ties for one in tie.sources if not one.is_list)
    return (
        *(_with_person(question) if question.id in groups else question for question in questions),
        *(_person(f"{place}.{PERSON}", _NUMBERS.get(place)) for place in singles),
    )


def _with_person(group: Question) -> Question:
    rows = (*group.questions, _person(PERSON, _NUMBER))
    return replace(group, questions=rows, steps=(*group.steps, len(group.questions)))


def _person(path: str, prefill: str | None) -> Question:
    return Question(id=path, kind="text", label=_WHO, section="", prefill=prefill)


class _Tier:
    def __init__(
        self,
        event: LifeEvent,
        questions: tuple[Question, ...],
        owners: frozenset[str],
        meanings: Mapping[str, Any],
        complaints: Complaints,
    ) -> None:
        self.event, self.owners, self.meanings, self.complaints = event, owners, meanings, complaints
        self.groups = {one.id: one for one in questions if one.kind == "group"}
        self.plain = {one.id: one for one in questions if one.kind != "group"}
        self.names = {
            **variables_of(questions),
            **GIVEN,
            "derived": types.record(dict.fromkeys(event.derived, types.DYN)),
        }

    def ties(self) -> tuple[Tie, ...]:
        found = (self._tie(each, number) for number, each in enumerate(self.event.people))
        return tuple(each for each in found if each is not None)

    def _tie(self, written: SamePeople, number: int) -> Tie | None:
        before, loc = len(self.complaints.found), ("people", number)
        self._check_order(written, number)
        group = self._group(written.group, (*loc, "list"))
        if group is None:
            return None
        sources = tuple(
            one
            for place, name in enumerate(written.sources)
            if (one := self._source(group, name, (*loc, "from", place))) is not None
        )
        names = {**self.names, "item": self._item(sources)}
        who = self._program(written.who, (*loc, "who"), names, {"bool"}) if written.who else None
        follows = {
            leaf: program
            for leaf, text in written.follows.items()
            if (program := self._follows(group, leaf, text, (*loc, "follows", leaf), names, sources))
        }
        return None if len(self.complaints.found) > before else Tie(group.id, sources, who, follows)

    def roles(self) -> tuple[Role, ...]:
        return tuple(
            role for number, each in enumerate(self.event.chosen) for role in self._roles(each, number)
        )

    def _roles(self, written: ChosenName, number: int) -> Iterable[Role]:
        before, loc = len(self.complaints.found), ("chosen", number)
        for place, name in enumerate(written.names):
            earlier = (
                *written.names[:place],
                *(one for each in self.event.chosen[:number] for one in each.names),
            )
            self._check_name(name, earlier, (*loc, "names", place))
        sources = tuple(
            one
            for place, name in enumerate(written.sources)
            if (one := self._bearers(name, (*loc, "from", place))) is not None
        )
        names = {**self.names, "item": self._item(sources)}
        who = self._program(written.who, (*loc, "who"), names, {"bool"}) if written.who else None
        if len(self.complaints.found) > before:
            return
        for name in written.names:
            others = tuple(one for one in sources if name not in {one.place, f"{one.place}.{NAME}"})
            yield Role(name, others, who)

    def _check_name(self, name: str, earlier: Iterable[str], loc: Loc) -> None:
        """Refuse what asks for no name, or was told of before."""
        question = self.plain.get(name)
        if question is None or question.kind != "name":
            known = [path for path, one in self.plain.items() if one.kind == "name"]
            hint = suggestion(name, known) or "名前をひとつ聞く質問の id を書いてください。"
            self.complaints.add(loc, f"「{name}」という、氏名を聞く質問はありません。{hint}")
        if name in earlier:
            self.complaints.add(
                loc,
                f"質問「{name}」は、名前の出た方から選ぶ質問（chosen）に二度あります。ひとつにまとめてください。",
            )

    def _bearers(self, name: str, loc: Loc) -> Source | None:
        """Return whose names can be chosen: people of a list, somebody by themselves, or a name by itself."""
        if name in self.groups:
            return Source(name, is_list=True, alike=(NAME,)) if self._group(name, loc) else None
        for path, alike in ((f"{name}.{NAME}", (NAME,)), (name, ())):
            if path in self.plain and self.plain[path].kind == "name":
                return Source(name, is_list=False, alike=alike)
        hint = (
            suggestion(name, (*self.groups, *self.plain))
            or "一覧の id か、resident のような言葉を書いてください。"
        )
        self.complaints.add(loc, f"「{name}」という一覧も、氏名を聞く質問もありません。{hint}")
        return None

    def _check_order(self, written: SamePeople, number: int) -> None:
        """Refuse a list that is told of twice, and people who are to be chosen from a list that is filled later."""
        others = [each.group for each in self.event.people]
        if written.group in others[:number]:
            what = f"一覧「{written.group}」は、同じ人が並ぶ一覧（people）に二度あります。ひとつにまとめてください。"
            self.complaints.add(("people", number, "list"), what)
        for place, name in enumerate(written.sources):
            if name in others[number:]:
                what = f"「{name}」の人も選びます。「{name}」を「{written.group}」より先に置いてください（people の順）。"
                self.complaints.add(("people", number, "from", place), what)

    def _group(self, name: str, loc: Loc) -> Question | None:
        group = self.groups.get(name)
        if group is None:
            hint = suggestion(name, self.groups) or "手続が聞く一覧の id を書いてください。"
            self.complaints.add(loc, f"「{name}」という一覧は、このライフイベントの手続にありません。{hint}")
        elif not _is_about_people(group):
            self.complaints.add(loc, f"一覧「{name}」には氏名（name）の質問がないので、人を選べません。")
            return None
        return group

    def _source(self, group: Question, name: str, loc: Loc) -> Source | None:
        if name in self.groups:
            other = self._group(name, loc)
            leaves = {} if other is None else {one.id: one for one in other.questions}
        else:
            leaves = {leaf: self.plain[path] for leaf in FACTS if (path := f"{name}.{leaf}") in self.plain}
        if NAME not in leaves or leaves[NAME].kind != "name":
            if name not in self.groups:
                hint = (
                    suggestion(name, self.groups) or "一覧の id か、resident のような言葉を書いてください。"
                )
                self.complaints.add(
                    loc, f"「{name}」という一覧も、「{name}.name」という質問もありません。{hint}"
                )
            return None
        alike = self._alike(group, name, leaves)
        for leaf in alike:
            self._check_alike(group, leaf, leaves[leaf], loc)
        return Source(name, name in self.groups, alike)

    def _alike(self, group: Question, name: str, leaves: Mapping[str, Question]) -> tuple[str, ...]:
        """Return what says the same in both: who somebody is, and whatever the vocabulary knows by one name."""
        meaning = self._meaning(group.id)
        is_one_meaning = name in self.groups and self._meaning(name) == meaning
        return tuple(
            row.id
            for row in group.questions
            if row.id in leaves
            and (row.id in FACTS or (is_one_meaning and f"{meaning}[].{row.id}" in self.meanings))
        )

    def _meaning(self, group: str) -> str:
        owner, _, rest = group.partition(".")
        return rest if owner in self.owners else group

    def _check_alike(self, group: Question, leaf: str, other: Question, loc: Loc) -> None:
        one = next(row for row in group.questions if row.id == leaf)
        if one.kind != other.kind or one.codes != other.codes:
            what = f"「{leaf}」の答え方が、一覧「{group.id}」と違います（{other.kind} と {one.kind}）。同じ人として扱えません。"
            if one.kind == other.kind:
                what = f"「{leaf}」の選択肢が、一覧「{group.id}」と違います。同じ人として扱えません。"
            self.complaints.add(loc, what)

    def _item(self, sources: Iterable[Source]) -> Type:
        """Return the type of somebody who can be chosen: with whatever is known of anybody of the sources."""
        found: dict[str, list[Type]] = {}
        for source in sources:
            for leaf, question in self._leaves(source).items():
                found.setdefault(named(leaf), []).append(type_of(question))
        return types.record({leaf: types.join(each) for leaf, each in found.items()})

    def _leaves(self, source: Source) -> dict[str, Question]:
        if source.is_list:
            return {row.id: row for row in self.groups[source.place].questions}
        if not source.alike:
            return {NAME: self.plain[source.place]}
        stem = f"{source.place}."
        return {path.removeprefix(stem): one for path, one in self.plain.items() if path.startswith(stem)}

    def _follows(
        self,
        group: Question,
        leaf: str,
        text: str,
        loc: Loc,
        names: Mapping[str, Type],
        sources: tuple[Source, ...],
    ) -> Program | None:
        question = next((row for row in group.questions if row.id == leaf), None)
        if question is None:
            hint = suggestion(leaf, [row.id for row in group.questions])
            what = f"一覧「{group.id}」に「{leaf}」という質問はありません。{hint}"
            self.complaints.add(loc, what, key=True)
            return None
        if sources and all(leaf in source.alike for source in sources):
            what = (
                f"「{leaf}」は、人を選べばそのまま入ります。選べば決まる答え（follows）から外してください。"
            )
            self.complaints.add(loc, what, key=True)
        self._check_codes(text, type_of(question), loc, names)
        return self._program(text, loc, names, {type_of(question).kind, "null"})

    def _check_codes(self, text: str, answer: Type, loc: Loc, names: Mapping[str, Type]) -> None:
        """Refuse a code that the question does not have: compared with its answer it could never be."""
        if answer.codes is None:
            return
        try:
            check(parse(f"answer == ({text})"), {**names, "answer": answer})
        except ExpressionError as error:
            self.complaints.add(loc, str(error))

    def _program(
        self,
        text: str,
        loc: Loc,
        names: Mapping[str, Type],
        kinds: set[str],
    ) -> Program | None:
        try:
            tree = parse(text)
            fits(check(tree, names), kinds)
        except ExpressionError as error:
            self.complaints.add(loc, str(error), error.at)
            return None
        return compile_tree(tree)


def _is_about_people(group: Question) -> bool:
    return any(row.id == NAME and row.kind == "name" for row in group.questions)
