from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from machimado.cases.applications import actions as cases
from machimado.cases.applications import paper
from machimado.cases.applications.forms import posted, with_town
from machimado.cases.applications.models import Application
from machimado.cases.applications.newer import newer
from machimado.cases.applications.permissions import RUNNING, SERVING, State, WrongState, check_serve
from machimado.cases.applications.rules.answers import PathRefused
from machimado.cases.applications.rules.sheet import Refusal, Sheet, unchanged
from machimado.cases.certificates import actions as certificates
from machimado.cases.certificates.queries import Standing, standing
from machimado.cases.delivery import queries as delivery
from machimado.cases.register.permissions import ReasonNeeded
from machimado.frontyard.counter import actions, queries
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.views.case import check_reason_given
from machimado.frontyard.counter.views.desk import agent_address, desk_of, with_agent
from machimado.ground.people import permissions
from machimado.ground.ui.addresses import address_of


def application_or_404(request: HttpRequest, application_id: UUID) -> Application:
    """Return the application if this officer may work on it.

    Raises: Http404, Refused; ReasonNeeded for a protected person, until this officer has said why.
    """
    try:
        application = queries.application(application_id)
    except Application.DoesNotExist as error:
        raise Http404 from error
    check_serve(permissions.by(request), application.case)
    check_reason_given(request, application.case)
    return application


