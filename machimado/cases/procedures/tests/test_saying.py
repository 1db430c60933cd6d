"""Rules in words: an officer reads them as sentences."""

import pytest

from machimado.cases.procedures.catalogue import city_catalogue
from machimado.cases.procedures.rules.saying import say_claim, say_rule, say_value, words_of
from machimado.cases.procedures.tests.city import CITY
from machimado.cases.procedures.tests.making import form

WORDS = words_of(
    form(
        """
- {id: reason, kind: choice, label: {ja: 理由}, options: [{code: a, label: {ja: 甲}}, {code: b, label: {ja: 乙}}]}
- {id: held, kind: choices, label: {ja: 持ち物}, options: [{code: car, label: {ja: 車}}, {code: seal, label: {ja: 印}}]}
- {id: amount, kind: money, label: {ja: 金額}}
- {id: agreed, kind: declaration, label: {ja: 同意}}
- {id: day, kind: date, label: {ja: 日}}
- {id: household.members, label: {ja: 世帯の方}, questions: [{id: name}, {id: sex}]}
""",
        "derived: {is_large: amount > 100, is_odd: amount % 2 == 1, rest: amount % 7}",
    )
)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (None, "なし"),
        (False, "なし"),
        (True, "いつも"),
        ('reason == "a"', "「理由」が「甲」のとき"),
        ('reason != "a"', "「理由」が「甲」でないとき"),
        ('!(reason != "a")', "「理由」が「甲」のとき"),
        ('reason in ["a", "b"]', "「理由」が「甲」「乙」のどれかのとき"),
        ('!(reason in ["a", "b"])', "「理由」が「甲」「乙」のどれでもないとき"),
        ('"car" in held', "「持ち物」で「車」を選んだとき"),
        ('!("car" in held)', "「持ち物」で「車」を選んでいないとき"),
        ('held.exists(h, h in ["car", "seal"])', "「持ち物」に（「持ち物」が「車」「印」のどれかである）ものがあるとき"),
        ("agreed", "「同意」を確認したとき"),
        ("agreed == false", "「同意」を確認していないとき"),
        ("has(amount)", "「金額」に答えがあるとき"),
        ("derived.is_large", "（「金額」が100より大きい）とき"),
        ("!derived.is_large", "（「金額」が100以下である）とき"),
        ("derived.is_odd", "計算した値「is_odd」が「はい」のとき"),
        ("!derived.is_odd && agreed", "計算した値「is_odd」が「いいえ」である、かつ、「同意」を確認したとき"),
        ("derived.rest > 3", "計算した値「rest」が3より大きいとき"),
        ('reason == "a" && amount >= 3', "「理由」が「甲」である、かつ、「金額」が3以上のとき"),
        ('!(reason == "a" && amount >= 3)', "「理由」が「甲」でない、または、「金額」が3より小さいとき"),
        ('agreed || reason == "a" && amount < 3',
         "「同意」を確認した、または、（「理由」が「甲」である、かつ、「金額」が3より小さい）とき"),
        ("age_at_least(day, 15, today)", "「日」で見て15歳以上のとき"),
        ("!not_after(day, today)", "「日」が今日より後のとき"),
        ('household.members.exists(m, m.sex == "1")', "「世帯の方」に（「性別」が「男」である）ものがあるとき"),
        ('channel != "web"', "受け付ける方法が「家から」でないとき"),
        ("amount % 2 == 1", "amount % 2 == 1"),
        ("amount ==", "amount =="),
    ],
)  # fmt: skip
def test_a_condition_is_a_sentence(rule: object, said: str) -> None:
    assert say_rule(rule, WORDS) == said


def test_claims_and_values() -> None:
    assert say_claim("amount > 0", WORDS) == "「金額」が0より大きい"
    assert say_claim(True, WORDS) == "いつも成り立つ"  # a rule may be a truth
    assert say_value("amount * 300", WORDS) == "「金額」 × 300"
    assert say_value(1200, WORDS) == "1,200"
    assert say_value("derived.is_large", WORDS) == "（「金額」が100より大きい）"
    assert say_value("derived.rest", WORDS) == "計算した値「rest」"


def test_nearly_every_rule_of_the_sample_city_has_words() -> None:
    rules, said = 0, 0
    for name in (city := city_catalogue(CITY)).ids():
        one = city.versions(name)[-1]
        words = words_of(one)
        for check in one.procedure.checks:
            rules += 1
            said += say_claim(check.assertion, words) != check.assertion
    assert said / rules > 0.85
