"""What was left standing on the resident's screen is hidden after a while, and only the officer brings it back."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.tests import claim
from machimado.frontyard.counter import actions
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.tests.conftest import at_step
from machimado.frontyard.counter.tests.test_screen import STROKES
from tests.universe import Universe

NAME = "佐藤　健太"


@pytest.fixture(autouse=True)
def _ten_minutes(settings: Any) -> None:
    settings.LOCK_AFTER_MINUTES = 10


@pytest.fixture
def review(desk: Desk, tablet: Client, universe: Universe) -> Application:
    """Return an application that the resident reads at the moment."""
    application = claim.answered(universe.officer)
    cases.to_review(application=application, by=universe.officer, at=claim.NOW)
    actions.show(desk=desk, application=application, at=timezone.now())
    return application


def leave(desk: Desk, minutes: float = 11) -> None:
    """Let it be some minutes since anybody did something at the desk."""
    Desk.objects.filter(pk=desk.pk).update(touched_at=timezone.now() - timedelta(minutes=minutes))


def screen(tablet: Client, step: int = 2, **seen: str) -> str:
    page: str = at_step(tablet, step, **seen).content.decode()
    return page


def test_what_was_left_standing_is_hidden(desk: Desk, tablet: Client, review: Application) -> None:
    assert NAME in screen(tablet)
    leave(desk)
    for page in (
        screen(tablet),
        tablet.get("/screen/").content.decode(),
        tablet.get("/screen/?step=3").content.decode(),
    ):
        assert "職員に声をかけてください" in page
        assert NAME not in page
        assert review.reference not in page


def test_whoever_comes_by_does_not_bring_it_back(desk: Desk, tablet: Client, review: Application) -> None:
    leave(desk)
    desk.refresh_from_db()
    tablet.post("/screen/language/", {"showing": desk.showing, "language": "en"})
    tablet.post("/screen/wrong/", {"showing": desk.showing, "section": "children"})
    tablet.post("/screen/sign/", {"showing": desk.showing, "strokes": STROKES, "revision": review.revision})
    assert "What was shown is hidden." in screen(tablet)
    review.refresh_from_db()
    assert review.state == "review"


def test_who_reads_for_long_keeps_it(desk: Desk, tablet: Client, review: Application) -> None:
    leave(desk, minutes=9)
    screen(tablet, step=3)
    desk.refresh_from_db()
    assert timezone.now() - desk.touched_at < timedelta(minutes=1)


def test_that_the_page_asks_by_itself_keeps_nothing(desk: Desk, tablet: Client, review: Application) -> None:
    leave(desk, minutes=9)
    screen(tablet, seen="something else")
    tablet.get("/screen/")
    desk.refresh_from_db()
    assert timezone.now() - desk.touched_at > timedelta(minutes=8)


def test_the_officers_page_says_so_and_brings_it_back(
    at_desk: Client, desk: Desk, tablet: Client, review: Application
) -> None:
    status = f"/counter/applications/{review.pk}/status/?state=review"
    assert "かくしています" not in at_desk.get(status).content.decode()
    leave(desk)
    assert "住民の画面にもう一度出す" in at_desk.get(status).content.decode()
    assert NAME not in screen(tablet)
    at_desk.post(f"/counter/applications/{review.pk}/show/")
    assert NAME in screen(tablet)


def test_that_the_officer_goes_on_brings_it_back(
    at_desk: Client, desk: Desk, tablet: Client, universe: Universe
) -> None:
    application = claim.answered(universe.officer)
    actions.show(desk=desk, application=application, at=timezone.now(), question="contact.phone")
    leave(desk)
    assert "かくしています" in screen(tablet)
    said = {"path": "contact.phone", "contact.phone": "0235-00-0000"}
    at_desk.post(f"/counter/applications/{application.pk}/answers/", said)
    assert "0235-00-0000" in screen(tablet)


def test_a_lock_of_one_minute_leaves_the_screen_to_who_reads(
    desk: Desk, tablet: Client, review: Application, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LOCK_AFTER_MINUTES = 1
    start = timezone.now()
    for seconds in range(25, 200, 25):
        at = start + timedelta(seconds=seconds)
        monkeypatch.setattr("machimado.frontyard.counter.views.screen.timezone.now", lambda at=at: at)
        assert NAME in screen(tablet), seconds


@pytest.mark.parametrize("step", ["sign", "wrong"])
def test_what_the_resident_does_last_counts(
    desk: Desk, tablet: Client, review: Application, step: str
) -> None:
    leave(desk, minutes=9.9)
    desk.refresh_from_db()
    said = {"showing": desk.showing, "strokes": STROKES, "revision": review.revision, "section": "children"}
    tablet.post(f"/screen/{step}/", said)
    review.refresh_from_db()
    assert review.state == {"sign": "signed", "wrong": "interview"}[step]
    desk.refresh_from_db()
    assert timezone.now() - desk.touched_at < timedelta(minutes=1)


@pytest.mark.parametrize("state", ["interview", "review", "signed", "submitted"])
def test_in_every_state_the_officer_is_told_and_can_bring_it_back(
    at_desk: Client, desk: Desk, tablet: Client, universe: Universe, state: str
) -> None:
    application = claim.signed(universe.officer)
    if state == "submitted":
        cases.submit(application=application, by=universe.officer, at=claim.NOW)
    Application.objects.update(state=state)
    application.refresh_from_db()
    actions.show(desk=desk, application=application, at=timezone.now())
    another = claim.answered(universe.officer, claim.a_resident(2))
    leave(desk)
    status = f"/counter/applications/{application.pk}/status/?state={state}"
    assert "住民の画面にもう一度出す" in at_desk.get(status).content.decode()
    assert "内容をかくしています" in screen(tablet)
    # The page of what is not on the screen says nothing of it.
    elsewhere = f"/counter/applications/{another.pk}/status/?state=interview"
    assert "もう一度出す" not in at_desk.get(elsewhere).content.decode()
    at_desk.post(f"/counter/applications/{application.pk}/show/")
    assert "内容をかくしています" not in screen(tablet)


@pytest.mark.parametrize("step", ["undo", "rows", "attach", "detach", "fill-in", ""])
def test_whatever_the_officer_does_brings_it_back(
    at_desk: Client, desk: Desk, tablet: Client, universe: Universe, step: str
) -> None:
    application = claim.answered(universe.officer)
    actions.show(desk=desk, application=application, at=timezone.now(), question="contact.phone")
    leave(desk)
    place = f"/counter/applications/{application.pk}/"
    at_desk.post(f"{place}{step}/", {"group": "children"}) if step else at_desk.get(place)
    assert "内容をかくしています" not in screen(tablet)


def test_what_the_resident_finds_wrong_is_not_lost_when_the_officer_goes_on(
    desk: Desk, universe: Universe
) -> None:
    application = claim.answered(universe.officer)
    actions.show(desk=desk, application=application, at=timezone.now() - timedelta(minutes=3))
    as_read_before = Desk.objects.get(pk=desk.pk)
    actions.object_to(desk=desk, section="children")
    actions.show(desk=as_read_before, application=application, at=timezone.now())
    desk.refresh_from_db()
    assert desk.objection == "children"


def test_a_screen_that_shows_nobody_has_nothing_to_hide(desk: Desk, tablet: Client) -> None:
    leave(desk, minutes=1000)
    assert "こんにちは" in screen(tablet)
