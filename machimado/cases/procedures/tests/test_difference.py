"""What a version changes is told in sentences: nobody has to read two files side by side."""

import copy
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from machimado.cases.procedures.catalogue import city_catalogue
from machimado.cases.procedures.rules.called import CALLED
from machimado.cases.procedures.rules.definition import Procedure
from machimado.cases.procedures.rules.difference import differences, every_difference
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import LifeEvent
from machimado.cases.procedures.rules.link import Complaints, link
from machimado.cases.procedures.rules.load import load, load_event, vocabulary
from machimado.cases.procedures.rules.source import Source
from machimado.cases.procedures.tests.city import CITY
from machimado.cases.procedures.tests.farewell import BUNDLE, HEIRS
from machimado.cases.procedures.tests.making import file, form

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
        ("label: {ja: 理由}", "label: {ja: 事由}", "質問「事由」の呼び方が「理由」から「事由」に変わりました。"),
        ("ask: {ja: なぜですか。}", "ask: {ja: どうしてですか。}",
         "質問「理由」の職員の言い方が「なぜですか。」から「どうしてですか。」に変わりました。"),
        ("{code: b, label: {ja: 乙}}", "{code: c, label: {ja: 丙}}", "質問「理由」に選択肢「丙」が加わりました。"),
        ("{code: b, label: {ja: 乙}}", "{code: c, label: {ja: 丙}}", "質問「理由」から選択肢「乙」がなくなりました。"),
        ("{ja: 乙}", "{ja: 丁}", "質問「理由」の選択肢「丁」の呼び方が「乙」から「丁」に変わりました。"),
        ("max: 100", "max: 200", "質問「金額」の上限が「100」から「200」に変わりました。"),
        ("max: 100", "required: true", "質問「金額」の必須にする条件が「なし」から「いつも」に変わりました。"),
        ("max: 100", 'when: reason == "a"', "質問「金額」の聞く条件が『なし』から『「理由」が「甲」のとき』に変わりました。"),
        ("[{id: name, required: true}]", "[{id: name}, {id: sex}]", "質問「性別」が加わりました。"),
        ("[{id: name, required: true}]", "[{id: name}]", "質問「氏名」の必須にする条件が「いつも」から「なし」に変わりました。"),
        ("fee: 300", "fee: 400", "手数料が「300円」から「400円」に変わりました。"),
        ("よく聞く。", "ゆっくり聞く。", "職員への知らせが加わりました：ゆっくり聞く。"),
        ("amount > 0", "amount > 1",
         "検査「金額を入れる。」の成り立つはずのことが『「金額」が0より大きい』から『「金額」が1より大きい』に変わりました。"),
        ("{id: book, title: {ja: 通帳}}", "{id: seal, title: {ja: 印鑑}}", "書類「印鑑」が加わりました。"),
        ("{id: book, title: {ja: 通帳}}", "{id: seal, title: {ja: 印鑑}}", "書類「通帳」がなくなりました。"),
        ("{to: amount, from: amount}", "{to: amount, from: amount * 2}",
         "基幹へ渡す項目「amount」の中身が『「金額」』から『「金額」 × 2』に変わりました。"),
        (", {to: amount, from: amount}", "", "基幹へ渡す項目「amount」がなくなりました。"),
        ("some.claim", "other.claim", "基幹へ渡すときの電文が「some.claim」から「other.claim」に変わりました。"),
    ],
)  # fmt: skip
def test_each_change_is_told(written: str, instead: str, said: str) -> None:
    assert written in QUESTIONS + MORE
    new = form(QUESTIONS.replace(written, instead, 1), MORE.replace(written, instead, 1))
    assert said in differences(OLD, new)


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('effective_from: "2025-04-01"', 'effective_from: "2025-04-01", effective_to: "2026-03-31"',
         "終わりの日が「なし」から「2026-03-31」に変わりました。"),
        ('today: "2026-04-10"', 'today: "2026-04-11"', "試験「一」の今日とする日が「2026-04-10」から「2026-04-11」に変わりました。"),
        ("{amount: 5}", "{amount: 6}", "試験「一」の答え「金額」が「5」から「6」に変わりました。"),
        ("{ja: 雪が降る, en: Snow}", "{ja: 雪が降る, en: Snowy}", "職員への知らせが加わりました：雪が降る ／ Snowy"),
        ("{ja: 理由}", "{ja: 理由, en: Reason}", "質問「理由」の呼び方（英語）が「なし」から「Reason」に変わりました。"),
        ("amount * 2", "amount * 3", "計算「twice」が『「金額」 × 2』から『「金額」 × 3』に変わりました。"),
        ("{law: 法, article: 一条}", "{law: 法, article: 二条}", "根拠の法令が加わりました：法 二条"),
        ("minutes: 5", "minutes: 6", "紙のときの職員の分数が「5」から「6」に変わりました。"),
        ("personal: false", "personal: true", "質問「金額」の個人情報としての扱いが「いいえ」から「はい」に変わりました。"),
        ("- {id: reason,", "- {id: aim, kind: text, label: {ja: 目的}}\n- {id: reason,", "質問「目的」が加わりました。（答え方：文字）"),
    ],
)  # fmt: skip
def test_what_only_whoever_writes_sees_is_told_to_them(written: str, instead: str, said: str) -> None:
    more = """
derived: {twice: amount * 2}
legal_basis: [{law: 法, article: 一条}]
notes: [{ja: 雪が降る, en: Snow}]
paper: {minutes: 5, fields: 3, source: {ja: 想定}}
tests: [{name: 一, today: "2026-04-10", answers: {amount: 5}}]
"""
    questions = QUESTIONS.replace("max: 100", "max: 100, personal: false")
    text = file(questions, more)
    instead = instead.replace("\n", "\n      ")
    assert written in text
    old, new = (load(one.encode(), "a.yaml") for one in (text, text.replace(written, instead, 1)))
    assert said in every_difference(old, new)


