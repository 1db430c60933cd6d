from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import CASES_OF, Case
from machimado.cases.applications.permissions import SERVING
from machimado.cases.applications.rules.reference import is_resume_code
from machimado.cases.certificates import queries as certificates
from machimado.cases.register import actions as register
from machimado.cases.register.models import RESIDENTS, Resident
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.rules.seal import SealRefused
from machimado.frontyard.counter.views.beginning import start
from machimado.frontyard.counter.views.card_reader import FIND, opened
from machimado.frontyard.counter.views.case import case_or_404
from machimado.frontyard.counter.views.desk import agent_address, desk_of, with_agent
from machimado.frontyard.counter.views.filling_in import put_beside
from machimado.frontyard.reception import queries as waiting
from machimado.ground.people import permissions
from machimado.ground.people.models import Officer


@permissions.officers(*SERVING)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show where the work begins: the search, who is waiting, and the desk."""
    now = timezone.now()
    officer = permissions.by(request)
    listed = queries.open_cases(officer, timezone.localdate(now))
    cases.look_at_list(count=sum(bool(one["resident"]) for one in listed), by=officer, at=now)
    context = {
        "cases": listed,
        "arrived": queries.arrived(officer),
        "called": waiting.called_by(officer, now),
        "desks": queries.desks(officer),
        "desk": queries.desk_state(desk_of(request), at=now),
        "agent_address": agent_address(),
        "in_lobby": certificates.in_lobby(officer.office, today=timezone.localdate(now)),
        **_results(request),
    }
    return with_agent(render(request, "counter/home.html", context))


@permissions.officers(*SERVING)
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show the residents who fit what was typed."""
    return render(request, "counter/_results.html", _results(request))


def _results(request: HttpRequest) -> dict[str, object]:
    text = request.GET.get("q", "").strip()
    # A scanner types the address of a resident's QR code as if it were a name.
    code = text.rstrip("/").rpartition("/")[2]
    if is_resume_code(code):
        return {"q": text, "found": None, "code": code}
    found = register.search(text=text, by=permissions.by(request)) if text else None
    return {
        "q": text,
        "found": found,
        # What the search is for: somebody who waits, a procedure that a form's QR code named.
        "case_id": request.GET.get("case", ""),
        "procedure": queries.choice(request.GET.get("procedure", ""), timezone.localdate()),
        # Five clicks open one case.
        "newcomer_key": uuid4(),
    }


@permissions.officers(*SERVING)
@require_POST
def open_resident(request: HttpRequest, resident_id: UUID) -> HttpResponse:
    """Begin (or go on with) a case for the resident who stands at the desk."""
    now = timezone.now()
    officer = permissions.by(request)
    resident = RESIDENTS.find(resident_id)
    if resident is None:
        raise Http404
    waiting = request.POST.get("case", "")
    try:
        with transaction.atomic():
            case = (
                cases.identify(case=_waiting(request, waiting), resident=resident, by=officer, at=now)
                if waiting
                else _receive(officer, resident, now)
            )
            actions.make_room(desk=desk_of(request), case=case)
    except cases.NotReady as refusal:
        messages.error(request, str(refusal))
        return redirect("counter:home")
    begun = queries.begun_alone(case) if waiting else None
    if begun is not None:
        return put_beside(request, begun)
    procedure = request.POST.get("procedure", "")
    return start(request, case, procedure) if procedure else redirect("counter:case", case.pk)


@permissions.officers(*SERVING)
@require_POST
def newcomer(request: HttpRequest) -> HttpResponse:
    """Begin (or go on with) a case for somebody who is in no register yet, such as whoever moves in."""
    now, officer = timezone.now(), permissions.by(request)
    waiting = request.POST.get("case", "")
    try:
        with transaction.atomic():
            case = (
                cases.welcome(case=_waiting(request, waiting), by=officer, at=now)
                if waiting
                else cases.receive_newcomer(by=officer, at=now, key=_key(request.POST.get("key", "")))
            )
            actions.make_room(desk=desk_of(request), case=case)
    except cases.NotReady as refusal:
        messages.error(request, str(refusal))
        return redirect("counter:home")
    _keep_card(request, case)
    begun = queries.begun_alone(case) if waiting else None
    if begun is not None:
        return redirect("counter:interview", begun.pk)
    procedure = request.POST.get("procedure", "")
    return start(request, case, procedure) if procedure else redirect("counter:case", case.pk)


def _keep_card(request: HttpRequest, case: Case) -> None:
    """Keep the newcomer's card with the case, where it was read to look for them; without it all goes on as well."""
    if not request.POST.get("reading"):
        return
    try:
        card = opened(request, FIND, case)
        cases.keep_card(case=case, card=card, by=permissions.by(request), at=timezone.now())
    except (actions.ReaderRefused, SealRefused, cases.NotReady) as refusal:
        messages.error(request, str(refusal))


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _receive(officer: Officer, resident: Resident, at: datetime) -> Case:
    """Open a case for the resident, or go on with the officer's own of today: five clicks and two tabs open one."""
    today = timezone.localdate(at)
    of_today = [
        case
        for case in CASES_OF.all(resident.pk)
        if case.office_id == officer.office_id and case.opened_date == today
    ]
    own = next((case for case in of_today if case.officer_id == officer.pk and not case.closed_at), None)
    if own is not None:
        return own
    # Clicks at the same moment find no case yet: what they open has the same key.
    key = uuid5(officer.pk, f"{resident.pk} {today} {len(of_today)}")
    received = cases.receive(resident=resident, by=officer, at=at, key=key)
    if received.resident_id == resident.pk and received.closed_at is None:
        return received
    return cases.receive(resident=resident, by=officer, at=at)


def _waiting(request: HttpRequest, text: str) -> Case:
    """Return the case of somebody who waits.

    Raises: Http404, Refused.
    """
    try:
        return case_or_404(request, UUID(text))
    except ValueError as error:
        raise Http404 from error
