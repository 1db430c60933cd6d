"""Pages for people: what the core system holds, which faults are on, and a form to let somebody move."""

import datetime as dt
import json
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from samplecore import ledger, register
from samplecore.certificates import JST
from samplecore.core import Core
from samplecore.messages import Item
from samplecore.web.bodies import form_of
from samplecore.web.gate import Refusal, core_of
from samplecore.web.markup import POLICY, STYLE, facts, link, message, page, section, table

NEWEST = 50
STATES = {"accepted": "受理", "pending": "審査中", "rejected": "却下"}
STATUSES = {"resident": "住民", "moved_out": "転出", "deceased": "死亡"}
SECRET = "支援措置のため表示しません"  # noqa: S105 - a text on the page
LOOPBACK = ("127.0.0.1", "::1")


async def style(_request: Request) -> Response:
    """GET /style.css."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=300"})


async def overview(request: Request) -> Response:
    """GET /: the state of the system, the ledger and the last requests."""
    core = _core_for_people(request)
    return _html(
        "参照基幹システム",
        core,
        section("このシステム", facts(_state(core))),
        section("わざと起こす障害", facts(_faults(core))),
        section("申請の台帳", _ledger(core)),
        section("住民を探す", FIND_FORM),
        section("最近の通信", _recent(core)),
    )


async def entry(request: Request) -> Response:
    """GET /entries/{core_number}: what arrived, with the Japanese item names."""
    core, number = _core_for_people(request), request.path_params["core_number"]
    found = ledger.by_core_number(core.store, number, core.dictionary.systems)
    if found is None:
        return _html(
            "申請が見つかりません", core, message("この番号の申請はありません。", error=True), status=404
        )
    kind = core.dictionary.messages.get(found["message"])
    rows = _field_rows(kind.items if kind else (), found["fields"])
    parts = [section("申請", facts(_about(found, kind.title if kind else found["message"])))]
    if found["reasons"]:
        reasons = ((escape(reason["field"]), escape(reason["reason"])) for reason in found["reasons"])
        parts.append(section("却下の理由", table("項目ごとの理由", ("項目", "理由"), reasons)))
    parts.append(section("届いた内容", table("項目と値", ("項目", "値"), rows)))
    return _html(f"申請 {number}", core, *parts, f"<p>{link('/', '一覧に戻る')}</p>")


async def people(request: Request) -> Response:
    """GET /people?q=: people by number or the beginning of kana or name."""
    core, query = _core_for_people(request), request.query_params.get("q", "").strip()
    found = _search(core, query)
    rows = [(link(f"/people/{r['resident_number']}", r["resident_number"]), *_person_cells(r)) for r in found]
    heads = ("宛名番号", "氏名", "生年月日", "続柄", "住所", "状態")
    result = (
        table(f"{len(rows)}件", heads, rows)
        if rows
        else message("見つかりません。読みを全角カタカナで入れてください。")
    )
    return _html("住民を探す", core, section("住民を探す", FIND_FORM, result if query else ""))


async def person(request: Request) -> Response:
    """GET /people/{number}: one person, with the form to move."""
    core = _core_for_people(request)
    record = _record(core, request.path_params["number"])
    moved = (
        message("転居を登録しました。変更は次の取り込みで伝わります。")
        if "moved" in request.query_params
        else ""
    )
    names = ("氏名", "生年月日", "続柄", "住所", "状態")
    about = facts(zip(names, _person_cells(record), strict=True))
    parts = [moved, section("記録", about)]
    if record["status"] == "resident":
        parts.append(section("転居させる（動作確認用）", _move_form(core, record)))
    return _html(f"住民 {record['resident_number']}", core, *parts, f"<p>{link('/', '一覧に戻る')}</p>")


async def move(request: Request) -> Response:
    """POST /people/{number}: let somebody move inside the city, alone or with the household."""
    core, number = _core_for_people(request), request.path_params["number"]
    _check_same_site(request)
    form = await form_of(request)
    towns = {code: (postal, name) for code, postal, name, _ in json.loads(core.facts["towns"])}
    block = form.get("block", "").strip()
    if form.get("town_code") not in towns or not 0 < len(block) <= 50:
        raise Refusal(422, "町字を選び、番地を50文字以内で入れてください。")
    postal_code, town = towns[form["town_code"]]
    address = {
        "town_code": form["town_code"],
        "postal_code": postal_code,
        "town": town,
        "block": block,
        "building": "",
    }
    _record(core, number)
    numbers = register.living_household(core.store, number) if form.get("together") else [number]
    register.change(core.store, numbers, {"address": address})
    return RedirectResponse(f"/people/{number}?moved=1", 303)


# ---------------------------------------------------------------- who may look


def _core_for_people(request: Request) -> Core:
    """Return the core system to somebody who sits at this machine.

    The name in the address is checked too: a foreign page could otherwise point its own name at this machine (DNS rebinding).

    Raises:
        Refusal: 403 for everybody else, since these pages ask for no password.
    """
    core = core_of(request)
    near = request.client is not None and request.client.host in LOOPBACK
    named = request.url.hostname in (*LOOPBACK, "localhost", urlsplit(core.address).hostname)
    if not (near and named):
        raise Refusal(403, "この画面は、基幹システムを動かしている機械の上でだけ開けます。")
    return core


def _check_same_site(request: Request) -> None:
    """Refuse a form that another site's page sends."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = f"{request.url.scheme}://{request.url.netloc}"
    if site not in (None, "same-origin", "none") or origin not in (None, own):
        raise Refusal(403, "ほかのページからの送信は受け付けません。この画面を開き直して送ってください。")


