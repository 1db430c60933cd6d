"""A procedure as it is written: the shape of the file, frozen, with sentences for whoever writes it.

Cross-checks between the parts (names, cycles, codes) are in link.py; this is the shape of each part alone.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, WithJsonSchema

KINDS = (
    "name", "address", "date", "choice", "choices", "number", "money", "text",
    "group", "account", "files", "declaration", "signature",
)  # fmt: skip
Kind = Literal[
    "name", "address", "date", "choice", "choices", "number", "money", "text",
    "group", "account", "files", "declaration", "signature",
]  # fmt: skip
Role = Literal["self", "household", "relative", "agent"]
Channel = Literal["counter", "web", "kiosk", "remote", "paper"]
# How the person stands in the register; a newcomer is in none yet.
Standing = Literal["resident", "moved_out", "deceased", "newcomer"]
Level = Literal["error", "warning"]
Format = Literal["phone", "email", "postal_code", "kana", "lines", "surname"]

MOST_ITEMS = 100  # rows of a group: what an officer could ever ask, and the bound for costs

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]+)*")


def _text(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("言語ごとに書いてください。例 {ja: 氏名, en: Name}")  # noqa: TRY004  # pydantic takes ValueError
    if not value.get("ja"):
        raise ValueError("日本語（ja）の文がありません。ja: を書き足してください。")
    for language in value:
        if not _LANGUAGE.fullmatch(str(language)):
            raise ValueError(
                f"「{language}」は言語の記号ではありません。ja、ja-simple、en のように書いてください。"
            )
    return value


def _rule(value: Any) -> Any:
    if isinstance(value, bool) or (isinstance(value, str) and value.strip()):
        return value
    raise ValueError("true、false、または条件の式（CEL）を書いてください。")


def _amount(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("手数料は円の整数か、式（CEL）で書いてください。例 300")  # noqa: TRY004  # pydantic takes ValueError
    if isinstance(value, int) and not 0 <= value <= 1_000_000:
        raise ValueError("手数料は0から1,000,000円までです。")
    return value


def _day(value: Any) -> Any:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError('日付は "2026-04-01" の形で書いてください。') from None
    return value


def _options(value: Any) -> Any:
    if isinstance(value, str | list | tuple):
        return value
    raise ValueError("選択肢の一覧か、共有の選択肢の名前（例 yes_no）を書いてください。")


_RULE_SCHEMA = {"anyOf": [{"type": "boolean"}, {"type": "string", "description": "CEL"}]}
_TEXT_SCHEMA = {
    "type": "object",
    "required": ["ja"],
    "properties": {"ja": {"type": "string"}, "ja-simple": {"type": "string"}, "en": {"type": "string"}},
    "additionalProperties": {"type": "string"},
}

Sentence = Annotated[str, Field(min_length=1, max_length=1_000)]
Text = Annotated[dict[str, Sentence], BeforeValidator(_text), WithJsonSchema(_TEXT_SCHEMA)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
QuestionId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$", max_length=80)]
Expression = Annotated[str, Field(min_length=1, description="CEL")]
Rule = Annotated[bool | str, BeforeValidator(_rule), WithJsonSchema(_RULE_SCHEMA)]
Amount = Annotated[
    int | str, BeforeValidator(_amount), WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}]})
]
Day = Annotated[str, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Count = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Standings = Annotated[
    tuple[Standing, ...],
    Field(min_length=1, description="住民記録でどういう方の手続か。newcomer はまだ記録にない方（転入など）"),
]
Words = Annotated[
    tuple[Sentence, ...],
    Field(max_length=20, description="題名のほかに、さがすときの言葉。例 引っ越し、こくほ"),
]

Languages = Annotated[
    tuple[Annotated[str, Field(pattern=_LANGUAGE.pattern + "$")], ...],
    Field(
        max_length=40,
        description="日本語のほかに、住民に見せる文がすべてそろっている言語。足りない文は procedures check が告げる",
    ),
]


class Part(BaseModel):
    """A part of a file: nothing else than what it names may stand in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class LegalBasis(Part):
    """The law that a procedure rests on."""

    law: str = Field(description="法令の名前")
    article: str = Field(description="条・項。中身を短く添える")
    url: str | None = None


