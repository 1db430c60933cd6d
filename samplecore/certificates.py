"""Certificates as PDF, each marked as a sample: 住民票の写し and 印鑑登録証明書."""

import datetime as dt
import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import typst

from samplecore import register
from samplecore.database import transaction
from samplecore.population.wareki import wareki

Record = dict[str, Any]
Row = tuple[str, str]

RESIDENT_RECORD, SEAL = "住民票の写し", "印鑑登録証明書"
# 業務ID of the system that issues each kind.
SYSTEMS: Mapping[str, str] = {RESIDENT_RECORD: "001", SEAL: "002"}
# The messages that ask for a certificate, and what their items (certificate_items of the dictionary) mean for it.
MESSAGES: Mapping[str, str] = {"residence.certificate": RESIDENT_RECORD, "seal.certificate": SEAL}
ITEMS: Mapping[str, str] = {
    "head": "relationship",
    "domicile": "domicile",
    "foreign": "nationality",
    "history": "history",
}
OPTIONS = ("relationship", "domicile", "nationality", "history")
SEXES = {"1": "男", "2": "女"}
MAX_PEOPLE = 30
JST = dt.timezone(dt.timedelta(hours=9))
STATEMENTS = {
    RESIDENT_RECORD: "この写しは、住民票の原本と相違ないことを証明します。",
    SEAL: "この写しは、登録されている印影と相違ないことを証明します。",
}


class NotIssued(Exception):
    """The certificate can't be issued; the sentence says why and what to do."""


class Request(NamedTuple):
    """What is asked for: the kind, for whom, and which items to show (住民票の写し only)."""

    kind: str
    numbers: tuple[str, ...]
    options: frozenset[str]
    restriction_checked: bool


