"""Answers in the words of their reader."""

from typing import Any

import pytest

from machimado.cases.applications.rules.wording import in_words
from machimado.cases.procedures.rules.questions import Question

ACCOUNT = {
    "bank_name": "雪見銀行",
    "branch_name": "本店",
    "kind": "ordinary",
    "number": "1234567",
    "holder_kana": "サトウ",
}


@pytest.mark.parametrize(
    ("kind", "value", "language", "words"),
    [
        ("date", "1950-05-01", "ja", "昭和25年5月1日"),
        ("date", "1950-05-01", "ja-simple", "昭和25年5月1日（1950年）"),
        ("date", "1950-05-01", "en", "1 May 1950"),
        ("date", "1950-05-XX", "en", "May 1950"),
        ("date", "1950-XX-XX", "en", "1950"),
        ("date", "XXXX-XX-XX", "en", "(unknown)"),
        ("date", "XXXX-XX-XX", "ja-simple", "年月日不詳"),
        ("money", 15000, "ja", "15,000円"),
        ("money", 15000, "en", "15,000 yen"),
        ("group", [{}, {}], "ja", "2人"),
        ("group", [{}, {}], "en", "2"),
        ("declaration", True, "ja-simple", "はい"),
        ("declaration", True, "en", "Yes"),
        ("declaration", False, "en", ""),
        ("signature", {"file_id": "x"}, "en", "Signed"),
        ("account", ACCOUNT, "ja", "雪見銀行 本店 普通 1234567（サトウ）"),
        ("account", ACCOUNT, "en", "雪見銀行 本店 Ordinary 1234567（サトウ）"),
        ("text", "そのまま", "en", "そのまま"),
    ],
)
def test_an_answer_is_said_as_its_reader_says_it(kind: Any, value: Any, language: str, words: str) -> None:
    question = Question(id="q", kind=kind, label={"ja": "質問"}, section="s")
    assert in_words(question, value, language) == words
