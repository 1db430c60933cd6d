"""A life event as it is written: a short triage, the procedures that it calls for and why, and what is done elsewhere.

The triage is asked and judged like any procedure: its rules are linked as those of a form whose documents are the steps.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from machimado.cases.procedures.rules.cel.check import suggestion
from machimado.cases.procedures.rules.cel.parse import parse
from machimado.cases.procedures.rules.definition import (
    DESCRIPTIONS,
    Channel,
    Check,
    Day,
    Document,
    Expression,
    Flag,
    Identifier,
    LegalBasis,
    Part,
    Procedure,
    QuestionId,
    Role,
    Rule,
    Section,
    Sentence,
    Slug,
    Standings,
    Text,
    Version,
    Vocabulary,
    Words,
    schema_of,
)
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.link import Complaints, link
from machimado.cases.procedures.rules.reasons import Because, because
from machimado.cases.procedures.rules.source import Loc

# Procedures of a life event belong to many businesses; the triage itself to none.
NO_BUSINESS = "000"


class Due(Part):
    """Until when something is to be done: so long after a day that is asked."""

    days: Annotated[int, Field(ge=0, le=4_000)] = 0
    months: Annotated[int, Field(ge=0, le=120)] = 0
    years: Annotated[int, Field(ge=0, le=20)] = 0
    since: QuestionId = Field(alias="from")
    fixed: Flag = Field(
        default=False,
        description="閉庁日に当たっても延びないか。時効（2年など）や失効のように、届け出る期間でないもの",
    )


class _Step(Part):
    """What is to be done where the rule holds, and why."""

    when: Rule | None = None
    why: Text
    legal_basis: LegalBasis
    source: Sentence = Field(description="何で確かめたか。例 雪見市 おくやみハンドブック")
    due: Due | None = None


class Called(_Step):
    """A procedure of this city's catalogue."""

    procedure: Slug
    given: dict[QuestionId, Expression] = Field(
        default={},
        description="この手続の質問のうち、このライフイベントで答えが決まっているもの。質問の id と式（CEL）",
    )
    apart: tuple[Identifier, ...] = Field(
        default=(),
        description="同じ言葉でも、この手続では別に聞く質問。振込先の口座のように、だれのものかが手続で違うとき",
    )


class Errand(_Step):
    """What this platform does not take: at another window of this city hall, or somewhere else."""

    id: Identifier
    title: Text
    here: bool = Field(default=False, description="この市役所の別の窓口か")
    where: Text = Field(description="どこで。窓口や機関の名前")
    contact: Text | None = Field(default=None, description="電話番号や受付時間")
    bring: Text | None = Field(default=None, description="持って行く物")


class Chapter(Part):
    """A chapter of the questions that several of the procedures ask: which shared meanings stand in it."""

    id: Identifier
    title: Text
    meanings: Annotated[tuple[str, ...], Field(min_length=1)]


class Wording(Part):
    """What a shared question is called in this life event."""

    label: Text | None = None
    ask: Text | None = None
    alone: Text | None = None


class SamePeople(Part):
    """A list whose people may have been named before: they are chosen, and not asked again."""

    group: str = Field(
        alias="list",
        description="人を選ぶ一覧。質問の id。手続だけの一覧は household-change.household.members のように",
    )
    sources: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] = Field(
        alias="from",
        description="選べる人のいるところ。ほかの一覧の id か、resident・spouse・newborn のように一人だけの方",
    )
    who: Expression | None = Field(
        default=None, description="選べる人の条件（CEL）。その人の答えは item。書かなければ全員"
    )
    follows: dict[Identifier, Expression] = Field(
        default={},
        description="選んだ人について、聞かなくても決まる答え。この一覧の質問の id と式（CEL）。その人の答えは item",
    )


class ChosenName(Part):
    """Questions that ask for one person's name: who was named before is chosen, anybody else is typed."""

    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] = Field(
        description="人を選ぶ質問の id。手続だけの質問は move-in.previous_head のように"
    )
    sources: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] = Field(
        alias="from",
        description="選べる人のいるところ。一覧の id、resident・spouse のように一人だけの方、move.new_head のように名前だけを聞く質問",
    )
    who: Expression | None = Field(
        default=None, description="選べる人の条件（CEL）。その人の答えは item。書かなければ全員"
    )


class EventCase(Part):
    """A test of the life event: which steps follow from the answers."""

    name: Sentence
    extends: str | None = None
    today: Day
    channel: Channel = "counter"
    answers: dict[str, Any] = {}
    asked: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = None
    errors: tuple[str, ...] | None = None
    warnings: tuple[str, ...] | None = None
    procedures: tuple[str, ...] | None = None
    elsewhere: tuple[str, ...] | None = None


