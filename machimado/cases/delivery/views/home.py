from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from machimado.cases.delivery import queries
from machimado.cases.delivery.forms import FilterForm
from machimado.cases.delivery.permissions import WATCHING
from machimado.ground.people import permissions


@permissions.officers(*WATCHING)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show all deliveries: what waits for somebody first, then the newest."""
    chosen = FilterForm(request.GET)
    filters: dict[str, Any] = chosen.cleaned_data if chosen.is_valid() else {}
    at = timezone.now()
    found = queries.rows(
        at=at,
        state=filters.get("state", ""),
        reference=filters.get("reference", ""),
        before=filters.get("before"),
    )
    shown = found[: queries.PAGE]
    context = {
        "at": at,
        "overview": queries.overview(at=at),
        "rows": shown,
        "last": shown[-1].id if len(found) > queries.PAGE else None,
        "chosen": filters.get("state", ""),
        "reference": filters.get("reference", ""),
        "is_filtered": any(filters.values()),
    }
    return render(request, "delivery/_list.html" if _is_fragment(request) else "delivery/home.html", context)


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "deliveries"
