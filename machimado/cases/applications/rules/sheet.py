"""An application as a person sees it: sections, questions in their order, what is answered, what is missing or wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from machimado.cases.applications.rules.answers import REGISTERED
from machimado.cases.applications.rules.route import Route
from machimado.cases.applications.rules.wording import say

HIDDEN_KINDS = frozenset({"signature"})


@dataclass(frozen=True, slots=True)
class Option:
    """A choice; `key` is the digit that chooses it."""

    code: str
    label: str
    key: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """What a question says to everybody, in the language of its sheet."""

    kind: str
    label: str
    ask: str
    hint: str
    note: str
    # How an answer is written, where that is settled: `surname` of a name.
    format: str
    # As they are offered: nothing is chosen.
    options: tuple[Option, ...]
    # How many letters a field of plain text takes; 0 where the question does not say.
    longest: int
    # What whoever answers alone is asked: of what the register would have told an officer, and of papers that an officer
    # would have taken a copy of, only what it is called.
    alone: str
    # `ask` in the language of whoever sits there; nothing where that is Japanese, or where nobody has written it.
    spoken: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was named before and can be chosen for a group or a name, by the place where they were named."""

    place: str
    name: str
    is_chosen: bool
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its answer."""

    path: str
    wording: Wording
    required: bool
    value: Any
    words: str
    source: str  # "record", "index", "case", "card", "identity", "officer", "resident" or ""
    options: tuple[Option, ...] = ()
    missing: bool = False
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refused: str = ""
    typed: Any = None
    # Of an agreement that several procedures ask: what each of them means by it.
    statements: tuple[str, ...] = ()
    # What the register says instead, where a resident has answered alone.
    registered: str = ""
    # Of a name: who was named before and can be chosen.
    people: tuple[Person, ...] = ()
    # Of files: what the papers are called that the answers call for.
    papers: tuple[str, ...] = ()

    @property
    def somebody(self) -> Person | None:
        """Who of those that can be chosen it is."""
        return next((one for one in self.people if one.is_chosen), None)

    @property
    def kind(self) -> str:
        """The question's kind."""
        return self.wording.kind

    @property
    def label(self) -> str:
        """What the question is called."""
        return self.wording.label

    @property
    def field_id(self) -> str:
        """The line's id in a page."""
        return "q-" + self.path.replace(".", "-")

    @property
    def is_blank(self) -> bool:
        """Whether nobody has said anything here: such a line is the same for everybody, but for where its files go."""
        return self.value is None and not self.refused and self.kind != "files"

    @property
    def shown(self) -> Any:
        """What stands in the field: what was typed when it could not be taken, the answer otherwise."""
        return self.typed if self.refused else self.value


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a group, such as a child."""

    index: int
    title: str
    lines: tuple[Line, ...]
    # Where whoever it is about was named: the place, and what it is called; nothing where that is asked here.
    named_at: tuple[str, str] = ("", "")
    # Whom it is about, where that is known and not asked here.
    name: str = ""

    @property
    def called(self) -> str:
        """What it is called by whoever sees only this list: by the name of whom it is about, once that is known."""
        names = (line.words for line in self.lines if line.kind == "name" and line.words)
        return self.name or next(names, self.title)


@dataclass(frozen=True, slots=True)
class Group:
    """A repeated group."""

    line: Line
    rows: tuple[Row, ...]
    may_add: bool
    may_drop: bool = True
    # Who was named before and can be chosen.
    people: tuple[Person, ...] = ()
    # Whether it lists people, and not months, things or places.
    is_of_people: bool = True

    @property
    def others(self) -> tuple[Person, ...]:
        """Who can be chosen and is not."""
        return tuple(one for one in self.people if not one.is_chosen)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form with its questions and groups in order."""

    id: str
    title: str
    items: tuple[Line | Group, ...]
    # What officers should know before they ask, where it concerns this part alone.
    notes: tuple[str, ...] = ()

    @property
    def open_points(self) -> int:
        """How many questions of the section still need something."""
        return sum(1 for line in self.lines() if line.missing or line.errors or line.refused)

    @property
    def has_words(self) -> bool:
        """Whether anything is answered in it."""
        return any(line.words for line in self.lines())

    def lines(self) -> Iterator[Line]:
        """Yield each question's line, those of groups included."""
        for item in self.items:
            if isinstance(item, Group):
                yield item.line
                for row in item.rows:
                    yield from row.lines
            else:
                yield item


