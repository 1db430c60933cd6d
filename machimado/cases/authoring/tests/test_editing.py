"""One place of a file is changed, and nothing else of it moves."""

import difflib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml import safe_load

from machimado.cases.authoring.rules import editing, entries, parts
from machimado.cases.authoring.rules.conditions import conditions, in_words, words_in
from machimado.cases.procedures.rules.load import load, vocabulary
from machimado.cases.procedures.rules.source import Source

FOLDER = Path(__file__).parents[4] / "cities" / "yukimi" / "procedures"
FILES = sorted(FOLDER.glob("*.yaml"))
SEAL = (FOLDER / "seal-certificate.yaml").read_text("utf-8")
NAME = {"ja": "新しい呼び方", "ja-simple": "あたらしい よびかた", "en": "New label"}


def changed_lines(before: str, after: str) -> list[str]:
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in found if line[:1] in "+-" and line[:3] not in {"+++", "---"}]


def test_one_label_is_one_line() -> None:
    place = ("sections", 1, "questions", 0, "label")
    after = editing.put(SEAL, place, NAME)
    assert len(changed_lines(SEAL, after)) == 2
    assert "# 印鑑登録証明書の交付申請。" in after
    assert Source(after.encode(), "x").data["sections"][1]["questions"][0]["label"] == NAME


ODDLY_WRITTEN = """\
# はじめの注
id:   one   # 番号
sections:
# 途中の注
- {id: a,
   title: {ja:   "い"}}
tests:   [ {name:  "一"},   {name: 二} ]
# 終わりの注
"""


@pytest.mark.parametrize(
    ("loc", "value", "line"),
    [(("id",), "two", "id: two # 番号"), (("tests", 1, "name"), "三", 'tests: [name: "一", name: 三]')],
)
def test_nothing_is_written_anew_but_the_entry_that_is_changed(
    loc: editing.Loc, value: str, line: str
) -> None:
    """Whoever writes by hand finds their own way of writing again in all other entries."""
    now = editing.put(ODDLY_WRITTEN.replace("\n", "\r\n"), loc, value)
    changed = changed_lines(ODDLY_WRITTEN, now)
    assert len(changed) == 2
    assert " ".join(changed[1].removeprefix("+").split()) == " ".join(line.split())


@pytest.mark.parametrize("text", ["{a: {b: 1}, c: 2}\n", "  a: {b: 1}\n  c: 2\n", "a: &x {b: 1}\nc: *x\n"])
def test_what_cannot_be_cut_out_is_changed_as_a_whole(text: str) -> None:
    assert safe_load(editing.put(text, ("a", "b"), 3))["a"] == {"b": 3}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_procedure_is_still_one_after_a_change(path: Path) -> None:
    text = path.read_text("utf-8")
    after = editing.put(text, ("sections", 0, "title"), NAME)
    before, now = Source(text.encode(), "x").data, Source(after.encode(), "x").data
    assert now == {**before, "sections": [{**before["sections"][0], "title": NAME}, *before["sections"][1:]]}
    assert load(after.encode(), path.name).procedure.sections[0].title == NAME


def test_what_is_taken_away_put_in_and_moved() -> None:
    questions = ("sections", 0, "questions")
    question = {"id": "reason", "kind": "text", "label": NAME, "ask": {"ja": "なぜですか。"}}
    added = editing.insert(SEAL, questions, 2, question)
    assert Source(added.encode(), "x").data["sections"][0]["questions"][2] == question
    moved = editing.move(added, (*questions, 2), -1)
    assert Source(moved.encode(), "x").data["sections"][0]["questions"][1] == question
    gone = editing.put(moved, (*questions, 1), None)
    assert Source(gone.encode(), "x").data == Source(SEAL.encode(), "x").data


def test_at_the_end_of_the_list_it_stays() -> None:
    assert Source(editing.move(SEAL, ("checks", 0), -1).encode(), "x").data == Source(SEAL.encode(), "x").data
    last = len(Source(SEAL.encode(), "x").data["checks"]) - 1
    assert (
        Source(editing.move(SEAL, ("checks", last), 5).encode(), "x").data == Source(SEAL.encode(), "x").data
    )


@pytest.mark.parametrize(
    "loc", [("sections", 99, "title"), ("nothing", "here"), ("id", "x"), ("sections", "title")]
)
def test_a_place_that_is_not_there_is_said(loc: editing.Loc) -> None:
    with pytest.raises(editing.NoSuchPlace, match="もうありません"):
        editing.put(SEAL, loc, "x")
    with pytest.raises(editing.NoSuchPlace):
        editing.move(SEAL, loc, 1)


def test_a_text_that_is_no_yaml_is_not_changed() -> None:
    with pytest.raises(editing.NoSuchPlace):
        editing.put("a: [", ("a",), 1)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Co", "Cn", "Zl", "Zp"]),
    min_size=1,
    max_size=20,
)


@given(text=words)
def test_whatever_is_typed_stands_in_the_file_as_it_was_typed(text: str) -> None:
    """A word that YAML would take for a number, a truth or a comment stays the word that it is."""
    after = editing.put(SEAL, ("title", "ja"), text)
    assert Source(after.encode(), "x").data["title"]["ja"] == text


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "027",
        "1.5",
        "true",
        "null",
        "~",
        "# x",
        "a: b",
        "- a",
        "{a}",
        "'",
        '"',
        "2026-04-01",
        " x",
    ],
)
def test_words_that_look_like_something_else(text: str) -> None:
    after = editing.put(SEAL, ("title", "ja"), text)
    assert Source(after.encode(), "x").data["title"]["ja"] == text


