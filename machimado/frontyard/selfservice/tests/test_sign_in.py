"""A resident may sign in, and never must: what is filled in, what is theirs, and nothing of it for the next one."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Resumption
from machimado.cases.delivery.commands import _forget
from machimado.frontyard.selfservice.models import SignIn
from machimado.frontyard.selfservice.tests.conftest import begun
from machimado.frontyard.selfservice.tests.filling import page, send
from machimado.frontyard.selfservice.tests.signing import sign_in, to_provider
from machimado.frontyard.selfservice.tests.test_alone import answer_all, sign
from machimado.ground.journal.models import Detail, Entry
from tests.devices import connected
from tests.fakes.identity_provider import ASSURANCE, IdentityProvider
from tests.universe import Universe

pytestmark = pytest.mark.django_db
SELF = {"applicant.role": "self"}


def test_without_the_setting_there_is_no_button_and_no_way(phone: Client) -> None:
    for place in ("/apply/", "/apply/residence-certificate/", "/apply/resume/"):
        assert "サインイン" not in phone.get(place).content.decode()
    assert phone.get("/apply/sign-in/")["Location"] == "/apply/"
    assert phone.get("/apply/sign-in/return/?code=1&state=2").status_code == 400
    assert phone.get("/apply/mine/")["Location"] == "/apply/"


def test_signing_in_is_offered_and_nobody_has_to(phone: Client, provider: IdentityProvider) -> None:
    shown = phone.get("/apply/").content.decode()
    assert "本人確認サービスでサインイン" in shown
    assert "しなくても、手続はすべてできます。" in shown
    assert page(phone, begun(phone)).status_code == 200
    assert not SignIn.objects.exists()


def test_what_the_provider_says_is_filled_in_and_can_be_changed(
    phone: Client, provider: IdentityProvider
) -> None:
    assert sign_in(phone)["Location"] == "/apply/mine/"
    application = begun(phone)
    send(phone, application, "applicant.role", **SELF)
    application.refresh_from_db()
    assert application.answers["resident"]["name"] == {"text": "見本　花子", "kana": "ミホン　ハナコ"}
    assert application.answers["resident"]["birth_date"] == "1958-05-06"
    assert application.answers["resident"]["address"]["town"] == "馬場町"
    assert application.answers["resident"]["address"]["postal_code"] == "9970035"
    assert {
        application.sources[f"resident.{one}"]["source"] for one in ("name", "birth_date", "address")
    } == {"identity"}
    assert "本人確認サービスから入れました" in page(phone, application, "resident.name").content.decode()
    changed = {"resident.name.text": "見本 華子", "resident.name.kana": "ミホン ハナコ"}
    send(phone, application, "resident.name", **changed)
    application.refresh_from_db()
    assert application.answers["resident"]["name"]["text"] == "見本　華子"
    assert application.sources["resident.name"]["source"] == "resident"


def test_what_was_typed_is_never_overwritten_and_it_is_filled_in_once(
    phone: Client, provider: IdentityProvider
) -> None:
    application = begun(phone)
    send(phone, application, "applicant.role", **SELF)
    typed = {"resident.name.text": "見本 華子", "resident.name.kana": "ミホン ハナコ"}
    send(phone, application, "resident.name", **typed)
    assert sign_in(phone, address=f"/apply/a/{application.pk}/sign-in/")["Location"] == (
        f"/apply/a/{application.pk}/"
    )
    application.refresh_from_db()
    assert application.answers["resident"]["name"]["text"] == "見本　華子"
    assert application.answers["resident"]["birth_date"] == "1958-05-06"
    send(phone, application, "resident.birth_date", **{"resident.birth_date.era": ""})
    sign_in(phone, address=f"/apply/a/{application.pk}/sign-in/")
    page(phone, application)
    application.refresh_from_db()
    assert "birth_date" not in application.answers["resident"]


def test_whoever_applies_for_somebody_else_is_the_agent(phone: Client, provider: IdentityProvider) -> None:
    sign_in(phone)
    application = begun(phone)
    assert "resident" not in application.answers
    send(phone, application, "applicant.role", **{"applicant.role": "agent"})
    application.refresh_from_db()
    assert application.answers["agent"]["birth_date"] == "1958-05-06"
    assert "resident" not in application.answers


def test_a_name_without_its_reading_stays_in_its_field(phone: Client, provider: IdentityProvider) -> None:
    del provider.people["hanako"]["name#ja-Kana-JP"]
    sign_in(phone)
    application = begun(phone)
    send(phone, application, "applicant.role", **SELF)
    shown = page(phone, application, "resident.name").content.decode()
    assert 'value="見本 花子"' in shown
    assert "フリガナを入れてください" in shown


def test_own_applications_need_no_code(phone: Client, provider: IdentityProvider) -> None:
    sign_in(phone)
    first, second = begun(phone), begun(phone, "seal-certificate")
    assert "machimado_apply" not in phone.cookies
    other_phone = Client()
    sign_in(other_phone)
    shown = other_phone.get("/apply/mine/")
    assert {one.id for one in shown.context["own"]} == {str(first.pk), str(second.pk)}
    assert page(other_phone, first).status_code == 200
    other_phone.post(f"/apply/a/{second.pk}/withdraw/")
    states = {one.id: one.state for one in other_phone.get("/apply/mine/").context["own"]}
    assert states == {str(first.pk): "open", str(second.pk): "cancelled"}
    send(other_phone, first, "applicant.role", **SELF)
    answer_all(other_phone, first)
    sign(other_phone, first)
    assert "市役所に届きました" in phone.get("/apply/mine/").content.decode()


def test_what_was_opened_by_a_code_is_put_among_ones_own_only_when_asked(
    phone: Client, provider: IdentityProvider
) -> None:
    application = begun(Client())
    sign_in(phone)
    code = cases.code_of(Resumption.objects.get(pk=application.pk))
    phone.post("/apply/resume/", {"code": code})
    assert page(phone, application).status_code == 200
    assert phone.get("/apply/mine/").context["own"] == []
    phone.post(f"/apply/a/{application.pk}/join/")
    assert len(phone.get("/apply/mine/").context["own"]) == 1


def test_somebody_elses_application_stays_theirs(phone: Client, provider: IdentityProvider) -> None:
    sign_in(phone)
    application = begun(phone)
    code = cases.code_of(Resumption.objects.get(pk=application.pk))
    taro = Client()
    sign_in(taro, "taro")
    assert taro.get(f"/apply/a/{application.pk}/")["Location"] == "/apply/resume/"
    taro.post("/apply/resume/", {"code": code})
    assert taro.post(f"/apply/a/{application.pk}/join/").status_code == 409
    send(taro, application, "applicant.role", **SELF)
    application.refresh_from_db()
    assert "resident" not in application.answers


def test_the_list_asks_the_store_as_often_for_ten_as_for_two(
    phone: Client, provider: IdentityProvider, django_assert_num_queries: Any
) -> None:
    sign_in(phone)
    for _ in range(2):
        begun(phone)
    phone.get("/apply/mine/")
    with django_assert_num_queries(2):
        phone.get("/apply/mine/")
    for _ in range(8):
        begun(phone)
    with django_assert_num_queries(2):
        assert len(phone.get("/apply/mine/").context["own"]) == 10


# ---------------------------------------------------------------- out again


def test_after_the_sign_out_nothing_opens_any_more(phone: Client, provider: IdentityProvider) -> None:
    sign_in(phone)
    application = begun(phone)
    send(phone, application, "applicant.role", **SELF)
    stale = {name: kept.value for name, kept in phone.cookies.items()}
    left = phone.post("/apply/sign-out/")
    assert f"url={provider.address}/logout?" in left.content.decode()
    assert not SignIn.objects.exists()
    # The back button, and a copy of the cookies from before.
    for browser in (phone, Client()):
        browser.cookies.load(stale)
        for place in ("", "q/resident.name/", "check/", "leave/", "state/"):
            assert browser.get(f"/apply/a/{application.pk}/{place}")["Location"] == "/apply/resume/"
        assert browser.get("/apply/mine/")["Location"] == "/apply/"
        assert "花子" not in browser.get("/apply/").content.decode()


def test_signing_out_while_the_provider_is_away_does_not_strand_anybody(
    phone: Client, provider: IdentityProvider
) -> None:
    sign_in(phone)
    provider.lies["description"] = lambda _: []
    assert phone.post("/apply/sign-out/")["Location"] == "/apply/signed-out/"
    assert "サインアウトが済みました" in phone.get("/apply/signed-out/").content.decode()
    assert not SignIn.objects.exists()


def test_a_second_sign_in_is_a_new_one_and_the_first_is_out(
    phone: Client, provider: IdentityProvider
) -> None:
    sign_in(phone)
    before = phone.cookies["machimado_resident"].value
    sign_in(phone, "taro")
    assert phone.cookies["machimado_resident"].value != before
    thief = Client()
    thief.cookies["machimado_resident"] = before
    assert thief.get("/apply/mine/")["Location"] == "/apply/"


@pytest.mark.parametrize("cookie", ["", "x", "\x00", "é" * 50, "a" * 3000])
def test_a_made_up_cookie_is_nobody(phone: Client, provider: IdentityProvider, cookie: str) -> None:
    phone.cookies["machimado_resident"] = cookie
    assert phone.get("/apply/mine/")["Location"] == "/apply/"


def test_a_sign_in_ends_after_twelve_hours(phone: Client, provider: IdentityProvider) -> None:
    sign_in(phone)
    SignIn.objects.update(valid_until=timezone.now() - timedelta(seconds=1))
    assert phone.get("/apply/mine/")["Location"] == "/apply/"
    # The next one's beginning clears away what has ended.
    sign_in(Client(), "taro")
    assert SignIn.objects.count() == 1


def test_the_worker_forgets_whoever_never_signed_out(
    phone: Client, lobby: Client, provider: IdentityProvider
) -> None:
    sign_in(phone)
    sign_in(lobby, "taro")
    SignIn.objects.update(touched_at=timezone.now() - timedelta(minutes=16))
    _forget()
    assert SignIn.objects.get().is_lobby is False
    SignIn.objects.update(valid_until=timezone.now() - timedelta(seconds=1))
    _forget()
    assert not SignIn.objects.exists()


# ---------------------------------------------------------------- on a screen in the lobby


@pytest.fixture
def lobby(universe: Universe) -> Client:
    return connected(universe.officer, "lobby", "ロビー1")


def test_in_the_lobby_the_end_is_the_sign_out(lobby: Client, provider: IdentityProvider) -> None:
    sign_in(lobby)
    application = begun(lobby)
    done = lobby.post("/apply/done/", {"application": str(application.pk)})
    assert f"url={provider.address}/logout?" in done.content.decode()
    assert not SignIn.objects.exists()
    assert lobby.get("/apply/signed-out/")["Location"] == "/apply/"
    assert lobby.get(f"/apply/a/{application.pk}/")["Location"] == "/apply/resume/"


def test_in_the_lobby_everybody_signs_in_anew_at_the_provider(
    lobby: Client, phone: Client, provider: IdentityProvider
) -> None:
    assert "prompt=login" in to_provider(lobby)
    assert "prompt" not in to_provider(phone)


def test_in_the_lobby_a_sign_in_ends_when_nobody_touches_the_screen(
    lobby: Client, phone: Client, provider: IdentityProvider
) -> None:
    sign_in(lobby)
    sign_in(phone)
    application = begun(lobby)
    SignIn.objects.update(touched_at=timezone.now() - timedelta(minutes=10))
    assert page(lobby, application, "scope").status_code == 200
    assert SignIn.objects.get(is_lobby=True).touched_at > timezone.now() - timedelta(minutes=1)
    SignIn.objects.update(touched_at=timezone.now() - timedelta(minutes=16))
    assert lobby.get(f"/apply/a/{application.pk}/q/scope/")["Location"] == "/apply/resume/"
    assert lobby.get("/apply/mine/")["Location"] == "/apply/"
    assert phone.get("/apply/mine/").status_code == 200


# ---------------------------------------------------------------- what is kept, and what the officer sees


def test_neither_the_store_nor_the_journal_knows_the_providers_word_for_them(
    phone: Client, provider: IdentityProvider, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in(phone)
    application = begun(phone)
    send(phone, application, "applicant.role", **SELF)
    resumption = Resumption.objects.get(pk=application.pk)
    assert "opaque" not in resumption.person
    assert (resumption.assurance, resumption.verified_at is not None) == (ASSURANCE, True)
    assert {"selfservice.signed_in", "application.joined", "application.identity_taken"} <= set(
        Entry.objects.values_list("action", flat=True)
    )
    told = str(list(Detail.objects.values_list("content", flat=True))) + caplog.text
    assert not [word for word in ("花子", "opaque", "1958", "馬場町") if word in told]


def test_the_officer_sees_who_was_confirmed_and_that_the_name_was_changed_since(
    phone: Client, provider: IdentityProvider, at_counter: Client, universe: Universe
) -> None:
    sign_in(phone)
    application = begun(phone, office=universe.branch.code)
    send(phone, application, "applicant.role", **SELF)
    answer_all(phone, application)
    typed = {"resident.name.text": "別人 次郎", "resident.name.kana": "ベツジン ジロウ"}
    send(phone, application, "resident.name", **typed)
    sign(phone, application)
    stands = Resumption.objects.get(pk=application.pk)
    assert not cases.is_about_confirmed(stands, Application.objects.get(pk=application.pk))
    assert "本人確認サービスで確認済み" in at_counter.get("/counter/").content.decode()
    taken = at_counter.post(f"/counter/applications/{application.pk}/accept/")
    assert taken.status_code == 302
    shown = at_counter.get(f"/counter/applications/{application.pk}/").content.decode()
    assert ASSURANCE in shown
    assert "確認した後で氏名か生年月日が書き換えられています" in shown
