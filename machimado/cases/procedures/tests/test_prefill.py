from typing import Any

import pytest

from machimado.cases.procedures.catalogue import city_catalogue
from machimado.cases.procedures.rules.kinship import children_of, spouse_of
from machimado.cases.procedures.rules.prefill import Known, prefill
from machimado.cases.procedures.tests.city import CITY
from machimado.cases.procedures.tests.making import TODAY, evaluate

CATALOGUE = city_catalogue(CITY)


def person(number: int, relationship: str, name: str, birth_date: str, **more: Any) -> dict[str, Any]:
    return {
        "resident_number": f"{number:015d}",
        "status": "resident",
        "relationship": relationship,
        "name": {"text": f"佐藤　{name}", "kana": "サトウ　ナ"},
        "birth_date": birth_date,
        "sex": "1",
        "address": {
            "postal_code": "9780401",
            "city_code": "999999",
            "prefecture": "白嶺県",
            "city": "雪見市",
            "town": "川上",
            "block": "1番",
            "building": None,
        },
        "restricted": False,
        "seal": None,
        **more,
    }


HEAD = person(1, "世帯主", "健太", "1985-08-14", seal={"registered_on": "2011-06-20", "number": "0012345"})
WIFE = person(2, "妻", "美咲", "1987-01-20")
ELDER = person(3, "子", "蓮", "2006-06-01")
CHILD = person(4, "子", "陽葵", "2019-04-05")
ADOPTED = person(5, "養子", "樹", "2014-04-05")
FATHER = person(6, "父", "正雄", "1955-02-11")
GONE = person(7, "子", "転出", "2020-01-01", status="moved_out")
FAMILY = [HEAD, WIFE, CHILD, ELDER, ADOPTED, FATHER, GONE]


def record(someone: dict[str, Any], household: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {**someone, "household": household if household is not None else FAMILY}


def known(procedure: str, someone: dict[str, Any]) -> dict[str, Known]:
    return prefill(CATALOGUE.current(procedure, TODAY), someone, today=TODAY)


def test_the_claim_knows_the_family_and_says_from_where() -> None:
    found = known("child-allowance-claim", record(HEAD))
    assert "applicant.role" not in found
    assert found["resident.name"] == Known({"text": "佐藤　健太", "kana": "サトウ　ナ"}, "name")
    assert found["resident.address"].value == {
        "postal_code": "9780401", "prefecture": "白嶺県", "city": "雪見市", "town": "川上", "block": "1番",
    }  # fmt: skip
    assert found["spouse.exists"] == Known("yes", "household.1.exists")
    assert found["spouse.name"].source == "household.1.name"
    assert found["spouse.living"].value == "together"
    assert [found[f"children.{row}.birth_date"].value for row in (0, 1)] == ["2014-04-05", "2019-04-05"]
    assert found["children.0.relationship"] == Known("adopted", "household.4.kin")
    assert found["children.1.name"].source == "household.2.name"
    assert found["older_children.0.birth_date"] == Known("2006-06-01", "household.3.birth_date")
    assert "children.2.name" not in found
    assert "contact.phone" not in found


def test_what_is_known_is_accepted_by_the_form() -> None:
    form = CATALOGUE.current("child-allowance-claim", TODAY)
    answers: dict[str, Any] = {"children": [{}, {}]}
    for path, each in known(form.id, record(HEAD)).items():
        target: Any = answers
        *steps, last = path.split(".")
        if steps[0] == "older_children":
            continue
        for step in steps:
            target = target[int(step)] if step.isdigit() else target.setdefault(step, {})
        target[last] = each.value
    outcome = evaluate(form, answers)
    assert outcome.errors == ()
    assert not {"resident.name", "children.0.name", "spouse.name"} & set(outcome.missing)


def test_the_wife_sees_the_head_as_her_spouse() -> None:
    found = known("child-allowance-claim", record(WIFE))
    assert found["spouse.name"].source == "household.0.name"
    assert "children.1.name" in found


def test_household_members_for_a_certificate() -> None:
    found = known("residence-certificate", record(HEAD))
    assert found["household.members.0.name"].source == "household.0.name"
    assert "household.members.0.wanted" not in found


def test_the_seal_is_known_only_to_those_who_have_one() -> None:
    assert known("seal-certificate", record(HEAD))["seal.number"] == Known("0012345", "seal.number")
    assert "seal.number" not in known("seal-certificate", record(WIFE))


def test_addresses_of_protected_people_are_withheld() -> None:
    found = known("residence-certificate", record({**HEAD, "restricted": True}))
    assert found["resident.address"] == Known({"withheld": "restricted"}, "address")
    assert "resident.name" in found


def test_the_address_of_a_protected_person_is_not_told_by_the_household() -> None:
    for protected in (WIFE, CHILD):
        others = [{**each, "restricted": each is protected} for each in (HEAD, WIFE, CHILD)]
        found = known("residence-certificate", {**others[0], "household": others})
        assert found["resident.address"].value == {"withheld": "restricted"}
        assert "resident.name" in found


def test_broken_records_fill_in_nothing_wrong() -> None:
    broken = {
        "name": "佐藤",
        "birth_date": "昨日",
        "sex": "7",
        "address": 3,
        "household": ["x", 3, {}],
        "relationship": None,
    }
    assert not known("child-allowance-claim", broken)
    assert not known("child-allowance-claim", {})


SON = person(3, "子", "蓮", "1990-06-01")
DAUGHTER = person(8, "子", "凛", "1992-06-01")
SONS_WIFE = person(9, "子の妻", "葵", "1991-06-01")
GRANDCHILD = person(10, "子の子", "湊", "2020-06-01")


@pytest.mark.parametrize(
    ("someone", "household", "spouse", "children"),
    [
        (HEAD, [HEAD, WIFE, SON], WIFE, [SON]),
        (WIFE, [HEAD, WIFE, SON], HEAD, [SON]),
        (HEAD, [HEAD, SON, SONS_WIFE, GRANDCHILD], None, [SON]),
        (SON, [HEAD, SON, SONS_WIFE, GRANDCHILD], SONS_WIFE, [GRANDCHILD]),
        (SONS_WIFE, [HEAD, SON, SONS_WIFE, GRANDCHILD], SON, [GRANDCHILD]),
        (SON, [HEAD, SON, DAUGHTER, GRANDCHILD], None, []),
        (SONS_WIFE, [HEAD, SON, DAUGHTER, SONS_WIFE], None, []),
        (FATHER, [HEAD, FATHER], None, []),
        (HEAD, [HEAD], None, []),
    ],
)
def test_kinship_is_told_or_left_open(
    someone: dict[str, Any],
    household: list[dict[str, Any]],
    spouse: dict[str, Any] | None,
    children: list[dict[str, Any]],
) -> None:
    place = spouse_of(someone, household)
    assert (None if place is None else household[place]) == spouse
    assert [household[place] for place in children_of(someone, household)] == children
