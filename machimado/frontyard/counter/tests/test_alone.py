"""The resident goes on at the desk's own screen: from the officer's question, back at any question, and nothing else is to be reached."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as of_hypothesis
from hypothesis import strategies as st

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import RESUMPTIONS, Application, Channel, Turn
from machimado.cases.applications.tests import claim
from machimado.cases.register.models import Resident
from machimado.frontyard.counter import actions
from machimado.frontyard.counter.models import Desk, Screen
from machimado.frontyard.counter.tests.conftest import paired
from machimado.ground.journal.models import Entry
from machimado.ground.live.hub import hub
from machimado.ground.people.models import Officer
from tests.universe import Universe

PHONE = "contact.phone"


@pytest.fixture
def application(universe: Universe, desk: Desk, tablet: Client) -> Application:
    """Return an application that the officer asks about, shown at the desk."""
    made = claim.answered(universe.officer)
    actions.show(desk=desk, application=made, at=timezone.now())
    return made


def place(application: Application, step: str = "") -> str:
    return f"/counter/applications/{application.pk}/{step}"


def own(application: Application, step: str = "") -> str:
    return f"/apply/a/{application.pk}/{step}"


def give(at_desk: Client, application: Application, question: str = PHONE, **fields: str) -> Any:
    return at_desk.post(place(application, "give/"), {"stands": question, **fields}, follow=True)


def sent(tablet: Client, application: Application, question: str, value: str, shown: Any = None) -> Any:
    """Send a question's page as the tablet does."""
    context = shown or tablet.get(own(application, f"q/{question}/")).context
    held = {"revision": str(context["application"].revision), "page": context["page_key"]}
    return tablet.post(own(application, f"q/{question}/"), {**held, question: value})


def still(tablet: Client, desk: Desk, **asked: str) -> str:
    desk.refresh_from_db()
    found: str = tablet.get("/screen/still/", {"showing": str(desk.showing), **asked}).json()["still"]
    return found


# --- one key there, one key back -----------------------------------------------------------------------------------


def test_the_tablet_goes_on_where_the_officer_stood_one_thing_a_page(
    at_desk: Client, tablet: Client, application: Application
) -> None:
    page = give(at_desk, application).content.decode()
    assert "住民の方が、住民の画面で入力しています。" in page
    shown = tablet.get("/screen/", follow=True)
    assert shown.request["PATH_INFO"] == own(application, f"q/{PHONE}/")
    assert "090-0000-1234" in shown.content.decode()
    assert "雪見精機" not in shown.content.decode()
    application.refresh_from_db()
    assert (application.turn, application.channel) == (Turn.RESIDENT, Channel.WEB)


def test_a_screen_that_looks_by_itself_goes_there(
    at_desk: Client, tablet: Client, application: Application
) -> None:
    seen = tablet.get("/screen/now/").context["version"]
    give(at_desk, application)
    told = tablet.get("/screen/now/", {"seen": seen}, headers={"HX-Request": "true"})
    assert told.headers["HX-Redirect"] == own(application)


def test_without_a_script_the_question_that_was_shown_is_where_they_go_on(
    at_desk: Client, desk: Desk, tablet: Client, application: Application
) -> None:
    actions.show(desk=desk, application=application, at=timezone.now(), question=PHONE)
    give(at_desk, application, "")
    assert tablet.get("/screen/", follow=True).context["stop"].place == PHONE


@pytest.mark.parametrize("made_up", ["<script>", "identity.documents", "x" * 5000, "children.99.name\0"])
def test_a_question_that_nobody_is_asked_alone_opens_what_is_open(
    at_desk: Client, tablet: Client, application: Application, made_up: str
) -> None:
    give(at_desk, application, made_up)
    shown = tablet.get("/screen/", follow=True)
    assert shown.status_code == 200
    assert made_up not in shown.content.decode()


