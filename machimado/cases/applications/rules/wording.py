"""An answer in words, as the resident reads it: 令和8年4月5日, not 2026-04-05; 普通, not ordinary."""

from typing import Any

from machimado.cases.procedures.rules.questions import WITHHELD, Question
from machimado.ground.japanese import eras

ACCOUNT_KINDS = {
    "ordinary": {
        "ja": "普通", "ja-simple": "普通（ふつう）", "en": "Ordinary", "zh-hans": "普通（普通）", "ko": "보통(普通)",
        "vi": "Thường (普通)", "pt-br": "Comum (普通)",
    },
    "current": {
        "ja": "当座", "ja-simple": "当座（とうざ）", "en": "Current", "zh-hans": "活期支票（当座）", "ko": "당좌(当座)",
        "vi": "Vãng lai (当座)", "pt-br": "Corrente (当座)",
    },
    "savings": {
        "ja": "貯蓄", "ja-simple": "貯蓄（ちょちく）", "en": "Savings", "zh-hans": "储蓄（貯蓄）", "ko": "저축(貯蓄)",
        "vi": "Tiết kiệm (貯蓄)", "pt-br": "Poupança (貯蓄)",
    },
}  # fmt: skip
# What asks for an answer of which only the name is known, as 所有者の住所.
WRITE = {
    "ja": "{}を書いてください。", "ja-simple": "{}を 書（か）いて ください。", "en": "Please fill in: {}", "zh-hans": "请填写：{}",
    "ko": "다음을 적어 주십시오: {}", "vi": "Xin điền: {}", "pt-br": "Preencha: {}",
}  # fmt: skip
CHOOSE = {
    "ja": "{}を選んでください。", "ja-simple": "{}を えらんで ください。", "en": "Please choose: {}", "zh-hans": "请选择：{}",
    "ko": "다음을 골라 주십시오: {}", "vi": "Xin chọn: {}", "pt-br": "Escolha: {}",
}  # fmt: skip
YES = {"ja": "はい", "en": "Yes", "zh-hans": "是", "ko": "예", "vi": "Có", "pt-br": "Sim"}
SIGNED = {
    "ja": "署名済み", "ja-simple": "名前（なまえ）が あります", "en": "Signed", "zh-hans": "已签名", "ko": "서명함",
    "vi": "Đã ký", "pt-br": "Assinado",
}  # fmt: skip
YEN = {
    "ja": "{:,}円", "ja-simple": "{:,}円（えん）", "en": "{:,} yen", "zh-hans": "{:,}日元", "ko": "{:,}엔",
    "vi": "{:,} yên", "pt-br": "{:,} ienes",
}  # fmt: skip
PEOPLE = {
    "ja": "{}人", "ja-simple": "{}人（にん）", "en": "{}", "zh-hans": "{}人", "ko": "{}명", "vi": "{} người", "pt-br": "{}",
}  # fmt: skip
# A day with all its parts, without the day, and the year alone.
DAYS = {
    "zh-hans": ("{year}年{month}月{day}日", "{year}年{month}月", "{year}年"),
    "ko": ("{year}년 {month}월 {day}일", "{year}년 {month}월", "{year}년"),
    "vi": ("ngày {day} tháng {month} năm {year}", "tháng {month} năm {year}", "năm {year}"),
    "pt-br": ("{day}/{month}/{year}", "{month}/{year}", "{year}"),
}
UNKNOWN_DAY = {"zh-hans": "不详", "ko": "알 수 없음", "vi": "không rõ", "pt-br": "desconhecida"}
# Between the things of a list.
COMMA = {"ja": "、", "ja-simple": "、", "zh-hans": "、"}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
UNANSWERED = ""
# What is asked of somebody to whom several procedures say each what they mean by it, by the question's kind.
AGREE_TO_ALL = {
    "declaration": {
        "ja": "次のことを、すべて確かめてください。",
        "ja-simple": "つぎの ことを ぜんぶ たしかめて ください。",
        "en": "Please confirm all of the following.",
        "zh-hans": "请确认以下所有内容。",
        "ko": "다음 내용을 모두 확인해 주십시오.",
        "vi": "Xin xác nhận tất cả những điều sau.",
        "pt-br": "Confirme tudo o que segue.",
    },
    "choice": {
        "ja": "次のことについて、すべてよろしいですか。",
        "ja-simple": "つぎの ことは ぜんぶ いいですか。",
        "en": "Do you agree to all of the following?",
        "zh-hans": "您同意以下所有内容吗？",
        "ko": "다음 내용에 모두 동의하십니까?",
        "vi": "Bạn có đồng ý với tất cả những điều sau không?",
        "pt-br": "Concorda com tudo o que segue?",
    },
}
NOT_SHOWN = {
    "ja": "表示しません（登録されている住所で手続きします）",
    "ja-simple": "ここには 出（だ）しません（市役所（しやくしょ）に ある 住所（じゅうしょ）を つかいます）",
    "en": "Not shown (the address on file is used)",
    "zh-hans": "不显示（使用登记的地址办理）",
    "ko": "표시하지 않습니다(등록된 주소로 수속합니다)",
    "vi": "Không hiển thị (dùng địa chỉ đã đăng ký)",
    "pt-br": "Não é mostrado (usa-se o endereço registrado)",
}


