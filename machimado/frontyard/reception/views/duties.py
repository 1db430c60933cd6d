"""Which businesses an officer serves: whom the key for the next one calls."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from machimado.cases.applications.permissions import SERVING
from machimado.frontyard.reception import actions, queries
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """Show what the officer serves, and let them say it anew."""
    officer = permissions.by(request)
    if request.method == "GET":
        return render(request, "reception/duties.html", {"businesses": queries.businesses(officer)})
    is_as_listed = "as_listed" in request.POST
    chosen = None if is_as_listed else request.POST.getlist("business")
    actions.take_duties(officer=officer, business_ids=chosen, at=timezone.now())
    messages.success(
        request,
        "受け持つ業務を職員名簿のとおりに戻しました。" if is_as_listed else "受け持つ業務を変えました。",
    )
    return redirect("reception:home")
