from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from machimado.cases.delivery import reconciliation
from machimado.cases.delivery.permissions import WATCHING
from machimado.ground.people import permissions
from machimado.ground.systems import SystemFailure


@permissions.officers(*WATCHING)
@require_http_methods(["GET", "HEAD", "POST"])
def reconcile(request: HttpRequest) -> HttpResponse:
    """Compare the two ledgers when asked to, and list every difference with what to do."""
    if request.method != "POST":
        return render(request, "delivery/reconcile.html", {})
    try:
        report = reconciliation.reconcile(at=timezone.now(), by=permissions.by(request))
    except SystemFailure as failure:
        return render(request, "delivery/reconcile.html", {"failure": str(failure)}, status=503)
    except reconciliation.NotOffered:
        failure_text = "この基幹システムは台帳を公開していません。担当課に一覧の提供を依頼してください。"
        return render(request, "delivery/reconcile.html", {"failure": failure_text}, status=503)
    return render(request, "delivery/reconcile.html", {"report": report})