class LifeEvent(Part):
    """The definition of a life event."""

    id: Slug
    title: Text
    summary: Text
    version: Version
    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    applicants: Annotated[tuple[Role, ...], Field(min_length=1)]
    standings: Standings = ("resident",)
    words: Words = ()
    about: Text | None = Field(
        default=None, description="だれの名前で受け付けるか、来た方の名前でないとき。例 亡くなった方"
    )
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=10)]
    derived: dict[Identifier, Expression] = {}
    checks: Annotated[tuple[Check, ...], Field(max_length=100)] = Field(
        default=(),
        description="手続どうしの答えの食い違いの検査。手続だけの質問は、式では move_in.previous_head のように「-」を「_」で書く",
    )
    people: Annotated[tuple[SamePeople, ...], Field(max_length=40)] = Field(
        default=(), description="同じ人が並ぶ一覧。一度聞いた人は、氏名や生年月日をもう一度聞かずに選ぶ"
    )
    chosen: Annotated[tuple[ChosenName, ...], Field(max_length=40)] = Field(
        default=(),
        description="世帯主や保証人のように、名前をひとつ聞く質問。一度名前の出た人は、もう一度打たずに選ぶ",
    )
    notes: tuple[Text, ...] = ()
    procedures: Annotated[tuple[Called, ...], Field(min_length=1, max_length=60)]
    elsewhere: Annotated[tuple[Errand, ...], Field(max_length=60)] = ()
    chapters: Annotated[tuple[Chapter, ...], Field(max_length=20)] = ()
    wording: dict[str, Wording] = {}
    tests: Annotated[tuple[EventCase, ...], Field(max_length=200)] = ()

    @property
    def steps(self) -> tuple[Called | Errand, ...]:
        """Everything that may have to be done, in order."""
        return (*self.procedures, *self.elsewhere)


def step_id(step: Called | Errand) -> str:
    """Return the id of a step: that of its procedure, or its own."""
    return step.procedure if isinstance(step, Called) else step.id


