"""What was mistyped stays in its field until it is put right: over a reload, on another machine, for a colleague."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.tests import claim
from machimado.frontyard.counter import actions
from machimado.frontyard.counter.models import Desk
from tests.universe import Universe

HTMX = {"HX-Request": "true"}
MISTYPED = "R8.13.45"
MY_NUMBER = "123456789018"


@pytest.fixture
def application(universe: Universe) -> Application:
    return claim.begun(universe.officer)


def save(client: Client, application: Application, path: str, value: str, **headers: str) -> str:
    address = f"/counter/applications/{application.pk}/answers/"
    answer: Any = client.post(address, {"path": path, path: value}, headers=headers or HTMX)
    return str(answer.content.decode())


def page(client: Client, application: Application) -> str:
    return client.get(f"/counter/applications/{application.pk}/").content.decode()


def refused(application: Application) -> dict[str, Any]:
    application.refresh_from_db()
    return dict(application.refused)


def test_it_is_there_after_a_reload_with_its_reason(at_desk: Client, application: Application) -> None:
    save(at_desk, application, "event_date", MISTYPED)
    reason = refused(application)["event_date"]["reason"]
    again = page(at_desk, application)
    assert f'value="{MISTYPED}"' in again
    assert reason in again
    assert "event_date" not in application.answers


def test_it_goes_when_it_is_put_right(at_desk: Client, application: Application) -> None:
    save(at_desk, application, "event_date", MISTYPED)
    save(at_desk, application, "contact.phone", "0235-00-0000")
    assert refused(application).keys() == {"event_date"}
    save(at_desk, application, "event_date", "R8.4.5")
    assert refused(application) == {}
    assert MISTYPED not in page(at_desk, application)


def test_it_goes_when_the_answer_that_was_there_is_typed_again(
    at_desk: Client, application: Application
) -> None:
    for value in ("R8.4.5", MISTYPED, "R8.4.5"):
        save(at_desk, application, "event_date", value)
    assert refused(application) == {}


def test_the_resident_is_not_asked_to_check_while_something_is_mistyped(universe: Universe) -> None:
    complete, officer = claim.answered(universe.officer), universe.officer
    cases.save_answers(application=complete, raw={"event_date": MISTYPED}, by=officer, at=claim.NOW)
    with pytest.raises(cases.NotReady) as refusal:
        cases.to_review(application=complete, by=officer, at=claim.NOW)
    assert refusal.value.wrong == ("event_date",)
    cases.save_answers(application=complete, raw={"event_date": "R8.4.5"}, by=officer, at=claim.NOW)
    assert cases.to_review(application=complete, by=officer, at=claim.NOW).state == "review"


def test_it_moves_up_with_its_row(universe: Universe) -> None:
    complete, officer = claim.answered(universe.officer), universe.officer
    added = cases.add_row(application=complete, group="children", by=officer, at=claim.NOW)
    last = len(added.answers["children"]) - 1
    raw = {f"children.{last}.birth_date": MISTYPED}
    cases.save_answers(application=complete, raw=raw, by=officer, at=claim.NOW)
    cases.drop_row(application=complete, group="children", index=0, by=officer, at=claim.NOW)
    assert refused(complete).keys() == {f"children.{last - 1}.birth_date"}


def test_it_goes_when_the_application_is_withdrawn(
    at_desk: Client, application: Application, universe: Universe
) -> None:
    save(at_desk, application, "event_date", MISTYPED)
    cases.cancel(application=application, by=universe.officer, at=claim.NOW)
    assert refused(application) == {}


def test_an_individual_number_is_said_to_be_refused_and_kept_nowhere(
    at_desk: Client, application: Application
) -> None:
    shown = save(at_desk, application, "contact.phone", MY_NUMBER)
    assert "マイナンバー" in shown
    assert refused(application) == {}
    assert MY_NUMBER not in page(at_desk, application)


def test_of_a_question_that_the_form_does_not_have_nothing_is_kept(
    at_desk: Client, application: Application
) -> None:
    save(at_desk, application, "no.such.question", "text")
    assert refused(application) == {}


def test_the_resident_does_not_see_it(
    at_desk: Client, application: Application, desk: Desk, tablet: Client
) -> None:
    actions.show(desk=desk, application=application, at=timezone.now())
    save(at_desk, application, "event_date", MISTYPED)
    assert MISTYPED not in tablet.get("/screen/now/").content.decode()
