import datetime as dt
from typing import Any

import pytest

from samplecore.enrolments import enrolments

TODAY = dt.date(2026, 10, 1)


def person(number: int, birth_date: str, **more: Any) -> dict[str, Any]:
    return {"resident_number": f"{number:015d}", "birth_date": birth_date, "seal": None, **more}


def many(birth_date: str) -> list[dict[str, Any]]:
    return [enrolments(person(number, birth_date), TODAY) for number in range(300)]


def test_the_same_person_has_the_same_ones() -> None:
    someone = person(7, "1950-05-01")
    assert enrolments(someone, TODAY) == enrolments(dict(someone), TODAY)


@pytest.mark.parametrize("birth_date", ["1951-10-01", "1940-XX-XX", "1950-05-XX"])
def test_from_75_on_everybody_is_with_the_late_elderly(birth_date: str) -> None:
    assert {each["health"]["kind"] for each in many(birth_date)} == {"late_elderly"}
    assert {each["pension"]["status"] for each in many(birth_date)} == {"receiving"}


def test_the_day_before_that_birthday_nobody_is() -> None:
    kinds = {each["health"].get("kind") for each in many("1951-10-02")}
    assert kinds == {"national", None}


def test_of_employees_the_city_does_not_know_the_insurance() -> None:
    found = many("1980-01-01")
    assert any(each["health"] == {} for each in found)
    assert any(each["pension"] == {} for each in found)
    assert all(each["care"] == {"insured": "no"} for each in found)


def test_children_own_and_owe_nothing() -> None:
    for each in many("2015-04-01"):
        assert each["tax"] == {"resident": "no"}
        assert each["property"] == {"has": "no"}
        assert each["vehicles"] == {"has": "no"}
        assert each["pension"] == {}


def test_of_whom_nobody_knows_the_age_nothing_is_known() -> None:
    assert enrolments(person(1, "XXXX-XX-XX"), TODAY) == {}


def test_the_seal_is_that_of_the_record() -> None:
    with_seal = person(1, "1980-01-01", seal={"number": "0000001", "registered_on": "2001-01-01"})
    assert enrolments(with_seal, TODAY)["seal"] == {"registered": "yes"}
