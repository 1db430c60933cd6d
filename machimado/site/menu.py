from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from machimado.ground.people.models import Officer, Role
from machimado.ground.ui.addresses import address_of


@dataclass(frozen=True, slots=True)
class Item:
    """A place in the main menu: its page, and the roles that see it (none: everybody)."""

    label: str
    view: str
    roles: frozenset[str] = frozenset()


SERVING = frozenset({Role.OFFICER, Role.SPECIALIST, Role.SUPERVISOR})
AUTHORS = frozenset({Role.SPECIALIST, Role.SUPERVISOR, Role.ADMINISTRATOR})
ITEMS = (
    Item("窓口", "counter:home", SERVING),
    Item("受付", "reception:home", SERVING),
    Item("基幹連携", "delivery:home", SERVING | {Role.ADMINISTRATOR}),
    Item("実績", "applications:figures", SERVING),
    Item("紙の申請", "applications:paper", SERVING),
    Item("ほかの機械", "terminals:home", SERVING),
    Item("手続の作成", "authoring:home", AUTHORS),
    Item("端末", "devices:home", SERVING | {Role.ADMINISTRATOR}),
    Item("記録台帳", "people:journal", frozenset({Role.AUDITOR})),
)


def menu(request: HttpRequest) -> dict[str, Any]:
    """Return the main menu of the signed-in officer."""
    # A request that was refused before anybody was asked for (a wrong address) has no user at all.
    officer = getattr(request, "user", None)
    if not isinstance(officer, Officer):
        return {"menu": []}
    places = places_of(officer)
    here = max((address for _, address in places if request.path.startswith(address)), key=len, default="")
    shown = [{"label": label, "address": to, "current": to == here} for label, to in places]
    # Whoever serves hears it on every page when somebody in the lobby calls.
    calls = address_of("devices:calling") if officer.role_codes() & SERVING else ""
    return {"menu": shown, "calls_address": calls}


def places_of(officer: Officer) -> list[tuple[str, str]]:
    """Return (label, address) of each place that the officer may go to, the one to begin with first."""
    roles = officer.role_codes()
    return [(item.label, address_of(item.view)) for item in ITEMS if not item.roles or item.roles & roles]