class Version(Part):
    """Number and days in force (`effective_to` included)."""

    number: Annotated[int, Strict(), Field(ge=1)]
    effective_from: Day
    effective_to: Day | None = None


class Option(Part):
    """One option of a choice."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$", max_length=40)]
    label: Text


_OPTION_SCHEMA = {
    "type": "object",
    "required": ["code", "label"],
    "properties": {"code": {"type": "string", "pattern": "^[A-Za-z0-9_]+$"}, "label": _TEXT_SCHEMA},
    "additionalProperties": False,
}
Options = Annotated[
    str | tuple[Option, ...],
    BeforeValidator(_options),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": _OPTION_SCHEMA}]}),
]


class QuestionPart(Part):
    """A question; kind, label, options and prefill are inherited where the vocabulary has its id."""

    id: QuestionId
    kind: Kind | None = None
    label: Text | None = None
    ask: Text | None = Field(default=None, description="職員がそのまま言える言葉")
    hint: Text | None = None
    officer_note: Text | None = Field(default=None, description="職員だけに見せる注意")
    alone: Text | None = Field(
        default=None,
        description="ひとりで手続する方（自宅など）への言葉。書かなければ ask（記録にあるものは label）",
    )
    required: Rule = False
    when: Rule | None = Field(default=None, description="この条件が成り立つときだけ聞く")
    options: Options | None = None
    min: Count | None = Field(default=None, description="数の下限、文字数・行数・選ぶ数の下限")
    max: Count | None = Field(default=None, description="数の上限、文字数・行数・選ぶ数の上限")
    pattern: str | None = Field(default=None, description="正規表現（RE2 の範囲）。全体に当てる")
    format: Format | None = None
    exact: Flag = Field(default=False, description="日付に不詳を認めない")
    not_future: Flag | None = Field(default=None, description="今日より後の日付を認めない")
    personal: Flag | None = Field(default=None, description="個人情報か。書かなければ個人情報として扱う")
    prefill: str | None = Field(default=None, description="住民の記録の中の場所")
    prefill_where: Expression | None = Field(
        default=None, description="group: 記録のどの人を入れるか（item）"
    )


class Question(QuestionPart):
    """A question; a group has the questions of one row."""

    questions: tuple[QuestionPart, ...] = ()


class Section(Part):
    """Questions that belong together, on the screen and on paper."""

    id: Identifier
    title: Text
    when: Rule | None = None
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=1_000)]


class Check(Part):
    """A condition between answers; its message is shown where it does not hold."""

    id: Identifier
    assertion: Rule = Field(alias="assert")
    when: Rule | None = None
    message: Text
    alone: Text | None = Field(
        default=None,
        description="ひとりで手続する方への言葉。message が職員への言葉のとき。ない warning は職員にだけ見せる",
    )
    fields: tuple[str, ...] = ()
    level: Level = "error"
    legal_basis: LegalBasis | None = None


class Document(Part):
    """Something to bring or to attach."""

    id: Identifier
    title: Text
    when: Rule | None = None
    how: Literal["show", "attach"] = "show"


class DeliveryField(Part):
    """A field of the core system; not sent where there is no answer."""

    to: Identifier
    source: Expression = Field(alias="from")


class Delivery(Part):
    """How the core system is told."""

    system: Annotated[str, Field(pattern=r"^[0-9]{3}$")]
    message: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]*$", max_length=60)]
    fields: tuple[DeliveryField, ...]


class Paper(Part):
    """The baseline on paper: minutes of the officer and fields that were copied."""

    minutes: Annotated[int | float, Field(ge=0, le=600)]
    fields: Annotated[int, Strict(), Field(ge=0, le=2_000)]
    source: Text


class Case(Part):
    """A test of the definition: only what is written is compared."""

    name: Sentence
    extends: str | None = Field(default=None, description="前に書いた試験の answers に重ねる")
    today: Day
    channel: Channel = "counter"
    answers: dict[str, Any] = {}
    asked: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = None
    errors: tuple[str, ...] | None = None
    warnings: tuple[str, ...] | None = None
    undecided: tuple[str, ...] | None = None
    documents: tuple[str, ...] | None = None
    fee: Count | None = None
    derived: dict[str, Any] = {}
    delivers: dict[str, Any] = {}


class Procedure(Part):
    """The definition of a procedure."""

    id: Slug
    title: Text
    summary: Text | None = None
    business_id: Annotated[str, Field(pattern=r"^[0-9]{3}$")] = Field(
        description="標準準拠システムの業務ID。例 027"
    )
    legal_basis: tuple[LegalBasis, ...] = ()
    version: Version
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    languages: Languages = ()
    applicants: Annotated[tuple[Role, ...], Field(min_length=1)]
    standings: Standings = ("resident",)
    words: Words = ()
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=100)]
    derived: dict[Identifier, Expression] = {}
    checks: Annotated[tuple[Check, ...], Field(max_length=500)] = ()
    documents: tuple[Document, ...] = ()
    notes: tuple[Text, ...] = Field(default=(), description="聞き取りのとき職員が知っておくこと")
    fee: Amount = 0
    form: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+\.typ$")] | None = None
    delivery: Delivery | None = None
    certificate: Sentence | None = Field(
        default=None, description="受理されると基幹システムが交付する証明書の名前。通数は certificate.copies"
    )
    issued_alone: bool = Field(
        default=False,
        description="本人確認サービスで十分に確かめた本人には、ロビーの端末で、職員を通さずに証明書を交付する",
    )
    paper: Paper | None = None
    tests: Annotated[tuple[Case, ...], Field(max_length=200)] = ()


class Meaning(Part):
    """One word of the vocabulary: a question that means the same in all procedures."""

    kind: Kind
    label: Text
    options: Options | None = None
    prefill: str | None = None
    prefill_each: dict[str, str] | None = Field(
        default=None, description="choices: 選択肢ごとに、yes か no の立つ記録の中の場所"
    )
    format: Format | None = None
    not_future: Flag = False
    personal: Flag = True
    alone: Text | None = Field(default=None, description="ひとりで手続する方への言葉")
    agreement: Flag = Field(
        default=False, description="同意や申立て。何に同意するかを、どの手続の分も言葉で示す"
    )


class Vocabulary(Part):
    """Meanings and options that all procedures share."""

    option_sets: dict[Identifier, tuple[Option, ...]] = {}
    meanings: dict[Annotated[str, AfterValidator(str)], Meaning]


# What editors show to whoever writes a procedure: our own docstrings are for those who write programs.
DESCRIPTIONS = {
    "LegalBasis": "法令の根拠。",
    "Version": "版と、効力のある期間（effective_to の日を含む）。",
    "Option": "選択肢。",
    "QuestionPart": "質問。id が語彙（vocabulary/）にあれば、kind・label・options・prefill はそこから受け継ぐ。",
    "Question": "質問。kind が group のときは questions に一行分の質問を書く。",
    "Section": "質問のまとまり。画面と紙の区切りになる。",
    "Check": "答えの間の検査。assert が成り立たないとき message を示す。",
    "Document": "持ち物・添付書類。",
    "DeliveryField": "基幹システムへ渡す項目。答えのない項目は渡さない。",
    "Delivery": "基幹システムへの渡し方。",
    "Paper": "紙のときの基準: 職員の分数と、書き写す項目の数。",
    "Case": "この定義の試験。answers に対して、書いた項目だけを確かめる（missing と errors と warnings は過不足なく）。",
    "Procedure": "手続の定義。",
}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a procedure file, for editors."""
    return schema_of(Procedure, "まち窓 手続定義", DESCRIPTIONS)


def schema_of(model: type[Part], title: str, descriptions: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON Schema of a file, with what editors show of each part."""
    generated = model.model_json_schema(by_alias=True)
    for name, part in (*generated["$defs"].items(), (model.__name__, generated)):
        part["description"] = descriptions[name]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **generated, "title": title}
