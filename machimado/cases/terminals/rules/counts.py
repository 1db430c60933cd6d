"""Reads the CSV in which an operator reports how often its machines were used."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from machimado.cases.terminals.rules.definition import Terminal
from machimado.ground.japanese import eras

MOST_BYTES = 1024 * 1024
MOST_LINES = 5_000
COLUMNS = ("年月", "端末", "サービス", "件数")
_MOST = 10_000_000
_WESTERN = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")
_ERA = re.compile(r"([MTSHR明大昭平令])[治正和成]?\s*(\d{1,2}|元)[-/.年](\d{1,2})月?")
_LETTERS = {"明": "M", "大": "T", "昭": "S", "平": "H", "令": "R"}


@dataclass(frozen=True, slots=True)
class Row:
    """A count of one service in one month (`2026-04`)."""

    terminal: str
    service: str
    month: str
    count: int


@dataclass(slots=True)
class Report:
    """What a file says; with `problems`, a sentence each, none of it can be taken over."""

    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read(content: bytes, terminals: Iterable[Terminal], *, today: date) -> Report:
    """Return what the file reports, or what is wrong with it, line by line."""
    report, known = Report(), _known(terminals)
    lines = _lines(content, report)
    places = _places(next(lines, (0, []))[1], report) if not report.problems else {}
    if not places:
        return report
    seen: dict[tuple[str, str, str], int] = {}
    for number, cells in lines:
        if not any(cells):
            continue
        row = _row(number, cells, places, known, today, report)
        if row is None:
            continue
        key = (row.terminal, row.service, row.month)
        if key in seen:
            report.problems.append(
                f"{number}行目: {seen[key]}行目と同じ端末・サービス・年月です。1行にまとめてください。"
            )
        seen[key] = number
        report.rows.append(row)
    if not report.rows and not report.problems:
        report.problems.append("件数の行がありません。見出しの下に、1行ずつ書いてください。")
    return report


type_of_known = Mapping[str, tuple[str, Mapping[str, str]]]


def _known(terminals: Iterable[Terminal]) -> type_of_known:
    """Return the machines by what a report may call them, each with its services."""
    found: dict[str, tuple[str, Mapping[str, str]]] = {}
    for one in terminals:
        services = {
            _plain(name): service.id for service in one.services for name in (service.id, service.what["ja"])
        }
        found |= {_plain(name): (one.id, services) for name in (one.id, one.name["ja"])}
    return found


def _lines(content: bytes, report: Report) -> Iterator[tuple[int, list[str]]]:
    if len(content) > MOST_BYTES:
        report.problems.append("ファイルが大きすぎます（1MBまで）。月ごとに分けてください。")
        return iter(())
    text = _text(content)
    if text is None:
        report.problems.append("文字が読めません。UTF-8 か Shift_JIS の CSV で保存し直してください。")
        return iter(())
    cells = [[_plain(cell) for cell in line] for line in csv.reader(io.StringIO(text))]
    if len(cells) > MOST_LINES:
        report.problems.append(f"行が多すぎます（{MOST_LINES:,}行まで）。月ごとに分けてください。")
    return iter(list(enumerate(cells, start=1)))


def _text(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _places(header: list[str], report: Report) -> dict[str, int]:
    places = {name: header.index(name) for name in COLUMNS if name in header}
    missing = [name for name in COLUMNS if name not in places]
    if missing:
        report.problems.append(
            f"見出しに「{'」「'.join(missing)}」がありません。1行目に {'・'.join(COLUMNS)} の見出しを置いてください。"
        )
        return {}
    return places


def _row(
    number: int,
    cells: list[str],
    places: Mapping[str, int],
    known: type_of_known,
    today: date,
    report: Report,
) -> Row | None:
    value = {name: cells[at] if at < len(cells) else "" for name, at in places.items()}
    terminal, services = known.get(value["端末"], ("", {}))
    service, month, count = (
        services.get(value["サービス"], ""),
        month_of(value["年月"]),
        _count(value["件数"]),
    )
    wrong = []
    if not terminal:
        wrong.append(f"端末「{value['端末']}」は登録されていません")
    elif not service:
        wrong.append(f"サービス「{value['サービス']}」はこの端末にありません")
    if not month:
        wrong.append(f"年月「{value['年月']}」が読めません（例：2026-04）")
    elif month > f"{today:%Y-%m}":
        wrong.append(f"年月「{value['年月']}」はまだ来ていません")
    if count is None:
        wrong.append(f"件数「{value['件数']}」が数ではありません")
    if wrong or count is None:
        report.problems.append(f"{number}行目: {'、'.join(wrong)}。")
        return None
    return Row(terminal, service, month, count)


def month_of(text: str) -> str:
    """Return a month as people write it as 2026-04; nothing where it is none."""
    western, era = _WESTERN.fullmatch(text), _ERA.fullmatch(text)
    if western is not None:
        year, month = int(western[1]), int(western[2])
    elif era is not None:
        letter = _LETTERS.get(era[1], era[1])
        found = next((one for one in eras.ERAS if one.letter == letter), None)
        if found is None:
            return ""
        year = found.start.year + (1 if era[2] == "元" else int(era[2])) - 1
        month = int(era[3])
    else:
        return ""
    return f"{year:04}-{month:02}" if 1 <= month <= 12 and year >= 1990 else ""


def _count(text: str) -> int | None:
    digits = text.replace(",", "").removesuffix("件")
    if not digits.isdecimal() or len(digits) > 8:
        return None
    return int(digits) if int(digits) <= _MOST else None
