"""Why a value is refused: a code for programs, a sentence for the officer, and for residents in their language.

What the engine says in other languages stands in `languages/` of this room, by the Japanese sentence.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from machimado.cases.procedures.rules.definition import Text
from machimado.cases.procedures.rules.problems import DefinitionError
from machimado.cases.procedures.rules.words import LANGUAGES, Words, read_words
from machimado.ground.japanese.individual_number import REFUSAL

SENTENCES: dict[str, str] = {
    "type": "「{label}」の値の形が違います。入力し直してください。",
    "unknown_part": "「{label}」にない項目が送られてきました。画面を開き直してください。",
    "too_long": "「{label}」は{limit}文字までです（いま{size}文字）。短くしてください。",
    "too_short": "「{label}」は{limit}文字以上で入力してください。",
    "control": "「{label}」に目に見えない文字が入っています。消して入力し直してください。",
    "individual_number": REFUSAL,
    "exact": "「{label}」は年月日まで必要です。わかる資料がないか尋ねてください。",
    "future": "「{label}」が今日より後になっています。日付を確かめてください。",
    "code": "「{label}」にない選択肢です。選び直してください。",
    "number": "「{label}」は整数で入力してください。",
    "least": "「{label}」は{limit}以上で入力してください。",
    "most": "「{label}」は{limit}以下で入力してください。",
    "few": "「{label}」は{limit}件以上必要です。",
    "many": "「{label}」は{limit}件までです。",
    "pattern": "「{label}」の書き方が違います。見本を見て入力し直してください。",
    "phone": "「{label}」を電話番号として読めません。0235-00-0000 のように市外局番から入力してください。",
    "email": "「{label}」をメールアドレスとして読めません。@ の前後を確かめてください。",
    "postal_code": "郵便番号は7桁の数字で入力してください。",
    "kana": "「{label}」のふりがなはカタカナで入力してください。",
    "surname": "「{label}」には名字だけを入れてください。名前は要りません。",
    "incomplete": "「{label}」の{part}がまだ入っていません。",
    "bank_code": "金融機関コードは4桁、支店コードは3桁の数字です。通帳を見て確かめてください。",
    "account_number": "口座番号は7桁の数字です。7桁に足りないときは前に0を付けてください。",
    "unasked": "この質問は、この申請にはありません。画面を読み込み直してください。",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason why a value can't be taken."""

    code: str
    message: Text


class ValueRefusedError(ValueError):
    """A value that can't be taken; `refusal` says why, and str() gives the Japanese sentence."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message["ja"])
        self.refusal = refusal


def refusal(code: str, label: Text, **details: Any) -> Refusal:
    """Make a refusal with the question's label and details filled in."""
    return said(code, SENTENCES[code], label, **details)


def said(code: str, sentence: str, label: Text, **details: Any) -> Refusal:
    """Make a refusal that says a sentence, in every language that knows it."""
    message = {"ja": sentence.format(label=label["ja"], **details)}
    for language, known in words().items():
        if sentence in known:
            told = {name: known.get(value, value) for name, value in details.items()}
            message[language] = known[sentence].format(label=label.get(language) or label["ja"], **told)
    return Refusal(code, message)


@cache
def words() -> Words:
    """Return what the engine itself says in other languages.

    Raises: DefinitionError.
    """
    found, problems = read_words(Path(__file__).parent.parent / LANGUAGES)
    if problems:
        raise DefinitionError(problems)
    return found
