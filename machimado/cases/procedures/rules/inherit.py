"""Completes questions from the vocabulary, and finds ids, kinds and options that do not fit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from machimado.cases.procedures.rules.cel.check import suggestion
from machimado.cases.procedures.rules.cel.parse import RESERVED
from machimado.cases.procedures.rules.cel.patterns import PatternError, searcher
from machimado.cases.procedures.rules.definition import (
    MOST_ITEMS,
    Meaning,
    Option,
    Procedure,
    QuestionPart,
    Section,
    Vocabulary,
)
from machimado.cases.procedures.rules.questions import PREFILL_GROUPS, Question
from machimado.cases.procedures.rules.source import Loc

if TYPE_CHECKING:
    from machimado.cases.procedures.rules.link import Complaints

_THE_NUMBER = re.compile(r"(マイナンバー|個人番号)\s*([（(][^（）()]*[）)])?\s*$")
_WANTS_THE_NUMBER = re.compile(r"(マイナンバー|個人番号)(の番号)?を")
_WITH_OPTIONS = frozenset({"choice", "choices"})
_RESERVED_IDS = (
    frozenset({"today", "channel", "derived", "item", "index", "in", "true", "false", "null"}) | RESERVED
)
# Which settings make sense for which kinds.
_ONLY_FOR = {
    "pattern": {"text"},
    "format": {"text", "name"},
    "exact": {"date"},
    "not_future": {"date"},
    "min": {"text", "number", "money", "group", "choices", "files"},
    "max": {"text", "number", "money", "group", "choices", "files"},
    "prefill_where": {"group"},
    "questions": {"group"},
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question with everything inherited, its rules still as text, and where it stands in the definition."""

    question: Question
    loc: Loc
    when: bool | str | None
    required: bool | str
    prefill_where: str | None
    rows: "tuple[Resolved, ...]" = ()
    section_when: bool | str | None = None
    section_loc: Loc = ()

    def with_rules(self, **rules: Any) -> Question:
        """Return the question with its compiled rules."""
        return replace(self.question, **rules)

    def rules_of_presence(self) -> list[Loc]:
        """Return the places of the rules that decide what this question's value is: its own and its rows'."""
        rows = [(*row.loc, name) for row in self.rows for name in ("when",)]
        return [self.section_loc, (*self.loc, "when"), *rows]

    def first_rule(self, rules: "dict[Loc, Any]") -> Loc:
        """Return the place of the first rule that decides its presence, for messages."""
        return next((loc for loc in self.rules_of_presence() if loc in rules), self.loc)


def resolve(procedure: Procedure, vocabulary: Vocabulary, complaints: "Complaints") -> list[Resolved]:
    """Complete all questions; what is wrong goes to `complaints`, and such questions are left out."""
    version = procedure.version
    if version.effective_to is not None and version.effective_to < version.effective_from:
        what = "効力の終わり（effective_to）が始まりより前です。日付を確かめてください。"
        complaints.add(("version", "effective_to"), what)
    resolver = _Resolver(procedure, vocabulary, complaints)
    found = [
        each
        for number, section in enumerate(procedure.sections)
        for each in resolver.section(section, number)
    ]
    resolver.unique(found)
    return found