@dataclass(frozen=True, slots=True)
class Document:
    """Something to be shown, or to be left with the application."""

    title: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole form as it stands."""

    title: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    documents: tuple[Document, ...]
    fee: int
    derived: Mapping[str, Any]
    answered: int
    asked: int
    open_points: int
    general_errors: tuple[str, ...] = ()
    general_warnings: tuple[str, ...] = ()
    ready: bool = field(default=False)
    # The tag (BCP 47) of the second language in which the questions stand; nothing where there is none.
    spoken: str = ""
    # Of a life event.
    route: Route | None = None

    def lines(self) -> Iterator[Line]:
        """Yield each question's line."""
        for section in self.sections:
            yield from section.lines()


def unchanged(before: Sheet, after: Sheet) -> frozenset[str]:
    """Return the paths whose lines say the same in both."""
    known = {line.path: line for line in before.lines()}
    return frozenset(line.path for line in after.lines() if known.get(line.path) == line)


# Whom it is for the agent has said; what else the register told has these words in its place.
SAID_BY_THE_AGENT = "resident.name"
AS_REGISTERED = {
    "ja": "登録されているとおり",
    "ja-simple": "市役所（しやくしょ）に ある とおり",
    "en": "As on file",
    "zh-hans": "与登记内容相同",
    "ko": "등록된 대로",
    "vi": "Như đã đăng ký",
    "pt-br": "Como no registro",
}
UNDECIDED = {
    "ja": "日付に不詳があるため自動では判定できません。職員が確かめてください：",
    "ja-simple": "わからない 日（ひ）が あります。市役所（しやくしょ）の 人（ひと）が たしかめます：",
    "en": "Part of a date is unknown, so our staff will check this: ",
    "zh-hans": "日期有不详之处，由工作人员确认：",
    "ko": "날짜에 알 수 없는 부분이 있어 직원이 확인합니다: ",
    "vi": "Có ngày chưa rõ nên nhân viên sẽ kiểm tra: ",
    "pt-br": "Parte de uma data é desconhecida; o funcionário vai conferir: ",
}


def for_an_agent(sheet: Sheet, language: str = "ja") -> Sheet:
    """Return the sheet as somebody else than the person it is about may see it: what the register told is not told on."""
    words = say(AS_REGISTERED, language)

    def is_told(person: Person) -> bool:
        return person.source in REGISTERED and f"{person.place}.name" != SAID_BY_THE_AGENT

    def veiled(line: Line) -> Line:
        line = replace(line, registered="") if line.registered else line
        told = line.source in REGISTERED and line.path != SAID_BY_THE_AGENT
        somebody, others = line.somebody, tuple(one for one in line.people if not is_told(one))
        if line.words and (told or (somebody and is_told(somebody))):
            return replace(line, value=None, words=words, people=others)
        return replace(line, people=others) if line.people else line

    def veiled_row(row: Row, label: str, *, is_told: bool) -> Row:
        lines = tuple(map(veiled, row.lines))
        return Row(row.index, f"{label} {row.index + 1}", lines) if is_told else replace(row, lines=lines)

    def item(one: Line | Group) -> Line | Group:
        if isinstance(one, Line):
            return veiled(one)
        label = one.line.label
        told = {place.place for place in one.people if place.source in REGISTERED}
        rows = (veiled_row(row, label, is_told=row.named_at[0] in told) for row in one.rows)
        others = tuple(person for person in one.people if person.place not in told)
        return replace(one, line=veiled(one.line), rows=tuple(rows), people=others)

    sections = (replace(section, items=tuple(map(item, section.items))) for section in sheet.sections)
    return replace(sheet, sections=tuple(sections))


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was typed at a path and could not be taken."""

    typed: Any
    reason: str
    # The reason in every language in which it can be said; nothing where `reason` is in that of the page already.
    said: Mapping[str, str] = field(default_factory=dict)

    def in_words(self, language: str) -> str:
        """Return the reason in a language, or in Japanese."""
        return say(self.said, language) or self.reason
