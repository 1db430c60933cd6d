"""Why a value is refused: a code for programs, a sentence for the officer (and the resident's screen)."""

from dataclasses import dataclass
from typing import Any

from machimado.cases.procedures.rules.definition import Text
from machimado.ground.japanese.individual_number import REFUSAL

_SENTENCES: dict[str, tuple[str, str]] = {
    "type": (
        "「{label}」の値の形が違います。入力し直してください。",
        "The value has the wrong form. Please enter it again.",
    ),
    "unknown_part": (
        "「{label}」にない項目が送られてきました。画面を開き直してください。",
        "Unknown parts were sent. Reload the page.",
    ),
    "too_long": (
        "「{label}」は{limit}文字までです（いま{size}文字）。短くしてください。",
        "At most {limit} characters, please.",
    ),
    "too_short": (
        "「{label}」は{limit}文字以上で入力してください。",
        "At least {limit} characters, please.",
    ),
    "control": (
        "「{label}」に目に見えない文字が入っています。消して入力し直してください。",
        "There are invisible characters. Please enter it again.",
    ),
    "individual_number": (
        REFUSAL,
        "This looks like an Individual Number (My Number). It must not be entered here.",
    ),
    "date": (
        "{reason}",
        "This is not a date. Please enter it as 1950-05-01.",
    ),
    "exact": (
        "「{label}」は年月日まで必要です。わかる資料がないか尋ねてください。",
        "The full date is needed.",
    ),
    "future": (
        "「{label}」が今日より後になっています。日付を確かめてください。",
        "The date is in the future. Please check it.",
    ),
    "code": (
        "「{label}」にない選択肢です。選び直してください。",
        "This is not one of the choices.",
    ),
    "number": (
        "「{label}」は整数で入力してください。",
        "Please enter a whole number.",
    ),
    "least": (
        "「{label}」は{limit}以上で入力してください。",
        "At least {limit}, please.",
    ),
    "most": (
        "「{label}」は{limit}以下で入力してください。",
        "At most {limit}, please.",
    ),
    "few": (
        "「{label}」は{limit}件以上必要です。",
        "At least {limit} entries are needed.",
    ),
    "many": (
        "「{label}」は{limit}件までです。",
        "At most {limit} entries, please.",
    ),
    "pattern": (
        "「{label}」の書き方が違います。見本を見て入力し直してください。",
        "This is not in the expected form.",
    ),
    "phone": (
        "「{label}」を電話番号として読めません。0235-00-0000 のように市外局番から入力してください。",
        "Please enter a telephone number with its area code.",
    ),
    "email": (
        "「{label}」をメールアドレスとして読めません。@ の前後を確かめてください。",
        "Please check the e-mail address.",
    ),
    "postal_code": (
        "郵便番号は7桁の数字で入力してください。",
        "A postal code has seven digits.",
    ),
    "kana": (
        "「{label}」のふりがなはカタカナで入力してください。",
        "Please enter the reading in katakana.",
    ),
    "incomplete": (
        "「{label}」の{part}がまだ入っていません。",
        "{label}: a part is still missing.",
    ),
    "bank_code": (
        "金融機関コードは4桁、支店コードは3桁の数字です。通帳を見て確かめてください。",
        "A bank code has four digits, a branch code three.",
    ),
    "account_number": (
        "口座番号は7桁の数字です。7桁に足りないときは前に0を付けてください。",
        "An account number has seven digits.",
    ),
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
    japanese, english = _SENTENCES[code]
    return Refusal(
        code,
        {
            "ja": japanese.format(label=label["ja"], **details),
            "en": english.format(label=label.get("en", label["ja"]), **details),
        },
    )
