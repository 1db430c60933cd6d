"""The door of an application's pages: whoever was let in goes on; another one is asked for the code, and loses nothing by it."""

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import RESUMPTIONS, Application, Resumption
from machimado.frontyard.selfservice import desks
from machimado.frontyard.selfservice import permissions as doors
from machimado.frontyard.selfservice.actions import touch
from machimado.frontyard.selfservice.desks import Desk
from machimado.frontyard.selfservice.views.page import language_of, said

type_of_page = Callable[Concatenate[HttpRequest, Resumption, ...], HttpResponse]
# Of what a page sent whose sitting had ended. One page asks for a few answers.
MOST_HELD_CHARACTERS = 20_000
_ADDRESS = re.compile(r"/apply/a/([0-9a-f-]{36})/([\w./-]*)", re.ASCII)


def applicants(view: type_of_page) -> Callable[..., HttpResponse]:
    """Mark a page of an application: it opens for the browser that was let in; another one is asked for the code."""

    @wraps(view)
    def guarded(request: HttpRequest, application_id: UUID, **more: Any) -> HttpResponse:
        desk = desks.desk_of(request)
        if desk is not None and desk.lets_in(application_id, at=timezone.now()):
            return _at_desk(view, request, desk, application_id, **more)
        resumption = doors.resumption_of(request, application_id)
        if resumption is None:
            # At a desk's screen nobody is asked for a code: what it is to show, its desk says.
            return redirect(desk.address) if desk is not None else _ask_for_code(request)
        signed_in = doors.signed_in_of(request)
        if signed_in is not None:
            touch(signed_in=signed_in, at=timezone.now())
        if doors.lobby_of(request):
            # Whoever is here is still here: without a touch for a while the screen asks for the code again.
            cases.keep_place(resumption=resumption, place=resumption.place, at=timezone.now())
        return view(request, resumption, **more)

    guarded.access = "residents: by code"  # type: ignore[attr-defined]
    return guarded


def at_desks_too(view: type_of_page) -> type_of_page:
    """Mark a page that opens at a desk's screen as well: there only what is asked, and what was answered, is to be seen."""
    view.at_desks_too = True  # type: ignore[attr-defined]
    return view


def _at_desk(
    view: type_of_page, request: HttpRequest, desk: Desk, application_id: UUID, **more: Any
) -> HttpResponse:
    """Open a page at a desk's screen; whoever is there has no code, no sign-in and no other page."""
    if not hasattr(view, "at_desks_too"):
        return redirect(desk.address)
    request.given_at_desk = desk  # type: ignore[attr-defined]
    return view(request, RESUMPTIONS.get(application_id), **more)


def _ask_for_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; what somebody typed on a page that was left open overnight waits in the page that asks."""
    if request.method != "POST":
        return redirect("selfservice:resume")
    context = {"held": _hold(request), "has_files": bool(request.FILES)}
    return said(request, "selfservice/resume.html", context, language_of(request), status=403)


def _hold(request: HttpRequest) -> str:
    fields = [[name, value] for name, values in request.POST.lists() for value in values]
    kept = [field for field in fields if field[0] != "csrfmiddlewaretoken"]
    held = json.dumps({"address": request.path, "fields": kept}, ensure_ascii=False)
    return held if len(held) <= MOST_HELD_CHARACTERS else ""


def released(request: HttpRequest, resumption: Resumption) -> tuple[str, list[tuple[str, str]]] | None:
    """Return what waited in the page that asked for the code: the address that it goes to, and its fields by name.

    Nothing where nothing waited, or it belongs to another application.
    """
    try:
        held = json.loads(request.POST.get("held", ""))
        address = _ADDRESS.fullmatch(held["address"])
        fields = MultiValueDict[str, str]()
        for name, value in held["fields"]:
            fields.appendlist(str(name), str(value))
    except (ValueError, TypeError, KeyError):
        return None
    if address is None or not _belongs(UUID(address[1]), resumption):
        return None
    pairs = [(name, value) for name, values in fields.lists() for value in values]
    return doors.home_of(resumption.application_id) + address[2], pairs


def _belongs(application_id: UUID, resumption: Resumption) -> bool:
    """Return whether the code opens this application, or the one that it was begun anew from."""
    if application_id == resumption.application_id:
        return True
    return Application.objects.filter(
        pk=application_id, case__applications=resumption.application_id
    ).exists()