def in_words(question: Question, value: Any, language: str = "ja") -> str:
    """Return `value` in words; an empty text where there is no answer."""
    if value is None or value in ("", [], {}):
        return UNANSWERED
    words = _WORDS.get(question.kind)
    return words(question, value, language) if words else str(value)


def to_be_written(question: Question) -> dict[str, str]:
    """Return in each language the sentence that asks for an answer of which only the name is known."""
    shapes = CHOOSE if question.kind in {"choice", "choices"} else WRITE
    is_asked = question.kind not in {"group", "files", "declaration", "signature"}
    return {
        language: shapes[language].format(label) if is_asked and language in shapes else label
        for language, label in question.label.items()
    }


def say(texts: Any, language: str = "ja") -> str:
    """Return the text in `language`, or in Japanese where there is none; empty where there is no text at all."""
    if not texts:
        return ""
    return str(texts.get(language) or texts.get("ja") or "")


def _name(_: Question, value: Any, __: str) -> str:
    kana = value.get("kana")
    return f"{value.get('text', '')}（{kana}）" if kana else str(value.get("text", ""))


def _address(_: Question, value: Any, language: str) -> str:
    if value == WITHHELD:
        return say(NOT_SHOWN, language)
    postal = value.get("postal_code") or ""
    shown = f"〒{postal[:3]}-{postal[3:]} " if len(postal) == 7 else ""
    parts = (value.get(part) or "" for part in ("prefecture", "city", "town", "block"))
    building = value.get("building") or ""
    return f"{shown}{''.join(parts)}{'　' if building else ''}{building}"


def _date(_: Question, value: Any, language: str) -> str:
    return day_in_words(value, language)


def day_in_words(value: str, language: str = "ja") -> str:
    """Return a date (EDTF) as its reader counts years; a part that nobody knows (不詳) stays away."""
    if language == "ja":
        return eras.wareki(value)
    year, month, day = (int(part) if part.isdecimal() else 0 for part in f"{value}-XX-XX".split("-")[:3])
    if language == "en":
        parts = (str(day or ""), MONTHS[month - 1] if month else "", str(year or "(unknown)"))
        return " ".join(filter(None, parts))
    if language in DAYS:
        return _western(language, year, month, day)
    return f"{eras.wareki(value)}（{year}年）" if year else eras.wareki(value)


def _western(language: str, year: int, month: int, day: int) -> str:
    if not year:
        return UNKNOWN_DAY[language]
    whole, month_alone, year_alone = DAYS[language]
    shape = whole if day else month_alone if month else year_alone
    return shape.format(year=year, month=month, day=day)


def _choice(question: Question, value: Any, language: str) -> str:
    return next(
        (say(option.label, language) for option in question.options if option.code == value), str(value)
    )


def _choices(question: Question, value: Any, language: str) -> str:
    return COMMA.get(language, ", ").join(_choice(question, code, language) for code in value)


def _account(_: Question, value: Any, language: str) -> str:
    bank = f"{value.get('bank_name', '')} {value.get('branch_name', '')}".strip()
    kind = say(ACCOUNT_KINDS.get(value.get("kind", "")), language)
    return f"{bank} {kind} {value.get('number', '')}（{value.get('holder_kana', '')}）"


def _declaration(_: Question, value: Any, language: str) -> str:
    return say(YES, language) if value else UNANSWERED


def _files(_: Question, value: Any, __: str) -> str:
    return "、".join(str(file.get("name", "")) for file in value)


def _signature(_: Question, __: Any, language: str) -> str:
    return say(SIGNED, language)


def _money(_: Question, value: Any, language: str) -> str:
    return say(YEN, language).format(value)


def _rows(_: Question, value: Any, language: str) -> str:
    return say(PEOPLE, language).format(len(value)) if value else UNANSWERED


_WORDS = {
    "name": _name,
    "address": _address,
    "date": _date,
    "choice": _choice,
    "choices": _choices,
    "account": _account,
    "declaration": _declaration,
    "files": _files,
    "signature": _signature,
    "money": _money,
    "group": _rows,
}
