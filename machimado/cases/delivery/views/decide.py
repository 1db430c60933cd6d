"""What a person says about a delivery. Each change is a plain form post to an address of its own."""

from collections.abc import Callable
from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from machimado.cases.delivery import actions
from machimado.cases.delivery.forms import FoundForm, RejectedForm
from machimado.cases.delivery.models import Delivery
from machimado.cases.delivery.permissions import WATCHING, NotNow, check_decide
from machimado.cases.delivery.views.detail import delivery_or_404, show
from machimado.ground.people import permissions


@permissions.officers(*WATCHING)
@require_POST
def found(request: HttpRequest, number: int) -> HttpResponse:
    """Take over that the core has the application, and under which number."""
    delivery, form = delivery_or_404(number), FoundForm(request.POST)
    if not form.is_valid():
        return _again(request, delivery, form)
    decide = partial(actions.decide_found, core_number=form.cleaned_data["core_number"])
    return _do(request, delivery, decide, "基幹システムに入っていることを記録しました。")


@permissions.officers(*WATCHING)
@require_POST
def rejected(request: HttpRequest, number: int) -> HttpResponse:
    """Take over that the core sent the application back, and why."""
    delivery, form = delivery_or_404(number), RejectedForm(request.POST)
    if not form.is_valid():
        return _again(request, delivery, form)
    decide = partial(actions.decide_rejected, reason=form.cleaned_data["reason"])
    return _do(request, delivery, decide, "差戻しを記録しました。受付の画面から直して送り直せます。")


@permissions.officers(*WATCHING)
@require_POST
def send_again(request: HttpRequest, number: int) -> HttpResponse:
    """Send again, since a person made sure that the core does not have it."""
    delivery = delivery_or_404(number)
    return _do(request, delivery, actions.decide_to_send_again, "もう一度送ります。結果はこの画面に出ます。")


@permissions.officers(*WATCHING)
@require_POST
def hurry(request: HttpRequest, number: int) -> HttpResponse:
    """Bring the next step forward."""
    return _do(
        request,
        delivery_or_404(number),
        actions.hurry,
        "すぐに確認します。少し待って画面を読み込み直してください。",
    )


def _do(request: HttpRequest, delivery: Delivery, action: Callable[..., None], done: str) -> HttpResponse:
    """Do it; where it is too late or too early for it, say so on the page as it is now."""
    try:
        action(delivery=delivery, by=permissions.by(request), at=timezone.now())
    except NotNow as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("delivery:detail", delivery.pk)


def _again(request: HttpRequest, delivery: Delivery, form: forms.Form) -> HttpResponse:
    """Show the page with what is wrong beside the field; what was typed stays."""
    check_decide(permissions.by(request), delivery)
    field, problems = next(iter(form.errors.items()))
    return show(request, delivery, wrong=str(problems[0]), field=field, status=422)
