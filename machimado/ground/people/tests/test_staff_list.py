"""The staff list of the city is the truth about accounts."""

from collections.abc import Callable

import pytest
from django.test import Client

from machimado.ground.journal.models import Entry
from machimado.ground.people import actions
from machimado.ground.people.models import Officer
from tests.universe import PASSWORD, Universe


def test_whoever_left_the_list_is_signed_out_and_cannot_come_back(
    universe: Universe, sign_in: Callable[[Officer], Client]
) -> None:
    client = sign_in(universe.colleague)
    everybody = Officer.objects.values_list("login", flat=True)
    gone = actions.retire_unlisted(listed=[login for login in everybody if login != "honma"])
    assert gone == ["honma"]
    assert client.get("/counter/").status_code == 302
    assert not Client().login(username="honma", password=PASSWORD)
    assert Entry.objects.filter(action="officer.retired").count() == 1


def test_nobody_is_retired_twice(universe: Universe) -> None:
    actions.retire_unlisted(listed=["ono"])
    assert actions.retire_unlisted(listed=["ono"]) == []


def test_who_comes_back_to_the_list_is_let_in_again(universe: Universe) -> None:
    actions.retire_unlisted(listed=["ono"])
    back = universe.colleague
    actions.employ(
        login="honma",
        name=back.name,
        kana=back.kana,
        office=back.office,
        section=back.section,
        roles=[],
    )
    assert Officer.objects.get(login="honma").is_active


@pytest.mark.django_db
def test_a_new_password_ends_what_the_old_one_opened(
    universe: Universe, sign_in: Callable[[Officer], Client]
) -> None:
    client = sign_in(universe.officer)
    assert client.get("/counter/").status_code == 200
    actions.give_password(officer=universe.officer, password="atarashii-kagi-2026", by=None)
    assert client.get("/counter/").status_code == 302
    assert not Client().login(username="ono", password=PASSWORD)
    assert Client().login(username="ono", password="atarashii-kagi-2026")
    entry = Entry.objects.get(action="officer.password_given")
    assert "atarashii" not in str(entry.detail.content)
