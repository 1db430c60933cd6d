"""The resident's screen speaks the language of whoever sits there, and Japanese again to the next one."""

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.tests import claim
from machimado.frontyard.counter import actions
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.counter.tests.conftest import at_step
from machimado.ground.ui.languages import Language
from tests.universe import Universe

HTMX = {"HX-Request": "true"}


def choose(tablet: Client, desk: Desk, language: str, **more: str) -> str:
    desk.refresh_from_db()
    chosen = {"showing": str(desk.showing), "language": language, **more}
    return tablet.post("/screen/language/", chosen, follow=True).content.decode()


def screen(tablet: Client) -> str:
    return tablet.get("/screen/").content.decode()


@pytest.fixture
def shown(desk: Desk, universe: Universe, tablet: Client) -> Application:
    application = claim.answered(universe.officer)
    actions.show(desk=desk, application=application, at=timezone.now(), question="contact.phone")
    return application


def test_each_language_is_offered_in_its_own_words(tablet: Client) -> None:
    page = screen(tablet)
    assert all(str(one.label) in page for one in Language)
    assert 'value="ja" lang="ja" aria-pressed="true"' in page


def test_a_tablet_that_is_not_connected_speaks_to_the_officer_in_japanese(db: None) -> None:
    page = Client().get("/screen/").content.decode()
    assert "English" not in page


def test_chosen_before_the_case_it_stays_for_the_case(tablet: Client, desk: Desk, universe: Universe) -> None:
    page = choose(tablet, desk, "en")
    assert "Hello." in page
    assert "a city that does not exist" in page
    application = claim.answered(universe.officer)
    actions.show(desk=desk, application=application, at=timezone.now(), question="contact.phone")
    assert "Daytime telephone number" in screen(tablet)


def test_everything_is_said_in_it(tablet: Client, desk: Desk, shown: Application, universe: Universe) -> None:
    assert "Daytime telephone number" in choose(tablet, desk, "en")
    cases.to_review(application=shown, by=universe.officer, at=claim.NOW)
    review = screen(tablet)
    assert "Is this correct?" in review
    assert "Yes, go on" in review
    assert 'lang="en"' in review
    assert "この内容でよろしいですか" not in review


def test_the_review_goes_on_where_it_was(
    tablet: Client, desk: Desk, shown: Application, universe: Universe
) -> None:
    cases.to_review(application=shown, by=universe.officer, at=claim.NOW)
    of = at_step(tablet, 2).context["of"]
    assert "2 / " in choose(tablet, desk, "ja-simple", step="2", of=of)


def test_a_signature_that_is_none_is_refused_in_it(
    tablet: Client, desk: Desk, shown: Application, universe: Universe
) -> None:
    cases.to_review(application=shown, by=universe.officer, at=claim.NOW)
    choose(tablet, desk, "en")
    desk.refresh_from_db()
    at_the_end = at_step(tablet, 99).context
    sent = {"showing": str(desk.showing), "strokes": "[]", "step": "99", "of": at_the_end["of"]}
    assert "could not be read" in tablet.post("/screen/sign/", sent, headers=HTMX).content.decode()