# What editors show to whoever writes a life event.
_DESCRIPTIONS = DESCRIPTIONS | {
    "Due": "期限。from の日から数える（days・months・years を足す）。閉庁日に当たるときは次の開庁日まで延びる。",
    "Called": "この市の手続。when が成り立つときに当てはまる。",
    "Errand": "ここではできない用事。この市役所の別の窓口（here: true）か、ほかの機関で行う。",
    "Chapter": "いくつもの手続に共通する質問の章。meanings に語彙の言葉（heir、resident.name など）を書く。",
    "Wording": "共通する質問を、このライフイベントでどう言うか。",
    "SamePeople": "同じ人が並ぶ一覧。from の人を選べば、氏名・生年月日・性別など同じ意味の答えはそのまま入り、直せばどこでも直る。",
    "ChosenName": "名前をひとつ聞く質問。from の人を選べばその名前が入り、その人の名前を直せばここも直る。",
    "EventCase": "このライフイベントの試験。answers から、どの手続と用事が当てはまるか。",
    "LifeEvent": "ライフイベントの定義。",
}


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema of a life event's file, for editors."""
    return schema_of(LifeEvent, "まち窓 ライフイベント定義", _DESCRIPTIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Triage:
    """A life event whose rules are compiled: `form` asks, and its documents are the steps that follow. Each is its own.

    `reasons` tells for each step by which answers its rule was decided.
    """

    event: LifeEvent
    form: Form
    reasons: dict[str, Because]


def form_of(one: Form | Triage) -> Form:
    """Return what asks: of a life event that is not bound to its procedures, its triage."""
    return one.form if isinstance(one, Triage) else one


def link_event(event: LifeEvent, vocabulary: Vocabulary, complaints: Complaints) -> Triage | None:
    """Compile a life event.

    Returns None when something is wrong; then `complaints` says what.
    """
    inner = Complaints()
    form = link(_as_procedure(event), vocabulary, inner)
    for loc, what, offset, key in inner.found:
        complaints.add(_written_at(event, loc), what.replace("書類", "手続や用事"), offset, key=key)
    if form is None:
        return None
    return Triage(event, form, {step_id(step): _reasons(event, form, step) for step in event.steps})


def _as_procedure(event: LifeEvent) -> Procedure:
    """Return the triage as a procedure whose documents are the event's steps."""
    documents = (
        Document.model_construct(id=step_id(step), title=_title(step), when=step.when, how="show")
        for step in event.steps
    )
    return Procedure(
        id=event.id,
        title=event.title,
        business_id=NO_BUSINESS,
        version=event.version,
        channels=event.channels,
        applicants=event.applicants,
        sections=event.sections,
        derived={**event.derived, **_given(event)},
        notes=event.notes,
    ).model_copy(update={"documents": tuple(documents)})


def _given(event: LifeEvent) -> dict[str, str]:
    """Return what the event answers for its procedures, as values that the triage derives."""
    return {
        given_name(step.procedure, name): text
        for step in event.procedures
        for name, text in step.given.items()
    }


def given_name(procedure: str, question: str) -> str:
    """Return the name of the derived value that answers a procedure's question."""
    return f"given_{procedure.replace('-', '_')}_{question.replace('.', '_')}"


def _title(step: Called | Errand) -> dict[str, str]:
    return step.title if isinstance(step, Errand) else {"ja": step.procedure}


def _written_at(event: LifeEvent, loc: Loc) -> Loc:
    """Return where something stands in the file of the event that the linker found among the documents."""
    if loc[:1] == ("derived",) and len(loc) > 1:
        for number, step in enumerate(event.procedures):
            for name in step.given:
                if loc[1] == given_name(step.procedure, name):
                    return ("procedures", number, "given", name)
    if loc[:1] != ("documents",) or len(loc) < 2 or not isinstance(loc[1], int):
        return loc
    number = loc[1]
    first = len(event.procedures)
    return ("procedures", number, *loc[2:]) if number < first else ("elsewhere", number - first, *loc[2:])


# Sections that every life event has.
_OWN_SECTIONS = frozenset({"route", "confirm"})


def check_event(triage: Triage, vocabulary: Vocabulary, complaints: Complaints) -> None:
    """Complain of names in a life event's file that nothing has."""
    named = [*(("sections", n, each.id) for n, each in enumerate(triage.event.sections))]
    named += [("chapters", n, each.id) for n, each in enumerate(triage.event.chapters)]
    for part, number, name in named:
        if name in _OWN_SECTIONS:
            complaints.add(
                (part, number, "id"),
                f"「{name}」は、どのライフイベントにもある章です。別の id にしてください。",
            )
    _check_days(triage, complaints)
    _check_meanings(triage.event, vocabulary, complaints)
    _check_cases(triage.event, triage.form, complaints)


def _check_days(triage: Triage, complaints: Complaints) -> None:
    for number, step in enumerate(triage.event.steps):
        question = triage.form.question(step.due.since) if step.due else None
        is_derived = step.due is not None and step.due.since.removeprefix("derived.") in triage.event.derived
        if step.due and not is_derived and (question is None or question.kind != "date"):
            loc = _written_at(triage.event, ("documents", number, "due", "from"))
            complaints.add(loc, f"「{step.due.since}」は、ここで聞く日付の質問ではありません。")


def _check_meanings(event: LifeEvent, vocabulary: Vocabulary, complaints: Complaints) -> None:
    meanings = {name.removesuffix("[]") for name in vocabulary.meanings}
    roots = {name.partition(".")[0].removesuffix("[]") for name in meanings}
    for number, called in enumerate(event.procedures):
        if called.procedure in roots:
            complaints.add(
                ("procedures", number, "procedure"),
                f"「{called.procedure}」は語彙の言葉と重なります。手続の id を変えてください。",
            )
    named: list[tuple[Loc, str, set[str]]] = [
        (("chapters", place, "meanings", inside), name, roots | meanings)
        for place, chapter in enumerate(event.chapters)
        for inside, name in enumerate(chapter.meanings)
    ]
    named += [(("wording", name), name, meanings) for name in event.wording]
    for loc, name, known in named:
        if name not in known:
            complaints.add(loc, f"「{name}」は語彙にありません。{suggestion(name, known)}")


def _check_cases(event: LifeEvent, form: Form, complaints: Complaints) -> None:
    names: set[str] = set()
    called, errands = ({step_id(step) for step in steps} for steps in (event.procedures, event.elsewhere))
    for number, case in enumerate(event.tests):
        if case.extends is not None and case.extends not in names:
            complaints.add(("tests", number, "extends"), f"前に書いた試験に「{case.extends}」はありません。")
        names.add(case.name)
        for part, known in (("procedures", called), ("elsewhere", errands)):
            for place, name in enumerate(getattr(case, part) or ()):
                if name not in known:
                    complaints.add(
                        ("tests", number, part, place), f"「{name}」はこのライフイベントにありません。"
                    )
        for place, path in enumerate(case.missing or ()):
            if form.question(path) is None:
                complaints.add(("tests", number, "missing", place), f"「{path}」という質問はありません。")


def _reasons(event: LifeEvent, form: Form, step: Called | Errand) -> Because:
    """Return what tells by which answers a step's rule was decided."""
    if not isinstance(step.when, str):
        return lambda _variables: ()
    derived = {name: parse(text) for name, text in event.derived.items()}
    return because(parse(step.when), derived, (question.id for question in form.questions))
