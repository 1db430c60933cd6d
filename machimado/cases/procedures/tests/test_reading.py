"""Hostile and clumsy input: mended where it is clear, refused with a sentence where it is not."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.jp import in_

from machimado.cases.procedures.rules.questions import Question
from machimado.cases.procedures.rules.reading import read_value
from machimado.cases.procedures.rules.refusals import ValueRefusedError
from machimado.cases.procedures.rules.values import JUDGES, is_empty, value_problem
from machimado.cases.procedures.tests.making import evaluate, form, ids

MADE = form(
    """
    - {id: resident.name}
    - {id: resident.address}
    - {id: resident.birth_date}
    - {id: exact_date, kind: date, label: {ja: 日}, exact: true}
    - {id: spouse.exists}
    - {id: identity.documents, min: 1, max: 2}
    - {id: certificate.copies, min: 1, max: 20}
    - {id: money, kind: money, label: {ja: 額}}
    - {id: text, kind: text, label: {ja: 文}, min: 2, max: 10}
    - {id: lines, kind: text, label: {ja: 文}, format: lines}
    - {id: digits, kind: text, label: {ja: 番号}, pattern: '[0-9]{3}'}
    - {id: postal, kind: text, label: {ja: 郵便番号}, format: postal_code}
    - {id: kana, kind: text, label: {ja: かな}, format: kana}
    - {id: contact.phone}
    - {id: contact.email}
    - {id: account}
    - {id: declaration}
    - {id: signature}
    - {id: photos, kind: files, label: {ja: 写真}, max: 2}
    - id: children
      min: 1
      max: 2
      questions: [{id: name, required: true}, {id: birth_date}]
    """
)
SHA = "a" * 64
ACCOUNT = {
    "bank_code": "0009",
    "bank_name": "雪見銀行",
    "branch_code": "101",
    "branch_name": "本店",
    "kind": "ordinary",
    "number": "1234567",
    "holder_kana": "ヤマダ　タロウ",
}


def question(path: str) -> Question:
    found = MADE.question(path)
    assert found is not None
    return found


def read(path: str, raw: Any) -> Any:
    return read_value(question(path), raw, today="2026-04-10")


@pytest.mark.parametrize(
    ("path", "raw", "value"),
    [
        ("resident.name", {"text": "山田 太郎", "kana": "ﾔﾏﾀﾞ ﾀﾛｳ"}, {"text": "山田　太郎", "kana": "ヤマダ　タロウ"}),
        ("resident.name", {"text": " 山田　　太郎 ", "kana": "やまだ たろう"}, {"text": "山田　太郎", "kana": "ヤマダ　タロウ"}),
        ("resident.name", {"text": "SMITH  JOHN", "kana": ""}, {"text": "SMITH JOHN", "kana": ""}),
        ("resident.name", {"text": "葛\U000e0100城　太郎", "kana": "カツラギ"}, {"text": "葛\U000e0100城　太郎", "kana": "カツラギ"}),
        ("resident.name", {"text": "神　太郎", "kana": "カミ"}, {"text": "神　太郎", "kana": "カミ"}),
        ("resident.name", {"text": "", "kana": ""}, None),
        ("resident.address", {"postal_code": "〒９９７－０４０１", "city": "雪見市"}, {"postal_code": "9970401", "city": "雪見市"}),
        ("resident.address", {"city": "雪見市", "building": None}, {"city": "雪見市", "building": ""}),
        ("resident.birth_date", "昭和25年5月1日", "1950-05-01"),
        ("resident.birth_date", "Ｓ２５．５．１", "1950-05-01"),
        ("resident.birth_date", "1950-05-XX", "1950-05-XX"),
        ("resident.birth_date", "不詳", "XXXX-XX-XX"),
        ("exact_date", "R8.4.1", "2026-04-01"),
        ("spouse.exists", " yes ", "yes"),
        ("identity.documents", ["passport", "passport", ""], ["passport"]),
        ("identity.documents", "passport", ["passport"]),
        ("identity.documents", [], None),
        ("certificate.copies", "３", 3),
        ("certificate.copies", "3通", 3),
        ("certificate.copies", 3.0, 3),
        ("money", "１２，３００円", 12300),
        ("money", "¥500", 500),
        ("money", 0, 0),
        ("text", "  二つ  ", "二つ"),
        ("text", "", None),
        ("text", "   ", None),
        ("text", None, None),
        ("lines", "一\r\n二", "一\n二"),
        ("digits", "123", "123"),
        ("postal", "997-0401", "9970401"),
        ("kana", "ひらがな", "ヒラガナ"),
        ("contact.phone", "０９０－１２３４－５６７８", "090-1234-5678"),
        ("contact.phone", "(0235) 00-0000", "0235-00-0000"),
        ("contact.phone", "09012345678", "09012345678"),
        ("contact.phone", "+84-90-1234567", "+84-90-1234567"),
        ("contact.email", "ａ@example.jp", "a@example.jp"),
        ("account", {**ACCOUNT, "number": "１２３４５６７", "holder_kana": "ﾔﾏﾀﾞ ﾀﾛｳ"}, ACCOUNT),
        ("declaration", "on", True),
        ("declaration", "はい", True),
        ("declaration", True, True),
        ("declaration", "false", False),
        ("declaration", False, False),
        ("signature", {"file_id": "f", "sha256": SHA, "signed_at": "2026"}, {"file_id": "f", "sha256": SHA, "signed_at": "2026"}),
        ("photos", [{"file_id": "f", "name": "a.jpg", "sha256": SHA}], [{"file_id": "f", "name": "a.jpg", "sha256": SHA}]),
        ("children", [{"name": {"text": "花", "kana": "はな"}, "birth_date": ""}], [{"name": {"text": "花", "kana": "ハナ"}}]),
    ],
)  # fmt: skip
def test_what_is_clear_is_mended(path: str, raw: Any, value: Any) -> None:
    assert read(path, raw) == value


def test_a_text_is_told_the_same_length_however_long_it_is() -> None:
    for size in (201, 10_000):
        with pytest.raises(ValueRefusedError, match="200文字まで"):
            read("contact.phone", "0" * size)


@pytest.mark.parametrize(
    ("path", "raw", "code"),
    [
        ("resident.name", "山田", "type"),
        ("resident.name", {"text": 3, "kana": ""}, "type"),
        ("resident.name", {"text": "山田", "kana": "ヤマダ", "x": ""}, "unknown_part"),
        ("resident.name", {"text": "山田", "kana": ""}, "incomplete"),
        ("resident.name", {"text": "", "kana": "ヤマダ"}, "incomplete"),
        ("resident.name", {"text": "山田", "kana": "山田"}, "kana"),
        ("resident.name", {"text": "山" * 101, "kana": "ヤ"}, "too_long"),
        ("resident.name", {"text": "山\n田", "kana": "ヤ"}, "control"),
        ("resident.name", {"text": "山\u200b田", "kana": "ヤ"}, "control"),
        ("resident.name", {"text": "山\u202e田", "kana": "ヤ"}, "control"),
        ("resident.name", {"text": "山\ud800", "kana": "ヤ"}, "control"),
        ("resident.address", {"postal_code": "997", "city": "x"}, "postal_code"),
        ("resident.address", {"postal_code": "9970401"}, "incomplete"),
        ("resident.address", {"town": "x", "block": "1" * 51}, "too_long"),
        ("resident.birth_date", "2026-13-01", "date"),
        ("resident.birth_date", "昭和65年1月1日", "date"),
        ("resident.birth_date", "x" * 70, "too_long"),
        ("resident.birth_date", 19500501, "type"),
        ("resident.birth_date", "2026-04-11", "future"),
        ("resident.birth_date", "2027-XX-XX", "future"),
        ("exact_date", "2026-04-XX", "exact"),
        ("spouse.exists", "maybe", "code"),
        ("spouse.exists", ["yes"], "type"),
        ("identity.documents", ["zzz"], "code"),
        ("identity.documents", [["passport"]], "type"),
        ("identity.documents", {"a": 1}, "type"),
        ("identity.documents", ["passport", "other", "pension_book"], "many"),
        ("identity.documents", ["passport"] * 201, "type"),
        ("certificate.copies", "0", "least"),
        ("certificate.copies", 21, "most"),
        ("certificate.copies", "三", "number"),
        ("certificate.copies", "1" * 13, "number"),
        ("certificate.copies", 1.5, "type"),
        ("certificate.copies", True, "type"),
        ("certificate.copies", float("inf"), "type"),
        ("money", "-1", "least"),
        ("money", 10**30, "most"),
        ("money", "999999999999", "most"),
        ("text", "一", "too_short"),
        ("text", "一" * 11, "too_long"),
        ("text", "一" * 3_000, "too_long"),
        ("text", "一\n二", "control"),
        ("text", ["a"], "type"),
        ("lines", "一\x00二", "control"),
        ("digits", "12a", "pattern"),
        ("digits", "1234", "pattern"),
        ("postal", "123", "postal_code"),
        ("kana", "漢字", "kana"),
        ("contact.phone", "1234", "phone"),
        ("contact.email", "a@b", "email"),
        ("account", {**ACCOUNT, "bank_code": "9"}, "bank_code"),
        ("account", {**ACCOUNT, "branch_code": "１"}, "bank_code"),
        ("account", {**ACCOUNT, "number": "123"}, "account_number"),
        ("account", {**ACCOUNT, "kind": "gold"}, "code"),
        ("account", {**ACCOUNT, "holder_kana": "山田"}, "kana"),
        ("account", {"bank_code": "0009"}, "incomplete"),
        ("account", "0009", "type"),
        ("declaration", "maybe", "type"),
        ("declaration", 1, "type"),
        ("declaration", "x" * 20, "type"),
        ("signature", {"file_id": "f"}, "type"),
        ("signature", {"file_id": "f", "sha256": "x", "signed_at": "2026"}, "type"),
        ("signature", {"file_id": "f", "sha256": SHA, "signed_at": "x" * 300}, "type"),
        ("photos", "x", "type"),
        ("photos", [{"file_id": "f", "name": "a", "sha256": "x"}], "type"),
        ("photos", [{"file_id": "f", "name": "a", "sha256": SHA}] * 3, "many"),
        ("photos", [{"file_id": "f", "name": "a", "sha256": SHA}] * 21, "many"),
        ("photos", [{}] * 101, "type"),
        ("children", {"name": "x"}, "type"),
        ("children", ["x"], "type"),
        ("children", [{"zzz": 1}], "unknown_part"),
        ("children", [{}, {}, {}], "many"),
        ("children", [{"birth_date": "zzz"}], "date"),
    ],
)
def test_what_is_wrong_is_refused_with_a_sentence(path: str, raw: Any, code: str) -> None:
    with pytest.raises(ValueRefusedError) as caught:
        read(path, raw)
    assert caught.value.refusal.code == code
    assert str(caught.value).endswith(("。", "？"))
    assert caught.value.refusal.message["en"]


NUMBER = "621498320257"
SHAPES = [
    NUMBER,
    "6214-9832-0257",
    "6214 9832 0257",
    "６２１４９８３２０２５７",
    "６２１４　９８３２　０２５７",
    "6214ー9832ー0257",
    f"番号は{NUMBER}です",
    "六二一四九八三二〇二五七",
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("path", ["lines", "resident.name", "resident.address", "contact.phone", "account"])
def test_an_individual_number_is_refused_in_every_text(path: str, shape: str) -> None:
    raw: Any = {
        "resident.name": {"text": shape, "kana": "ヤ"},
        "resident.address": {"city": "x", "building": shape},
        "account": {**ACCOUNT, "bank_name": shape},
    }.get(path, shape)
    with pytest.raises(ValueRefusedError) as caught:
        read(path, raw)
    assert caught.value.refusal.code in {"individual_number", "phone"}
    assert NUMBER not in str(caught.value)


@given(st.integers(0, 10**11 - 1))
def test_any_individual_number_is_refused_whatever_it_is(number: int) -> None:
    digits = f"{number:011d}"
    whole = digits + in_.calc_check_digit(digits)
    with pytest.raises(ValueRefusedError):
        read("lines", f"x {whole} y")
    assert ids(evaluate(MADE, {"lines": f"x {whole} y"})) == ["value.individual_number"]


def test_other_long_numbers_are_texts() -> None:
    assert read("lines", "123456789012345") == "123456789012345"
    assert read("lines", "6214-9832-0258") == "6214-9832-0258"


def test_ten_megabytes_are_refused_at_once() -> None:
    huge = "あ" * 10_000_000
    start = time.process_time()
    for path in (
        "text",
        "lines",
        "resident.birth_date",
        "contact.phone",
        "certificate.copies",
        "spouse.exists",
    ):
        with pytest.raises(ValueRefusedError):
            read(path, huge)
    for path in ("resident.name", "resident.address", "account"):
        with pytest.raises(ValueRefusedError):
            read(
                path,
                {"text": huge, "kana": huge} if path == "resident.name" else {"town": huge, "number": huge},
            )
    assert evaluate(MADE, {"text": huge, "lines": huge, "contact": {"phone": huge}}).errors
    assert time.process_time() - start < 2.0


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300)
@given(path=st.sampled_from([path for path, _ in MADE.walk()]), raw=json_values)
def test_whatever_is_sent_is_a_good_value_or_refused(path: str, raw: Any) -> None:
    try:
        value = read(path, raw)
    except ValueRefusedError:
        return
    assert value is None or value is False or value_problem(question(path), value, "2026-04-10") is None
    assert value is None or read(path, value) == value


@given(path=st.sampled_from([path for path, _ in MADE.walk()]), value=json_values)
def test_judges_never_crash(path: str, value: Any) -> None:
    judged = question(path)
    problem = JUDGES[judged.kind](judged, value, "2026-04-10")
    assert problem is None or problem.message["ja"]


@pytest.mark.parametrize("value", [None, "", " ", "　", [], {}, {"a": "", "b": None}, False])
def test_nothing_is_no_answer(value: Any) -> None:
    assert is_empty(value)


@pytest.mark.parametrize("value", [0, 1, "a", [""], {"a": "b"}, True])
def test_something_is_an_answer(value: Any) -> None:
    assert not is_empty(value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("resident.birth_date", "2026-02-30"),
        ("resident.birth_date", 3),
        ("certificate.copies", "3"),
        ("identity.documents", ["passport", "passport"]),
        ("identity.documents", "passport"),
        ("photos", 3),
        ("children", 3),
    ],
)
def test_stored_values_of_the_wrong_form_are_told(path: str, value: Any) -> None:
    assert value_problem(question(path), value, "2026-04-10") is not None
