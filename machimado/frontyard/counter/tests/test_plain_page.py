"""A page without scripts sends everything it holds with whatever button is pressed: nothing that was typed is lost."""

from typing import Any

import pytest
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.tests import claim
from tests.universe import Universe


def page_of(application: Application, **fields: Any) -> dict[str, Any]:
    """Return what a browser posts: where the page stands, and these questions with what is in their fields."""
    return {"revision": application.revision, "page": "a" * 32, "path": list(fields), **fields}


def state_of(application: Application) -> Application:
    application.refresh_from_db()
    return application


def test_what_was_typed_goes_along_to_the_check(at_desk: Client, universe: Universe) -> None:
    application = claim.answered(universe.officer)
    typed = page_of(application, **{"contact.phone": "0235-00-0077"})
    at_desk.post(f"/counter/applications/{application.pk}/review/", typed)
    assert state_of(application).state == "review"
    assert application.answers["contact"]["phone"] == "0235-00-0077"


@pytest.mark.parametrize(("typed", "words"), [("", "まだ答えていない質問"), ("きのう", "きのう")])
def test_what_is_not_right_is_kept_and_not_checked(
    typed: str, words: str, at_desk: Client, universe: Universe
) -> None:
    application = claim.answered(universe.officer)
    answer = at_desk.post(
        f"/counter/applications/{application.pk}/review/", page_of(application, event_date=typed)
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert state_of(application).state == "interview"


def test_what_somebody_else_changed_is_looked_at_first(at_desk: Client, universe: Universe) -> None:
    application = claim.answered(universe.officer)
    mine = page_of(application, **{"contact.phone": "0235-00-0001", "event_date": "R8.4.5"})
    cases.save_answers(
        application=application, raw={"contact.phone": "0235-00-0002"}, by=universe.officer, at=claim.NOW
    )
    for step in ("review/", "rows/"):
        answer = at_desk.post(f"/counter/applications/{application.pk}/{step}", {**mine, "group": "children"})
        assert answer.status_code == 409
        assert "0235-00-0001" in answer.content.decode()
    assert state_of(application).state == "interview"
    assert application.answers["contact"]["phone"] == "0235-00-0002"
    # What nobody else has touched is saved nevertheless.
    assert application.answers["event_date"] == "2026-04-05"


def test_what_was_typed_is_kept_when_a_row_is_added_or_taken_out(at_desk: Client, universe: Universe) -> None:
    application = claim.begun(universe.officer)
    rows = f"/counter/applications/{application.pk}/rows/"
    at_desk.post(rows, {**page_of(application, event_date="R8.4.5"), "group": "children"})
    assert state_of(application).answers["event_date"] == "2026-04-05"
    count = len(application.answers["children"])
    at_desk.post(
        rows, {**page_of(application, **{"contact.phone": "0235-00-0003"}), "row": f"children.{count - 1}"}
    )
    assert state_of(application).answers["contact"]["phone"] == "0235-00-0003"
    assert len(application.answers["children"]) == count - 1


def test_a_page_that_was_overtaken_is_told_so(at_desk: Client, universe: Universe) -> None:
    application = claim.signed(universe.officer)
    typed = page_of(application, event_date="R8.4.5")
    for step in ("review/", "rows/"):
        page = at_desk.post(f"/counter/applications/{application.pk}/{step}", typed, follow=True)
        assert "署名済みです。直すときは" in page.content.decode()
    assert state_of(application).state == "signed"
