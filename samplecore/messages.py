"""The dictionary of application messages (dictionary/) and the check of what arrives against it."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from samplecore.population.numbers import is_number
from samplecore.population.wareki import wareki

DICTIONARY = Path(__file__).with_name("dictionary")
SHARED = "_shared.yaml"

KANA = re.compile(r"[ァ-ヺー・　]+")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
EDTF = re.compile(r"\d{4}-\d{2}-(\d{2}|XX)|\d{4}-XX-XX|XXXX-XX-XX")
PHONE = re.compile(r"\+?[0-9][0-9()-]{4,19}")
# Variation selectors choose a shape of the character before them; they take no place of their own.
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
TEXT_WIDTH = 300  # where an item says nothing else
LIST_LENGTH = 50


class DictionaryError(ValueError):
    """The dictionary can't be used; the sentence says where."""


class Reason(NamedTuple):
    """Why a field is not accepted; `field` is a path such as children[0].name."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a message: its Japanese name (項目名), type and bounds."""

    key: str
    title: str
    type: str
    required: bool = False
    width: int = TEXT_WIDTH
    codes: Mapping[str, str] = field(default_factory=dict)
    items: tuple["Item", ...] = ()
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class MessageType:
    """A kind of application that this core system accepts for one 業務."""

    name: str
    system: str
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All messages by name, and the systems (業務ID → name)."""

    systems: Mapping[str, str]
    messages: Mapping[str, MessageType]

    def find(self, system: str, message: str) -> MessageType | None:
        """Return the message type, if that system has it."""
        found = self.messages.get(message)
        return found if found and found.system == system else None


def load_dictionary(folder: Path = DICTIONARY) -> Dictionary:
    """Read the dictionary: what is shared, and one file for each business.

    Raises:
        DictionaryError: where it is no dictionary.
    """
    path = folder / SHARED
    systems: dict[str, str] = {}
    messages: dict[str, MessageType] = {}
    try:
        shared = _Shared(**_read(path))
        for path in sorted(folder.glob("[!_]*.yaml")):
            business = _Business(**_read(path))
            systems[business.system] = business.name
            messages |= {message.name: message for message in business.types(shared)}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise DictionaryError(f"電文の辞書 {path} を読み込めません: {error!r}") from error
    return Dictionary(systems, messages)


def _read(path: Path) -> dict[str, Any]:
    # The loader in C: a start takes a tenth of a second less.
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return found


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the messages of all businesses have in common."""

    codes: Mapping[str, Any]
    groups: Mapping[str, Any]
    blocks: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Business:
    """One file of the dictionary, as it is written."""

    system: str
    name: str
    messages: Mapping[str, Any]
    codes: Mapping[str, Any] = field(default_factory=dict)

    def types(self, shared: _Shared) -> Iterator[MessageType]:
        known = replace(shared, codes={**shared.codes, **self.codes})
        for name, spec in self.messages.items():
            written: dict[str, Any] = {}
            for block in spec.get("includes", ()):
                written |= shared.blocks[block]
            written |= spec["fields"]
            items = tuple(_item(key, item, known) for key, item in written.items())
            yield MessageType(name, self.system, spec["title"], items)


def _item(key: str, spec: Mapping[str, Any], shared: _Shared) -> Item:
    known = dict(spec)
    if isinstance(known.get("codes"), str):
        known["codes"] = shared.codes[known["codes"]]
    # A group has its items written beside it, an address or an account has the same ones everywhere.
    inner = known.pop("items", None) or shared.groups.get(known["type"], {})
    if known["type"] not in CHECKS:
        raise KeyError(f"type {known['type']}")
    return Item(key=key, items=tuple(_item(name, item, shared) for name, item in inner.items()), **known)


# ---------------------------------------------------------------- the check


def check(
    message: MessageType, fields: Mapping[str, Any], is_resident: Callable[[str], bool]
) -> list[Reason]:
    """Return every reason against the fields, in the order of the dictionary; none means acceptable."""
    return list(_check_items(message.items, fields, "", is_resident))


def _check_items(
    items: tuple[Item, ...], values: Mapping[str, Any], path: str, is_resident: Callable[[str], bool]
) -> Iterator[Reason]:
    known = {item.key for item in items}
    for key in values:
        if key not in known:
            yield Reason(f"{path}{key}", "この電文にない項目です。項目名を確かめてください。")
    for item in items:
        value = values.get(item.key)
        if value is None or value in ("", []):
            if item.required:
                yield Reason(f"{path}{item.key}", f"{item.title}がありません。入力してください。")
        else:
            yield from CHECKS[item.type](item, value, f"{path}{item.key}", is_resident)


Check = Callable[[Item, Any, str, Callable[[str], bool]], Iterator[Reason]]


