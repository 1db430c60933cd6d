"""What is found when a file is loaded, with its place."""

from typing import Any

import pytest

from machimado.cases.procedures.rules.load import content_hash, freeze, thaw
from machimado.cases.procedures.rules.problems import DefinitionError
from machimado.cases.procedures.tests.making import (
    HEAD,
    evaluate,
    file,
    form,
    only_problem,
    problems,
    unmarked,
)

TEXT = "- {id: a, kind: text, label: {ja: い}}\n"


def assert_found(marked: str, words: str) -> None:
    """Assert that just one problem with these words is found, at the mark §."""
    text, line, column = unmarked(marked)
    found = [problem for problem in problems(text) if words in problem.what]
    assert [(problem.line, problem.column) for problem in found] == [(line, column)]


def place(text: str) -> tuple[int, int, str]:
    problem = only_problem(text)
    return problem.line, problem.column, problem.what


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("id: sample", "id: §Sample_1", "形が違います"),
        ("id: sample", "§idd: sample", "「id」がありません"),
        ('"027"', "§27", "文字列で"),
        ('"027"', '§"27"', "形が違います"),
        ("{ja: 見本}", "§見本", "言語ごとに"),
        ("{ja: 見本}", "§{en: Sample}", "日本語（ja）"),
        ("{ja: 見本}", "§{ja: 見本, Deutsch: x}", "言語の記号"),
        ("{ja: 見本}", "{ja: §3}", "文字列で"),
        ("number: 1", "number: §0", "1以上"),
        ("number: 1", "number: §one", "整数で"),
        ("number: 1", "number: §true", "整数で"),
        ('"2025-04-01"', '§"2025-4-1"', "2026-04-01"),
        ('"2025-04-01"', "§20250401", "2026-04-01"),
        ("[counter]", "[§post]", "使えるのは counter"),
        ("[counter]", "§[]", "1個以上"),
        ("[counter]", "§counter", "一覧"),
        ("[self, agent]", "[§me]", "使えるのは self"),
    ],
)
def test_the_head(before: str, after: str, words: str) -> None:
    assert_found(file(TEXT).replace(before, after, 1), words)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("- {id: a, kind: §txt, label: {ja: い}}", "使えるのは"),
        ("- {id: a, kind: text, §lable: {ja: い}, label: {ja: い}}", "「label」ではありませんか"),
        ("- {id: §a, label: {ja: い}}", "kind がありません"),
        ("- {id: §a, kind: text}", "label がありません"),
        ("- {id: §A, kind: text, label: {ja: い}}", "形が違います"),
        ("- {id: §today, kind: date, label: {ja: い}}", "式の中で使う言葉"),
        ("- {id: §for, kind: date, label: {ja: い}}", "式の中で使う言葉"),
        ("- {id: §resident, kind: text, label: {ja: い}}", "語彙の言葉と重なります"),
        ("- {id: §resident.nickname, kind: text, label: {ja: い}}", "語彙にありません"),
        ("- {id: §resident.nmae}", "「resident.name」ではありませんか"),
        ("- {id: resident.name, kind: §text}", "語彙では name です"),
        ("- {id: §a, kind: choice, label: {ja: い}}", "選択肢（options）がありません"),
        ("- {id: a, kind: choice, label: {ja: い}, options: §yes_mo}", "「yes_no」ではありませんか"),
        ("- {id: a, kind: text, label: {ja: い}, §options: yes_no}", "text の質問には使えません"),
        ("- {id: spouse.exists, options: [{code: §maybe, label: {ja: い}}]}", "語彙の選択肢にありません"),
        (
            "- {id: a, kind: choice, label: {ja: い}, options: [{code: x, label: {ja: い}}, {code: §x, label: {ja: ろ}}]}",
            "二度",
        ),
        ("- {id: a, kind: choice, label: {ja: い}, options: §3}", "選択肢の一覧か"),
        ("- {id: a, kind: date, label: {ja: い}, §max: 3}", "max は date の質問には使えません"),
        ("- {id: a, kind: text, label: {ja: い}, §exact: true}", "exact は text の質問には使えません"),
        ("- {id: a, kind: text, label: {ja: い}, format: §surname}", "surname は text の質問には使えません"),
        ("- {id: a, kind: name, label: {ja: い}, format: §kana}", "kana は name の質問には使えません"),
        ("- {id: a, kind: number, label: {ja: い}, min: §3, max: 2}", "min が max より"),
        ("- {id: a, kind: text, label: {ja: い}, pattern: §'(a*)*'}", "時間がかかりすぎる"),
        ("- {id: a, kind: text, label: {ja: い}, required: §1}", "true、false、または"),
        ("- {id: a, kind: text, label: {ja: い}, required: §''}", "true、false、または"),
        ("- {id: a, kind: text, label: {ja: い}, when: §'1 + 1'}", "はい・いいえ"),
        ("- {id: a, kind: text, label: {ja: い}, when: §has(a)}", "輪になって"),
        ("- {id: a, kind: text, label: {ja: い}, required: §has(a)}", "その質問自身"),
        ("- {id: a, kind: text, label: {ja: い}, when: §foo(today)}", "「foo」という関数はありません"),
        ("- {id: a, kind: text, label: {ja: い}, when: today.§foo()}", "「foo」という関数はありません"),
        (
            '- {id: a, kind: text, label: {ja: い}, when: \'__import__("os").§system("id")\'}',
            "関数はありません",
        ),
        (
            "- {id: a, kind: text, label: {ja: い}, when: 'channel.matches(§\"(a+)+$\")'}",
            "時間がかかりすぎる",
        ),
        ("- {id: a, kind: text, label: {ja: い}, when: 'channel.matches(§\"(\")'}", "読めません"),
        (
            "- {id: §my_number, kind: text, label: {ja: マイナンバー（個人番号）}}",
            "聞くことも受け取ることもできません",
        ),
        ("- {id: §a, kind: number, label: {ja: 個人番号}}", "聞くことも受け取ることもできません"),
        (
            "- {id: §a, kind: text, label: {ja: 番号}, ask: {ja: マイナンバーを教えてください。}}",
            "聞くことも受け取ることもできません",
        ),
        ("- {id: §a, kind: group, label: {ja: い}}", "questions がありません"),
        ("- {id: children, prefill: §parents, questions: [{id: name}]}", "入れられるのは"),
        ("- {id: children, max: §101, questions: [{id: name}]}", "100まで"),
        ("- {id: children, questions: [{id: §children.name}]}", "「name」のように"),
        ("- {id: children, questions: [{id: name}, {id: §name}]}", "二度"),
        ("- {id: children, questions: [{id: §x, kind: group, label: {ja: い}}]}", "一覧の中に一覧"),
        ("- {id: children, questions: [{id: name, kind: §text}]}", "語彙では name です"),
        ("- {id: children, questions: [{id: name, when: item.§nmae == 1}]}", "「name」ではありませんか"),
        (
            "- {id: children, questions: [{id: name, when: §has(item.birth_date)}, {id: birth_date, when: has(item.name)}]}",
            "輪になって",
        ),
        ("- {id: children, questions: [{id: name, when: §children.size() > 1}]}", "輪になって"),
        ("- {id: children, questions: [{id: name, required: §has(item.name)}]}", "その質問自身"),
        (
            "- {id: a, kind: text, label: {ja: い}, §questions: [{id: b, kind: text, label: {ja: い}}]}",
            "questions は text",
        ),
    ],
)
def test_one_question(question: str, words: str) -> None:
    assert_found(file(question), words)