class Printer:
    """Sets certificates with one compiler, kept between them: fonts are looked for only once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._compiler: typst.Compiler | None = None

    def print(self, data: Mapping[str, Any]) -> bytes:
        """Return the PDF. May be called from any thread; one certificate is set at a time."""
        with self._lock:
            if self._compiler is None:
                self._compiler = typst.Compiler(Path(__file__).with_name("certificate.typ"))
            text = json.dumps(data, ensure_ascii=False)
            pdf = self._compiler.compile(format="pdf", sys_inputs={"data": text})
        assert isinstance(pdf, bytes)
        return pdf


def read_request(body: Mapping[str, Any]) -> Request:
    """Read {kind, resident_numbers, options, restriction_checked}.

    Raises:
        NotIssued: where it can't be read.
    """
    kind, numbers, options = body.get("kind"), body.get("resident_numbers"), body.get("options", {})
    if not isinstance(kind, str) or kind not in SYSTEMS:
        raise NotIssued(f"kind は {RESIDENT_RECORD} か {SEAL} にしてください。")
    listed = isinstance(numbers, list) and all(isinstance(number, str) for number in numbers)
    if not listed or not 1 <= len(numbers or []) <= MAX_PEOPLE:
        raise NotIssued(f"resident_numbers に宛名番号を1件から{MAX_PEOPLE}件まで並べてください。")
    known = isinstance(options, dict) and set(options) <= set(OPTIONS)
    if not known or not all(isinstance(value, bool) for value in options.values()):
        raise NotIssued(f"options は {'・'.join(OPTIONS)} を true か false で送ってください。")
    shown = frozenset(name for name, wanted in options.items() if wanted)
    return Request(kind, tuple(dict.fromkeys(numbers or ())), shown, body.get("restriction_checked") is True)


def requested(store: sqlite3.Connection, entry: Record) -> Request:
    """Return the certificate that an accepted application asks for.

    Raises:
        NotIssued: where it asks for none, was not accepted, or for what is printed on the register's own machines only.
    """
    kind, fields = MESSAGES.get(entry["message"]), entry["fields"]
    if kind is None or not fields.get("resident_number"):
        raise NotIssued(
            "証明書の請求ではないか、対象の方の宛名番号がありません。申請の内容を確かめてください。"
        )
    if entry["state"] != "accepted":
        raise NotIssued("受理されていない請求の証明書は交付できません。受理を待ってください。")
    items = set(fields.get("items") or ())
    if items - ITEMS.keys():
        raise NotIssued("個人番号・住民票コード入りの写しは、市民課の専用端末で交付してください。")
    shown = frozenset(ITEMS[item] for item in items)
    return Request(kind, tuple(_wanted(store, fields)), shown, restriction_checked=False)


def _wanted(store: sqlite3.Connection, fields: Mapping[str, Any]) -> list[str]:
    """Return the numbers of those who are to stand on it."""
    number, scope = fields["resident_number"], fields.get("scope", "resident")
    if scope == "resident":
        return [number]
    household = register.living_household(store, number)
    if scope == "household":
        return household
    named = [_plain(name) for name in fields.get("members") or ()]
    names = [_plain(_person(store, member)["name"]["text"]) for member in household]
    if not named or any(names.count(name) != 1 for name in named):
        raise NotIssued("載せる方を世帯から特定できません。窓口で対象の方を選んで交付してください。")
    return [household[names.index(name)] for name in named]


def _plain(name: str) -> str:
    return "".join(name.split())


def prepare(
    store: sqlite3.Connection, request: Request, *, client: str, city: str, application: int | None = None
) -> dict[str, Any]:
    """Check the request, note that the certificate is issued, and return what is to be printed.

    For one `application` one certificate is issued, however often it is asked for: under the same number and date.

    Raises:
        NotIssued: where somebody is no resident, has no seal, lives elsewhere or is protected.
    """
    people = [_person(store, number) for number in request.numbers]
    _check(people, request)
    serial, issued = _issue(store, request, client, application)
    head = json.loads(_head(store, request.numbers[0]))
    return {
        "title": request.kind,
        "city": city,
        "people": [_rows(person, head, request) for person in people],
        "seal": request.kind == SEAL,
        "statement": STATEMENTS[request.kind],
        "issued_on": wareki(issued.date().isoformat()),
        "number": f"第{serial:08d}号",
    }


def _issue(
    store: sqlite3.Connection, request: Request, client: str, application: int | None
) -> tuple[int, dt.datetime]:
    """Return number and time of the certificate: those of the first time, where it was issued for this application."""
    with transaction(store):
        store.execute(
            "INSERT INTO certificates (client, kind, resident_numbers, issued_at, application)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (application) DO NOTHING",
            (
                client,
                request.kind,
                json.dumps(request.numbers),
                dt.datetime.now(JST).isoformat(timespec="seconds"),
                application,
            ),
        )
        row = store.execute(
            "SELECT serial, issued_at FROM certificates WHERE application IS ? ORDER BY serial DESC LIMIT 1",
            (application,),
        ).fetchone()
    return row["serial"], dt.datetime.fromisoformat(row["issued_at"])


def _person(store: sqlite3.Connection, number: str) -> Record:
    try:
        person: Record = json.loads(register.record(store, number))
    except register.UnknownResident as error:
        raise NotIssued(f"宛名番号 {number} の住民はいません。番号を確かめてください。") from error
    return person


def _check(people: Sequence[Record], request: Request) -> None:
    if any(person["status"] != "resident" for person in people):
        raise NotIssued("転出・死亡などで消除された方が含まれています。除票の写しとして請求してください。")
    if len({person["household_number"] for person in people}) > 1:
        raise NotIssued("世帯が違う方を1通にまとめることはできません。世帯ごとに請求してください。")
    if any(person["restricted"] for person in people) and not request.restriction_checked:
        raise NotIssued(
            "支援措置の対象の方です。市民課の責任者に確認し、restriction_checked を付けて請求してください。"
        )
    if request.kind == SEAL and (len(people) != 1 or people[0]["seal"] is None):
        raise NotIssued(
            "印鑑登録のある方を1人だけ指定してください。登録がない方には先に登録をご案内ください。"
        )


def _head(store: sqlite3.Connection, number: str) -> bytes:
    living = register.living_household(store, number)
    records = (register.record(store, member) for member in living)
    return next(record for record in records if json.loads(record)["head"])


def _rows(person: Record, head: Record, request: Request) -> list[Row]:
    """Return the rows of one person, as label and text."""
    rows: list[Row] = [
        ("氏名", person["name"]["text"]),
        *([("通称", person["alias"]["text"])] if person["alias"] else []),
        *([("旧氏", person["former_name"]["text"])] if person["former_name"] else []),
        ("生年月日", wareki(person["birth_date"])),
        ("住所", _address(person["address"])),
    ]
    if request.kind == SEAL:
        return [*rows, ("登録年月日", wareki(person["seal"]["registered_on"]))]
    return [*rows, *_resident_rows(person, head, request.options)]


def _resident_rows(person: Record, head: Record, options: frozenset[str]) -> list[Row]:
    rows: list[Row] = [("性別", SEXES.get(person["sex"], "－"))]
    shown = "relationship" in options
    rows += [
        ("世帯主", head["name"]["text"] if shown else "省略"),
        ("続柄", person["relationship"] if shown else "省略"),
    ]
    rows.append(("住民となった年月日", wareki(person["resident_since"])))
    if "history" in options:
        rows.append(("前住所", person["moved_in_from"] or "なし"))
    if person["domicile"]:
        domicile, shown = person["domicile"], "domicile" in options
        rows.append(("本籍", domicile["address"] if shown else "省略"))
        rows.append(("筆頭者", domicile["head"] if shown else "省略"))
    elif "nationality" in options:
        until = person["residence_until"]
        rows.append(("国籍・地域", person["nationality"]))
        rows.append(("在留資格", person["residence_status"] or ""))
        rows.append(("在留期間の満了日", wareki(until) if until else "なし"))
    return rows


def _address(address: Mapping[str, str]) -> str:
    place = "".join(address[key] for key in ("prefecture", "city", "town", "block"))
    return f"{place}　{address['building']}" if address["building"] else place