def _record(core: Core, number: str) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(register.record(core.store, number))
    except register.UnknownResident as error:
        raise Refusal(404, "この宛名番号の住民はいません。番号を確かめてください。") from error
    return record


# ---------------------------------------------------------------- parts


def _html(title: str, core: Core, *parts: str, status: int = 200) -> Response:
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(page(title, core.facts["city"], *parts), status, headers)


def _state(core: Core) -> list[tuple[str, str]]:
    counts = ledger.counts(core.store)
    states = "、".join(f"{name} {counts.get(state, 0):,}件" for state, name in STATES.items())
    keyed = core.faults.settings.keyed
    return [
        ("アドレス", escape(core.address)),
        ("住民", f"{int(core.facts['count']):,}人（{escape(core.facts['as_of'])}現在）"),
        ("異動", f"{register.sequence(core.store):,}件"),
        ("申請", states),
        ("二重送信の防ぎ方", "キー（Idempotency-Key）" if keyed else "なし（送るたびに登録する）"),
        ("受付番号での照会", "できる" if core.faults.settings.lookup else "断る"),
    ]


def _faults(core: Core) -> list[tuple[str, str]]:
    faults, happened = core.faults.settings, core.faults.happened
    late = f"、うち半分は {faults.late_commit_ms} ミリ秒後に登録" if faults.late_commit_ms else ""
    stop = f"{faults.down_after}件の後に停止" if faults.down_after else "なし"
    return [
        ("返事をなくす", f"{faults.lose_ack:.0%}{late}（これまで {happened['lose-ack']} 回）"),
        ("却下する", f"{faults.reject:.0%}（これまで {happened['reject']} 回）"),
        ("審査中にする", f"{faults.pending:.0%}（これまで {happened['pending']} 回）"),
        ("遅らせる", f"{faults.delay_ms} ミリ秒" if faults.delay_ms else "なし"),
        ("停止する", stop),
    ]


def _ledger(core: Core) -> str:
    entries = ledger.entries(core.store, None, NEWEST)
    if not entries:
        return "<p>まだ申請は届いていません。</p>"
    rows = [
        (
            link(f"/entries/{item['core_number']}", item["core_number"]),
            escape(item["reference"]),
            escape(_title(core, item)),
            _state_mark(item["state"]),
            _local(item["received_at"]),
        )
        for item in entries
    ]
    return table(f"新しい順に{len(rows)}件まで", ("番号", "送信元の受付番号", "申請", "状態", "受付"), rows)