def test_a_tablet_with_script_is_led_on_without_leaving_its_page(tablet: Client, desk: Desk) -> None:
    chosen = {"showing": str(desk.showing), "language": "en", "step": "3", "of": "this"}
    answer = tablet.post("/screen/language/", chosen, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/screen/?step=3&of=this")
    assert Desk.objects.get(pk=desk.pk).language == "en"


def test_the_next_one_is_spoken_to_in_japanese(tablet: Client, desk: Desk, shown: Application) -> None:
    choose(tablet, desk, "en")
    actions.wipe(desk=desk)
    assert "こんにちは。" in screen(tablet)
    assert Desk.objects.get(pk=desk.pk).language == "ja"


def test_whoever_takes_the_place_on_the_screen_is_spoken_to_in_japanese(
    at_desk: Client, tablet: Client, desk: Desk, shown: Application, universe: Universe
) -> None:
    choose(tablet, desk, "en")
    at_desk.post(f"/counter/applications/{shown.pk}/show/")
    assert Desk.objects.get(pk=desk.pk).language == "en"
    other = claim.begun(universe.officer, claim.a_resident(2, "鈴木　実", "スズキ　ミノル"))
    at_desk.post(f"/counter/applications/{other.pk}/show/")
    now = Desk.objects.get(pk=desk.pk)
    assert (now.shown_id, now.language) == (other.pk, "ja")


def test_a_page_of_somebody_who_has_left_changes_nothing(
    tablet: Client, desk: Desk, shown: Application
) -> None:
    desk.refresh_from_db()
    old = str(desk.showing)
    actions.wipe(desk=desk)
    tablet.post("/screen/language/", {"showing": old, "language": "en"})
    assert Desk.objects.get(pk=desk.pk).language == "ja"


def test_the_officer_is_told_by_the_next_answer_that_the_language_is_another(
    at_desk: Client, tablet: Client, desk: Desk, shown: Application
) -> None:
    address = f"/counter/applications/{shown.pk}/answers/"
    typed = {"path": "contact.phone", "contact.phone": "0235-00-0000"}
    drawn = ""
    for language, is_told in (("en", True), ("ja", False)):
        shown.refresh_from_db()
        choose(tablet, desk, language)
        page = {"revision": shown.revision, "spoken": drawn}
        fragment = at_desk.post(address, typed | page, headers={"HX-Request": "true"}).content.decode()
        assert ("画面の言語：English" in fragment) is is_told
        # Not only the line that was answered: each question is said in the language that is spoken now.
        assert "data-same" not in fragment
        drawn = "en"


@pytest.mark.parametrize("language", ["", "fr", "ja\x00", "EN"])
def test_what_is_no_language_of_the_screen_changes_nothing(tablet: Client, desk: Desk, language: str) -> None:
    assert "こんにちは。" in choose(tablet, desk, language)


def test_a_stranger_changes_nothing(desk: Desk) -> None:
    choose(Client(), desk, "en")
    assert Desk.objects.get(pk=desk.pk).language == "ja"


def test_the_officer_is_told_and_can_say_the_questions_in_it(
    at_desk: Client, tablet: Client, desk: Desk, shown: Application
) -> None:
    before = at_desk.get(f"/counter/applications/{shown.pk}/").content.decode()
    assert "画面の言語" not in before
    choose(tablet, desk, "en")
    page = at_desk.get(f"/counter/applications/{shown.pk}/").content.decode()
    assert page.count("画面の言語：English") == 1
    assert '<p class="ask" lang="en">' in page
    assert "昼間つながるお電話番号を教えてください。" in page


def test_a_procedure_that_lacks_the_language_says_so_in_it_on_the_screen(
    at_desk: Client, tablet: Client, desk: Desk, universe: Universe
) -> None:
    case = claim.begun(universe.officer).case
    application = cases.begin(case=case, procedure="tax-certificate", by=universe.officer, at=claim.NOW)
    actions.show(desk=desk, application=application, at=timezone.now(), question="contact.phone")
    page = choose(tablet, desk, "vi")
    assert "chưa có bằng tiếng Việt" in page
    assert 'lang="en"' in page
    # The officer says the questions in the language that stands on the screen.
    assert (
        '<p class="ask" lang="en">'
        in at_desk.get(f"/counter/applications/{application.pk}/").content.decode()
    )


def test_the_questions_are_said_to_the_officer_in_korean_beside_japanese(
    at_desk: Client, tablet: Client, desk: Desk, shown: Application
) -> None:
    choose(tablet, desk, "ko")
    page = at_desk.get(f"/counter/applications/{shown.pk}/").content.decode()
    assert '<p class="ask" lang="ko">' in page
    assert "昼間つながるお電話番号を教えてください。" in page
    assert "낮에 연락되는 전화번호를 알려 주십시오." in page


def read_so(tablet: Client, desk: Desk, **asked: str) -> str:
    desk.refresh_from_db()
    return tablet.post("/screen/aids/", {"showing": str(desk.showing), **asked}, follow=True).content.decode()


def test_it_is_read_as_whoever_sits_there_wants_and_as_it_comes_by_the_next(
    tablet: Client, desk: Desk, shown: Application
) -> None:
    read_so(tablet, desk, size="large")
    page = read_so(tablet, desk, furigana="on")
    assert 'class="resident reads-furigana reads-large"' in page
    assert '<rt aria-hidden="true">でんわばんごう</rt>' in page
    actions.wipe(desk=desk)
    after = screen(tablet)
    assert "reads-" not in after.replace('data-reads=""', "")
    assert "<ruby>" not in after
    assert Desk.objects.get(pk=desk.pk).reads == ""


def test_an_old_page_does_not_change_how_it_is_read_now(
    tablet: Client, desk: Desk, shown: Application
) -> None:
    desk.refresh_from_db()
    old = str(desk.showing)
    actions.wipe(desk=desk)
    tablet.post("/screen/aids/", {"showing": old, "size": "largest"})
    assert Desk.objects.get(pk=desk.pk).reads == ""
