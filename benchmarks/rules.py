"""How long the rules of a form take, beside two peers in the same run.

The form: blocks of 36 questions of all usual kinds with 20 rules (8 conditions, 2 conditional requirements, 4 derived
values, 6 checks); 1,000 questions are 28 such blocks cut to size. Ours is the whole evaluation: which questions
apply, every value judged (an Individual Number searched for), what is missing, what is wrong, what is delivered.
The peers evaluate the same rules and nothing else: the Rust library `cel` on a prepared context, and the floor,
the same rules as plain Python functions. `rules_only` is our compiled rules alone, to compare like with like.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import cel

from machimado.cases.procedures.rules.cel.compile import compile_tree
from machimado.cases.procedures.rules.cel.parse import parse
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.load import load

BLOCK = 36
TODAY = date(2026, 4, 10)
HEAD = """\
id: bench
title: {ja: 測定}
business_id: "027"
version: {number: 1, effective_from: "2025-04-01"}
channels: [counter]
applicants: [self]
"""

# One block: questions with a number N in their names. The conditions hold in half of the cases.
QUESTIONS = """\
- {id: yes_N, kind: choice, options: yes_no, label: {ja: 有無}, required: true}
- {id: no_N, kind: choice, options: yes_no, label: {ja: 有無}, required: true}
- {id: name_N, kind: name, label: {ja: 氏名}, required: true}
- {id: born_N, kind: date, label: {ja: 生年月日}, required: true, not_future: true}
- {id: address_N, kind: address, label: {ja: 住所}, required: true}
- {id: phone_N, kind: text, format: phone, label: {ja: 電話}, required: true}
- {id: count_N, kind: number, min: 0, max: 20, label: {ja: 人数}, required: true}
- {id: income_N, kind: money, label: {ja: 収入}, required: true}
- {id: items_N, kind: choices, options: identity, label: {ja: 書類}, required: true}
- {id: account_N, kind: account, label: {ja: 口座}, required: true}
- {id: c1_N, kind: text, label: {ja: 文}, when: yes_N == "yes", required: true}
- {id: c2_N, kind: text, label: {ja: 文}, when: no_N == "yes", required: true}
- {id: c3_N, kind: number, label: {ja: 数}, when: count_N > 1 && yes_N == "yes", required: income_N > 0}
- {id: c4_N, kind: number, label: {ja: 数}, when: count_N > 9 || no_N == "yes", required: true}
- {id: c5_N, kind: date, label: {ja: 日}, when: '"passport" in items_N', required: yes_N == "yes"}
- {id: c6_N, kind: date, label: {ja: 日}, when: derived.rest_N < 0, required: true}
- {id: c7_N, kind: choice, options: sex, label: {ja: 別}, when: has(c1_N) && c1_N != ""}
- {id: c8_N, kind: choice, options: sex, label: {ja: 別}, when: 'items_N.exists(i, i == "other")'}
"""
CONDITIONS = [
    'yes_N == "yes"', 'no_N == "yes"', 'count_N > 1 && yes_N == "yes"', 'count_N > 9 || no_N == "yes"',
    '"passport" in items_N', "derived.rest_N < 0", 'has(c1_N) && c1_N != ""', 'items_N.exists(i, i == "other")',
]  # fmt: skip
REQUIREMENTS = ["income_N > 0", 'yes_N == "yes"']
DERIVED = {
    "sum_N": "income_N + count_N * 1000",
    "rest_N": "derived.sum_N - 100000",
    "band_N": 'income_N < 1000000 ? "low" : income_N < 5000000 ? "middle" : "high"',
    "papers_N": "items_N.size()",
}
CHECKS = [
    'derived.papers_N >= 2 || items_N.exists(i, i in ["passport", "driving_licence"])',
    'derived.band_N != "high" || count_N > 0',
    'account_N.kind == "ordinary" && account_N.number.startsWith("1")',
    "name_N.kana.contains(name_N.kana)",
    'address_N.city == "雪見市" || phone_N != ""',
    "c3_N <= 100",
]
ANSWERS: dict[str, Any] = {
    "yes": "yes",
    "no": "no",
    "name": {"text": "佐藤　健太", "kana": "サトウ　ケンタ"},
    "born": "1992-08-XX",
    "address": {"postal_code": "9780401", "prefecture": "白嶺県", "city": "雪見市", "town": "川上", "block": "1番", "building": ""},
    "phone": "090-0000-1234",
    "count": 3,
    "income": 3_200_000,
    "items": ["passport", "pension_book"],
    "account": {
        "bank_code": "0009", "bank_name": "雪見銀行", "branch_code": "101", "branch_name": "本店", "kind": "ordinary",
        "number": "1234567", "holder_kana": "サトウ　ケンタ",
    },
    "c1": "あり",
    "c3": 12,
    "c5": "2026-03-01",
    "c7": "1",
}  # fmt: skip

# The same rules by hand; a is the answers and d the derived values.
FLOOR: list[Callable[[dict[str, Any], dict[str, Any]], Any]] = [
    lambda a, _: a["yes_N"] == "yes",
    lambda a, _: a["no_N"] == "yes",
    lambda a, _: a["count_N"] > 1 and a["yes_N"] == "yes",
    lambda a, _: a["count_N"] > 9 or a["no_N"] == "yes",
    lambda a, _: "passport" in a["items_N"],
    lambda _, d: d["rest_N"] < 0,
    lambda a, _: a.get("c1_N", "") != "",
    lambda a, _: any(i == "other" for i in a["items_N"]),
    lambda a, _: a["income_N"] > 0,
    lambda a, _: a["yes_N"] == "yes",
    lambda a, d: d.__setitem__("sum_N", a["income_N"] + a["count_N"] * 1000),
    lambda _, d: d.__setitem__("rest_N", d["sum_N"] - 100_000),
    lambda a, d: d.__setitem__(
        "band_N", "low" if a["income_N"] < 1e6 else "middle" if a["income_N"] < 5e6 else "high"
    ),
    lambda a, d: d.__setitem__("papers_N", len(a["items_N"])),
    lambda a, d: d["papers_N"] >= 2 or any(i in {"passport", "driving_licence"} for i in a["items_N"]),
    lambda a, d: d["band_N"] != "high" or a["count_N"] > 0,
    lambda a, _: a["account_N"]["kind"] == "ordinary" and a["account_N"]["number"].startswith("1"),
    lambda a, _: a["name_N"]["kana"] in a["name_N"]["kana"],
    lambda a, _: a["address_N"]["city"] == "雪見市" or a["phone_N"] != "",
    lambda a, _: a["c3_N"] <= 100,
]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print the figures as text or as one JSON object. Times are wall clock milliseconds."""
    parser = argparse.ArgumentParser(prog="bench rules", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--rounds", type=int, default=400, help="evaluations of the small form; the large one gets a quarter"
    )
    arguments = parser.parse_args(argv)
    figures = measure(arguments.rounds)
    print(
        json.dumps(figures)
        if arguments.json
        else "\n".join(f"{key:28} {value}" for key, value in figures.items())
    )
    return 0