def test_what_the_officer_was_typing_goes_along(
    at_desk: Client, tablet: Client, application: Application
) -> None:
    give(at_desk, application, path=PHONE, **{PHONE: "0235-00-0009"})
    assert "0235-00-0009" in tablet.get("/screen/", follow=True).content.decode()


def test_the_officer_sees_live_where_they_are_and_what_they_say(
    at_desk: Client, tablet: Client, application: Application
) -> None:
    give(at_desk, application)
    drawn = at_desk.get(place(application)).context["application"]
    sent(tablet, application, PHONE, "0235-11-2222")
    tablet.get(own(application, "q/applicant.role/"))
    asked = {"state": "interview", "turn": "resident", "revision": str(drawn.revision)}
    by_itself = {"HX-Request": "true", "X-Unattended": "1"}
    news = at_desk.get(place(application, "status/"), asked, headers=by_itself).content.decode()
    assert "0235-11-2222" in news
    assert 'id="interview"' in news
    assert 'id="stands"' in news
    assert news.split('id="stands"')[1].split("</strong>")[0]
    # Nothing new: only the part that may change is drawn.
    application.refresh_from_db()
    asked["revision"] = str(application.revision)
    nothing = at_desk.get(place(application, "status/"), asked, headers=by_itself).content.decode()
    assert 'id="interview"' not in nothing


def test_the_officer_takes_over_with_one_key_and_the_tablet_follows(
    at_desk: Client, tablet: Client, desk: Desk, application: Application
) -> None:
    give(at_desk, application)
    tablet.get(own(application, f"q/{PHONE}/"))
    assert still(tablet, desk) == "alone"
    led = at_desk.post(place(application, "take-back/"))
    # The interview opens where the resident stood.
    assert led["Location"] == place(application) + "#q-contact-phone"
    assert still(tablet, desk) == "officer"
    application.refresh_from_db()
    assert (application.turn, application.channel) == (Turn.OFFICER, Channel.COUNTER)
    shown = tablet.get(own(application, f"q/{PHONE}/"), follow=True)
    assert shown.request["PATH_INFO"] == "/screen/"
    assert "090-0000-1234" in shown.content.decode()


def test_what_was_being_typed_when_the_officer_took_over_is_kept(
    at_desk: Client, tablet: Client, application: Application
) -> None:
    give(at_desk, application)
    shown = tablet.get(own(application, f"q/{PHONE}/")).context
    at_desk.post(place(application, "take-back/"))
    answer = sent(tablet, application, PHONE, "0235-11-2222", shown)
    assert answer.status_code == 302
    assert tablet.get(answer["Location"], follow=True).request["PATH_INFO"] == "/screen/"
    application.refresh_from_db()
    assert application.answers["contact"]["phone"] == "0235-11-2222"


