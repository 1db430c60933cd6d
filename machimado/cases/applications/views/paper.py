"""紙の申請: what came on paper is counted with two keys, one for the procedure and Enter."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application, Channel
from machimado.cases.applications.permissions import SERVING, WrongState
from machimado.cases.applications.queries import habits
from machimado.cases.applications.queries import on_paper as queries
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """Show the procedures with their keys and today's bookings; count one."""
    officer = permissions.by(request)
    now = timezone.now()
    today = timezone.localdate(now)
    choices = habits.choices(officer.office, today, Channel.PAPER)
    titles = {choice.id: choice.title for choice in choices}
    if request.method == "POST":
        return _book(request, titles)
    bookings = queries.bookings(officer.office, today, titles)
    context = {
        "choices": choices,
        "bookings": bookings,
        "count": sum(not booking.is_undone for booking in bookings),
        "newest": next((booking.id for booking in bookings if not booking.is_undone), None),
        "key": uuid4(),
        "today": today,
    }
    return render(request, "applications/paper.html", context)


def _book(request: HttpRequest, titles: dict[str, str]) -> HttpResponse:
    procedure, key = request.POST.get("procedure", ""), _uuid(request.POST.get("key", ""))
    if procedure not in titles or key is None:
        messages.error(request, "手続が選ばれていません。手続のキーを押してから、Enterキーで数えてください。")
        return redirect("applications:paper")
    officer = permissions.by(request)
    try:
        actions.book_paper(office=officer.office, procedure=procedure, by=officer, at=timezone.now(), key=key)
    except actions.NotReady as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{titles[procedure]} を1件数えました。")
    return redirect("applications:paper")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@permissions.officers(*SERVING)
@require_POST
def undo(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take back a booking."""
    officer = permissions.by(request)
    application = get_object_or_404(Application, pk=application_id, case__office=officer.office_id)
    try:
        actions.unbook_paper(application=application, by=officer, at=timezone.now())
    except (actions.NotReady, WrongState) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{application.case.number}番の紙の申請を取り消しました。")
    return redirect("applications:paper")