def measure(rounds: int) -> dict[str, Any]:
    """Return the figures: ours, the peers and the ratios; all measured in turns, so that a busy machine hits all alike."""
    small, large = _form(BLOCK), _form(1_000)
    answers, many = _answers(1), _answers(28)
    outcome = small.evaluate(answers, today=TODAY)
    if not outcome.complete:
        sys.exit(f"the form of the benchmark has errors: {outcome.errors} {outcome.missing}")
    times = _in_turns(
        {
            "p50_ms_36": lambda: small.evaluate(answers, today=TODAY),
            "rules_only_p50_ms_36": _ours_alone(answers),
            "cel_rust_p50_ms_36": _rust(answers),
            "floor_p50_ms_36": _floor(answers),
        },
        rounds,
    )
    times |= _in_turns({"p50_ms_1000": lambda: large.evaluate(many, today=TODAY)}, max(rounds // 4, 5))
    return {**times, **_ratios(times), "questions": len(small.questions), "rules": _number_of_rules()}


def _ratios(times: dict[str, float]) -> dict[str, float]:
    return {
        "ratio_rules_to_cel_rust": round(times["rules_only_p50_ms_36"] / times["cel_rust_p50_ms_36"], 3),
        "ratio_rules_to_floor": round(times["rules_only_p50_ms_36"] / times["floor_p50_ms_36"], 3),
        "ratio_1000_to_36_per_question": round(
            times["p50_ms_1000"] / 1_000 / (times["p50_ms_36"] / BLOCK), 3
        ),
    }


def _in_turns(what: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in what}
    for _ in range(rounds + 20):
        for name, run in what.items():
            start = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - start)
    return {name: round(statistics.median(each[20:]) * 1_000, 4) for name, each in taken.items()}


def _number_of_rules() -> int:
    return len(CONDITIONS) + len(REQUIREMENTS) + len(DERIVED) + len(CHECKS)


def _form(questions: int) -> Form:
    """Build the form with so many questions; sections have at most 720."""
    blocks = range(1, -(-questions // BLOCK) + 1)
    written = [line for block in blocks for line in _block(block)][:questions]
    parts = [
        HEAD,
        "sections:\n",
        *(_section(written[start : start + 720], start) for start in range(0, questions, 720)),
    ]
    parts += ["derived:\n", *(f"  {name}: '{rule}'\n" for each in blocks for name, rule in _numbered(each))]
    parts += [
        "checks:\n",
        *(_check(rule, each, place) for each in blocks for place, rule in enumerate(CHECKS)),
    ]
    parts += ["delivery:\n  system: '027'\n  message: bench\n  fields:\n"]
    parts += [f"    - {{to: income_{each}, from: income_{each}}}\n" for each in blocks]
    return load("".join(parts).encode(), "bench.yaml")


def _section(lines: list[str], number: int) -> str:
    return f"  - id: s{number}\n    title: {{ja: 節}}\n    questions:\n" + "".join(
        f"      {line}\n" for line in lines
    )


def _block(number: int) -> list[str]:
    """Return the questions of one block: those with rules, and plain ones up to 36."""
    ruled = QUESTIONS.replace("_N", f"_{number}").splitlines()
    plain = [
        f"- {{id: t{each}_{number}, kind: text, label: {{ja: 文}}}}" for each in range(BLOCK - len(ruled))
    ]
    return ruled + plain


def _numbered(number: int) -> list[tuple[str, str]]:
    return [
        (name.replace("_N", f"_{number}"), rule.replace("_N", f"_{number}")) for name, rule in DERIVED.items()
    ]


def _check(rule: str, number: int, place: int) -> str:
    return f"  - {{id: k{place}_{number}, assert: '{rule.replace('_N', f'_{number}')}', message: {{ja: 誤り}}}}\n"


def _answers(blocks: int) -> dict[str, Any]:
    """Return answers to so many blocks; every plain text is answered too."""
    plain = {
        f"t{each}_{block}": "自由に書いた短い文"
        for block in range(1, blocks + 1)
        for each in range(BLOCK - 18)
    }
    return {
        f"{name}_{block}": value for block in range(1, blocks + 1) for name, value in ANSWERS.items()
    } | plain


def _rules() -> list[tuple[str, str]]:
    """Return the rules of one block in the order of dependencies; derived ones with their names."""
    derived = [(name, rule) for name, rule in _numbered(1)]
    others = [("", rule.replace("_N", "_1")) for rule in (*CONDITIONS, *REQUIREMENTS, *CHECKS)]
    return derived + others


def _ours_alone(answers: dict[str, Any]) -> Callable[[], None]:
    programs = [(name, compile_tree(parse(rule))) for name, rule in _rules()]

    def run() -> None:
        variables = {**answers, "derived": {}}
        for name, program in programs:
            value = program(variables)
            if name:
                variables["derived"][name] = value

    return run


def _rust(answers: dict[str, Any]) -> Callable[[], None]:
    """Run the same rules in the Rust library; its context is prepared beforehand, derived values included.

    has() on a bare name is ours alone, so that rule tells the same in CEL as it stands.
    """
    variables = {**answers, "derived": {"sum_1": 0, "rest_1": 0, "band_1": "low", "papers_1": 2}}
    context = cel.Context(variables)
    programs = [cel.compile(rule.replace("has(c1_1) && ", "")) for _, rule in _rules()]

    def run() -> None:
        for program in programs:
            program.execute(context)

    return run


def _floor(answers: dict[str, Any]) -> Callable[[], None]:
    plain = {key.replace("_1", "_N"): value for key, value in answers.items()}
    rules = FLOOR[10:14] + FLOOR[:10] + FLOOR[14:]

    def run() -> None:
        derived: dict[str, Any] = {}
        for rule in rules:
            rule(plain, derived)

    return run


if __name__ == "__main__":
    sys.exit(main())
