from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from machimado.ground.people.models import Officer, Role


@dataclass(frozen=True, slots=True)
class Item:
    """A place in the main menu: its page, and the roles that see it (none: everybody)."""

    label: str
    view: str
    roles: frozenset[str] = frozenset()


SERVING = frozenset({Role.OFFICER, Role.SPECIALIST, Role.SUPERVISOR})
ITEMS = (
    Item("窓口", "counter:home", SERVING),
    Item("受付", "reception:home", SERVING),
    Item("実績", "applications:figures", SERVING),
    Item("紙の申請", "applications:paper", SERVING),
)


def menu(request: HttpRequest) -> dict[str, Any]:
    """Return the main menu of the signed-in officer."""
    if not isinstance(request.user, Officer):
        return {"menu": []}
    roles = request.user.role_codes()
    places = [(item.label, reverse(item.view)) for item in ITEMS if not item.roles or item.roles & roles]
    here = max((address for _, address in places if request.path.startswith(address)), key=len, default="")
    return {"menu": [{"label": label, "address": to, "current": to == here} for label, to in places]}
