"""Decides what is written at each anchor of a form: from answers to placed texts, ticks and drawings."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from machimado.ground.japanese.eras import is_edtf, wareki
from machimado.ground.typesetting.frames import Anchor
from machimado.ground.typesetting.missing import FONT, MARK, MOST_MARKS, SELECTORS

Inputs = Mapping[str, Any]
Placed = dict[str, Any]


def place_entries(anchors: Sequence[Anchor], inputs: Inputs) -> dict[str, list[Placed]]:
    """Return the texts, ticks and drawings of a form, and as `extra` the rows of groups that the form has no room for.

    Nothing that was answered is left out because a form has too few rows.
    """
    # A question has as many anchors as it has options.
    values = {path: value_at(inputs, path) for path in {anchor.path for anchor in anchors}}
    placed = [(anchor, value) for anchor in anchors if (value := values[anchor.path]) is not None]
    return {
        "texts": [text for anchor, value in placed for text in _texts(anchor, value)],
        "ticks": [
            _box(anchor) for anchor, value in placed if anchor.kind == "tick" and _chosen(anchor, value)
        ],
        "drawings": [
            {**_box(anchor), "align": anchor.align, "svg": value}
            for anchor, value in placed
            if anchor.kind == "drawing" and value
        ],
        "extra": list(_rows_without_room(anchors, inputs)),
    }


def value_at(document: Any, path: str) -> Any:
    """Return the value at a path such as `children.0.name.text`, and None where there is none."""
    for part in path.split("."):
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def address_line(address: Any) -> str:
    """Write an address in one line, without its postal code; that it is withheld (支援措置), where it is."""
    if isinstance(address, Mapping) and address.get("withheld"):
        return "（支援措置により記載省略）"
    if not isinstance(address, Mapping):
        return ""
    line = "".join(str(address.get(part) or "") for part in ("prefecture", "city", "town", "block"))
    return "　".join(part for part in (line, str(address.get("building") or "")) if part)


def postal_code(address: Any) -> str:
    """Write the postal code of an address with its hyphen."""
    code = str(address.get("postal_code") or "") if isinstance(address, Mapping) else ""
    return f"{code[:3]}-{code[3:]}" if re.fullmatch(r"\d{7}", code) else code


def _texts(anchor: Anchor, value: Any) -> Iterator[Placed]:
    if anchor.kind == "digits":
        yield from _digits(anchor, _plain(value))
    elif text := _written(anchor.kind, value):
        yield _text(anchor, text + anchor.suffix)


def _written(kind: str, value: Any) -> str:
    """Write a value as its kind of anchor has it; nothing for ticks and drawings, which are no text."""
    writer = _WRITERS.get(kind)
    return writer(value) if writer else ""


def _digits(anchor: Anchor, number: str) -> Iterator[Placed]:
    """Set one digit in each box, to the right; `code` counts the boxes. A number that is too long is one text."""
    boxes = int(anchor.code)
    if len(number) > boxes:
        yield _text(anchor, number)
        return
    width = anchor.w / boxes
    for place, digit in enumerate(number, start=boxes - len(number)):
        yield _text(replace(anchor, x=anchor.x + place * width, w=width, align=("center", "horizon")), digit)


# A long run of Latin letters or digits may break anywhere, so that it stays inside its box.
_LONG_RUN = re.compile(r"[!-~]{24,}")


def _text(anchor: Anchor, text: str) -> Placed:
    """Return a text with what the template needs to know of it, because Typst takes long to look at strings."""
    return {
        **_box(anchor),
        "size": anchor.size,
        "align": anchor.align,
        "keep": anchor.kind in _ONE_LINE,
        **_about(anchor.title, _LONG_RUN.sub(lambda run: "\u200b".join(run[0]), text)),
    }


def _about(title: str, text: str) -> Placed:
    """Return a text in parts: strings, numbers for marks, and [font's place, character] for a font of its own.

    `length` is the most that its line takes, in em.
    """
    parts = [_part(part) for part in _MARKS.split(text) if part]
    return {"title": title, "parts": parts, "length": len(text), "line": "\n" not in text}


_ONE_LINE = frozenset({"day", "money", "postal", "digits"})


def _part(part: str) -> str | int | list[int | str]:
    first = ord(part[0])
    if first > FONT:
        return [first - FONT, part[1:]]
    return first - MARK if first > MARK else part


_MARKS = re.compile(
    f"([{chr(MARK + 1)}-{chr(MARK + MOST_MARKS)}]|[{chr(FONT + 1)}-{chr(FONT + 9)}].[{SELECTORS}]?)"
)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _day(value: Any) -> str:
    return wareki(value) if isinstance(value, str) and is_edtf(value) else _plain(value)


def _money(value: Any) -> str:
    return f"{value:,}円" if isinstance(value, int) else _plain(value)


def _apart(children: Any) -> str:
    """Write the addresses of those who live apart, each with its row's number."""
    rows = enumerate(children, start=1) if isinstance(children, list) else ()
    return "　".join(
        f"{number}：〒{postal_code(row['address'])} {address_line(row['address'])}"
        for number, row in rows
        if isinstance(row, Mapping) and address_line(row.get("address"))
    )


def _marks(missing: Any) -> str:
    if not missing:
        return ""
    marks = "　".join(f"※{each['mark']} {each['shown']} {each['code_points']}" for each in missing)
    return f"正しい字形を印刷できなかった文字（データには正しく記録しています）：{marks}"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "text": _plain,
    "day": _day,
    "address": address_line,
    "postal": postal_code,
    "money": _money,
    "apart": _apart,
    "lacking": _marks,
}