def test_the_officers_page_learns_of_what_came_late(
    at_desk: Client,
    tablet: Client,
    application: Application,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    """No next question is shown then, by which it would: it showed the answer before until it was opened anew."""
    give(at_desk, application)
    shown = tablet.get(own(application, f"q/{PHONE}/")).context
    at_desk.post(place(application, "take-back/"))
    told: list[str] = []
    monkeypatch.setattr(hub, "tell", lambda room, _topic: told.append(room))
    with django_capture_on_commit_callbacks(execute=True):
        sent(tablet, application, PHONE, "0235-11-2222", shown)
    assert told == [f"desk:{desk.pk}"]


def test_what_could_not_be_read_then_is_kept_for_the_officer_as_it_was_typed(
    at_desk: Client, tablet: Client, application: Application
) -> None:
    give(at_desk, application)
    shown = tablet.get(own(application, f"q/{PHONE}/")).context
    at_desk.post(place(application, "take-back/"))
    assert sent(tablet, application, PHONE, "０２３５のあと", shown).status_code == 302
    assert "０２３５のあと" in at_desk.get(place(application)).content.decode()


def test_where_both_changed_the_same_the_second_is_told_and_the_page_stays(
    at_desk: Client, tablet: Client, application: Application
) -> None:
    give(at_desk, application)
    shown = tablet.get(own(application, f"q/{PHONE}/")).context
    at_desk.post(place(application, "take-back/"))
    mine = {"path": PHONE, PHONE: "0235-00-0009", "page": "an officer's"}
    at_desk.post(place(application, "answers/"), mine, headers={"HX-Request": "true"})
    told = sent(tablet, application, PHONE, "0235-11-2222", shown)
    assert told.status_code == 422
    page = told.content.decode()
    assert "別の画面で同じ項目が変更されています" in page
    assert "0235-11-2222" in page
    assert "data-desk-kept" in page
    application.refresh_from_db()
    assert application.answers["contact"]["phone"] == "0235-00-0009"
    # Pressed once more they mean it, and the tablet goes back to what the officer shows.
    again = sent(tablet, application, PHONE, "0235-11-2222", told.context)
    assert tablet.get(again["Location"], follow=True).request["PATH_INFO"] == "/screen/"
    application.refresh_from_db()
    assert application.answers["contact"]["phone"] == "0235-11-2222"


def test_the_resident_gives_it_back_at_any_question_and_at_the_end(
    at_desk: Client, tablet: Client, application: Application
) -> None:
    for step in (f"q/{PHONE}/", "check/"):
        give(at_desk, application)
        shown = tablet.get(own(application, step)).context
        held = {"revision": str(shown["application"].revision), "page": shown.get("page_key", "")}
        led = tablet.post(own(application, step), {**held, PHONE: "0235-11-2222", "hand": "1"})
        assert led["Location"] == "/screen/"
        application.refresh_from_db()
        # Asked at the counter again what is asked there: which documents were shown.
        assert (application.turn, application.channel) == (Turn.OFFICER, Channel.COUNTER)
        assert application.answers["contact"]["phone"] == "0235-11-2222"
        assert "identity.documents" in at_desk.get(place(application)).content.decode()


def test_it_speaks_the_language_that_was_chosen_at_the_screen(
    at_desk: Client, tablet: Client, desk: Desk, application: Application
) -> None:
    tablet.post("/screen/language/", {"showing": desk.showing, "language": "en"})
    tablet.post("/screen/aids/", {"showing": desk.showing, "size": "largest"})
    give(at_desk, application)
    page = tablet.get("/screen/", follow=True).content.decode()
    assert '<html lang="en"' in page
    assert "reads-largest" in page
    # Chosen on a question, it is the screen's as well: the officer sees it.
    tablet.post("/screen/language/", {"showing": desk.showing, "language": "ko"})
    assert '<html lang="ko"' in tablet.get(own(application, f"q/{PHONE}/")).content.decode()
    assert "画面の言語：한국어" in at_desk.get(place(application)).content.decode()
    assert not {"machimado_reads", "machimado_language"} & set(tablet.cookies)


def test_by_a_code_they_go_on_in_the_language_of_the_screen_and_the_tablet_is_the_officers_again(
    at_desk: Client, tablet: Client, desk: Desk, application: Application
) -> None:
    tablet.post("/screen/language/", {"showing": desk.showing, "language": "vi"})
    give(at_desk, application)
    handed = at_desk.post(place(application, "hand-back/"), {"note": "電話番号を"}, follow=True)
    assert tablet.get("/screen/").status_code == 200
    phone = Client()
    shown = phone.post("/apply/resume/", {"code": handed.context["code"]}, follow=True).content.decode()
    assert '<html lang="vi"' in shown
    assert "電話番号を" in shown
    assert still(tablet, desk) == "gone"


def test_giving_it_leaves_one_line_and_may_be_pressed_again(
    at_desk: Client, universe: Universe, application: Application
) -> None:
    for _ in range(3):
        give(at_desk, application)
    assert {one.case for one in Entry.objects.filter(action="screen.given")} == {str(application.case_id)}
    assert Entry.objects.filter(action="application.handed_back").count() == 1


# --- where it cannot be given ---------------------------------------------------------------------------------------


def test_without_a_screen_it_is_not_given(at_desk: Client, desk: Desk, universe: Universe) -> None:
    made = claim.answered(universe.officer)
    assert "住民の画面がつながっていません" in give(at_desk, made).content.decode()
    made.refresh_from_db()
    assert made.turn == Turn.OFFICER


def test_to_a_tablet_that_does_not_answer_it_is_not_given(at_desk: Client, application: Application) -> None:
    Screen.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert "住民の画面が応答していません" in give(at_desk, application).content.decode()
    application.refresh_from_db()
    assert application.turn == Turn.OFFICER


def test_what_is_not_on_the_screen_is_not_given_to_whoever_sits_there(
    at_desk: Client, universe: Universe, desk: Desk, application: Application
) -> None:
    other = claim.answered(universe.officer, claim.a_resident(2, "鈴木　花", "スズキ　ハナ"))
    assert "別の受付の申請が出ています" in give(at_desk, other).content.decode()
    other.refresh_from_db()
    assert other.turn == Turn.OFFICER


def test_another_offices_officer_gives_nothing(
    sign_in: Callable[[Officer], Client], universe: Universe, application: Application
) -> None:
    answer = sign_in(universe.outsider).post(place(application, "give/"))
    assert answer.status_code == 403


# --- nothing else is to be reached, and nothing is left for the next ------------------------------------------------

OTHERS = [
    "leave/",
    "new-code/",
    "close/",
    "withdraw/",
    "waiting/",
    "alone/",
    "sign/",
    "state/",
    "print/",
    "renew/",
    "join/",
    "change/",
    "sign-in/",
    "language/",
]


@pytest.mark.parametrize("step", OTHERS)
def test_the_tablet_has_the_questions_and_no_other_page(
    at_desk: Client, tablet: Client, application: Application, step: str
) -> None:
    give(at_desk, application)
    for ask in (tablet.get, tablet.post):
        assert ask(own(application, step))["Location"] == "/screen/"
    application.refresh_from_db()
    assert (application.state, application.turn) == ("interview", Turn.RESIDENT)
    code = cases.code_of(RESUMPTIONS.get(application.pk))
    for opens in ("", f"q/{PHONE}/", "check/"):
        page = tablet.get(own(application, opens), follow=True).content.decode()
        assert code not in page
        links = {part.split('"')[0] for part in page.split('href="')[1:]}
        assert not [
            link
            for link in links
            if link.startswith("/") and not link.startswith((own(application, "q/"), "/static/"))
        ]
    assert "machimado_apply" not in tablet.cookies


def test_it_opens_nothing_before_it_was_given(tablet: Client, application: Application) -> None:
    for step in ("", f"q/{PHONE}/", "check/"):
        assert tablet.get(own(application, step))["Location"] == "/screen/"
        assert tablet.post(own(application, step), {PHONE: "0"})["Location"] == "/screen/"
    application.refresh_from_db()
    assert application.answers["contact"]["phone"] == "090-0000-1234"


def test_given_at_one_desk_it_opens_at_no_other(
    at_desk: Client, universe: Universe, application: Application
) -> None:
    give(at_desk, application)
    other = Desk.objects.get(office=universe.branch, number=2)
    assert paired(other, universe.colleague).get(own(application, f"q/{PHONE}/"))["Location"] == "/screen/"
    assert Client().get(own(application, f"q/{PHONE}/"))["Location"] == "/apply/resume/"


def test_what_the_register_told_is_not_told_there_either(
    at_desk: Client, tablet: Client, application: Application
) -> None:
    known = {"resident.birth_date": {"source": "record", "revision": 0}}
    answers = {**application.answers, "resident": {"birth_date": "1992-08-14"}}
    Application.objects.filter(pk=application.pk).update(
        answers=answers, sources={**application.sources, **known}
    )
    give(at_desk, application)
    page = tablet.get(own(application, "check/")).content.decode()
    assert "1992" not in page
    assert "平成4年8月14日" not in page


def test_left_alone_it_is_hidden_and_comes_back_when_the_officer_goes_on(
    at_desk: Client, tablet: Client, desk: Desk, application: Application
) -> None:
    give(at_desk, application)
    long_ago = timezone.now() - timedelta(minutes=settings.LOCK_AFTER_MINUTES + 1)
    Desk.objects.update(touched_at=long_ago)
    assert still(tablet, desk) == "hidden"
    # A touch alone brings nothing back: it may be anybody's.
    assert still(tablet, desk, touched="1") == "hidden"
    hidden = tablet.get(own(application, f"q/{PHONE}/"), follow=True).content.decode()
    assert "内容をかくしています" in hidden
    assert "090-0000-1234" not in hidden
    at_desk.post(place(application, "show/"))
    assert still(tablet, desk) == "alone"


def test_whoever_types_for_long_is_somebody(
    at_desk: Client, tablet: Client, desk: Desk, application: Application
) -> None:
    give(at_desk, application)
    nearly = timezone.now() - timedelta(minutes=settings.LOCK_AFTER_MINUTES) + timedelta(seconds=20)
    Desk.objects.update(touched_at=nearly)
    assert still(tablet, desk) == "alone"
    desk.refresh_from_db()
    assert desk.touched_at == nearly
    still(tablet, desk, touched="1")
    desk.refresh_from_db()
    assert desk.touched_at > nearly


ENDS: dict[str, Callable[[Client, Desk, Application, Universe], object]] = {
    "closed": lambda officer, _desk, one, _: officer.post(
        f"/counter/cases/{one.case_id}/close/", {"unsent": "withdraw"}
    ),
    "wiped": lambda _officer, desk, _one, _: actions.wipe(desk=desk),
    "cancelled": lambda officer, _desk, one, _: officer.post(place(one, "cancel/")),
    "next": lambda officer, _desk, _one, _: officer.post(
        f"/counter/open/{claim.a_resident(_next(), '高橋　誠', 'タカハシ　マコト').pk}/"
    ),
    "unpaired": lambda officer, _desk, _one, _: officer.post("/counter/desk/unpair/"),
}
SECRETS = ("佐藤", "健太", "サトウ", "陽葵", "雪見精機", "0000-1234", "2026-04-05", "令和8年4月5日")
TRIES = st.lists(
    st.sampled_from(["get", "check", "post", "hand", "screen", "still", "code", "wrong"]),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("end", ENDS)
@of_hypothesis(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TRIES)
def test_once_they_have_gone_nothing_of_theirs_is_read_or_written(
    at_desk: Client,
    desk: Desk,
    universe: Universe,
    end: str,
    tries: list[str],
) -> None:
    tablet = paired(desk, universe.officer)
    desk.refresh_from_db()
    actions.wipe(desk=desk)
    first = claim.answered(universe.officer, claim.a_resident(_next()))
    desk.refresh_from_db()
    actions.show(desk=desk, application=first, at=timezone.now())
    give(at_desk, first)
    shown = tablet.get(own(first, f"q/{PHONE}/")).context
    assert shown is not None
    desk.refresh_from_db()
    showing = str(desk.showing)
    ENDS[end](at_desk, desk, first, universe)
    before = Application.objects.get(pk=first.pk)
    for way in tries:
        answer = _try(way, tablet, first, shown, showing)
        body = answer.content.decode()
        assert not [word for word in (*SECRETS, first.reference) if word in body]
    after = Application.objects.get(pk=first.pk)
    assert (after.answers, after.revision, after.turn) == (before.answers, before.revision, before.turn)


def _next() -> int:
    return Resident.objects.count() + 20


def _try(way: str, tablet: Client, first: Application, shown: Any, showing: str) -> Any:
    """Do what somebody could do at the tablet with a page that was left on it, or remembered."""
    held = {"revision": "1", "page": shown["page_key"], PHONE: "0235-66-6666", "showing": showing}
    if way == "post":
        return tablet.post(own(first, f"q/{PHONE}/"), held, follow=True)
    if way == "hand":
        return tablet.post(own(first, f"q/{PHONE}/"), {**held, "hand": "1"}, follow=True)
    if way == "wrong":
        return tablet.post("/screen/wrong/", {"showing": showing, "section": "children"}, follow=True)
    if way == "still":
        answer = tablet.get("/screen/still/", {"showing": showing, "touched": "1"})
        assert answer.json() == {"still": "gone"}
        return answer
    places = {"get": own(first, f"q/{PHONE}/"), "check": own(first, "check/"), "screen": "/screen/"}
    return tablet.get(places.get(way, own(first, "leave/")), follow=True)


# --- at the same moment ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_resident_answers_while_the_officer_takes_over(
    at_desk: Client, desk: Desk, tablet: Client, universe: Universe
) -> None:
    """Either is first; the answer is kept in both cases, and the officer goes on."""
    application = claim.answered(universe.officer)
    actions.show(desk=desk, application=application, at=timezone.now())
    for turn in range(4):
        give(at_desk, application)
        shown = tablet.get(own(application, f"q/{PHONE}/")).context
        number = f"0235-22-000{turn}"

        def answer(number: str = number, shown: Any = shown) -> int:
            try:
                status: int = sent(tablet, application, PHONE, number, shown).status_code
                return status
            finally:
                connection.close()

        def take_over() -> int:
            try:
                return at_desk.post(place(application, "take-back/")).status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            assert [one.result() for one in (pool.submit(answer), pool.submit(take_over))] == [302, 302]
        application.refresh_from_db()
        assert application.answers["contact"]["phone"] == number
        assert application.turn == Turn.OFFICER


@pytest.mark.django_db(transaction=True)
def test_giving_and_giving_back_at_once_leave_it_in_one_hand(
    at_desk: Client, desk: Desk, tablet: Client, universe: Universe
) -> None:
    application = claim.answered(universe.officer)
    actions.show(desk=desk, application=application, at=timezone.now())
    give(at_desk, application)
    shown = tablet.get(own(application, f"q/{PHONE}/")).context

    def press(do: Callable[[], Any]) -> int:
        try:
            status: int = do().status_code
            return status
        finally:
            connection.close()

    held = {"revision": str(shown["application"].revision), "page": shown["page_key"], PHONE: "0235-33-3333"}
    ways: list[Callable[[], Any]] = [
        lambda: tablet.post(own(application, f"q/{PHONE}/"), {**held, "hand": "1"}),
        lambda: at_desk.post(place(application, "take-back/")),
        lambda: at_desk.post(place(application, "give/"), {"stands": PHONE}),
    ]
    with ThreadPoolExecutor(3) as pool:
        assert max(pool.map(press, ways)) < 500
    application.refresh_from_db()
    assert application.answers["contact"]["phone"] == "0235-33-3333"
    # Whoever was last has it, and asks what is asked there.
    channel = {Turn.RESIDENT: Channel.WEB, Turn.OFFICER: Channel.COUNTER}[Turn(application.turn)]
    assert application.channel == channel


def test_the_tablets_browser_fills_in_nothing(
    at_desk: Client, tablet: Client, application: Application
) -> None:
    give(at_desk, application)
    for question in (PHONE, "resident.name", "resident.birth_date", "resident.address"):
        shown = tablet.get(own(application, f"q/{question}/"), follow=True).content.decode()
        assert 'autocomplete="off" novalidate' in shown
        kept = shown.replace('autocomplete="off"', "")
        assert "autocomplete=" not in kept
