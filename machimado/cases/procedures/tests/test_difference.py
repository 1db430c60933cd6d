"""What a version changes is told in sentences: nobody has to read two files side by side."""

from datetime import date

import pytest

from machimado.cases.procedures.catalogue import Catalogue
from machimado.cases.procedures.rules.difference import differences
from machimado.cases.procedures.tests.city import CITY
from machimado.cases.procedures.tests.making import form
from machimado.cases.procedures.tests.test_bundle import BUNDLE, HEIRS

QUESTIONS = """
- {id: reason, kind: choice, label: {ja: 理由}, ask: {ja: なぜですか。}, options: [{code: a, label: {ja: 甲}}, {code: b, label: {ja: 乙}}]}
- {id: amount, kind: money, label: {ja: 金額}, max: 100}
- {id: household.members, questions: [{id: name, required: true}]}
"""
MORE = """
fee: 300
notes: [{ja: よく聞く。}]
checks:
  - {id: some, assert: amount > 0, message: {ja: 金額を入れる。}, fields: [amount]}
documents:
  - {id: book, title: {ja: 通帳}}
delivery: {system: "027", message: some.claim, fields: [{to: reason, from: reason}, {to: amount, from: amount}]}
"""
OLD = form(QUESTIONS, MORE)


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("label: {ja: 理由}", "label: {ja: 事由}", "質問「事由」は、「理由」から名前が変わりました。"),
        ("ask: {ja: なぜですか。}", "ask: {ja: どうしてですか。}", "質問「理由」の職員の言い方が変わりました。"),
        ("{code: b, label: {ja: 乙}}", "{code: c, label: {ja: 丙}}", "質問「理由」に選択肢「丙」が加わりました。"),
        ("{code: b, label: {ja: 乙}}", "{code: c, label: {ja: 丙}}", "質問「理由」から選択肢「乙」がなくなりました。"),
        ("{ja: 乙}", "{ja: 丁}", "質問「理由」の選択肢「乙」は「丁」になりました。"),
        ("max: 100", "max: 200", "質問「金額」の上限が変わりました。"),
        ("max: 100", "required: true", "質問「金額」の必須にする条件が「なし」から「いつも」に変わりました。"),
        ("max: 100", 'when: reason == "a"', '質問「金額」の聞く条件が「なし」から「reason == "a"」に変わりました。'),
        ("[{id: name, required: true}]", "[{id: name}, {id: sex}]", "質問「性別」が加わりました。"),
        ("[{id: name, required: true}]", "[{id: name}]", "質問「氏名」の必須にする条件が「いつも」から「なし」に変わりました。"),
        ("fee: 300", "fee: 400", "手数料が「300円」から「400円」に変わりました。"),
        ("よく聞く。", "ゆっくり聞く。", "職員への知らせが加わりました：ゆっくり聞く。"),
        ("amount > 0", "amount > 1", "検査「金額を入れる。」が変わりました。"),
        ("{id: book, title: {ja: 通帳}}", "{id: seal, title: {ja: 印鑑}}", "書類「印鑑」が加わりました。"),
        ("{id: book, title: {ja: 通帳}}", "{id: seal, title: {ja: 印鑑}}", "書類「通帳」がなくなりました。"),
        ("{to: amount, from: amount}", "{to: amount, from: amount * 2}", "基幹システムへ渡す「amount」の中身が変わりました。"),
        (", {to: amount, from: amount}", "", "基幹システムへ「amount」を渡さなくなりました。"),
        ("some.claim", "other.claim", "基幹システムへの電文が「some.claim」から「other.claim」に変わりました。"),
    ],
)  # fmt: skip
def test_each_change_is_told(written: str, instead: str, said: str) -> None:
    assert written in QUESTIONS + MORE
    new = form(QUESTIONS.replace(written, instead, 1), MORE.replace(written, instead, 1))
    assert said in differences(OLD, new)


def test_the_way_back_is_told_as_well() -> None:
    new = form(QUESTIONS + "- {id: more, kind: text, label: {ja: 補足}}", MORE)
    assert differences(OLD, new) == ("質問「補足」が加わりました。",)
    assert differences(new, OLD) == ("質問「補足」がなくなりました。",)


def test_what_is_the_same_is_not_told() -> None:
    assert differences(OLD, form(QUESTIONS, MORE)) == ()
    for each in Catalogue.of_city(CITY).in_force(date(2026, 4, 10)):
        assert differences(each, each) == ()


def test_of_a_life_event_each_procedures_changes_are_told_with_its_name() -> None:
    from machimado.cases.procedures.rules.load import bundle, load

    later = load(HEIRS.replace("わけ".encode(), "事情".encode()).replace(b"fee: 300", b"fee: 0"), "b.yaml")
    leave = BUNDLE.members["leave-insurance"].form
    newer = bundle(BUNDLE.triage, {leave.id: leave, later.id: later})
    assert differences(BUNDLE, newer) == (
        "「手続name-heirs」手数料が「300円」から「0円」に変わりました。",
        "「手続name-heirs」質問「事情」は、「わけ」から名前が変わりました。",
    )
    without = bundle(BUNDLE.triage, {leave.id: leave})
    assert "手続「手続name-heirs」が道すじからなくなりました。" in differences(BUNDLE, without)
    assert "手続「手続name-heirs」が道すじに加わりました。" in differences(without, BUNDLE)
