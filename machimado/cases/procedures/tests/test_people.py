"""Lists of the same people: what is asked where, who can be chosen, and ties that do not fit."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.procedures.catalogue import Catalogue
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.load import bundle, content_hash, freeze, load, load_event, thaw
from machimado.cases.procedures.rules.people import carried, renamed
from machimado.cases.procedures.rules.problems import DefinitionError
from machimado.cases.procedures.tests.farewell import EVENT, procedure
from machimado.cases.procedures.tests.making import TODAY

# Who lives there is named once; the children and the cards are theirs, and an own list asks for them too.
PEOPLE = """\
people:
  - list: household.members
    from: [resident]
  - list: children
    from: [household.members]
    who: item.name.text != resident.name.text
    follows: {living: '"together"'}
  - list: name-heirs.cards
    from: [children, household.members]
chosen:
  - names: [resident.name, name-heirs.successor]
    from: [resident, household.members, leave-insurance.chief]
    who: '!has(item.birth_date) || age_at_least(item.birth_date, 15, today)'
procedures:
"""
TIED = EVENT.replace("procedures:\n", PEOPLE, 1).split("tests:\n")[0]
LEAVE = procedure(
    "leave-insurance",
    """
    - {id: resident.name, required: true}
    - {id: resident.birth_date, required: true}
    - {id: cause, kind: text, label: {ja: 事由}}
    - {id: chief, kind: name, label: {ja: 世帯主}}
    - id: household.members
      questions:
        - {id: name, required: true}
        - {id: birth_date, required: true}
        - {id: since, kind: date, label: {ja: いつから}}
    - {id: properties, kind: group, label: {ja: 物}, questions: [{id: what, kind: text, label: {ja: 何}}]}
    """,
)
HEIRS = procedure(
    "name-heirs",
    """
    - id: children
      questions:
        - {id: name, required: true}
        - {id: birth_date, required: true, not_future: true}
        - {id: living, required: true}
        - {id: custody, required: true}
    - {id: successor, kind: name, label: {ja: 相続人}}
    - id: cards
      kind: group
      label: {ja: カード}
      questions:
        - {id: name, kind: name, label: {ja: 氏名}, required: true}
        - {id: birth_date, kind: date, label: {ja: 生年月日}}
        - {id: number, kind: number, label: {ja: 枚数}}
    """,
)
AOI = {"text": "佐野　葵", "kana": "サノ　アオイ"}
RYO = {"text": "佐野　亮", "kana": "サノ　リョウ"}
WHOLE: dict[str, Any] = {
    "death": {"date": "2026-04-01"},
    "insured": "yes",
    "route": {"agreed": ["leave-insurance", "name-heirs"]},
    "resident": {"name": RYO, "birth_date": "1988-02-14"},
    "household": {
        "members": [
            {"person": "resident", "name": RYO, "birth_date": "1988-02-14"},
            {"person": "p1", "name": AOI, "birth_date": "2023-08-20"},
        ]
    },
    "children": [
        {"person": "p1", "name": AOI, "birth_date": "2023-08-20", "living": "together", "custody": "yes"}
    ],
}


def forms() -> dict[str, Any]:
    return {form.id: form for form in (load(LEAVE, "a.yaml"), load(HEIRS, "b.yaml"))}


def tied(text: str = TIED) -> Bundle:
    return bundle(load_event(text.encode(), "events/farewell.yaml")[0], forms())


FORM = tied()


def test_what_is_known_is_asked_where_the_person_was_named() -> None:
    outcome = FORM.evaluate(WHOLE, today=TODAY)
    assert dict(outcome.asked_at) == {
        "household.members.0.name": "resident.name",
        "household.members.0.birth_date": "resident.birth_date",
        "children.0.name": "household.members.1.name",
        "children.0.birth_date": "household.members.1.birth_date",
        "children.0.living": "",
    }
    assert not set(outcome.asked) & set(outcome.asked_at)
    assert "children.0.custody" in outcome.asked


def test_what_is_missing_or_wrong_of_somebody_is_told_where_they_were_named() -> None:
    members = [{"person": "p1", "name": AOI, "birth_date": "2027-01-01"}]
    children = [{"person": "p1", "name": AOI, "birth_date": "2027-01-01"}]
    answers = {**WHOLE, "household": {"members": members}, "children": children}
    outcome = FORM.evaluate(answers, today=TODAY)
    assert {one.fields for one in outcome.errors} == {("household.members.0.birth_date",)}
    del members[0]["birth_date"], children[0]["birth_date"]
    outcome = FORM.evaluate(answers, today=TODAY)
    assert "household.members.0.birth_date" in outcome.missing
    assert "children.0.birth_date" not in outcome.missing


def test_what_differs_is_asked_in_both() -> None:
    children = [{**WHOLE["children"][0], "birth_date": "2023-08-21", "living": "apart"}]
    outcome = FORM.evaluate({**WHOLE, "children": children}, today=TODAY)
    assert {"children.0.birth_date", "children.0.living", "household.members.1.birth_date"} <= set(
        outcome.asked
    )
    assert "children.0.name" not in outcome.asked


def test_where_the_first_list_is_not_asked_the_next_one_asks() -> None:
    outcome = FORM.evaluate({**WHOLE, "insured": "no", "route": {"agreed": ["name-heirs"]}}, today=TODAY)
    assert {"children.0.name", "children.0.birth_date", "children.0.living"} <= set(outcome.asked)
    assert outcome.offers["children"] == ()


def test_who_can_be_chosen_is_offered_once_and_by_the_rule() -> None:
    outcome = FORM.evaluate({**WHOLE, "children": []}, today=TODAY)
    assert [(one.place, one.row) for one in outcome.offers["household.members"]] == [("resident", 0)]
    assert [(one.place, one.row) for one in outcome.offers["children"]] == [("household.members.1", None)]
    outcome = FORM.evaluate(WHOLE, today=TODAY)
    cards = [(one.place, one.name["text"]) for one in outcome.offers["name-heirs.cards"]]
    assert cards == [("children.0", "佐野　葵"), ("household.members.0", "佐野　亮")]


def test_one_correction_goes_through_every_list() -> None:
    after = {**WHOLE, "name-heirs": {"cards": [{"person": "p1", "name": AOI, "birth_date": "2023-08-20"}]}}
    before = {**after}
    after["household"] = {
        "members": [
            WHOLE["household"]["members"][0],
            {**WHOLE["household"]["members"][1], "birth_date": "2023-08-21"},
        ]
    }
    found = carried(FORM.ties, before, after, dict)
    assert found == {"children.0.birth_date": "2023-08-21", "name-heirs.cards.0.birth_date": "2023-08-21"}


# --- where one name is asked ---------------------------------------------------------------------------------------

HEAD = {"text": "佐野　昇", "kana": "サノ　ノボル"}


def offered(answers: dict[str, Any], question: str = "name-heirs.successor") -> list[str]:
    outcome = FORM.evaluate(answers, today=TODAY)
    return [one.place for one in outcome.candidates.get(question, ())]


def test_whoever_was_named_is_offered_once_for_a_name_and_by_the_rule() -> None:
    # The first of the list is the resident; the child is of no age to inherit alone.
    assert offered(WHOLE) == ["resident"]
    assert offered({**WHOLE, "leave-insurance": {"chief": HEAD}}) == ["resident", "leave-insurance.chief"]
    assert offered({**WHOLE, "resident": {"birth_date": "1988-02-14"}}) == ["household.members.0"]


def test_nobody_is_offered_as_themselves_nor_for_what_is_not_asked() -> None:
    assert offered(WHOLE, "resident.name") == []
    head = {**WHOLE, "leave-insurance": {"chief": HEAD}}
    assert offered(head, "resident.name") == ["leave-insurance.chief"]
    alone = {**head, "insured": "no", "route": {"agreed": ["name-heirs"]}}
    # The insurance is asked of nobody, so nothing that was said there is told.
    assert "leave-insurance.chief" not in offered(alone)


def test_a_corrected_name_holds_where_it_was_chosen_and_a_role_corrects_nobody() -> None:
    before = {**WHOLE, "name-heirs": {"successor": RYO}, "leave-insurance": {"chief": RYO}}
    named = {**RYO, "text": "佐野　遼"}
    both = {**before, "resident": {**before["resident"], "name": named}}
    members = [{**before["household"]["members"][0], "name": named}, before["household"]["members"][1]]
    both["household"] = {"members": members}
    assert renamed(FORM.roles, before, both) == {"name-heirs.successor": named}
    other_head = {**before, "leave-insurance": {"chief": HEAD}}
    assert renamed(FORM.roles, before, other_head) == {}
    nameless = {**before, "resident": {}, "household": {"members": []}}
    assert renamed(FORM.roles, before, nameless) == {}


def test_frozen_and_thawed_the_ties_are_the_same() -> None:
    frozen = freeze(FORM)
    again = thaw(frozen, content_hash=content_hash(frozen))
    assert again.evaluate(WHOLE, today=TODAY) == FORM.evaluate(WHOLE, today=TODAY)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["p1", "resident", "left", "", "2020-01-01"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "text", "person", "birth_date", "members", "0"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)


@given(broken=st.dictionaries(st.sampled_from(sorted(WHOLE)), anything, max_size=4))
def test_whatever_the_answers_are_it_answers(broken: dict[str, Any]) -> None:
    answers = {**WHOLE, **broken}
    outcome = FORM.evaluate(answers, today=TODAY)
    assert not set(outcome.asked) & set(outcome.asked_at)
    assert set(outcome.missing) <= set(outcome.asked)
    assert carried(FORM.ties, answers, answers, dict) == {}
    assert renamed(FORM.roles, answers, answers) == {}
    assert set(renamed(FORM.roles, WHOLE, answers)) <= {"resident.name", "name-heirs.successor"}


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        (
            "- list: children",
            "- list: chilren",
            "「chilren」という一覧は、このライフイベントの手続にありません",
        ),
        (
            "from: [resident]",
            "from: [nobody]",
            "「nobody」という一覧も、「nobody.name」という質問もありません",
        ),
        ("from: [resident]", "from: [leave-insurance.properties]", "氏名（name）の質問がない"),
        ("from: [resident]", "from: [children]", "より先に置いてください"),
        ("- list: name-heirs.cards", "- list: children", "（people）に二度あります"),
        ("living: ", "livin: ", "「livin」という質問はありません"),
        ("{living: '\"together\"'}", "{name: item.name}", "（follows）から外してください"),
        ("{living: '\"together\"'}", "{living: '\"togehter\"'}", "togehter"),
        ("{living: '\"together\"'}", "{living: item.birth_date}", "日付になります"),
        ("item.name.text != resident.name.text", "item.nam.text != resident.name.text", "nam"),
        ("item.name.text != resident.name.text", "item.name.text", "はい・いいえ"),
        (
            "name-heirs.successor]",
            "name-heirs.sucessor]",
            "「name-heirs.sucessor」という、氏名を聞く質問はありません",
        ),
        (
            "name-heirs.successor]",
            "name-heirs.cards]",
            "「name-heirs.cards」という、氏名を聞く質問はありません",
        ),
        ("name-heirs.successor]", "leave-insurance.cause]", "氏名を聞く質問はありません"),
        ("name-heirs.successor]", "resident.name]", "（chosen）に二度あります"),
        ("leave-insurance.chief]", "leave-insurance.chif]", "「leave-insurance.chif」という一覧も"),
        ("leave-insurance.chief]", "leave-insurance.properties]", "氏名（name）の質問がない"),
        ("item.birth_date, 15", "item.birthdate, 15", "birthdate"),
    ],
)
def test_a_tie_that_does_not_fit_is_refused_when_the_files_are_read(
    tmp_path: Path, written: str, instead: str, said: str
) -> None:
    for folder in ("procedures", "events"):
        (tmp_path / folder).mkdir()
    (tmp_path / "procedures" / "leave-insurance.yaml").write_bytes(LEAVE)
    (tmp_path / "procedures" / "name-heirs.yaml").write_bytes(HEIRS)
    assert written in TIED
    (tmp_path / "events" / "farewell.yaml").write_text(TIED.replace(written, instead, 1), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        Catalogue.of_city(tmp_path)
    assert any(said in str(problem) for problem in caught.value.problems), caught.value.problems