def _local(moment: str) -> str:
    """Return a moment in the city's time, as a clerk would write it."""
    return dt.datetime.fromisoformat(moment).astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")


def _title(core: Core, item: Mapping[str, Any]) -> str:
    message_type = core.dictionary.messages.get(item["message"])
    return message_type.title if message_type else str(item["message"])


def _state_mark(state: str) -> str:
    return f'<span class="{state}">{STATES[state]}</span>'


def _recent(core: Core) -> str:
    rows = [
        (recent.at, escape(f"{recent.method} {recent.path}"), recent.outcome, f"{recent.milliseconds:.1f} ms", escape(recent.client))
        for recent in core.recent
    ]  # fmt: skip
    return (
        table("新しい順", ("時刻", "要求", "応答", "時間", "接続元"), rows)
        if rows
        else "<p>まだありません。</p>"
    )


def _about(item: Mapping[str, Any], title: str) -> list[tuple[str, str]]:
    return [
        ("申請", escape(title)),
        ("送信元の受付番号", escape(item["reference"])),
        ("状態", _state_mark(item["state"])),
        ("受付", _local(item["received_at"])),
    ]


def _field_rows(items: tuple[Item, ...], fields: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    """Return the fields under their Japanese names, groups and lists row by row."""
    rows: list[tuple[str, str]] = []
    for item in items:
        value = fields.get(item.key)
        values = value if isinstance(value, list) else [value]
        for index, part in enumerate(values):
            name = f"{path}{item.title}{f' {index + 1}' if isinstance(value, list) else ''}"
            if item.type == "address" and part:
                # Somebody in it may be protected (支援措置), and the page can't know who that is.
                rows.append((escape(name), "届いています（住所はこの画面に表示しません）"))
            elif isinstance(part, dict):
                rows += _field_rows(item.items, part, f"{name}・")
            elif part not in (None, ""):
                rows.append((escape(name), escape(_shown(item, part))))
    return rows


def _shown(item: Item, value: object) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return f"{item.codes[str(value)]}（{value}）" if str(value) in item.codes else str(value)


def _search(core: Core, query: str) -> list[dict[str, Any]]:
    if not query:
        return []
    if query.isascii() and query.isdecimal():
        return [_record(core, query)]
    kana = all("ァ" <= character <= "ー" or character == "　" for character in query)
    return [json.loads(record) for record in register.search(core.store, {"kana" if kana else "name": query})]


def _person_cells(record: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    address = record["address"]
    place = SECRET if record["restricted"] else f"{address['town']}{address['block']}　{address['building']}"
    return (
        escape(f"{record['name']['text']}（{record['name']['kana']}）"),
        escape(record["birth_date"]),
        escape(record["relationship"]),
        escape(place),
        STATUSES[record["status"]],
    )


FIND_FORM = (
    '<form action="/people" method="get"><div><label for="q">宛名番号、または氏名・フリガナの初め</label>'
    '<input id="q" name="q" required maxlength="50" autocomplete="off"></div><button>探す</button></form>'
)


def _move_form(core: Core, record: Mapping[str, Any]) -> str:
    options = "".join(
        f'<option value="{escape(code)}">{escape(name)}</option>'
        for code, _, name, _ in json.loads(core.facts["towns"])
    )
    return (
        f'<form action="/people/{record["resident_number"]}" method="post">'
        f'<div><label for="town">町字</label><select id="town" name="town_code">{options}</select></div>'
        '<div><label for="block">番地</label>'
        '<input id="block" name="block" required maxlength="50" autocomplete="off"></div>'
        '<label class="check"><input type="checkbox" name="together" value="1">世帯の全員</label>'
        "<button>転居を登録する</button></form>"
    )
