"""The monthly reports of the machines' operators: read, shown with what they change, taken over."""

from base64 import b64decode, b64encode
from collections.abc import Iterator

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.terminals import actions, queries
from machimado.cases.terminals.rules.counts import COLUMNS, MOST_BYTES, Report
from machimado.cases.terminals.rules.counts import read as read_report
from machimado.cases.terminals.rules.definition import NotReadable, Terminal
from machimado.ground.people import permissions
from machimado.ground.people.models import Role
from machimado.ground.ui import sheets

LOOKING = (Role.OFFICER, Role.SPECIALIST, Role.SUPERVISOR)


@permissions.officers(*LOOKING)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what machines of others do, and how often they did it."""
    return _page(request)


def _page(
    request: HttpRequest, report: Report | None = None, content: bytes = b"", status: int = 200
) -> HttpResponse:
    known, reason = _terminals()
    context = {
        "offered": queries.offered(at=timezone.now(), language="ja"),
        "terminals": known,
        "broken": reason,
        "table": queries.table(),
        "columns": "・".join(COLUMNS),
        "report": report,
        "changes": queries.changes(report.rows) if report and not report.problems else [],
        "content": b64encode(content).decode() if report and not report.problems else "",
    }
    return render(request, "terminals/home.html", context, status=status)


def _terminals() -> tuple[tuple[Terminal, ...], str]:
    try:
        return queries.terminals(), ""
    except NotReadable as broken:
        return (), str(broken)


@permissions.officers(*LOOKING)
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Read a report, and show what it changes before anything is taken over."""
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        messages.error(request, "CSV のファイルを選んでから「読み込む」を押してください。")
        return redirect("terminals:home")
    content = upload.read(MOST_BYTES + 1)
    report = read_report(content, _terminals()[0], today=timezone.localdate())
    return _page(request, report, content, 422 if report.problems else 200)


@permissions.officers(*LOOKING)
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take over a report that was looked at; it is read once more."""
    try:
        content = b64decode(request.POST.get("content", ""), validate=True)
    except ValueError:
        content = b""
    report = read_report(content, _terminals()[0], today=timezone.localdate())
    if report.problems:
        return _page(request, report, status=422)
    changed = actions.take_counts(rows=report.rows, by=permissions.by(request), at=timezone.now())
    messages.success(
        request,
        f"{changed}件を取り込みました。" if changed else "もう取り込んであります。変わるところはありません。",
    )
    return redirect("terminals:home")


@permissions.officers(*LOOKING)
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Send the counts as CSV, in the form in which they are read."""

    def rows() -> Iterator[tuple[str, str, str, int]]:
        table = queries.table(months=120)
        for line in table.lines:
            for month, count in zip(table.months, line.counts, strict=True):
                if count is not None:
                    yield month, line.terminal, line.service, count

    return sheets.download("ほかの機械の件数.csv", COLUMNS, rows())
