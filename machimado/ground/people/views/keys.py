from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from machimado.ground.people import actions, permissions


@permissions.officers()
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """Show whether keys of one character press buttons on this officer's pages; a post changes it."""
    if request.method == "GET":
        return render(request, "people/keys.html")
    chosen = request.POST.get("single") == "on"
    actions.choose_keys(officer=permissions.by(request), has_single_keys=chosen)
    said = "1文字のキーで操作できるようにしました。" if chosen else "1文字のキーを止めました。"
    messages.success(request, said)
    return redirect("people:keys")
