from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from machimado.cases.applications.permissions import SERVING
from machimado.ground.people import permissions
from machimado.ground.people.models import Officer
from machimado.ground.people.permissions import can_role
from machimado.site import tls
from machimado.site.menu import places_of


@permissions.everyone
def home(request: HttpRequest) -> HttpResponse:
    """Send an officer to the first place of the own menu, and a visitor to the sign-in."""
    if not isinstance(request.user, Officer):
        return redirect("account_login")
    places = places_of(request.user)
    if not places:
        reason = "役割がまだ付いていません。責任者かシステム管理者に、役割の付与を依頼してください。"
        return render(request, "ui/refused.html", {"reason": reason}, status=403)
    return redirect(places[0][1])


@permissions.everyone
def closed(request: HttpRequest, *_: str, **__: str) -> HttpResponse:
    """Tell a visitor who looks after the accounts of officers."""
    reason = (
        "職員のアカウントは市が管理しています。"
        "パスワードを忘れたときや登録を変えるときは、責任者かシステム管理者に依頼してください。"
    )
    return render(request, "ui/refused.html", {"reason": reason}, status=403)


@permissions.everyone
def resume(request: HttpRequest, code: str) -> HttpResponse:
    """Lead whoever opens a resident's QR code on: an officer to the counter, anybody else to the resident's own pages."""
    serves = isinstance(request.user, Officer) and can_role(request.user, *SERVING)
    return redirect("counter:from-code" if serves else "selfservice:resume-by-code", code)


@permissions.everyone
def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say why a request was refused: the address is not one of ours, or its content cannot be read."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "site/too_big.html", status=413)
    wrong_host = isinstance(exception, DisallowedHost)
    return render(request, "site/wrong_host.html" if wrong_host else "400.html", status=400)


@permissions.everyone
def trust(request: HttpRequest) -> HttpResponse:
    """Explain how a tablet comes to trust the office's own certificate; whoever sets one up has no account on it yet."""
    found = tls.trust_in(settings.DATA_FOLDER / tls.FOLDER)
    return render(request, "site/trust.html", {"trust": found, "host": request.get_host()})


@permissions.everyone
def authority(request: HttpRequest) -> HttpResponse:
    """Give the authority's certificate, which is public; its key never leaves the server.

    No file name is set, so that Safari on an iPad offers to install it instead of putting it away as a file.
    """
    found = tls.trust_in(settings.DATA_FOLDER / tls.FOLDER)
    if found is None:
        raise Http404("no certificate was made")
    return HttpResponse(found.authority, content_type="application/x-x509-ca-cert")


@permissions.everyone
def health(request: HttpRequest) -> HttpResponse:
    """Tell a monitor whether pages can be served: the store answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
