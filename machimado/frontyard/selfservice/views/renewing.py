"""The form has changed since the resident began: what changed is said, and they choose."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Resumption
from machimado.cases.applications.permissions import WrongState
from machimado.cases.applications.rules.wording import day_in_words
from machimado.frontyard.selfservice import permissions as doors
from machimado.frontyard.selfservice.views.door import applicants
from machimado.frontyard.selfservice.views.page import Here, here


@applicants
@require_http_methods(["GET", "POST"])
def renew(request: HttpRequest, resumption: Resumption) -> HttpResponse:
    """Tell what a newer version changes; go on with it, or as it was begun."""
    now = here(request, resumption)
    if now.newer is None or now.elsewhere() != "selfservice:renew":
        return now.to("selfservice:go-on")
    if request.method == "GET":
        since = day_in_words(now.newer.since, resumption.language)
        return now.show("selfservice/renew.html", {"since": since, "changes": now.newer.changes})
    if "keep" in request.POST:
        cases.decline(resumption=resumption, version=now.newer.since)
        return now.to("selfservice:go-on")
    return _renewed(now)


def _renewed(now: Here) -> HttpResponse:
    try:
        made = cases.renew(application=now.application, by=None, at=now.at)
    except (cases.NotReady, WrongState):
        # On another screen it was begun anew, given up or taken up already.
        return now.to("selfservice:go-on")
    return _let_in_again(made)


def _let_in_again(application: Application) -> HttpResponse:
    resumption = Resumption.objects.get(pk=application.pk)
    return doors.let_in(redirect("selfservice:go-on", application.pk), resumption)
