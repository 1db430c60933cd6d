"""The parts in which an answer is typed on the page that tries a draft."""

from dataclasses import dataclass, field
from typing import Any

from django import template

from machimado.cases.applications.forms import PARTS
from machimado.cases.applications.rules.sheet import Line

register = template.Library()

_CALLED = {
    "name": {"text": "氏名", "kana": "ふりがな"},
    "address": {
        "postal_code": "郵便番号",
        "prefecture": "都道府県",
        "city": "市区町村",
        "town": "町・字",
        "block": "番地",
        "building": "方書",
    },
    "account": {
        "bank_code": "銀行コード",
        "bank_name": "銀行の名前",
        "branch_code": "支店コード",
        "branch_name": "支店の名前",
        "kind": "種類",
        "number": "口座番号",
        "holder_kana": "名義（カナ）",
    },
}
_ACCOUNTS = {"ordinary": "普通", "current": "当座", "savings": "貯蓄"}


@dataclass(frozen=True, slots=True)
class Part:
    """One field of an answer that is typed in parts."""

    name: str
    label: str
    value: str
    options: dict[str, str] = field(default_factory=dict)


@register.filter
def parts_typed(line: Line) -> list[Part]:
    """Return the fields of a name, an address or an account."""
    shown: Any = line.shown if isinstance(line.shown, dict) else {}
    return [
        Part(
            f"{line.path}.{part}",
            _CALLED[line.kind][part],
            str(shown.get(part) or ""),
            _ACCOUNTS if (line.kind, part) == ("account", "kind") else {},
        )
        for part in PARTS[line.kind]
    ]