def test_a_chapter_that_is_called_otherwise_is_told_once() -> None:
    text = file(QUESTIONS, MORE)
    old, new = (load(one.encode(), "a.yaml") for one in (text, text.replace("{ja: 質問}", "{ja: 聞くこと}")))
    assert every_difference(old, new) == ("章「聞くこと」の名前が「質問」から「聞くこと」に変わりました。",)


def test_what_stands_elsewhere_is_told_with_both_places() -> None:
    first, second, third = QUESTIONS.strip().splitlines()
    new = form(f"{second}\n{first}\n{third}", MORE)
    assert differences(OLD, new) == ("質問「金額」の場所が「理由の次」から「いちばん上」に変わりました。",)


def entries(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    """Return each key that a file may have, of a shape and all shapes in it."""
    if model in seen:
        return set()
    seen.add(model)
    found = {field.alias or name for name, field in model.model_fields.items()}
    for name in get_type_hints(model).values():
        for inner in models_in(name):
            found |= entries(inner, seen)
    return found


def models_in(hint: Any) -> Iterator[type[BaseModel]]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for inner in get_args(hint):
        yield from models_in(inner)


@pytest.mark.parametrize("model", [Procedure, LifeEvent])
def test_each_entry_of_a_file_has_a_word(model: type[BaseModel]) -> None:
    """A key that is added to the shape is added to the words."""
    told_by_name = {"name", "code", "procedure", "meanings", "number", "effective_from", "version"}
    told_as_parts = {
        "sections", "questions", "options", "checks", "tests", "chapters", "delivery", "paper", "notes", "wording",
    }  # fmt: skip
    assert entries(model, set()) - set(CALLED) - told_by_name - told_as_parts == set()


FILES = [
    CITY / "procedures" / f"{name}.yaml"
    for name in ("seal-certificate", "move-within", "child-allowance-claim")
]
READ = {path.stem: Source(path.read_bytes(), path.name).data for path in FILES}


def places(data: Any, loc: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of each value of a file."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*loc, key)
        if isinstance(value, dict | list):
            yield from places(value, (*loc, key))


PLACES = {name: [loc for loc in places(data) if loc[0] != "version"] for name, data in READ.items()}


def changed(data: Any, loc: tuple[Any, ...], how: str) -> Any:
    """Return a file with one place changed: taken away, moved before the one above it, or with another value."""
    made = copy.deepcopy(data)
    holder = made
    for step in loc[:-1]:
        holder = holder[step]
    key, value = loc[-1], holder[loc[-1]]
    if how == "away":
        holder.pop(key)
    elif how == "moved" and isinstance(holder, list) and key:
        holder.insert(key - 1, holder.pop(key))
    elif isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int):
        holder[key] = value + 1
    elif isinstance(value, str):
        holder[key] = value + "改"
    return made


def linked(data: Any) -> Form | None:
    """Return the form of a file, or nothing where it is no procedure (any more)."""
    try:
        return link(Procedure.model_validate(data), vocabulary(), Complaints())
    except ValidationError:
        return None


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None
)
@given(data=st.data(), how=st.sampled_from(["other", "other", "moved", "away"]))
def test_any_two_different_definitions_give_a_sentence(data: st.DataObject, how: str) -> None:
    name = data.draw(st.sampled_from(sorted(READ)))
    new = linked(changed(READ[name], data.draw(st.sampled_from(PLACES[name])), how))
    old = linked(READ[name])
    assume(old is not None and new is not None)
    assert old is not None
    assert new is not None
    told = every_difference(old, new)
    assert bool(told) == (old.procedure != new.procedure)
    assert all(sentence.endswith(("。", "）")) or "：" in sentence for sentence in told)


