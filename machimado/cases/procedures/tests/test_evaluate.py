from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from machimado.cases.procedures.catalogue import city_catalogue
from machimado.cases.procedures.rules.load import load
from machimado.cases.procedures.tests.city import CITY
from machimado.cases.procedures.tests.making import TODAY, evaluate, file, form, ids

CATALOGUE = city_catalogue(CITY)
FORMS = [form for name in CATALOGUE.ids() for form in CATALOGUE.versions(name)]


def test_order_is_that_of_the_file_even_where_conditions_look_ahead() -> None:
    made = form(
        """
        - {id: first, kind: text, label: {ja: い}, when: has(last)}
        - {id: last, kind: text, label: {ja: ろ}}
        """
    )
    assert evaluate(made, {"last": "x"}).asked == ("first", "last")
    assert evaluate(made).asked == ("last",)


def test_what_is_hidden_is_invisible_to_rules_and_not_delivered() -> None:
    made = form(
        """
        - {id: a, kind: choice, options: yes_no, label: {ja: い}}
        - {id: b, kind: number, label: {ja: ろ}, when: a == "yes", required: true}
        - {id: c, kind: text, label: {ja: は}, when: b > 3}
        """,
        """
        derived: {twice: b * 2}
        checks: [{id: small, assert: b < 3, message: {ja: 小さく}, fields: [b]}]
        delivery: {system: "027", message: m, fields: [{to: b, from: b}, {to: twice, from: derived.twice}, {to: day, from: today}]}
        """,
    )
    hidden = evaluate(made, {"a": "no", "b": 5, "c": "x"})
    assert hidden.asked == ("a",)
    assert hidden.derived == {}
    assert hidden.errors == ()
    assert hidden.delivers == {"day": "2026-04-10"}
    assert hidden.answers == {"a": "no"}
    shown = evaluate(made, {"a": "yes", "b": 5, "c": "x"})
    assert shown.asked == ("a", "b", "c")
    assert ids(shown) == ["small"]
    assert shown.delivers == {"b": 5, "twice": 10, "day": "2026-04-10"}


def test_rows_see_themselves_their_number_and_the_rest() -> None:
    made = form(
        """
        - {id: a, kind: choice, options: yes_no, label: {ja: い}}
        - id: children
          required: true
          min: 1
          max: 3
          questions:
            - {id: name, required: true}
            - {id: relationship, when: index > 0, required: has(a)}
            - {id: birth_date, when: 'a == "yes" && has(item.name)', required: item.name.text == "乙"}
        """
    )
    assert evaluate(made).missing == ("children",)
    rows = [{"name": {"text": "甲", "kana": "コウ"}}, {"name": {"text": "乙", "kana": "オツ"}}, {}]
    outcome = evaluate(made, {"a": "yes", "children": rows})
    assert outcome.asked == (
        "a",
        "children",
        "children.0.name",
        "children.0.birth_date",
        "children.1.name",
        "children.1.relationship",
        "children.1.birth_date",
        "children.2.name",
        "children.2.relationship",
    )
    assert outcome.missing == (
        "children.1.relationship",
        "children.1.birth_date",
        "children.2.name",
        "children.2.relationship",
    )
    assert outcome.required == {
        f"children.{path}" for path in ("1.relationship", "1.birth_date", "2.relationship")
    }
    assert ids(evaluate(made, {"children": rows * 2})) == ["value.many"]
    assert ids(evaluate(made, {"children": [3]})) == ["value.type"]


def test_a_section_is_hidden_as_a_whole() -> None:
    first = file("- {id: a, kind: choice, options: yes_no, label: {ja: い}}")
    second = """\
  - id: second
    title: {ja: 二}
    when: a == "yes"
    questions:
      - {id: b, kind: text, label: {ja: ろ}}
      - {id: c, kind: text, label: {ja: は}, when: has(b)}
  - id: never
    title: {ja: 三}
    when: false
    questions: [{id: d, kind: text, label: {ja: に}, when: true}]
"""
    made = load((first + second).encode(), "x.yaml")
    assert evaluate(made, {"a": "no", "b": "x", "d": "x"}).asked == ("a",)
    assert evaluate(made, {"a": "yes", "b": "x", "d": "x"}).asked == ("a", "b", "c")


