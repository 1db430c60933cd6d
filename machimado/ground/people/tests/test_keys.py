"""An officer switches keys of one character off: for themselves, at whichever desk."""

from collections.abc import Callable

from django.test import Client

from machimado.ground.people.models import Officer
from tests.universe import Universe

OFF = 'data-single-keys="off"'


def test_keys_are_switched_off_for_one_officer_in_every_browser_and_on_again(
    sign_in: Callable[[Officer], Client], universe: Universe
) -> None:
    client = sign_in(universe.officer)
    page = client.get("/staff/keys/").content.decode()
    assert OFF not in page
    assert "1文字のキーを押すだけで" in page
    said = client.post("/staff/keys/", {"single": "off"}, follow=True).content.decode()
    assert OFF in said
    assert "1文字のキーを止めています。" in said
    universe.officer.refresh_from_db()
    assert OFF in sign_in(universe.officer).get("/counter/").content.decode()
    assert OFF not in sign_in(universe.colleague).get("/counter/").content.decode()
    client.post("/staff/keys/", {"single": "on"})
    assert OFF not in client.get("/counter/").content.decode()


def test_it_stays_so_when_the_staff_list_is_taken_over_again(
    sign_in: Callable[[Officer], Client], universe: Universe
) -> None:
    sign_in(universe.officer).post("/staff/keys/", {"single": "off"})
    universe.officer.refresh_from_db()
    universe.officer.save()
    assert not Officer.objects.get(pk=universe.officer.pk).has_single_keys


def test_whoever_is_not_signed_in_has_no_keys_to_set() -> None:
    assert "/accounts/login/" in Client().get("/staff/keys/")["Location"]
