from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from machimado.cases.delivery import actions, queries
from machimado.cases.delivery.models import Delivery
from machimado.cases.delivery.permissions import WATCHING, can_decide, can_hurry, check_look
from machimado.ground.people import permissions


@permissions.officers(*WATCHING)
@require_GET
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """Show all that is known of one delivery; that somebody saw whom it is about goes into the journal."""
    delivery = delivery_or_404(number)
    check_look(permissions.by(request), delivery)
    actions.note_look(delivery=delivery, by=permissions.by(request), at=timezone.now())
    return show(request, delivery)


def delivery_or_404(number: int) -> Delivery:
    """Return the delivery.

    Raises: Http404.
    """
    delivery = queries.find(number)
    if delivery is None:
        raise Http404("この番号の連携はありません。")
    return delivery


def show(
    request: HttpRequest, delivery: Delivery, *, wrong: str = "", field: str = "", status: int = 200
) -> HttpResponse:
    """Render the delivery's page; `wrong` is what to say beside `field` of the decision."""
    by = permissions.by(request)
    context = {
        "found": queries.details(delivery, at=timezone.now()),
        "may_decide": can_decide(by, delivery),
        "may_hurry": can_hurry(by, delivery),
        "wrong": wrong,
        "field": field,
        "given": request.POST.get(field, "") if field else "",
    }
    return render(request, "delivery/detail.html", context, status=status)
