"""Who may open what: roles, refusals that say what to do, and the sign-in that leads nowhere else."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from machimado.ground.people import actions, permissions
from machimado.ground.people.models import Office, Officer, Role, Section
from machimado.ground.people.permissions import Refused, can_role, check_role
from machimado.ground.people.sign_in import TOO_OFTEN
from tests.universe import OFFICES, PASSWORD, SECTIONS, Universe, employ

LOGIN = "/accounts/login/"


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("中身")


def opened_by(user: Any, *roles: Role, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/somewhere/?a=1", headers=headers)
    request.user = user
    request.session = Client().session
    answer = permissions.officers(*roles)(page)(request)
    assert isinstance(answer, HttpResponse)
    return answer


def test_pairs_answer_and_explain(universe: Universe) -> None:
    assert can_role(universe.auditor, Role.AUDITOR)
    check_role(universe.auditor, Role.AUDITOR, Role.OFFICER)
    assert not can_role(universe.officer, Role.AUDITOR)
    with pytest.raises(Refused, match=r"「監査担当」の役割をもつ職員が使えます。.*依頼してください。"):
        check_role(universe.officer, Role.AUDITOR)


@pytest.mark.parametrize("name", ["officer", "specialist", "supervisor", "auditor", "administrator"])
@pytest.mark.parametrize("role", Role)
def test_a_page_for_a_role_opens_for_that_role_alone(universe: Universe, name: str, role: Role) -> None:
    officer: Officer = getattr(universe, name)
    expected = 200 if role in officer.role_codes() else 403
    assert opened_by(officer, role).status_code == expected


def test_a_page_for_all_officers_opens_for_each(universe: Universe) -> None:
    assert opened_by(universe.outsider).content.decode() == "中身"


def test_a_visitor_is_sent_to_the_sign_in_and_comes_back(db: None) -> None:
    sent = opened_by(AnonymousUser(), Role.OFFICER)
    assert sent.headers["Location"] == f"{LOGIN}?next=/somewhere/%3Fa%3D1"


def test_a_fragment_for_a_visitor_reloads_the_page(db: None) -> None:
    sent = opened_by(AnonymousUser(), **{"HX-Request": "true"})
    assert (sent.status_code, sent.headers["HX-Refresh"]) == (204, "true")


def test_a_view_says_who_may_open_it() -> None:
    assert permissions.officers(Role.AUDITOR)(page).access == "officers: auditor"  # type: ignore[attr-defined]
    assert permissions.officers()(page).access == "officers: any"  # type: ignore[attr-defined]
    assert permissions.everyone(page).access == "everyone"  # type: ignore[attr-defined]


class TestSignIn:
    def test_with_the_password(self, universe: Universe, client: Client) -> None:
        answer = client.post(LOGIN, {"login": "ono", "password": PASSWORD})
        assert answer.status_code == 302
        assert client.session["_auth_user_id"] == str(universe.officer.pk)

    @pytest.mark.parametrize(
        ("login", "password"), [("ono", "wrong"), ("nobody", PASSWORD), ("", ""), ("ono\x00", PASSWORD)]
    )
    def test_with_anything_else_nobody_is_signed_in(
        self, universe: Universe, client: Client, login: str, password: str
    ) -> None:
        answer = client.post(LOGIN, {"login": login, "password": password})
        assert answer.status_code == 200
        assert "_auth_user_id" not in client.session

    def test_nobody_can_try_for_ever(self, universe: Universe, client: Client) -> None:
        for number in range(12):
            client.post(LOGIN, {"login": "ono", "password": f"guess-{number}"})
        refused = client.post(LOGIN, {"login": "ono", "password": PASSWORD})
        assert TOO_OFTEN in refused.content.decode()
        assert "_auth_user_id" not in client.session

    @pytest.mark.parametrize(
        "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
    )
    def test_leads_to_no_other_site(self, universe: Universe, client: Client, target: str) -> None:
        answer = client.post(LOGIN, {"login": "ono", "password": PASSWORD, "next": target})
        assert "evil" not in answer.headers.get("Location", "")

    def test_who_has_left_cannot(self, universe: Universe, client: Client) -> None:
        Officer.objects.filter(pk=universe.officer.pk).update(is_active=False)
        client.post(LOGIN, {"login": "ono", "password": PASSWORD})
        assert "_auth_user_id" not in client.session

    def test_no_account_can_be_made_by_a_visitor(self, universe: Universe, client: Client) -> None:
        before = Officer.objects.count()
        answer = client.post("/accounts/signup/", {"username": "mallory", "password1": PASSWORD})
        assert answer.status_code == 403
        assert "市が管理しています" in answer.content.decode()
        assert Officer.objects.count() == before


class TestStaffList:
    def test_a_new_officer_without_a_password_cannot_use_one(self, universe: Universe) -> None:
        officer = actions.employ(
            login="new",
            name="新人　一",
            kana="シンジン　ハジメ",
            office=universe.branch,
            section=Section.objects.get(code="kawakami-citizens"),
            roles=[Role.OFFICER],
        )
        assert not officer.has_usable_password()

    def test_an_entry_brought_up_to_date_keeps_the_password(self, universe: Universe) -> None:
        again = actions.employ(
            login="ono",
            name="小野　美咲",
            kana="オノ　ミサキ",
            office=universe.head,
            section=Section.objects.get(code="citizens"),
            roles=[Role.SPECIALIST],
            skills=["027"],
        )
        assert again.check_password(PASSWORD)
        assert Officer.objects.get(login="ono").role_codes() == {Role.SPECIALIST}
        assert list(again.skills.values_list("name", flat=True)) == ["027"]

    def test_offices_may_be_loaded_again_and_know_their_branch(self, universe: Universe) -> None:
        actions.load_offices(offices=reversed(OFFICES), sections=SECTIONS)
        assert Office.objects.count() == len(OFFICES)
        assert Office.objects.get(code="sawaguchi").branch == universe.branch

    def test_the_roles_of_everybody_are_as_they_were_given(self, universe: Universe) -> None:
        officer = employ("x", "役　多", "ヤク　タ", "head", Role.OFFICER, Role.AUDITOR)
        assert officer.role_codes() == {Role.OFFICER, Role.AUDITOR}
