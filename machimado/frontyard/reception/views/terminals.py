"""The screens in the hall, as an officer connects them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from machimado.cases.applications.permissions import SERVING
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.models import Terminal
from machimado.ground.people import permissions


@permissions.officers(*SERVING)
@require_http_methods(["GET", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Show the office's screens, and connect the one that shows the number."""
    officer = permissions.by(request)
    if request.method == "POST":
        return _pair(request)
    context = {
        "terminals": queries.terminals(officer.office),
        "kinds": Terminal.Kind.choices,
        "address": request.build_absolute_uri(reverse("reception:lobby")),
    }
    return render(request, "reception/terminals.html", context)


def _pair(request: HttpRequest) -> HttpResponse:
    officer, asked = permissions.by(request), request.POST.get("kind", "")
    kind = Terminal.Kind(asked) if asked in Terminal.Kind.values else Terminal.Kind.DISPLAY
    code = request.POST.get("code", "")[:20]
    try:
        actions.pair(office=officer.office, kind=kind, code=code, by=officer, at=timezone.now())
    except actions.PairingRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"「{kind.label}」としてつなぎました。")
    return redirect("reception:terminals")


@permissions.officers(*SERVING)
@require_POST
def unpair(request: HttpRequest, terminal_id: UUID) -> HttpResponse:
    """Disconnect a screen."""
    officer = permissions.by(request)
    found = get_object_or_404(Terminal, pk=terminal_id, office=officer.office_id)
    actions.unpair(terminal=found, by=officer, at=timezone.now())
    messages.success(request, "端末を外しました。画面に出る番号を入れれば、またつなげます。")
    return redirect("reception:terminals")
