from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from machimado.ground.people import permissions
from machimado.ground.people.models import Officer
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
def health(request: HttpRequest) -> HttpResponse:
    """Tell a monitor whether pages can be served: the store answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
