"""How many answers a life event needs when its procedures are asked together, beside the single forms.

For each life event the answers of its first test case, with those of the first test case of each procedure that it calls for.
Counted is every question that is asked: each row's questions, but neither a group by itself nor documents, which are brought.
Together: the triage, the agreement, each meaning once, and one answer for each list whose people are chosen among those who
were named before; single: what each procedure's own form asks for the same answers.
Nothing is timed: the figures are the same everywhere.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from machimado.cases.applications.rules.answers import put
from machimado.cases.procedures.catalogue import Catalogue
from machimado.cases.procedures.rules.bundle import AGREED, PUT_OFF, TOLD, Bundle
from machimado.cases.procedures.rules.cases import merged
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.member import Member
from machimado.cases.procedures.rules.people import PERSON, key_of, taken_over, value_at

CITY = Path(__file__).parents[1] / "cities" / "yukimi"
NO_ANSWERS = frozenset({"group", "files"})
ROUTE = frozenset({PUT_OFF, TOLD})  # looked at, not answered


def measure(city: Path = CITY) -> dict[str, dict[str, Any]]:
    """Return the figures of each life event of a city, by its id."""
    catalogue = Catalogue.of_city(city)
    events = {bundle.id: bundle for bundle in catalogue.every_event()}
    return {name: figures(bundle) for name, bundle in events.items()}


def figures(bundle: Bundle) -> dict[str, Any]:
    """Return how many procedures a life event calls for, and how many answers they need together and single."""
    case = bundle.event.tests[0]
    today = date.fromisoformat(case.today)
    answers = document(bundle, case.answers, today)
    together = bundle.evaluate(answers, today=today)
    each = bundle.evaluate_each(answers, today=today)
    single = sum(_questions(member.form, outcome.asked) for member, outcome in each)
    in_bundle = _questions(bundle, (path for path in together.asked if path not in ROUTE))
    in_bundle += sum(1 for people in together.offers.values() if any(one.row is not None for one in people))
    return {
        "procedures": len(each),
        "answers_bundle": in_bundle,
        "answers_single": single,
        "ratio": round(in_bundle / single, 3),
    }


def document(bundle: Bundle, triage: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Return answers to everything that a life event asks: the triage's, then those of its procedures' test cases."""
    going = bundle.going(triage, today=today)
    answers = merged(triage, {"route": {"agreed": [member.id for member in going]}})
    for member in going:
        shared = {name.partition(".")[0] for name in member.shared}
        for root, value in _own(member).items():
            if root in shared:
                answers = _beneath(answers, {root: _renamed(member, root, value)})
            else:
                answers[member.id] = {root: value, **answers.get(member.id, {})}
    return _chosen(bundle, answers, today)


def _chosen(bundle: Bundle, answers: dict[str, Any], today: date) -> dict[str, Any]:
    """Return the answers with people chosen who were named before: whoever is called the same is the same."""
    for tie in bundle.ties:
        offered = bundle.evaluate(answers, today=today).offers.get(tie.group, ())
        variables = bundle.variables(answers, today=today, channel="counter")
        rows = value_at(answers, tie.group) or []
        names = [row["name"]["text"] for row in rows]
        for offer in (one for one in offered if one.name["text"] in names):
            place, known = offer.place, taken_over(tie, answers, offer.place, variables)
            key, row = key_of(answers, place) or place, f"{tie.group}.{names.index(offer.name['text'])}"
            said = {f"{row}.{leaf}": value for leaf, value in known.items()} | {f"{row}.{PERSON}": key}
            said |= {f"{place}.{PERSON}": key} if place.rpartition(".")[2].isdecimal() else {}
            for path, value in said.items():
                answers = put(answers, path, value)
    return answers


def _beneath(answers: Any, more: Any) -> Any:
    """Lay what a procedure's case answers beneath what is answered already; rows of a group lie on each other."""
    if isinstance(answers, dict) and isinstance(more, dict):
        return {**more, **{key: _beneath(value, more.get(key)) for key, value in answers.items()}}
    if _is_rows(answers) and _is_rows(more):
        return [
            _beneath(row, more[number] if number < len(more) else None) for number, row in enumerate(answers)
        ]
    return answers


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _renamed(member: Member, root: str, value: Any) -> Any:
    """Return a shared answer with the rows' own questions as the bundle calls them."""
    for group, leaves in member.leaves.items():
        of, _, leaf = group.partition(".")
        rows = value.get(leaf) if leaf and isinstance(value, dict) else value
        if of == root and isinstance(rows, list) and _is_rows(rows):
            named = [
                {f"{member.id}-{key}" if key in leaves else key: each for key, each in row.items()}
                for row in rows
            ]
            value = {**value, leaf: named} if leaf else named
    return value


def _own(member: Member) -> Mapping[str, Any]:
    tests = member.form.procedure.tests
    return tests[0].answers if tests else {}


def _questions(form: Form, asked: Iterable[str]) -> int:
    questions = (form.question(path) for path in asked)
    return sum(1 for question in questions if question is None or question.kind not in NO_ANSWERS)


def main(argv: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="machimado bench bundle", description=__doc__)
    parser.add_argument("--json", action="store_true", help="JSON だけを出す")
    parser.add_argument("--city", type=Path, default=CITY, help="まちのフォルダー")
    arguments = parser.parse_args(argv)
    found = measure(arguments.city)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    for name, each in found.items():
        print(
            f"{name:24} {each['procedures']:2} procedures: {each['answers_bundle']:3} answers together,"
            f" {each['answers_single']:3} single ({each['ratio']:.0%}, {AGREED} included)"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
