"""The people whom every test knows, made as the product makes them: through actions.

officer     小野 美咲    serves at the branch
colleague   本間 健太    serves at the same branch
specialist  阿部 千尋    serves every office from head office
supervisor  五十嵐 久美子 answers for the branch
auditor     櫻井 徹      reads the journal, serves nobody
administrator 大場 翼    keeps the system, serves nobody
outsider    工藤 雅子    serves at another office

The residents (`residents`) are those of a reference core system that really runs, imported as a city imports them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from django.test import Client

from machimado.cases.register import actions as register
from machimado.cases.register.models import Resident, Status
from machimado.ground.people import actions
from machimado.ground.people.models import Office, Officer, Role, Section
from tests.processes import Core

PASSWORD = "yuki-no-asa-2026"
BACKEND = "machimado.ground.people.sign_in.StaffBackend"

OFFICES: list[dict[str, Any]] = [
    {"code": "head", "name": "雪見市役所 本庁", "short_name": "本庁", "kind": "head"},
    {
        "code": "kawakami",
        "name": "雪見市 川上庁舎",
        "short_name": "川上庁舎",
        "kind": "branch",
        "branch": "head",
        "distance_km": 21,
        "winter_minutes": 40,
    },
    {
        "code": "sawaguchi",
        "name": "雪見市 沢口出張所",
        "short_name": "沢口出張所",
        "kind": "outpost",
        "branch": "kawakami",
        "distance_km": 12,
        "winter_minutes": 25,
    },
]
SECTIONS: list[dict[str, Any]] = [
    {"code": "citizens", "name": "市民課", "office": "head"},
    {"code": "child", "name": "子育て支援課", "office": "head"},
    {"code": "kawakami-citizens", "name": "川上庁舎 市民福祉課", "office": "kawakami"},
]


@dataclass(frozen=True, slots=True)
class Universe:
    """The offices and the staff of a small city hall."""

    head: Office
    branch: Office
    outpost: Office
    officer: Officer
    colleague: Officer
    specialist: Officer
    supervisor: Officer
    auditor: Officer
    administrator: Officer
    outsider: Officer


@dataclass(frozen=True, slots=True)
class Residents:
    """People of the running core system's register. Rarer kinds (protected, 不詳) are made where they matter."""

    anybody: Resident
    neighbour: Resident
    child: Resident
    foreigner: Resident


@pytest.fixture
def universe(db: None) -> Universe:
    """Make the city hall with its people."""
    actions.load_offices(offices=OFFICES, sections=SECTIONS)
    return Universe(
        head=Office.objects.get(code="head"),
        branch=Office.objects.get(code="kawakami"),
        outpost=Office.objects.get(code="sawaguchi"),
        officer=employ("ono", "小野　美咲", "オノ　ミサキ", "kawakami", Role.OFFICER),
        colleague=employ("honma", "本間　健太", "ホンマ　ケンタ", "kawakami", Role.OFFICER),
        specialist=employ("abe", "阿部　千尋", "アベ　チヒロ", "head", Role.OFFICER, Role.SPECIALIST),
        supervisor=employ(
            "igarashi", "五十嵐　久美子", "イガラシ　クミコ", "kawakami", Role.OFFICER, Role.SUPERVISOR
        ),
        auditor=employ("sakurai", "櫻井　徹", "サクライ　トオル", "head", Role.AUDITOR),
        administrator=employ("oba", "大場　翼", "オオバ　ツバサ", "head", Role.ADMINISTRATOR),
        outsider=employ("kudo", "工藤　雅子", "クドウ　マサコ", "sawaguchi", Role.OFFICER),
    )


def employ(login: str, name: str, kana: str, office: str, *roles: Role) -> Officer:
    """Employ somebody at an office, with the password that all of them have."""
    section = "kawakami-citizens" if office != "head" else "citizens"
    officer = actions.employ(
        login=login,
        name=name,
        kana=kana,
        office=Office.objects.get(code=office),
        section=Section.objects.get(code=section),
        roles=roles,
    )
    # Hashed once for all: it is slow on purpose.
    officer.password = _hashed()
    officer.save(update_fields=["password"])
    return officer


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


@pytest.fixture
def sign_in() -> Callable[[Officer], Client]:
    """Return what gives a browser in which the officer is signed in already."""

    def signed_in(officer: Officer, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(officer, backend=BACKEND)
        return client

    return signed_in


@pytest.fixture
def residents(core: Core, universe: Universe) -> Residents:
    """Import the register of the running core system, and name some of its people."""
    register.import_all()
    here = Resident.objects.filter(status=Status.RESIDENT).order_by("resident_number")
    return Residents(
        anybody=_first(here.filter(shielded=False, is_head=True)),
        neighbour=_first(here.filter(shielded=False, is_head=True)[1:]),
        child=_first(here.filter(shielded=False, relationship="子")),
        foreigner=_first(here.filter(shielded=False).exclude(latin_name="")),
    )


def _first(found: QuerySet[Resident]) -> Resident:
    """Return the first of those found; a sample of people that lacks a kind is no sample."""
    person = next(iter(found[:1]), None)
    assert person is not None, str(found.query)
    return person
