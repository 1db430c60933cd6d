"""The page of the reception: mark an arrival, see who waits."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Lane
from machimado.cases.applications.permissions import SERVING
from machimado.frontyard.reception import queries
from machimado.frontyard.reception.forms import ArrivalForm
from machimado.ground.people import permissions

SLIP = "reception_slip"


@permissions.officers(*SERVING)
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Show who waits, and the form for who arrives; the list alone for the page's own polling."""
    if request.method == "POST":
        return _arrive(request)
    if request.headers.get("HX-Request") == "true":
        return render(request, "reception/hall.html", _hall(request))
    return _page(request, ArrivalForm(initial={"slip": request.session.get(SLIP, False)}))


def _arrive(request: HttpRequest) -> HttpResponse:
    """Mark an arrival; the same form sent twice marks it once."""
    form = ArrivalForm(request.POST)
    now = timezone.now()
    if not form.is_valid():
        return _page(request, form, status=422)
    officer, cleaned = permissions.by(request), form.cleaned_data
    request.session[SLIP] = cleaned["slip"]
    known = {purpose.id for purpose in queries.purposes(officer.office, timezone.localdate(now))}
    try:
        case = cases.open_case(
            office=officer.office,
            lane=Lane(cleaned["lane"]),
            by=officer,
            at=now,
            purpose=form.what_for(known),
            key=cleaned["key"],
        )
    except cases.NotReady as refusal:
        messages.error(request, str(refusal))
        return redirect("reception:home")
    if cleaned["slip"]:
        return redirect("reception:slip", case.pk)
    messages.success(request, f"{case.number}番でお受けしました。番号をお伝えください。")
    return redirect("reception:home")


def _page(request: HttpRequest, form: ArrivalForm, status: int = 200) -> HttpResponse:
    lanes = zip(Lane, ("h", "s"), strict=True)
    context = {"form": form, "key": uuid4(), "lanes": lanes, **_hall(request)}
    return render(request, "reception/home.html", context, status=status)


def _hall(request: HttpRequest) -> dict[str, object]:
    officer = permissions.by(request)
    now = timezone.now()
    today = timezone.localdate(now)
    purposes = queries.purposes(officer.office, today)
    hall = queries.hall(officer.office, titles={each.id: each.title for each in purposes}, at=now)
    return {"hall": hall, "purposes": purposes, "today": today, "me": officer.pk}
