"""What every page has: the headers of a shared tablet, the city's name, and a menu of one's own places."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from machimado.ground.people.models import Officer
from machimado.site.menu import ITEMS
from tests.universe import Universe

LOGIN = "/accounts/login/"
EVERYBODY = ["officer", "colleague", "specialist", "supervisor", "auditor", "administrator", "outsider"]


@pytest.mark.django_db
class TestEveryPage:
    def test_says_that_the_city_is_a_sample(self, client: Client) -> None:
        assert "架空のまちの見本です" in client.get(LOGIN).content.decode()

    @pytest.mark.parametrize("address", [LOGIN, "/", "/healthz", "/no-such-page/"])
    def test_is_kept_nowhere_and_loads_nothing_from_outside(self, client: Client, address: str) -> None:
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert (
            "script-src" not in policy or "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
        )
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"

    def test_of_a_monitor_needs_no_sign_in(self, client: Client) -> None:
        assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_the_first_page_of_a_visitor_is_the_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == LOGIN


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_begins_at_a_page_that_is_open_to_them(
    universe: Universe, sign_in: Callable[[Officer], Client], name: str
) -> None:
    client = sign_in(getattr(universe, name))
    answer = client.get("/", follow=True)
    assert answer.status_code == 200


@pytest.mark.parametrize("name", EVERYBODY)
def test_the_menu_shows_the_places_that_open_and_no_other(
    universe: Universe, sign_in: Callable[[Officer], Client], name: str
) -> None:
    officer: Officer = getattr(universe, name)
    client = sign_in(officer)
    page = client.get("/accounts/2fa/").content.decode()
    for item in ITEMS:
        address = reverse(item.view)
        is_open = client.get(address, follow=True).status_code == 200
        assert (f'href="{address}"' in page) == is_open, item.label
