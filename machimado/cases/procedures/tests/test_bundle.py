"""Several procedures asked as one: each meaning once, each judged by its own form."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.load import bundle, content_hash, freeze, load, load_event, thaw
from machimado.cases.procedures.rules.prefill import prefill
from machimado.cases.procedures.rules.problems import DefinitionError
from machimado.cases.procedures.tests.farewell import (
    BUNDLE,
    EVENT,
    HEIRS,
    NAME,
    WHOLE,
    made,
)
from machimado.cases.procedures.tests.making import TODAY


def test_each_meaning_is_asked_once_and_what_is_a_procedures_own_stands_under_it() -> None:
    paths = [path for path, _ in BUNDLE.walk()]
    assert paths == [
        "death.date",
        "insured",
        "reason",
        "route.agreed",
        "route.put_off",
        "route.told",
        "agent.name",
        "resident.name",
        "leave-insurance.cause",
        "leave-insurance.reason",
        "household.members",
        "household.members[].name",
        "household.members[].leave-insurance-since",
        "household.members[].name-heirs-share",
        "name-heirs.reason",
        "declaration",
        "signature",
    ]
    sections = {section.id: [one.id for one in section.questions] for section in BUNDLE.procedure.sections}
    assert sections["who"] == ["agent.name"]
    assert sections["confirm"] == ["declaration", "signature"]
    assert sections["name-heirs"] == ["name-heirs.reason"]


def test_the_event_says_what_a_shared_question_is_called() -> None:
    question = BUNDLE.question("resident.name")
    assert question is not None
    assert question.label["ja"] == "亡くなった方"


def test_two_questions_of_one_row_say_whose_they_are() -> None:
    question = BUNDLE.question("household.members.0.name-heirs-share")
    assert question is not None
    assert question.label["ja"] == "持分（手続name-heirs）"


def test_a_shared_question_is_as_strict_as_its_strictest() -> None:
    question = BUNDLE.question("death.date")
    assert question is not None
    assert question.not_future
    merged = BUNDLE.question("household.members")
    assert merged is not None
    assert [row.id for row in merged.questions] == ["name", "leave-insurance-since", "name-heirs-share"]


def test_before_the_route_is_agreed_only_the_triage_is_asked() -> None:
    outcome = BUNDLE.evaluate({"insured": "yes"}, today=TODAY)
    assert outcome.missing == ("death.date", "route.agreed")
    assert [step.id for step in outcome.route] == ["leave-insurance", "name-heirs"]
    assert not any(path.startswith("leave-insurance") for path in outcome.asked)


def test_each_procedure_gets_its_answers_as_it_knows_them() -> None:
    outcome = BUNDLE.evaluate(WHOLE, today=TODAY)
    assert outcome.missing == ()
    assert outcome.errors == ()
    member = BUNDLE.members["leave-insurance"]
    delivered = next(its for one, its in BUNDLE.evaluate_each(WHOLE, today=TODAY) if one is member).delivers
    assert delivered == {
        "who": "佐藤　一",
        "why": "死亡",
        "cause": "death",
        "members": [{"name": NAME, "since": "2020-01-01"}],
    }
    assert outcome.fee == 300


def test_what_the_event_answers_is_not_asked() -> None:
    outcome = BUNDLE.evaluate(WHOLE, today=TODAY)
    assert not any(path.endswith(".cause") for path in outcome.asked)


def test_what_the_event_cannot_answer_is_asked() -> None:
    open_event = EVENT.replace(
        "given: {cause: '\"death\"'}", 'given: {cause: \'insured == "no" ? "death" : null\'}'
    )
    triage, _ = load_event(open_event.encode(), "events/farewell.yaml")
    forms = {name: member.form for name, member in BUNDLE.members.items()}
    outcome = bundle(triage, forms).evaluate(WHOLE, today=TODAY)
    assert "leave-insurance.cause" in outcome.missing
    assert "leave-insurance.cause" in outcome.asked


def test_what_the_triage_alone_asks_is_no_answer_to_a_procedures_question_of_that_name() -> None:
    member = BUNDLE.members["name-heirs"]
    outcome = member.form.evaluate(member.view(WHOLE, {}), today=TODAY)
    assert "reason" not in outcome.answers


def test_what_is_missing_or_wrong_is_told_where_the_bundle_asks_it() -> None:
    broken = {**WHOLE, "leave-insurance": {"reason": "長い"}, "household": {"members": [{"name": NAME}]}}
    outcome = BUNDLE.evaluate(broken, today=TODAY)
    assert outcome.missing == (
        "household.members.0.leave-insurance-since",
        "household.members.0.name-heirs-share",
    )
    assert [(one.id, one.fields) for one in outcome.errors] == [
        ("leave-insurance.long", ("leave-insurance.reason",))
    ]
    today = {"members": [{"name": NAME, "leave-insurance-since": "2026-04-10", "name-heirs-share": 1}]}
    outcome = BUNDLE.evaluate({**WHOLE, "household": today}, today=TODAY)
    assert [one.fields for one in outcome.errors] == [("household.members[].leave-insurance-since",)]


def test_what_is_put_off_is_neither_asked_nor_done_and_stays_on_the_route() -> None:
    later = {
        **WHOLE,
        "route": {"agreed": ["name-heirs"], "put_off": ["leave-insurance"]},
        "leave-insurance": {},
    }
    outcome = BUNDLE.evaluate(later, today=TODAY)
    assert "leave-insurance.reason" not in outcome.asked
    assert outcome.missing == ()
    assert [step.is_put_off for step in outcome.route] == [True, False]
    assert [member.id for member in BUNDLE.going(later, today=TODAY)] == ["name-heirs"]


def test_the_route_says_why_and_until_when() -> None:
    leave, heirs = BUNDLE.evaluate({"insured": "yes", "death": {"date": "2026-01-31"}}, today=TODAY).route
    assert [one.path for one in leave.because] == ["insured"]
    assert leave.due_date == date(2026, 2, 16)  # the 14th is a Saturday
    # 民法第143条第2項: three months after the 31st of January end on the last of April.
    assert heirs.due_date == date(2026, 4, 30)
    assert heirs.because == ()


@pytest.mark.parametrize("day", ["2026-04-XX", "", None, 3])
def test_of_a_day_that_is_not_known_whole_no_term_follows(day: Any) -> None:
    route = BUNDLE.evaluate({"insured": "yes", "death": {"date": day}}, today=TODAY).route
    assert [step.due_date for step in route] == [None, None]


def test_somewhere_else_is_told_where_its_rule_holds() -> None:
    route = BUNDLE.evaluate({"insured": "no"}, today=TODAY).route
    assert [step.id for step in route] == ["name-heirs", "court"]


def test_frozen_and_thawed_it_asks_the_same() -> None:
    frozen = freeze(BUNDLE)
    again = thaw(frozen, content_hash=content_hash(frozen))
    assert isinstance(again, Bundle)
    assert [path for path, _ in again.walk()] == [path for path, _ in BUNDLE.walk()]
    assert again.evaluate(WHOLE, today=TODAY) == BUNDLE.evaluate(WHOLE, today=TODAY)


def test_a_record_fills_in_what_is_shared_once() -> None:
    record = {"name": NAME, "status": "deceased", "removed_on": "2026-04-01", "household": [{"name": NAME}]}
    known = prefill(BUNDLE, record, today=TODAY)
    assert known["resident.name"].value == NAME
    assert known["death.date"].value == "2026-04-01"
    assert known["household.members.0.name"].value == NAME


def test_a_version_more_of_any_of_them_is_newer() -> None:
    later = load(HEIRS.replace(b"number: 1", b"number: 2"), "b.yaml")
    newer = bundle(
        BUNDLE.triage, {"leave-insurance": BUNDLE.members["leave-insurance"].form, later.id: later}
    )
    assert newer.is_newer_than(BUNDLE)
    assert not BUNDLE.is_newer_than(newer)
    assert not BUNDLE.is_newer_than(made())


def test_the_way_back_from_a_path_is_the_way_there() -> None:
    for member in BUNDLE.members.values():
        for path in (path for path, _ in member.form.walk() if path not in member.given):
            concrete = path.replace("[]", ".3")
            assert member.own(member.path(concrete)) == concrete
    assert BUNDLE.members["name-heirs"].own("leave-insurance.reason") is None
    assert BUNDLE.members["name-heirs"].own("household.members.0.leave-insurance-since") is None


anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.sampled_from(["yes", "2026-04-01"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(broken=st.dictionaries(st.sampled_from(sorted(WHOLE)), anything, max_size=4))
def test_whatever_the_answers_are_it_answers_and_judges_as_its_forms_do(broken: dict[str, Any]) -> None:
    answers = {**WHOLE, **broken}
    outcome = BUNDLE.evaluate(answers, today=TODAY)
    assert set(outcome.missing) <= set(outcome.asked)
    for member in BUNDLE.going(answers, today=TODAY) if "route.agreed" not in outcome.missing else []:
        alone = next(its for one, its in BUNDLE.evaluate_each(answers, today=TODAY) if one is member)
        assert {member.path(path) for path in alone.missing} <= set(outcome.missing)
        assert {member.path(path) for path in alone.asked if path != "cause"} <= set(outcome.asked)


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("from: death.date", "from: insured", "日付の質問ではありません"),
        ("meanings: [agent, applicant]", "meanings: [nobody]", "「nobody」は語彙にありません"),
        ("resident.name: {label", "resident.nome: {label", "「resident.nome」は語彙にありません"),
        ("when: derived.is_insured", "when: derived.is_ensured", "is_ensured"),
        ("procedure: name-heirs", "procedure: leave-insurance", "二つあります"),
        ("procedures: [leave-insurance, name-heirs]", "procedures: [court]", "「court」はこのライフイベントにありません"),
        ("elsewhere: []", "elsewhere: [bank]", "「bank」はこのライフイベントにありません"),
        ("missing: []", "missing: [nothing]", "「nothing」という質問はありません"),
        ("procedure: name-heirs", "procedure: account", "語彙の言葉と重なります"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_said_with_its_place(written: str, instead: str, said: str) -> None:
    assert written in EVENT
    with pytest.raises(DefinitionError) as caught:
        load_event(EVENT.replace(written, instead, 1).encode(), "events/farewell.yaml")
    assert any(said in str(problem) for problem in caught.value.problems), caught.value.problems
    assert all(problem.line > 1 for problem in caught.value.problems)


# The event knows who the members are; the rest of each row is asked.
ROWS = '[{"name": {"text": "佐藤　二郎", "kana": "サトウ　ジロウ"}}]'
KNOWN = EVENT.replace(
    "    given: {cause: '\"death\"'}\n",
    f"    given:\n      cause: '\"death\"'\n      household.members: 'insured == \"yes\" ? {ROWS} : null'\n",
    1,
).replace(
    "    due: {months: 3, from: death.date}\n",
    f"    due: {{months: 3, from: death.date}}\n    given:\n      household.members: '{ROWS}'\n",
    1,
)


def test_of_a_row_that_the_event_knows_only_the_rest_is_asked() -> None:
    one = made(KNOWN)
    row = {"leave-insurance-since": "2020-01-01", "name-heirs-share": 2}
    answers = {**WHOLE, "household": {"members": [row]}}
    outcome = one.evaluate(answers, today=TODAY)
    assert outcome.missing == ()
    assert "household.members.0.name" not in outcome.asked
    assert "household.members.0.leave-insurance-since" in outcome.asked
    assert outcome.given == {"household.members.0.name": {"text": "佐藤　二郎", "kana": "サトウ　ジロウ"}}
    sent = {member.id: its.answers for member, its in one.evaluate_each(answers, today=TODAY)}
    assert sent["leave-insurance"]["household"]["members"][0]["name"]["text"] == "佐藤　二郎"
    assert sent["name-heirs"]["household"]["members"][0]["share"] == 2
    without = one.evaluate({**WHOLE, "household": {}}, today=TODAY)
    assert "household.members.0.name-heirs-share" in without.missing


def test_a_list_that_one_procedure_asks_from_the_beginning_is_asked_for_all() -> None:
    text = KNOWN.replace('insured == "yes" ?', 'insured == "no" ?', 1)
    outcome = made(text).evaluate(WHOLE, today=TODAY)
    assert "household.members.0.name" in outcome.asked
    assert outcome.given == {}


def test_what_belongs_to_somebody_else_in_one_procedure_is_asked_there_by_itself() -> None:
    text = EVENT.replace(
        "    due: {months: 3, from: death.date}\n",
        "    due: {months: 3, from: death.date}\n    apart: [signature]\n",
        1,
    )
    one = made(text)
    asked = one.evaluate(WHOLE, today=TODAY).asked
    assert "signature" in asked
    assert "name-heirs.signature" in asked
    assert one.evaluate(WHOLE, today=TODAY).missing == ("name-heirs.signature",)