class _Resolver:
    def __init__(self, procedure: Procedure, vocabulary: Vocabulary, complaints: "Complaints") -> None:
        self.procedure = procedure
        self.vocabulary = vocabulary
        self.complain = complaints.add
        self.shared_roots = {re.split(r"[.\[]", meaning)[0] for meaning in vocabulary.meanings}

    def section(self, section: Section, number: int) -> list[Resolved]:
        """Complete the questions of a section; those that can't be completed are left out."""
        loc: Loc = ("sections", number)
        found = (
            self._question(question, (*loc, "questions", place), section.id, "")
            for place, question in enumerate(section.questions)
        )
        return [
            replace(each, section_when=section.when, section_loc=(*loc, "when"))
            for each in found
            if each is not None
        ]

    def unique(self, found: list[Resolved]) -> None:
        """Refuse an id that stands twice."""
        seen: dict[str, Resolved] = {}
        for each in found:
            name = each.question.id
            if name in seen:
                self.complain(
                    (*each.loc, "id"), f"質問「{name}」が二度あります。片方を消すか、別の id にしてください。"
                )
            seen[name] = each

    def _question(self, written: QuestionPart, loc: Loc, section: str, group: str) -> Resolved | None:
        """Complete one question; `group` is the id of the group that it stands in, or empty."""
        meaning = self.vocabulary.meanings.get(self._meaning_id(written, group))
        if not self._id_fits(written, meaning, loc, group):
            return None
        kind = self._kind(written, meaning, loc)
        label = written.label or (meaning.label if meaning else None)
        if kind is None or label is None:
            if label is None:
                self.complain(
                    (*loc, "id"),
                    f"質問「{written.id}」に label がありません。画面に出す名前を書いてください。",
                )
            return None
        self._settings_fit(written, kind, loc)
        self._does_not_ask_for_the_number(written, kind, label, loc)
        return self._resolved(
            written, meaning, loc, group, Question(id=written.id, kind=kind, label=label, section=section)
        )

    def _resolved(
        self, written: QuestionPart, meaning: Meaning | None, loc: Loc, group: str, question: Question
    ) -> Resolved | None:
        options = self._options(written, meaning, question, loc)
        prefill = written.prefill or (meaning.prefill if meaning else None)
        completed = replace(
            question,
            ask=written.ask,
            hint=written.hint,
            officer_note=written.officer_note,
            alone=written.alone or (meaning.alone if meaning else None),
            options=options,
            codes=frozenset(option.code for option in options),
            minimum=written.min,
            maximum=written.max,
            matches=self._pattern(written, loc),
            format=written.format or (meaning.format if meaning else None),
            exact=written.exact,
            not_future=_first(written.not_future, meaning.not_future if meaning else False),
            personal=_first(written.personal, meaning.personal if meaning else True),
            prefill=prefill,
            prefill_each=meaning.prefill_each if meaning else None,
            agreement=meaning.agreement if meaning else False,
            prefill_filter=written.prefill_where or "",
        )
        rows = self._rows(written, completed, loc, group)
        completed = replace(completed, questions=tuple(row.question for row in rows))
        return Resolved(completed, loc, written.when, written.required, written.prefill_where, rows)

    def _meaning_id(self, written: QuestionPart, group: str) -> str:
        if group:
            return f"{group}[].{written.id}"
        return f"{written.id}[]" if f"{written.id}[]" in self.vocabulary.meanings else written.id

    def _id_fits(self, written: QuestionPart, meaning: Meaning | None, loc: Loc, group: str) -> bool:
        if group and "." in written.id:
            self.complain(
                (*loc, "id"),
                f"一覧の中の質問の id に「.」は使えません。「{written.id.rpartition('.')[2]}」のように書いてください。",
            )
        elif any(part in _RESERVED_IDS for part in written.id.split(".")):
            self.complain(
                (*loc, "id"), f"「{written.id}」には式の中で使う言葉が入っています。別の id にしてください。"
            )
        elif meaning is not None or group:
            return True
        elif "." in written.id:
            hint = (
                suggestion(written.id, self.vocabulary.meanings)
                or "語彙（vocabulary/）にある id を使うか、「.」のない id にしてください。"
            )
            self.complain((*loc, "id"), f"「{written.id}」という意味は語彙にありません。{hint}")
        elif written.id in self.shared_roots:
            self.complain((*loc, "id"), f"「{written.id}」は語彙の言葉と重なります。別の id にしてください。")
        else:
            return True
        return False

    def _kind(self, written: QuestionPart, meaning: Meaning | None, loc: Loc) -> Any:
        if meaning and written.kind and written.kind != meaning.kind:
            self.complain(
                (*loc, "kind"),
                f"「{written.id}」は語彙では {meaning.kind} です。kind を消すか {meaning.kind} にしてください。",
            )
            return None
        kind = written.kind or (meaning.kind if meaning else None)
        if kind is None:
            hint = suggestion(written.id, self.vocabulary.meanings)
            self.complain(
                (*loc, "id"), f"質問「{written.id}」に kind がありません。書き足してください。{hint}"
            )
        return kind

    def _does_not_ask_for_the_number(
        self, written: QuestionPart, kind: str, label: Mapping[str, str], loc: Loc
    ) -> None:
        """Refuse a question whose answer would be somebody's Individual Number; one about it, such as where to hand it in, may be asked."""
        asks = (written.ask or {}).get("ja", "")
        if kind in {"text", "number"} and (_THE_NUMBER.search(label["ja"]) or _WANTS_THE_NUMBER.search(asks)):
            self.complain(
                (*loc, "id"),
                "個人番号（マイナンバー）は、聞くことも受け取ることもできません。この質問を消してください（用紙の欄には本人が書きます）。",
            )

    def _settings_fit(self, written: QuestionPart, kind: str, loc: Loc) -> None:
        for name, kinds in _ONLY_FOR.items():
            if getattr(written, name, None) and kind not in kinds:
                self.complain(
                    (*loc, name), f"{name} は {kind} の質問には使えません。消してください。", key=True
                )
        if (
            written.format
            and kind in _ONLY_FOR["format"]
            and (written.format == "surname") != (kind == "name")
        ):
            self.complain(
                (*loc, "format"), f"{written.format} は {kind} の質問には使えません。消してください。"
            )
        if written.min is not None and written.max is not None and written.min > written.max:
            self.complain((*loc, "min"), "min が max より大きくなっています。")
        if kind == "group" and written.prefill is not None and written.prefill not in PREFILL_GROUPS:
            what = f"一覧に入れられるのは {'、'.join(PREFILL_GROUPS)} です。"
            self.complain((*loc, "prefill"), what)
        if kind == "group" and (written.max or 0) > MOST_ITEMS:
            self.complain((*loc, "max"), f"一覧の行は{MOST_ITEMS}までです。")

    def _options(
        self, written: QuestionPart, meaning: Meaning | None, question: Question, loc: Loc
    ) -> tuple[Option, ...]:
        shared = self._option_set(meaning.options if meaning else None, loc)
        options = (
            self._option_set(written.options, (*loc, "options")) if written.options is not None else shared
        )
        if question.kind not in _WITH_OPTIONS:
            if options:
                self.complain(
                    (*loc, "options"), f"options は {question.kind} の質問には使えません。", key=True
                )
            return ()
        if not options:
            self.complain((*loc, "id"), f"質問「{question.id}」に選択肢（options）がありません。")
        self._codes_fit(options, shared if written.options is not None else (), loc)
        return self._allowed_roles(options) if question.id == "applicant.role" else options

    def _option_set(self, options: str | tuple[Option, ...] | None, loc: Loc) -> tuple[Option, ...]:
        if isinstance(options, str):
            if options not in self.vocabulary.option_sets:
                hint = suggestion(options, self.vocabulary.option_sets)
                self.complain(loc, f"共有の選択肢「{options}」はありません。{hint}")
            return self.vocabulary.option_sets.get(options, ())
        return options or ()

    def _codes_fit(self, options: tuple[Option, ...], shared: tuple[Option, ...], loc: Loc) -> None:
        seen: set[str] = set()
        known = {option.code for option in shared}
        for number, option in enumerate(options):
            if option.code in seen:
                self.complain((*loc, "options", number, "code"), f"選択肢「{option.code}」が二度あります。")
            if known and option.code not in known:
                self.complain(
                    (*loc, "options", number, "code"), f"「{option.code}」は語彙の選択肢にありません。"
                )
            seen.add(option.code)

    def _allowed_roles(self, options: tuple[Option, ...]) -> tuple[Option, ...]:
        """Keep the roles that the procedure lets apply (applicants)."""
        return tuple(option for option in options if option.code in self.procedure.applicants)

    def _pattern(self, written: QuestionPart, loc: Loc) -> Any:
        if written.pattern is None:
            return None
        try:
            return searcher(f"^(?:{written.pattern})$")
        except PatternError as error:
            self.complain((*loc, "pattern"), str(error))
            return None

    def _rows(self, written: QuestionPart, question: Question, loc: Loc, group: str) -> tuple[Resolved, ...]:
        inner = getattr(written, "questions", ())
        if question.kind != "group":
            return ()
        if group or not inner:
            what = (
                "一覧の中に一覧は置けません。"
                if group
                else f"一覧「{question.id}」に questions がありません。"
            )
            self.complain((*loc, "id"), what)
            return ()
        rows = [
            self._question(each, (*loc, "questions", number), question.section, question.id)
            for number, each in enumerate(inner)
        ]
        found = [row for row in rows if row is not None]
        self.unique(found)
        return tuple(found)


def _first(written: bool | None, otherwise: bool) -> bool:
    return otherwise if written is None else written