def _text(item: Item, value: object, path: str, _is_resident: Callable[[str], bool]) -> Iterator[Reason]:
    if not isinstance(value, str):
        yield Reason(path, f"{item.title}は文字で送ってください。")
    elif any(unicodedata.category(character) in ("Cc", "Cs") for character in value if character != "\n"):
        yield Reason(path, f"{item.title}に使えない制御文字があります。取り除いてください。")
    elif len(SELECTORS.sub("", value)) > item.width:
        yield Reason(path, f"{item.title}は{item.width}文字以内にしてください。")


def _pattern(pattern: re.Pattern[str], sentence: str) -> Check:
    """Make a check for text that must look like `pattern`; the sentence follows the item's name."""

    def check_pattern(
        item: Item, value: object, path: str, is_resident: Callable[[str], bool]
    ) -> Iterator[Reason]:
        reasons = list(_text(item, value, path, is_resident))
        yield from reasons
        if not reasons and not pattern.fullmatch(str(value)):
            yield Reason(path, f"{item.title}{sentence}")

    return check_pattern


def _date(item: Item, value: object, path: str, _is_resident: Callable[[str], bool]) -> Iterator[Reason]:
    """Check a whole date (date) or one that may have unknown parts (edtf)."""
    pattern = EDTF if item.type == "edtf" else DATE
    if not isinstance(value, str) or not pattern.fullmatch(value) or not _exists(value):
        yield Reason(path, f"{item.title}が正しい日付ではありません。年月日を確かめてください。")


def _exists(edtf: str) -> bool:
    try:
        wareki(edtf)
    except ValueError:
        return False
    return True


def _boolean(item: Item, value: object, path: str, _is_resident: Callable[[str], bool]) -> Iterator[Reason]:
    if not isinstance(value, bool):
        yield Reason(path, f"{item.title}は true か false で送ってください。")


def _integer(item: Item, value: object, path: str, _is_resident: Callable[[str], bool]) -> Iterator[Reason]:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not _between(item, value):
        bounds = f"{'' if item.min is None else item.min}～{'' if item.max is None else item.max}"
        yield Reason(path, f"{item.title}は整数（{bounds}）で送ってください。")


def _between(item: Item, value: Any) -> bool:
    return (item.min is None or value >= item.min) and (item.max is None or value <= item.max)


def _code(item: Item, value: object, path: str, _is_resident: Callable[[str], bool]) -> Iterator[Reason]:
    if not isinstance(value, str) or value not in item.codes:
        yield Reason(
            path, f"{item.title}のコードが辞書にありません。次のどれかにしてください: {_listed(item)}"
        )


def _codes(item: Item, value: object, path: str, is_resident: Callable[[str], bool]) -> Iterator[Reason]:
    yield from _each(item, value, path, lambda part, where: _code(item, part, where, is_resident))


def _texts(item: Item, value: object, path: str, is_resident: Callable[[str], bool]) -> Iterator[Reason]:
    yield from _each(item, value, path, lambda part, where: _text(item, part, where, is_resident))


def _list(item: Item, value: object, path: str, is_resident: Callable[[str], bool]) -> Iterator[Reason]:
    yield from _each(item, value, path, lambda part, where: _group(item, part, where, is_resident))


def _each(
    item: Item, value: object, path: str, check_part: Callable[[Any, str], Iterator[Reason]]
) -> Iterator[Reason]:
    if not isinstance(value, list) or len(value) > (item.max or LIST_LENGTH):
        yield Reason(path, f"{item.title}は{item.max or LIST_LENGTH}件以内の一覧で送ってください。")
        return
    for index, part in enumerate(value):
        yield from check_part(part, f"{path}[{index}]")


def _group(item: Item, value: object, path: str, is_resident: Callable[[str], bool]) -> Iterator[Reason]:
    if isinstance(value, dict):
        yield from _check_items(item.items, value, f"{path}.", is_resident)
    else:
        yield Reason(path, f"{item.title}は項目のまとまりで送ってください。")


def _resident(item: Item, value: object, path: str, is_resident: Callable[[str], bool]) -> Iterator[Reason]:
    if not isinstance(value, str) or not is_number(value) or not is_resident(value):
        yield Reason(path, f"{item.title}に当たる住民がいません。15桁の番号を確かめてください。")


def _listed(item: Item) -> str:
    return "、".join(f"{code}（{label}）" for code, label in item.codes.items())


CHECKS: dict[str, Check] = {
    "text": _text,
    "texts": _texts,
    "kana": _pattern(KANA, "は全角カタカナで送ってください。"),
    "digits": _pattern(re.compile("[0-9]+"), "は半角の数字で送ってください。"),
    "phone": _pattern(PHONE, "が電話番号の形ではありません。数字とハイフンで送ってください。"),
    "date": _date,
    "edtf": _date,
    "boolean": _boolean,
    "integer": _integer,
    "code": _code,
    "codes": _codes,
    "resident": _resident,
    "address": _group,
    "account": _group,
    "name": _group,
    "group": _group,
    "list": _list,
}