def test_unknown_parts_of_a_date_leave_a_check_to_the_officer() -> None:
    made = form(
        "- {id: born, kind: date, label: {ja: 生年月日}}",
        """
        checks:
          - id: adult
            assert: age_at_least(born, 18, today)
            message: {ja: 18歳から}
            fields: [born]
            legal_basis: {law: 民法, article: 第4条}
          - {id: never, when: false, assert: false, message: {ja: 出ない}}
          - {id: always, when: true, level: warning, assert: false, message: {ja: 出る}}
        """,
    )
    assert evaluate(made, {"born": "2008-XX-XX"}).undecided == ("adult",)
    young = evaluate(made, {"born": "2010-XX-XX"})
    assert (ids(young), young.undecided) == (["adult"], ())
    assert young.errors[0].legal_basis is not None
    assert [finding.id for finding in young.warnings] == ["always"]
    assert not young.complete
    assert evaluate(made, {"born": "1990-XX-XX"}).complete


def test_fees_and_documents() -> None:
    made = form(
        "- {id: certificate.copies}\n- {id: n, kind: money, label: {ja: 額}}",
        """
        fee: certificate.copies * 300
        documents: [{id: x, title: {ja: い}}, {id: y, title: {ja: ろ}, when: certificate.copies > 1}]
        """,
    )
    assert evaluate(made).fee is None
    assert evaluate(made, {"certificate": {"copies": 2}}).fee == 600
    assert evaluate(made, {"certificate": {"copies": 2}}).documents == ("x", "y")
    assert evaluate(made, {"certificate": {"copies": 1}}).documents == ("x",)
    assert evaluate(form("- {id: x, kind: text, label: {ja: い}}", "fee: 200")).fee == 200


def test_a_fee_that_is_no_whole_number_is_none() -> None:
    made = form("- {id: x, kind: number, label: {ja: い}}", 'fee: \'{"a": "b"}.a\'')
    assert evaluate(made).fee is None


def test_declarations_must_be_made() -> None:
    made = form(
        "- {id: declaration, required: true}",
        "delivery: {system: '027', message: m, fields: [{to: d, from: declaration}]}",
    )
    assert evaluate(made, {"declaration": False}).missing == ("declaration",)
    assert evaluate(made, {"declaration": True}).complete
    assert ids(evaluate(made, {"declaration": "true"})) == ["value.type"]


def test_the_channel_is_known_to_rules() -> None:
    made = form("- {id: a, kind: text, label: {ja: い}, when: channel == 'web'}")
    assert evaluate(made).asked == ()
    assert evaluate(made, channel="web").asked == ("a",)


def test_questions_are_found_by_path() -> None:
    made = form("- {id: a, kind: text, label: {ja: い, en: A}}\n- {id: children, questions: [{id: name}]}")
    question = made.question("children.12.name")
    assert question is not None
    assert question.id == "name"
    assert made.question("children[].name") is question
    for path in ("", "b", "a.0.b", "children.name", "children.0.zzz", "children.0", "children.0.name.text"):
        assert made.question(path) is None
    assert [path for path, _ in made.walk()] == ["a", "children", "children[].name"]
    label = made.questions[0]
    assert (label.title("en"), label.title("ja-simple"), label.title()) == ("A", "い", "い")


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(data=st.data())
def test_whatever_the_answers_are_the_engine_answers(data: st.DataObject) -> None:
    made = data.draw(st.sampled_from(FORMS))
    roots = {path.partition(".")[0].removesuffix("[]"): None for path, _ in made.walk()}
    leaves = sorted({path.rpartition(".")[2] for path, _ in made.walk()})
    inner = st.dictionaries(st.sampled_from(leaves), json_values, max_size=4)
    rows = st.lists(st.one_of(inner, json_values), max_size=3)
    answers = data.draw(
        st.dictionaries(st.sampled_from(sorted(roots)), st.one_of(json_values, inner, rows), max_size=8)
    )
    outcome = made.evaluate(answers, today=TODAY)
    assert set(outcome.missing) <= set(outcome.asked)
    assert made.evaluate(answers, today=TODAY).asked == outcome.asked


def test_answers_that_are_no_object_are_none() -> None:
    anything: Any = ["a"]
    assert FORMS[0].evaluate(anything, today=date(2026, 4, 1)).answers == {}