def test_another_way_to_write_the_same_is_said_to_be_the_same() -> None:
    label = OLD.by_path["household.members"].label
    same = ", ".join(f"{language}: {text}" for language, text in label.items())
    new = form(
        QUESTIONS.replace("- {id: household.members,", f"- {{id: household.members, label: {{{same}}},"),
        MORE,
    )
    assert every_difference(OLD, new) == (
        "書き方だけが変わりました。聞くこと、確かめること、渡す中身は同じです。",
    )
    assert differences(OLD, new) == ()


def test_of_a_life_event_every_change_is_told() -> None:
    text = (CITY / "events" / "birth.yaml").read_text("utf-8")
    old = load_event(text.encode(), "birth.yaml")[0]
    for written, instead in [
        ("お子さんはお一人ですか。双子や三つ子ですか。", "お一人ですか。"),
        ("お子さんが生まれたとき（出生）", "ご出産"),
    ]:
        assert written in text
        told = every_difference(old, load_event(text.replace(written, instead).encode(), "birth.yaml")[0])
        assert any(instead in sentence for sentence in told)
    assert every_difference(old, old) == ()


def test_the_way_back_is_told_as_well() -> None:
    new = form(QUESTIONS + "- {id: more, kind: text, label: {ja: 補足}}", MORE)
    assert differences(OLD, new) == ("質問「補足」が加わりました。",)
    assert differences(new, OLD) == ("質問「補足」がなくなりました。",)


def test_what_is_the_same_is_not_told() -> None:
    assert differences(OLD, form(QUESTIONS, MORE)) == ()
    for each in city_catalogue(CITY).in_force(date(2026, 4, 10)):
        assert differences(each, each) == ()


def test_of_a_life_event_each_procedures_changes_are_told_with_its_name() -> None:
    from machimado.cases.procedures.rules.load import bundle, load

    later = load(HEIRS.replace("わけ".encode(), "事情".encode()).replace(b"fee: 300", b"fee: 0"), "b.yaml")
    leave = BUNDLE.members["leave-insurance"].form
    newer = bundle(BUNDLE.triage, {leave.id: leave, later.id: later})
    assert differences(BUNDLE, newer) == (
        "「手続name-heirs」手数料が「300円」から「0円」に変わりました。",
        "「手続name-heirs」質問「事情」の呼び方が「わけ」から「事情」に変わりました。",
    )
    without = bundle(BUNDLE.triage, {leave.id: leave})
    assert "手続「手続name-heirs」が道すじからなくなりました。" in differences(BUNDLE, without)
    assert "手続「手続name-heirs」が道すじに加わりました。" in differences(without, BUNDLE)
