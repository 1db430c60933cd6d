"""What the event itself finds between its procedures."""

from pathlib import Path
from typing import Any

import pytest

from machimado.cases.procedures.catalogue import Catalogue
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.load import bundle, content_hash, freeze, load, load_event, thaw
from machimado.cases.procedures.rules.problems import DefinitionError
from machimado.cases.procedures.tests.farewell import EVENT, HEIRS, LEAVE, NAME, WHOLE, made
from machimado.cases.procedures.tests.making import TODAY

CHECKED = EVENT.replace(
    "procedures:\n",
    """checks:
  - id: same_person
    assert: resident.name.text != agent.name.text || leave_insurance.reason != "別人"
    message: {ja: 食い違っています。}
    fields: [agent.name, leave-insurance.reason]
  - id: since_before
    level: warning
    assert: household.members.all(m, !after(m.leave_insurance_since, death.date))
    message: {ja: 亡くなった日より後です。}
    fields: ["household.members[].leave-insurance-since"]
  - {id: said, assert: derived.is_insured, message: {ja: 保険を確かめてください。}, fields: [insured]}
procedures:
""",
    1,
)


def found_by_the_event(one: Bundle, answers: dict[str, Any]) -> dict[str, list[str]]:
    outcome = one.evaluate(answers, today=TODAY)
    findings = (*outcome.errors, *outcome.warnings)
    return {found.id: list(found.fields) for found in findings if "." not in found.id}


def test_the_event_finds_what_contradicts_between_its_procedures() -> None:
    one = made(CHECKED)
    assert found_by_the_event(one, WHOLE) == {}
    wrong = {
        **WHOLE,
        "leave-insurance": {"reason": "別人"},
        "household": {
            "members": [{"name": NAME, "leave-insurance-since": "2026-04-02", "name-heirs-share": 2}]
        },
    }
    assert found_by_the_event(one, wrong) == {
        "same_person": ["agent.name", "leave-insurance.reason"],
        "since_before": ["household.members[].leave-insurance-since"],
    }
    assert not one.evaluate(wrong, today=TODAY).complete


def test_what_is_not_asked_or_was_refused_contradicts_nothing() -> None:
    one = made(CHECKED)
    not_agreed = {**WHOLE, "route": {}, "leave-insurance": {"reason": "別人"}}
    assert found_by_the_event(one, not_agreed) == {}
    refused = {**WHOLE, "leave-insurance": {"reason": "別人" * 9}}
    assert found_by_the_event(one, refused) == {}
    withheld = {**WHOLE, "household": {"members": "なし"}}
    assert found_by_the_event(one, withheld) == {}
    assert found_by_the_event(one, {**WHOLE, "insured": "no"}) == {"said": ["insured"]}


def test_where_a_date_is_not_known_whole_the_officer_decides() -> None:
    rows = [{"name": NAME, "leave-insurance-since": "2026-04-XX", "name-heirs-share": 2}]
    outcome = made(CHECKED).evaluate({**WHOLE, "household": {"members": rows}}, today=TODAY)
    assert "since_before" in outcome.undecided


def test_frozen_the_event_still_checks() -> None:
    frozen = freeze(made(CHECKED))
    again = thaw(frozen, content_hash=content_hash(frozen))
    assert isinstance(again, Bundle)
    assert found_by_the_event(again, {**WHOLE, "insured": "no"}) == {"said": ["insured"]}


def test_without_one_of_its_procedures_the_checks_of_the_others_stay() -> None:
    triage, _ = load_event(CHECKED.encode(), "events/farewell.yaml")
    one = bundle(triage, {"name-heirs": load(HEIRS, "b.yaml")})
    assert [each.check.id for each in one.checks] == ["said"]


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("leave_insurance.reason != ", "leave_insurance.raeson != ", "raeson"),
        ("fields: [agent.name, ", "fields: [agent.nama, ", "agent.nama"),
        ("{id: said,", "{id: same_person,", "二つあります"),
        ("assert: derived.is_insured,", "assert: agent.name.text,", "はい・いいえ"),
        ("assert: derived.is_insured,", "assert: 'insured == \"maybe\"',", "maybe"),
    ],
)
def test_a_check_that_names_nothing_is_found_when_the_files_are_read(
    tmp_path: Path, written: str, instead: str, said: str
) -> None:
    (tmp_path / "procedures").mkdir()
    (tmp_path / "events").mkdir()
    (tmp_path / "procedures" / "leave-insurance.yaml").write_bytes(LEAVE)
    (tmp_path / "procedures" / "name-heirs.yaml").write_bytes(HEIRS)
    assert written in CHECKED
    (tmp_path / "events" / "farewell.yaml").write_text(CHECKED.replace(written, instead, 1), "utf-8")
    with pytest.raises(DefinitionError, match=said):
        Catalogue.of_city(tmp_path)
