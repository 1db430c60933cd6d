"""A question as the engine uses it: everything inherited from the vocabulary, every rule compiled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from machimado.cases.procedures.rules.cel import types
from machimado.cases.procedures.rules.cel.compile import Program
from machimado.cases.procedures.rules.cel.types import Type
from machimado.cases.procedures.rules.definition import MOST_ITEMS, Format, Kind, Option, Text

ADDRESS_PARTS = ("postal_code", "prefecture", "city", "town", "block", "building")
# Instead of its parts an address may be withheld (支援措置): nobody reads or asks it here, the core system has it.
WITHHELD = {"withheld": "restricted"}
ACCOUNT_PARTS = ("bank_code", "bank_name", "branch_code", "branch_name", "kind", "number", "holder_kana")
ACCOUNT_KINDS = ("ordinary", "current", "savings")
PREFILL_GROUPS = ("children[]", "household[]")  # whom a group may be filled in from
FILE_PARTS = ("file_id", "name", "sha256")
SIGNATURE_PARTS = ("file_id", "sha256", "signed_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question; `id` is its path in the answers (within its row, for a question of a group)."""

    id: str
    kind: Kind
    label: Text
    section: str
    ask: Text | None = None
    hint: Text | None = None
    officer_note: Text | None = None
    alone: Text | None = None
    options: tuple[Option, ...] = ()
    codes: frozenset[str] = frozenset()
    required: bool | Program = False
    when: Program | None = None
    minimum: int | None = None
    maximum: int | None = None
    matches: Callable[[str], bool] | None = None
    format: Format | None = None
    exact: bool = False
    not_future: bool = False
    personal: bool = True
    prefill: str | None = None
    prefill_each: Mapping[str, str] | None = None
    agreement: bool = False
    prefill_where: Program | None = None
    prefill_filter: str = ""  # `prefill_where` as it is written
    questions: "tuple[Question, ...]" = ()
    steps: "tuple[int, ...]" = ()  # group: the order in which the questions of a row are decided

    @property
    def keys(self) -> tuple[str, ...]:
        """The steps from the answers document to this question's value."""
        return tuple(self.id.split("."))

    @property
    def most(self) -> int:
        """The most rows of a group."""
        return MOST_ITEMS if self.maximum is None else self.maximum

    def title(self, language: str = "ja") -> str:
        """Return the label in a language, or in Japanese where that language has none."""
        return in_language(self.label, language)


def in_language(text: Mapping[str, str] | None, language: str) -> str:
    """Return a text in a language: 'ja-simple' falls back to 'ja', every other to 'ja' as well; no text is empty."""
    return "" if text is None else text.get(language) or text["ja"]


def type_of(question: Question) -> Type:
    """Return the type that a question's answer has in expressions."""
    if question.kind == "group":
        row = types.record({each.id: type_of(each) for each in question.questions})
        return types.list_of(row, question.most)
    if question.kind == "choice":
        return types.choice(question.codes)
    if question.kind == "choices":
        return types.list_of(types.choice(question.codes), len(question.codes))
    return _PLAIN[question.kind]


def _texts(*names: str) -> Type:
    return types.record(dict.fromkeys(names, types.STRING))


_ACCOUNT = types.record({**dict.fromkeys(ACCOUNT_PARTS, types.STRING), "kind": types.choice(ACCOUNT_KINDS)})

_PLAIN: dict[str, Type] = {
    "name": _texts("text", "kana"),
    "address": _texts(*ADDRESS_PARTS, *WITHHELD),
    "date": types.DATE,
    "number": types.INT,
    "money": types.INT,
    "text": types.STRING,
    "account": _ACCOUNT,
    "files": types.list_of(_texts(*FILE_PARTS), 20),
    "declaration": types.BOOL,
    "signature": _texts(*SIGNATURE_PARTS),
}