@pytest.mark.parametrize(
    ("kind", "place", "loc"),
    [
        ("question", "sections.0.questions.3", ("sections", 0, "questions", 3)),
        ("question", "sections.0.questions.3.questions.1", ("sections", 0, "questions", 3, "questions", 1)),
        ("section", "sections.2", ("sections", 2)),
        ("whole", "", ()),
        ("question", "sections.0", None),
        ("question", "tests.0", None),
        ("check", "checks.x", None),
        ("section", "sections." + "9" * 80, None),
        ("nothing", "sections.0", None),
        ("whole", "id", None),
    ],
)
def test_an_address_names_a_place_or_none(kind: str, place: str, loc: parts.Loc | None) -> None:
    assert parts.read_place(kind, place) == loc


def field(kind: str, name: str) -> parts.Field:
    return next(one for one in parts.PARTS[kind] if one.name == name)


def test_options_are_rows_and_nobody_has_to_make_up_codes() -> None:
    options = field("question", "options")
    given = {
        "options.0.code": "a",
        "options.0.ja": "甲",
        "options.0.ja-simple": "こう",
        "options.0.en": "A",
        "options.1.code": "b",
        "options.1.ja": "",
        "options.2.ja": "丙",
        "options.3.code": "option_1",
        "options.3.ja": "丁",
    }
    value = entries.written(options, given)
    assert value == [
        {"code": "a", "label": {"ja": "甲", "ja-simple": "こう", "en": "A"}},
        {"code": "option_2", "label": {"ja": "丙"}},
        {"code": "option_1", "label": {"ja": "丁"}},
    ]
    rows = entries.shown(options, value)["rows"]
    assert rows[0] == {"code": "a", "ja": "甲", "ja_simple": "こう", "en": "A"}
    assert len(rows) == 3 + entries.SPARE_OPTIONS
    assert entries.written(options, {"options.shared": "yes_no", "options.0.ja": "甲"}) == "yes_no"
    assert entries.shown(options, "yes_no")["shared"] == "yes_no"
    assert entries.written(options, {}) is None


def test_two_sentences_are_one_rule() -> None:
    when = field("question", "when")
    chosen = {"when.chosen": 'a == "b"', "when.second": "c == true"}
    assert entries.written(when, chosen) == '(a == "b") && (c == true)'
    assert entries.written(when, {**chosen, "when.joined": "or"}) == '(a == "b") || (c == true)'
    assert entries.written(when, {"when": "x", "when.chosen": "いいえ"}) is None


def test_a_new_part_has_an_id_that_nobody_made_up() -> None:
    made = parts.identified("question", {"label": NAME}, "id: question_1 question_2")
    assert list(made) == ["id", "label"]
    assert made["id"] == "question_3"
    assert parts.identified("question", {"id": "x"}, "") == {"id": "x"}
    assert parts.identified("delivered", {"to": "x"}, "") == {"to": "x"}


@pytest.mark.parametrize(
    ("typed", "value"), [("はい", True), ("いいえ", None), ("", None), ("300", 300), ('a == "b"', 'a == "b"')]
)
def test_a_rule_is_a_truth_a_number_or_an_expression(typed: str, value: object) -> None:
    assert entries.written(field("question", "required"), {"required": typed}) == value


def test_conditions_are_sentences_to_choose_from() -> None:
    words = words_in(Source(SEAL.encode(), "x").data, vocabulary())
    assert in_words('applicant.role != "self"', words) == "「手続をする方」が「本人」でないとき"
    assert in_words('card_shown == "none"', words) == "「提示された物」が「持っていない」のとき"
    assert in_words("certificate.copies % 2 == 0", words) == "certificate.copies % 2 == 0"
    assert (in_words(True, words), in_words(None, words)) == ("いつも", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_condition_that_is_offered_says_the_same_when_it_is_read(path: Path) -> None:
    data = Source(path.read_bytes(), "x").data
    words = words_in(data, vocabulary())
    groups = [
        each["id"] for section in data["sections"] for each in section["questions"] if each.get("questions")
    ]
    for group in ("", *groups):
        for about in conditions(data, vocabulary(), group):
            for one in about.conditions:
                assert in_words(one.rule, words.within(group)) == one.sentence


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_sentence_is_a_rule_that_the_procedure_can_have(path: Path) -> None:
    text = path.read_text("utf-8")
    data = Source(text.encode(), "x").data
    rules = [
        one.rule
        for about in conditions(data, vocabulary())
        for one in about.conditions
        if "item." not in one.rule
    ]
    derived = {**data.get("derived", {}), **{f"test_{number}": rule for number, rule in enumerate(rules)}}
    assert load(editing.put(text, ("derived",), derived).encode(), path.name)


def test_a_chosen_sentence_stands_for_its_rule() -> None:
    when = field("question", "when")
    assert entries.written(when, {"when": "x", "when.chosen": 'a == "b"'}) == 'a == "b"'
    assert entries.written(when, {"when": "x", "when.chosen": ""}) == "x"
