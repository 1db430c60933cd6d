from datetime import date

import pytest

from machimado.cases.applications.rules.sheet import lay_out
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
