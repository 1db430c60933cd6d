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
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.forms import ArrivalForm
from machimado.frontyard.reception.rules.waiting import Usual
from machimado.ground.people import permissions
from machimado.ground.ui.languages import choices, spoken

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
    chosen = form.chosen(queries.purposes(officer.office, timezone.localdate(now)).by_id())
    try:
        ticket = actions.arrive(
            office=officer.office,
            lane=Lane(cleaned["lane"]),
            by=officer,
            at=now,
            purpose=cleaned["purpose"],
            procedure=chosen.id if chosen else "",
            business_id=chosen.business_id if chosen else "",
            key=cleaned["key"],
            language=spoken(cleaned["language"]),
        )
    except cases.NotReady as refusal:
        messages.error(request, str(refusal))
        return redirect("reception:home")
    if cleaned["slip"]:
        return redirect("reception:slip", ticket.pk)
    wait = _usual(queries.usual_waits(officer.office, now)[ticket.case.lane])
    messages.success(request, f"{ticket.case.number}番でお受けしました。番号をお伝えください。{wait}")
    return redirect("reception:home")


def _usual(usual: Usual | None) -> str:
    """Return what can honestly be told of the waiting time; nothing where too few have waited."""
    if usual is None:
        return ""
    return f"この時間の待ち時間は、ふだん{usual.median}分ほど（10人のうち8人は{usual.low}〜{usual.high}分）です。"


def _page(request: HttpRequest, form: ArrivalForm, status: int = 200) -> HttpResponse:
    lanes = zip(Lane, ("h", "s"), strict=True)
    office, now = permissions.by(request).office, timezone.now()
    context = {
        "sent_on": queries.sent_on(office, now),
        "expected": queries.expected(office, now),
        "form": form,
        "key": uuid4(),
        "lanes": lanes,
        "languages": choices(),
        **_hall(request),
    }
    return render(request, "reception/home.html", context, status=status)


def _hall(request: HttpRequest) -> dict[str, object]:
    officer = permissions.by(request)
    now = timezone.now()
    today = timezone.localdate(now)
    purposes = queries.purposes(officer.office, today)
    titles = {each.id: each.title for each in purposes.by_id().values()}
    lanes = queries.lane_waits(officer.office, now)
    hall = queries.hall(officer.office, titles=titles, at=now, me=officer)
    groups = (("できごと", purposes.events), ("よくある手続", purposes.often))
    return {
        "hall": hall,
        "lane_waits": lanes,
        "groups": groups,
        "purposes": purposes,
        "today": today,
        "me": officer.pk,
    }
