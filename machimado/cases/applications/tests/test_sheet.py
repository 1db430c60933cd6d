from datetime import date

import pytest

from machimado.cases.applications.rules.laying_out import lay_out
from machimado.cases.applications.rules.sheet import Refusal
from machimado.cases.applications.tests.served import PROCEDURE
from machimado.cases.procedures import queries as procedures

DAY = date(2026, 4, 10)


@pytest.mark.parametrize(("role", "purpose", "required"), [
    ("self", "", False),
    ("self", "運転免許の更新", False),
    ("agent", "", True),
    ("agent", "運転免許の更新", True),
])  # fmt: skip
def test_a_question_says_it_is_required_only_where_its_rule_holds(
    role: str, purpose: str, required: bool
) -> None:
    answers = {"applicant": {"role": role}, "certificate": {"purpose": purpose}}
    sheet = lay_out(procedures.current(PROCEDURE, on=DAY), answers, {}, today=DAY)
    line = next(line for line in sheet.lines() if line.path == "certificate.purpose")
    assert line.required is required
    assert line.missing is (required and not purpose)


def test_only_a_line_to_which_nobody_has_said_anything_is_the_same_for_everybody() -> None:
    """What is drawn of it is kept for the next resident."""
    form = procedures.current(PROCEDURE, on=DAY)
    refused = {"certificate.copies": Refusal("３０００", "枚数が多すぎます。")}
    sheet = lay_out(form, {"applicant": {"role": "self"}}, {}, today=DAY, refusals=refused)
    said = {line.path for line in sheet.lines() if not line.is_blank}
    assert said == {"applicant.role", "certificate.copies"}
    again = lay_out(form, {"applicant": {"role": "agent"}}, {}, today=DAY)
    same = {line.path: line for line in again.lines()}
    blank = [line for line in sheet.lines() if line.is_blank and same[line.path] == line]
    assert blank
    assert all(hash(line) == hash(same[line.path]) for line in blank)
