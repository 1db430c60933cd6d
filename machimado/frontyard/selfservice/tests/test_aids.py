"""Aids to reading on the resident's own pages: for this sitting, and nothing of it for whoever sits down next."""

import re

import pytest
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.languages import told
from machimado.frontyard.selfservice.tests.filling import page, send
from machimado.ground.japanese.readings import with_readings
from tests.structure.test_messages import PAGES, said

pytestmark = pytest.mark.django_db
KANJI = re.compile(r"[一-龠々]")


def read(client: Client, **asked: str) -> str:
    return client.post("/apply/aids/", {"next": "/apply/", **asked}, follow=True).content.decode()


def test_it_is_kept_from_page_to_page(phone: Client, application: Application) -> None:
    assert 'class="resident apply reads-large"' in read(phone, size="large")
    read(phone, colours="clear")
    shown = page(phone, application).content.decode()
    assert 'class="resident apply reads-large reads-clear"' in shown
    assert 'name="size" value="large" aria-pressed="true"' in shown


def test_readings_are_there_on_demand_alone(phone: Client, application: Application) -> None:
    assert "<ruby>" not in page(phone, application).content.decode()
    read(phone, furigana="on")
    assert (
        '<ruby>住民票<rp>（</rp><rt aria-hidden="true">じゅうみんひょう</rt>'
        in page(phone, application).content.decode()
    )
    read(phone, furigana="off")
    assert "<ruby>" not in page(phone, application).content.decode()


def test_other_languages_have_none(phone: Client, application: Application) -> None:
    read(phone, furigana="on")
    phone.post(f"/apply/a/{application.pk}/language/", {"language": "zh-hans"})
    shown = page(phone, application).content.decode()
    assert "<ruby>" not in shown
    assert 'name="furigana"' not in shown


def test_a_name_is_never_read_by_us(phone: Client, application: Application) -> None:
    read(phone, furigana="on")
    # Words that we know, as somebody's name.
    send(
        phone,
        application,
        "resident.name",
        **{"resident.name.text": "今 方", "resident.name.kana": "コン カタ"},
    )
    shown = phone.get(f"/apply/a/{application.pk}/check/").content.decode()
    assert "今　方（コン　カタ）" in shown


def test_whoever_sits_down_next_finds_nothing_of_it(phone: Client, application: Application) -> None:
    read(phone, furigana="on", size="largest", colours="dark")
    phone.post("/apply/language/", {"language": "ko"})
    phone.post(f"/apply/a/{application.pk}/close/")
    shown = phone.get("/apply/").content.decode()
    assert 'class="resident apply" data-language="ja"' in shown
    assert "reads-" not in shown
    assert not any(cookie.value for name, cookie in phone.cookies.items() if name.startswith("machimado_"))


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_it_leads_back_to_our_own_pages_alone(phone: Client, back: str) -> None:
    assert phone.post("/apply/aids/", {"next": back, "size": "large"})["Location"] == "/apply/"


@pytest.mark.parametrize(
    "name",
    [
        "residence-certificate", "seal-certificate", "move-in", "child-medical", "child-allowance-claim",
        "child-allowance-change", "child-allowance-revision", "child-allowance-end", "national-health-join",
        "national-health-loss",
    ],
)  # fmt: skip
def test_each_word_of_the_first_ten_has_its_reading(name: str, application: Application) -> None:
    form = procedures.current(name, on=application.begun_at.date())
    assert unread(text["ja"] for _, text in told(form)) == set()
    assert cases.form_of(application)


@pytest.mark.parametrize("folder", PAGES.values(), ids=PAGES)
def test_each_word_of_the_pages_has_its_reading(folder: object) -> None:
    assert unread(said(folder)) == set()  # type: ignore[arg-type]


def unread(texts: object) -> set[str]:
    parts = (one for text in texts for one in with_readings(text))  # type: ignore[attr-defined]
    return {one for one, reading in parts if not reading and KANJI.search(one)}