def test_what_is_about_the_individual_number_may_be_asked() -> None:
    assert form("- {id: a, kind: text, label: {ja: 個人番号入りの証明書の提出先}}")
    assert form(
        "- {id: a, kind: choice, options: yes_no, label: {ja: 個人番号}, ask: {ja: 個人番号を載せますか。}}"
    )


def test_ids_that_stand_twice_or_within_each_other() -> None:
    assert place(file(TEXT + TEXT))[:2] == (12, 14)
    found = problems(file("- {id: account}\n- {id: account.number, kind: text, label: {ja: い}}"))
    assert "語彙にありません" in found[0].what


def test_a_ring_of_conditions_is_told_with_its_members() -> None:
    text = file(
        """
        - {id: a, kind: text, label: {ja: い}, when: has(b)}
        - {id: b, kind: text, label: {ja: ろ}, when: derived.c}
        - {id: d, kind: text, label: {ja: は}}
        """,
        "derived: {c: has(a)}",
    )
    line, _, what = place(text)
    assert "輪になっています" in what
    assert all(name in what for name in ("a", "b", "derived.c"))
    assert line in {11, 12, 14}


def test_derived_values_may_stand_in_any_order() -> None:
    made = form(TEXT, "derived: {b: derived.c + 1, c: derived.d + 1, d: '1'}")
    assert evaluate(made).derived == {"b": 3, "c": 2, "d": 1}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("checks: [{id: x, assert: has(a), message: {ja: い}, fields: [§b]}]", "「b」という質問はありません"),
        ("checks: [{id: x, assert: §a, message: {ja: い}}]", "はい・いいえ"),
        (
            "checks: [{id: x, assert: has(a), message: {ja: い}}, {id: §x, assert: has(a), message: {ja: い}}]",
            "二つ",
        ),
        ("checks: [§{id: x, message: {ja: い}}]", "「assert」がありません"),
        ("documents: [{id: x, title: {ja: い}}, {id: §x, title: {ja: い}}]", "二つ"),
        ("documents: [{id: x, title: {ja: い}, when: §b}]", "「b」という項目も変数も"),
        ("fee: §-1", "0から"),
        ("fee: §true", "手数料は円の"),
        ("fee: §'1.5'", "整数（int）になる式"),
        ("form: §../x.typ", "形が違います"),
        ("delivery: {system: '027', message: m, fields: [{to: x, from: §zzz}]}", "zzz"),
        ("delivery: {system: '027', message: m, fields: [{to: x, from: a}, {to: §x, from: a}]}", "二つ"),
        ("delivery: {system: §'27', message: m, fields: []}", "形が違います"),
        ("derived: {b: §zzz}", "zzz"),
        ("derived: {b: '1 +§'}", "途中で終わって"),
        ("derived: {B: §'1'}", "形が違います"),
        ("paper: {minutes: §-1, fields: 3, source: {ja: い}}", "0以上"),
        ("tests: [{name: x, today: '2026-04-01', asked: [§b]}]", "「b」という質問はありません"),
        ("tests: [{name: x, today: '2026-04-01', errors: [§b]}]", "「b」という検査はありません"),
        ("tests: [{name: x, today: '2026-04-01', documents: [§b]}]", "「b」という書類はありません"),
        ("tests: [{name: x, today: '2026-04-01', derived: {§b: 1}}]", "「b」というderivedはありません"),
        ("tests: [{name: x, today: '2026-04-01', delivers: {§b: 1}}]", "「b」という渡す項目はありません"),
        ("tests: [{name: x, today: '2026-04-01', extends: §y}]", "「y」はありません"),
        ("tests: [{name: x, today: '2026-04-01'}, {name: §x, today: '2026-04-01'}]", "二つ"),
        ("legal_basis: [§{law: x}]", "「article」がありません"),
        ("§zzz: 1", "「zzz」という項目はありません"),
    ],
)
def test_the_other_parts(more: str, words: str) -> None:
    assert_found(file(TEXT, more), words)