@permissions.officers(*SERVING)
@require_GET
def show(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Show the interview, or what became of it."""
    try:
        application = application_or_404(request, application_id)
    except ReasonNeeded:
        # Where the reason is asked for.
        return redirect("counter:case", queries.application(application_id).case_id)
    cases.look(application=application, by=permissions.by(request), at=timezone.now())
    desk = desk_of(request)
    if desk is not None and desk.shown_id != application.pk:
        actions.follow(desk=desk, application=application, by=permissions.by(request), at=timezone.now())
    actions.attend(desk=desk, application=application, at=timezone.now())
    return interview_page(request, application, desk)


def interview_page(
    request: HttpRequest,
    application: Application,
    desk: Desk | None,
    refusals: dict[str, Refusal] | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Return the interview's whole page, whichever address was asked: it tells the browser its own."""
    address = address_of("counter:interview", application.pk)
    known = context(request, application, desk, refusals, **more)
    now = {**known, "page_address": address, "agent_address": agent_address()}
    response = with_agent(render(request, "counter/interview.html", now, status=status))
    response["Content-Location"] = address
    return response


def _sent_back(application: Application) -> delivery.Status | None:
    """Return the core system's refusal that is being put right, for the page to keep in sight until it is sent again."""
    if not application.rounds or application.state not in RUNNING:
        return None
    last = delivery.status_of(application.pk)
    return last if last is not None and last.is_rejected else None


def context(
    request: HttpRequest,
    application: Application,
    desk: Desk | None,
    refusals: dict[str, Refusal] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Return what the interview's page and its fragment show."""
    now = timezone.now()
    sheet = queries.sheet(
        application, at=now, refusals=refusals, spoken=queries.spoken_beside(desk, application)
    )
    return {
        "application": application,
        "case": application.case,
        "resident": application.case.resident,
        "sheet": sheet,
        "elsewhere": _elsewhere(sheet, refusals or {}),
        "is_from_copy": queries.is_from_copy(application),
        "desk": queries.desk_state(desk, at=now),
        "stands": queries.stands_at(application, sheet),
        "shows_another": desk is not None
        and actions.is_to_be_seen(application)
        and actions.shows_another_case(desk, application),
        "status": (status := _status(application, now)),
        "certificate": _certificate(application, status, now),
        "needs_signature": cases.needs_signature(application),
        "effort": queries.effort(application),
        "parts": (parts := queries.parts(application, at=now)),
        "parts_final": all(part.status is not None and part.status.is_final for part in parts),
        "parts_accepted": bool(parts) and all(part.status and part.status.is_accepted for part in parts),
        # Of several that somebody has to look at, the first.
        "open_part": next((part for part in parts if part.needs_somebody), None),
        "lacking": paper.missing(application),
        "doubt": queries.doubt(application),
        "verified": queries.verified(application),
        "has_paper": paper.has_layout(cases.form_of(application)),
        "sent_back": _sent_back(application),
        "newer": newer(application, on=timezone.localdate(now)),
        "page_key": request.POST.get("page") or uuid4().hex,
        **more,
    }


def _elsewhere(sheet: Sheet, refusals: Mapping[str, Refusal]) -> list[str]:
    """Return why something could not be taken whose line is no longer on the page: its row was taken out."""
    lost = set(refusals) - {line.path for line in sheet.lines()} if refusals else set()
    return sorted({refusals[path].reason for path in lost})


def _status(application: Application, now: datetime) -> delivery.Status | None:
    """Return how it stands with the delivery, once there is one."""
    sent = application.state == State.SUBMITTED
    return delivery.status_of(application.pk, at=now) if sent else None


def _certificate(application: Application, status: delivery.Status | None, now: datetime) -> Standing | None:
    """Return the certificate that the core system issues for it, once it has accepted it."""
    is_accepted = status is not None and status.is_accepted
    return standing(certificates.issue(application=application, at=now)) if is_accepted else None


@permissions.officers(*SERVING)
@require_POST
def answers(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Save what was changed: one question by htmx, the whole page by a plain post."""
    application = application_or_404(request, application_id)
    desk = desk_of(request)
    # The page shows this and no other revision: what stays as it is need not be sent again.
    shows_all = _page(request).revision == application.revision
    seen = (
        queries.sheet(application, at=timezone.now(), spoken=queries.spoken_beside(desk, application))
        if shows_all
        else None
    )
    if seen is not None and seen.spoken != request.POST.get("spoken", ""):
        seen = None  # the resident has chosen another language: each question is drawn anew
    try:
        kept = keep(request, application, desk)
    except WrongState as wrong:
        return moved_on(request, application, wrong)
    return kept.shown(request, desk, seen=seen)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the answers that a page held; `own` are the paths of those that were saved."""

    application: Application
    refusals: dict[str, Refusal]
    own: frozenset[str]
    is_conflict: bool

    def shown(self, request: HttpRequest, desk: Desk | None, *, seen: Sheet | None = None) -> HttpResponse:
        """Return the interview as it is now, with what could not be taken."""
        status = 409 if self.is_conflict else 200
        seen = None if self.is_conflict or not self.own else seen
        return shown(
            request, self.application, self.refusals, desk=desk, status=status, seen=seen, own=self.own
        )


def keep(request: HttpRequest, application: Application, desk: Desk | None) -> Kept:
    """Save the answers that a page sends along, whatever else its button asks for.

    Where somebody else has changed one meanwhile, the others are saved all the same.
    Raises: WrongState.
    """
    given = posted(request.POST, cases.form_of(application), application.answers)
    raw = with_town({path: one.raw for path, one in given.items()})
    conflicts: dict[str, Refusal] = {}
    saved: Sequence[cases.Saved] = ()
    while raw and not saved:
        try:
            saved = _save(request, application, desk, raw)
        except cases.Conflict as conflict:
            conflicts[conflict.path] = Refusal(raw.pop(conflict.path), str(conflict))
            application = queries.application(application.pk)
    refused = {one.path: Refusal(raw[one.path], one.refused) for one in saved if one.refused}
    newest = saved[0].application if saved else application
    return Kept(newest, {**refused, **conflicts}, frozenset(raw), bool(conflicts))


def _save(
    request: HttpRequest, application: Application, desk: Desk | None, raw: Mapping[str, Any]
) -> Sequence[cases.Saved]:
    with transaction.atomic():
        actions.hold(desk, application)
        saved = cases.save_answers(
            application=application,
            raw=raw,
            by=permissions.by(request),
            at=timezone.now(),
            page=_page(request),
        )
        _show_to_resident(request, desk, application, raw)
    return saved


def _page(request: HttpRequest) -> cases.Page:
    return cases.Page(
        key=request.POST.get("page", "")[:32],
        revision=_number(request.POST.get("revision")),
        typed=_number(request.POST.get("typed")) or 0,
    )


def _show_to_resident(
    request: HttpRequest, desk: Desk | None, application: Application, given: Mapping[str, Any]
) -> None:
    """Let the resident's screen show the question that is being talked about."""
    only = next(iter(given), "") if len(given) == 1 else ""
    # A path that the form does not have is only somebody's text: it is not kept.
    question = only if cases.form_of(application).question(only) else ""
    if desk is not None:
        actions.follow(
            desk=desk,
            application=application,
            by=permissions.by(request),
            at=timezone.now(),
            question=question,
        )


def shown(
    request: HttpRequest,
    application: Application,
    refusals: dict[str, Refusal] | None = None,
    *,
    desk: Desk | None,
    status: int = 200,
    seen: Sheet | None = None,
    own: frozenset[str] = frozenset(),
    not_ready: Exception | None = None,
) -> HttpResponse:
    """Return the interview as `application` says: the fragment for htmx, a redirect or the whole page for a plain post.

    Of a fragment for a page that shows `seen`, lines that say the same stay empty, but for those that were its `own`.
    """
    actions.attend(desk=desk, application=application, at=timezone.now())
    partial = request.headers.get("HX-Request") == "true"
    if not partial and not refusals and not not_ready:
        return redirect("counter:interview", application.pk)
    if not partial:
        return interview_page(request, application, desk, refusals, status=status, not_ready=not_ready)
    now = context(request, application, desk, refusals, not_ready=not_ready)
    same = unchanged(seen, now["sheet"]) - own if seen else frozenset()
    # htmx swaps only what came with success; a refusal stands in the page as well.
    return render(request, "counter/_interview.html", {**now, "same": same}, using="jinja2")


def with_page(
    request: HttpRequest, application_id: UUID, step: Callable[[Application, Desk | None], HttpResponse]
) -> HttpResponse:
    """Save what the page sends along, and take a step with the application as it is then."""
    application, desk = application_or_404(request, application_id), desk_of(request)
    try:
        kept = keep(request, application, desk)
        return kept.shown(request, desk) if kept.is_conflict else step(kept.application, desk)
    except (WrongState, ReasonNeeded) as refusal:
        return moved_on(request, application, refusal)


def moved_on(request: HttpRequest, application: Application, why: WrongState | ReasonNeeded) -> HttpResponse:
    """The application is no longer as the page shows it (another tab, the back button): say so and show how it stands."""
    messages.error(request, str(why))
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect("counter:interview", application.pk)


_GONE = "別の画面で内容が変わり、この行や選んだ方はもうありません。画面を新しくしました。"


@permissions.officers(*SERVING)
@require_POST
def rows(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Choose somebody who was named before, for a list or a name; add an empty row to a group, or take one out.

    A plain post brings the whole page along.
    """

    def step(application: Application, desk: Desk | None) -> HttpResponse:
        try:
            changed = _with_other_rows(request, application)
        except (PathRefused, cases.Conflict):
            messages.error(request, _GONE)
            changed = queries.application(application.pk)
        return shown(request, changed, desk=desk)

    return with_page(request, application_id, step)


def _with_other_rows(request: HttpRequest, application: Application) -> Application:
    officer, now = permissions.by(request), timezone.now()
    if request.POST.get("person"):
        return _with_person(request, application)
    group, _, index = request.POST.get("row", "").rpartition(".")
    if group:
        place = _number(index) or 0
        return cases.drop_row(application=application, group=group, index=place, by=officer, at=now)
    group = request.POST.get("group", "")
    return cases.add_row(application=application, group=group, by=officer, at=now)


def _with_person(request: HttpRequest, application: Application) -> Application:
    """Choose somebody who was named before, for a list or where one name is asked."""
    officer, now, page = permissions.by(request), timezone.now(), _page(request)
    path, _, place = request.POST["person"].partition(" ")
    question = cases.form_of(application).question(path)
    if question is not None and question.kind == "name":
        return cases.choose_name(
            application=application, path=path, place=place, by=officer, at=now, page=page
        )
    return cases.choose_people(
        application=application, group=path, add=[place], by=officer, at=now, page=page
    )


@permissions.officers(*SERVING)
@require_POST
def undo(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take back the last change; what a plain post brings along is the last one."""

    def step(application: Application, desk: Desk | None) -> HttpResponse:
        before = cases.undo(application=application, by=permissions.by(request), at=timezone.now())
        return shown(request, before, desk=desk)

    return with_page(request, application_id, step)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None
