"""記録台帳: the auditor reads the journal, takes it along, and verifies that nobody changed it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from machimado.ground.journal import queries as journal
from machimado.ground.journal.actions import record
from machimado.ground.people import permissions, queries
from machimado.ground.people.forms import JournalFilter
from machimado.ground.people.models import Role
from machimado.ground.ui import sheets

EXPORT_AT_ONCE = 2000
# A part takes about half a second: the page can show how far it is, and no request holds the others up.
VERIFY_AT_ONCE = 5_000
MOST_BREAKS_SHOWN = 50
CHECK = "journal_check"


@permissions.officers(Role.AUDITOR)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the journal's lines that fit the filters, newest first."""
    form = JournalFilter(request.GET)
    rows: list[journal.Row] = []
    if form.is_valid():
        rows = journal.rows(**form.wanted)  # type: ignore[arg-type] # the form's fields are the query's
        _note(request, "journal.viewed", form)
    context = {
        "form": form,
        "lines": queries.lines(rows),
        "older": _older(request, rows),
        "query": _query(request),
        "is_filtered": bool(_query(request)),
        "head": journal.head(),
        "check": request.session.get(CHECK),
    }
    return render(request, "people/journal.html", context, status=200 if form.is_valid() else 422)


def _note(request: HttpRequest, action: str, form: JournalFilter) -> None:
    """Leave a line about the auditor's own look."""
    wanted = {name: str(value) for name, value in form.wanted.items()}
    subject, case = wanted.pop("subject", ""), wanted.pop("case", "")
    with transaction.atomic():
        record(by=permissions.by(request), action=action, subject=subject, case=case, detail=wanted)


def _query(request: HttpRequest) -> str:
    """Return the filters for an address, without the page of the list."""
    return urlencode({name: value for name, value in request.GET.items() if value and name != "before"})


def _older(request: HttpRequest, rows: list[journal.Row]) -> str:
    """Return the address of the next page, or nothing where this is the last."""
    if len(rows) < journal.PAGE:
        return ""
    query = _query(request)
    return f"?{query}&before={rows[-1].seq}" if query else f"?before={rows[-1].seq}"


HEADER = ("番号", "日時", "行為者", "行為", "対象", "受付", "内容", "ハッシュ")


@permissions.officers(Role.AUDITOR)
@require_safe
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Hand out all lines that fit the filters as CSV."""
    form = JournalFilter(request.GET)
    if not form.is_valid():
        return redirect(f"{request.path.removesuffix('export.csv')}?{request.GET.urlencode()}")
    _note(request, "journal.exported", form)
    wanted = {name: value for name, value in form.wanted.items() if name != "before"}
    return sheets.download(f"記録台帳_{timezone.localdate():%Y%m%d}.csv", HEADER, _all(wanted))


def _all(wanted: dict[str, Any]) -> Iterator[list[sheets.Value]]:
    """Yield each line, read in portions so that a long journal needs little memory."""
    before: int | None = None
    while rows := journal.rows(**wanted, before=before, limit=EXPORT_AT_ONCE):
        yield from map(_cells, queries.lines(rows))
        before = rows[-1].seq


def _cells(line: queries.Line) -> list[sheets.Value]:
    detail = "／".join(f"{name}: {value}" for name, value in line.detail)
    return [
        line.seq,
        f"{timezone.localtime(line.recorded_at):%Y-%m-%d %H:%M:%S}",
        line.actor,
        line.action,
        line.subject,
        line.case,
        "（保存期限を過ぎて消去）" if line.is_forgotten else detail,
        line.hash,
    ]


@permissions.officers(Role.AUDITOR)
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Verify the journal part by part; the page asks for the next part until the end is reached."""
    check: dict[str, Any] | None = request.session.get(CHECK)
    if request.method == "POST":
        if check is None or check["is_done"] or "start" in request.POST:
            check = _first(request)
        _verify_next(request, check)
        request.session[CHECK] = check
    if request.headers.get("HX-Request") == "true":
        return render(request, "people/verification.html", {"check": check})
    return render(request, "people/verification_page.html", {"check": check})


def _first(request: HttpRequest) -> dict[str, Any]:
    """Return a check that has not read anything yet. Lines written from now on are not part of it."""
    count, head = journal.head()
    return {
        "after": 0,
        "read": 0,
        "last": count,
        "head": head,
        "broken": [],
        "broken_count": 0,
        "expected": request.POST.get("expected", "").strip()[:64],
        "is_expected_there": True,
        "is_done": False,
    }


def _verify_next(request: HttpRequest, check: dict[str, Any]) -> None:
    """Read the next part into the check; at the end leave a line about it."""
    part = journal.verify_part(after=check["after"], size=min(VERIFY_AT_ONCE, check["last"] - check["after"]))
    check["after"] = part.reached
    check["read"] += part.count
    check["broken_count"] += len(part.broken)
    room = MOST_BREAKS_SHOWN - len(check["broken"])
    check["broken"] += [{"seq": found.seq, "reason": found.reason} for found in part.broken[:room]]
    if part.count == 0 or part.reached >= check["last"]:
        _finish(request, check)


def _finish(request: HttpRequest, check: dict[str, Any]) -> None:
    check["is_done"] = True
    if check["expected"]:
        check["is_expected_there"] = journal.has_hash(check["expected"])
    result = {"read": check["read"], "broken": check["broken_count"], "head": check["head"]}
    with transaction.atomic():
        record(by=permissions.by(request), action="journal.verified", detail=result)