def test_dates_of_a_version_must_follow_each_other() -> None:
    text = file(TEXT).replace('"2025-04-01"}', '"2025-04-01", effective_to: "2025-03-31"}')
    assert "効力" in place(text)[2]


def test_a_section_condition_is_checked_too() -> None:
    question = "{id: a, kind: text, label: {ja: い}}"
    assert_found(
        HEAD + f"sections:\n  - {{id: s, title: {{ja: い}}, when: §zzz, questions: [{question}]}}\n", "zzz"
    )


def test_a_frozen_definition_gives_the_same_form_and_keeps_its_hash() -> None:
    made = form(
        "- {id: applicant.role, required: true}\n- {id: spouse.exists}\n- {id: b, kind: choice, label: {ja: い}, options: yes_no}"
    )
    frozen = freeze(made)
    again = thaw(frozen)
    assert freeze(again) == frozen
    assert content_hash(freeze(again)) == content_hash(frozen)
    assert evaluate(again).asked == evaluate(made).asked
    assert thaw(frozen) is again
    assert thaw({}, content_hash=content_hash(frozen)) is again
    assert set(frozen["vocabulary"]["option_sets"]) == {"role", "yes_no"}


def test_a_damaged_definition_is_refused() -> None:
    frozen = freeze(form("- {id: a, kind: text, label: {ja: 凍結}}"))
    with pytest.raises(DefinitionError, match="違います"):
        thaw(frozen, content_hash="0" * 64)
    broken: list[dict[str, Any]] = [{}, {"procedure": {}, "vocabulary": {}}, {**frozen, "vocabulary": 3}]
    for damaged in broken:
        with pytest.raises(DefinitionError, match="壊れています"):
            thaw(damaged)
    frozen["procedure"]["derived"] = {"x": "zzz"}
    with pytest.raises(DefinitionError, match="zzz"):
        thaw(frozen)
