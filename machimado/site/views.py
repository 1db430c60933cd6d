from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from machimado.ground.people import permissions


@permissions.everyone
def home(request: HttpRequest) -> HttpResponse:
    """Send an officer to the counter, and a visitor to the sign-in."""
    return redirect("counter:home" if request.user.is_authenticated else "account_login")


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
