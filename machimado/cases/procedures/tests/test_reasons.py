"""Why a step stands on the route: only the answers that decided it."""

import pytest

from machimado.cases.procedures.rules.cel.compile import Variables
from machimado.cases.procedures.rules.cel.parse import parse
from machimado.cases.procedures.rules.outcome import Reason
from machimado.cases.procedures.rules.reasons import because

QUESTIONS = ("insured", "origin", "health.kind", "family", "holdings", "resident.birth_date")
DERIVED = {
    "notified": parse('origin != "not_yet"'),
    "has_child": parse('family.exists(f, f in ["baby", "pupil"])'),
    "joins": parse('health.kind in ["national", "none"] && !derived.welfare'),
    "welfare": parse('"welfare" in holdings'),
    "kind": parse('insured == "yes" ? "a" : origin'),
}
VARIABLES: Variables = {
    "today": "2026-04-10",
    "insured": "yes",
    "origin": "card",
    "health": {"kind": "national"},
    "family": ["baby", "elderly"],
    "holdings": ["card", "dog"],
    "resident": {"birth_date": "1947-08-20"},
    "derived": {"notified": True, "has_child": True, "joins": True, "welfare": False, "kind": "a"},
}


@pytest.mark.parametrize(
    ("rule", "decided_by"),
    [
        ('insured == "yes"', [Reason("insured")]),
        ("derived.notified", [Reason("origin")]),
        ("derived.notified && derived.has_child", [Reason("origin"), Reason("family", frozenset({"baby", "pupil"}))]),
        # Only what holds speaks for it.
        ('insured == "no" || "dog" in holdings', [Reason("holdings", frozenset({"dog"}))]),
        # Both do.
        ('"card" in holdings || "dog" in holdings', [Reason("holdings", frozenset({"card", "dog"}))]),
        # What is not there is no reason.
        ("derived.joins", [Reason("health.kind")]),
        ("!derived.welfare", []),
        # The side that was taken.
        ('insured == "yes" ? derived.has_child : derived.welfare',
         [Reason("insured"), Reason("family", frozenset({"baby", "pupil"}))]),
        ('derived.kind == "a"', [Reason("insured")]),
        ("age_at_least(resident.birth_date, 75, today) || derived.unknown", [Reason("resident.birth_date")]),
        ('!(insured == "no" && derived.notified)', [Reason("insured")]),
    ],
)  # fmt: skip
def test_only_what_decided_a_rule_is_a_reason(rule: str, decided_by: list[Reason]) -> None:
    assert list(because(parse(rule), DERIVED, QUESTIONS)(VARIABLES)) == decided_by
