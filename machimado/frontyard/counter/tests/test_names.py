"""Where one name is asked, an officer chooses whoever was named before by one press."""

import pytest
from django.test import Client

from machimado.cases.applications.models import Application
from machimado.cases.applications.tests.test_people import BEFORE, MEGUMI, newcomers
from tests.universe import Universe

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def previous_head(application: Application) -> dict[str, str] | None:
    application.refresh_from_db()
    found: dict[str, str] | None = application.answers.get("move-in", {}).get("previous_head")
    return found


def test_one_press_chooses_with_and_without_scripts(at_desk: Client, universe: Universe) -> None:
    application = newcomers(universe.officer)
    address = f"/counter/applications/{application.pk}/"
    shown = at_desk.get(address).content.decode()
    assert f'name="person" value="{BEFORE} spouse" aria-pressed="false"' in shown
    pressed = at_desk.post(
        f"{address}rows/", {"person": f"{BEFORE} spouse", "path": BEFORE, f"{BEFORE}.text": ""}
    )
    assert pressed.status_code == 302
    assert previous_head(application) == MEGUMI
    again = at_desk.post(f"{address}rows/", {"person": f"{BEFORE} resident"}, headers=HTMX)
    assert f'name="person" value="{BEFORE} resident" aria-pressed="true"' in again.content.decode()
    assert previous_head(application) == {"text": "佐野　亮", "kana": "サノ　リョウ"}


def test_whoever_is_there_no_longer_is_told(at_desk: Client, universe: Universe) -> None:
    application = newcomers(universe.officer)
    address = f"/counter/applications/{application.pk}/rows/"
    gone = at_desk.post(address, {"person": f"{BEFORE} household.members.77"}, follow=True)
    assert "選んだ方はもうありません" in gone.content.decode()
    assert previous_head(application) is None


def test_the_registers_own_answer_is_not_offered_to_be_replaced(at_desk: Client, universe: Universe) -> None:
    application = newcomers(universe.officer)
    name = 'name="person" value="resident.name move.new_head"'
    address = f"/counter/applications/{application.pk}/"
    assert name in at_desk.get(address).content.decode()
    application.sources["resident.name"] = {"source": "record", "revision": 0}
    application.save()
    assert name not in at_desk.get(address).content.decode()
