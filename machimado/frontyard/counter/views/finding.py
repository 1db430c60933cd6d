from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Lane
from machimado.cases.applications.permissions import SERVING
from machimado.cases.register import actions as register
from machimado.cases.register.models import Resident
from machimado.frontyard.counter import queries
from machimado.frontyard.counter.views.case import start
from machimado.frontyard.counter.views.desk import desk_of
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show where the work begins: the search, who is waiting, and the desk."""
    now = timezone.now()
    officer = permissions.by(request)
    context = {
        "cases": queries.open_cases(officer, timezone.localdate(now)),
        "desks": queries.desks(officer),
        "desk": queries.desk_state(desk_of(request), at=now),
        **_results(request),
    }
    return render(request, "counter/home.html", context)


@permissions.officers(*SERVING)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show the residents who fit what was typed."""
    return render(request, "counter/_results.html", _results(request))


def _results(request: HttpRequest) -> dict[str, object]:
    text = request.GET.get("q", "").strip()
    found = register.search(text=text, by=permissions.by(request)) if text else None
    return {
        "q": text,
        "found": found,
        # What the search is for: somebody who waits, a procedure that a form's QR code named.
        "case_id": request.GET.get("case", ""),
        "procedure": queries.choice(request.GET.get("procedure", ""), timezone.localdate()),
    }


@permissions.officers(*SERVING)
@require_POST
def open_resident(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """Begin (or go on with) a case for the resident who stands at the desk."""
    now = timezone.now()
    officer = permissions.by(request)
    resident = get_object_or_404(Resident, pk=resident_id)
    waiting = request.POST.get("case", "")
    case = (
        queries.case(UUID(waiting))
        if waiting
        else cases.open_case(office=officer.office, lane=Lane.WITH_HELP, by=officer, at=now)
    )
    cases.identify(case=case, resident=resident, by=officer, at=now)
    procedure = request.POST.get("procedure", "")
    return (
        start(request, queries.case(case.pk), procedure) if procedure else redirect("counter:case", case.pk)
    )
