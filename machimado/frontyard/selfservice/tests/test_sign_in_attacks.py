"""Whoever comes back from the identity provider is believed only where it is the provider's word, for this very browser, just now."""

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey

from machimado.cases.applications.models import Application
from machimado.cases.applications.rules.identity import Identity
from machimado.frontyard.selfservice.models import SignIn
from machimado.frontyard.selfservice.provider import _providers
from machimado.frontyard.selfservice.tests.conftest import begun
from machimado.frontyard.selfservice.tests.filling import page, send
from machimado.frontyard.selfservice.tests.signing import at_provider, sign_in, to_provider
from tests.fakes.identity_provider import CLIENT, SECRET, IdentityProvider, new_key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_tried() -> None:
    cache.clear()


def refused(answer: Any, status: int = 503) -> bool:
    """Return whether nobody is signed in, and the page says how to go on without."""
    text = answer.content.decode()
    return (
        answer.status_code == status
        and "このまま続ける" in text
        and "サインインしなくても、手続はすべてできます。" in text
        and not SignIn.objects.exists()
        and "machimado_resident" not in answer.cookies
    )


def changed(**claims: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda honest: {name: value for name, value in {**honest, **claims}.items() if value is not None}


NOW = int(time.time())
LIES = {
    "another nonce": changed(nonce="of-another-browser"),
    "no nonce": changed(nonce=None),
    "for another client": changed(aud="somebody-else"),
    "for us among others, made for another": changed(aud=[CLIENT, "somebody-else"], azp="somebody-else"),
    "for us among others, made for nobody knows whom": changed(aud=[CLIENT, "somebody-else"]),
    "by another provider": changed(iss="https://elsewhere.example"),
    "by a provider that only begins like ours": lambda honest: {**honest, "iss": honest["iss"] + "/"},
    "of yesterday": changed(exp=NOW - 86_400, iat=NOW - 90_000),
    "of tomorrow": changed(iat=NOW + 86_400, exp=NOW + 90_000),
    "without an end": changed(exp=None),
    "of nobody": changed(sub=None),
    "of a nobody": changed(sub=""),
    "of a number": changed(sub=7),
    "of a very long name": changed(sub="x" * 300),
    "for another access token": changed(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_token_that_was_not_made_for_this_is_not_believed(
    phone: Client, provider: IdentityProvider, lie: Callable[[Any], Any]
) -> None:
    provider.lies["claims"] = lie
    assert refused(sign_in(phone))


def unsigned(token: str) -> str:
    return f"eyJhbGciOiJub25lIn0.{token.split('.')[1]}."


def by_our_shared_secret(token: str) -> str:
    return jwt.encode({"alg": "HS256"}, claims_of(token), OctKey.import_key(SECRET))


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


TOKENS: dict[str, Callable[[str], Any]] = {
    "alg none": unsigned,
    "signed with a secret": by_our_shared_secret,
    "signed by somebody else": lambda token: jwt.encode({"alg": "RS256"}, claims_of(token), new_key()),
    "somebody else's claims under the signature": lambda token: ".".join(
        [token.split(".")[0], token.split(".")[1][:-4] + "AAAA", token.split(".")[2]]
    ),
    "no token": lambda _: "",
    "no text": lambda _: {"a": 1},
    "rubbish": lambda _: "a.b.c",
}


@pytest.mark.parametrize("lie", TOKENS.values(), ids=TOKENS)
def test_a_token_that_the_provider_did_not_sign_is_not_believed(
    phone: Client, provider: IdentityProvider, lie: Callable[[str], Any]
) -> None:
    provider.lies["id_token"] = lie
    assert refused(sign_in(phone))


ANSWERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "no object": ("tokens", lambda _: []),
    "no access token": ("tokens", changed(access_token=None)),
    "userinfo of somebody else": ("userinfo", changed(sub="opaque-taro")),
    "userinfo of two megabytes": ("userinfo", changed(name="あ" * 700_000)),
    "a token of two megabytes": ("tokens", changed(more="x" * 2_000_000)),
    "a description of another": ("description", changed(issuer="https://elsewhere.example")),
    "a description without a place": ("description", changed(token_endpoint=None)),
    "keys that are none": ("jwks", lambda _: {"keys": [{"kty": "RSA"}]}),
    "very deep": ("userinfo", lambda _: json.loads("[" * 900 + "]" * 900)),
}


@pytest.mark.parametrize("lie", ANSWERS.values(), ids=ANSWERS)
def test_whatever_the_provider_answers_the_page_says_how_to_go_on(
    phone: Client, provider: IdentityProvider, lie: tuple[str, Callable[[Any], Any]]
) -> None:
    way = to_provider(phone)
    _providers.clear()
    provider.lies[lie[0]] = lie[1]
    assert refused(phone.get(at_provider(way)))


def test_while_the_provider_is_away_the_way_without_stays_open(phone: Client, settings: Any) -> None:
    settings.RESIDENT_ISSUER = "http://127.0.0.1:1"
    shown = phone.get("/apply/sign-in/")
    assert refused(shown)
    assert "いま確かめられませんでした" in shown.content.decode()
    begun(phone)


def test_new_keys_of_the_provider_are_fetched(
    phone: Client, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(phone)
    provider.change_keys()
    # Just fetched: whoever makes up keys does not have us ask each time.
    assert sign_in(phone).status_code == 503
    monkeypatch.setattr("machimado.frontyard.selfservice.provider.KEYS_AGAIN_SECONDS", 0)
    assert sign_in(phone).status_code == 302


# ---------------------------------------------------------------- the way back


def test_a_way_back_that_another_browser_began_is_none(phone: Client, provider: IdentityProvider) -> None:
    """An attacker's own sign-in, slipped to somebody else: they would type into the attacker's applications."""
    slipped = at_provider(to_provider(Client()))
    assert refused(phone.get(slipped), 400)
    to_provider(phone)
    assert refused(phone.get(slipped))


def test_a_state_that_was_changed_is_refused(phone: Client, provider: IdentityProvider) -> None:
    back = at_provider(to_provider(phone))
    assert refused(phone.get(back.replace("state=", "state=x")))


def test_what_came_once_comes_no_second_time(phone: Client, provider: IdentityProvider) -> None:
    back = at_provider(to_provider(phone))
    way = phone.cookies["machimado_sign_in"].value
    assert phone.get(back).status_code == 302
    phone.post("/apply/sign-out/")
    assert refused(phone.get(back), 400)
    # Even for whoever has kept the cookie: the provider gives nothing for a code that was used.
    phone.cookies["machimado_sign_in"] = way
    assert refused(phone.get(back))


def test_a_code_of_another_way_does_not_fit(phone: Client, provider: IdentityProvider) -> None:
    """A stolen code is worth nothing without the verifier that only the browser's way has."""
    stolen = at_provider(to_provider(Client(), "/apply/sign-in/")).partition("code=")[2].partition("&")[0]
    back = at_provider(to_provider(phone))
    own = back.partition("code=")[2].partition("&")[0]
    assert refused(phone.get(back.replace(own, stolen)))


def test_an_answer_of_another_provider_is_refused(phone: Client, provider: IdentityProvider) -> None:
    back = at_provider(to_provider(phone)).partition("&iss=")[0]
    assert refused(phone.get(back + "&iss=https%3A%2F%2Felsewhere.example"))
    back = at_provider(to_provider(phone)).partition("&iss=")[0]
    assert refused(phone.get(back))


def test_whoever_changes_their_mind_goes_on_without(phone: Client, provider: IdentityProvider) -> None:
    answer = phone.get(at_provider(to_provider(phone), stop="1"))
    assert refused(answer, 200)
    assert "サインインをやめました" in answer.content.decode()


@pytest.mark.parametrize(
    "place",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/apply/",
        "/\\elsewhere.example/",
        "/apply//elsewhere.example",
        "/apply/../staff/",
        "/apply/@elsewhere.example",
        "javascript:alert(1)",
        "/counter/",
        "/apply/a\r\nSet-Cookie: x=1/",
    ],
)
def test_nobody_is_led_anywhere_else(phone: Client, provider: IdentityProvider, place: str) -> None:
    landed = sign_in(phone, address=f"/apply/sign-in/?next={quote(place)}")["Location"]
    assert landed == "/apply/mine/"


def test_back_to_the_page_from_which_one_went(phone: Client, provider: IdentityProvider) -> None:
    landed = sign_in(phone, address="/apply/sign-in/?next=/apply/residence-certificate/")["Location"]
    assert landed == "/apply/residence-certificate/"


def test_whoever_signs_in_again_and_again_has_to_wait(
    phone: Client, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(120):
        phone.get("/apply/sign-in/")
    assert phone.get("/apply/sign-in/").status_code == 429


# ---------------------------------------------------------------- hostile claims


def filled(phone: Client, provider: IdentityProvider, **claims: Any) -> Application:
    provider.people["hanako"].update(claims)
    sign_in(phone)
    application = begun(phone)
    send(phone, application, "applicant.role", **{"applicant.role": "self"})
    application.refresh_from_db()
    return application


@pytest.mark.parametrize(
    "claims",
    [
        {"name": "見本 621498320257"},
        {"name": "６２１４ ９８３２ ０２５７"},
        {"address": {"formatted": "山形県鶴岡市馬場町 6214-9832-0257"}},
        {"address": {"region": "山形県", "locality": "6214", "street_address": "98320257"}},
        {"birthdate": "6214-9832-0257"},
        {"name#ja-Kana-JP": "621498320257"},
    ],
    ids=str,
)
def test_a_my_number_is_kept_nowhere(
    phone: Client, provider: IdentityProvider, claims: dict[str, Any]
) -> None:
    application = filled(phone, provider, **claims)
    kept = json.dumps([application.answers, application.refused, SignIn.objects.get().identity])
    digits = "".join(sign for sign in kept if sign.isdecimal())
    assert "621498320257" not in digits
    assert "98320257" not in digits


def test_hostile_text_is_text(phone: Client, provider: IdentityProvider) -> None:
    application = filled(phone, provider, name='<script>alert("1")</script>\x00 花子\u202e')
    shown = page(phone, application, "resident.name").content.decode()
    assert "<script>alert" not in shown
    assert "\u202e" not in json.dumps(application.answers, ensure_ascii=False)


@pytest.mark.parametrize(
    "claims",
    [
        {"name": 5, "birthdate": {}, "address": "x", "gender": []},
        {"name": "あ" * 5000, "birthdate": "1958-13-45", "address": {"formatted": ["x"]}, "gender": "?" * 99},
        {"name": "", "birthdate": "0000-05-06", "address": {}, "gender": None},
        {"name": "花" * 299, "birthdate": "2958-05-06", "address": {"street_address": "番" * 299}},
    ],
    ids=["other kinds", "too long", "empty", "at the edge"],
)
def test_claims_that_say_nothing_fill_in_nothing_and_stop_nobody(
    phone: Client, provider: IdentityProvider, claims: dict[str, Any]
) -> None:
    application = filled(phone, provider, **claims)
    assert "birth_date" not in application.answers.get("resident", {})
    assert page(phone, application, "resident.name").status_code == 200


def test_claims_that_the_city_does_not_ask_for_are_kept_nowhere(
    phone: Client, provider: IdentityProvider, settings: Any
) -> None:
    settings.RESIDENT_CLAIMS = {"birth_date": "birthdate"}
    application = filled(phone, provider, email="hanako@example.jp")
    assert list(application.answers["resident"]) == ["birth_date"]
    assert SignIn.objects.get().identity == Identity(birth_date="1958-05-06").as_dict()