def _chosen(anchor: Anchor, answer: Any) -> bool:
    if isinstance(answer, bool):
        return anchor.code == ("true" if answer else "false")
    return anchor.code in answer if isinstance(answer, list) else anchor.code == answer


def _box(anchor: Anchor) -> Placed:
    return {"page": anchor.page, "x": anchor.x, "y": anchor.y, "w": anchor.w, "h": anchor.h}


_ROW = re.compile(r"^(?P<group>.+?)\.(?P<row>\d+)\..+$")


def _rows_without_room(anchors: Sequence[Anchor], inputs: Inputs) -> Iterator[Placed]:
    """Write out each row beyond the form's last one, with the titles that the first row's anchors have."""
    rows = [row for anchor in anchors if (row := _row(anchor.path))]
    for group in dict.fromkeys(group for group, _ in rows):
        room = 1 + max(number for of, number in rows if of == group)
        beyond = range(room, len(value_at(inputs, group) or ()))
        first = [anchor for anchor in anchors if beyond and anchor.path.startswith(f"{group}.0.")]
        for number in beyond:
            yield _about(f"{_group_title(first)}{number + 1}", _row_text(first, group, number, inputs))


@lru_cache(maxsize=4096)
def _row(path: str) -> tuple[str, int] | None:
    """Return of which group a path is, and the number of its row."""
    found = _ROW.match(path)
    return (found["group"], int(found["row"])) if found else None


def _group_title(first: Sequence[Anchor]) -> str:
    return next((anchor.title.partition("1の")[0] for anchor in first if "1の" in anchor.title), "続き ")


def _row_text(first: Sequence[Anchor], group: str, number: int, inputs: Inputs) -> str:
    parts: dict[str, str] = {}
    for anchor in first:
        path = anchor.path.replace(f"{group}.0.", f"{group}.{number}.", 1)
        title = anchor.title.partition("1の")[2] or anchor.title
        value = value_at(inputs, path)
        text = _label(path, value, inputs) if anchor.kind == "tick" else _written(anchor.kind, value)
        parts[title] = text or parts.get(title, "")
    return "　".join(f"{title}：{text}" for title, text in parts.items() if text)


def _label(path: str, code: Any, inputs: Inputs) -> str:
    """Return the label of a chosen option; the options of a row's question stand under `children[].living`."""
    question = re.sub(r"\.\d+\.", "[].", path.removeprefix("answers."))
    choices = value_at(inputs, "options") or {}
    return next((each["label"] for each in choices.get(question, ()) if each["code"] == code), _plain(code))
