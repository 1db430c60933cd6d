"""The demo's city: loaded as often as one likes, its passwords made once and shown."""

from pathlib import Path

import pytest

from machimado.ground.people.models import Grant, Office, Officer, Section
from machimado.site import sample


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sample, "data_folder", lambda: tmp_path)
    return tmp_path


def test_passwords_are_made_once_and_kept_from_others(data: Path) -> None:
    first = sample._passwords()
    assert sample._passwords() == first
    assert len(set(first.values())) == len(first)
    assert (data / sample.PASSWORDS).stat().st_mode & 0o077 == 0
    assert set(sample._read("city.yaml")["demo"]["guides"]) <= set(first)


@pytest.mark.django_db
def test_a_city_may_be_loaded_again() -> None:
    sample.load_city({})
    counts = [model.objects.count() for model in (Office, Section, Officer, Grant)]
    sample.load_city({})
    assert [model.objects.count() for model in (Office, Section, Officer, Grant)] == counts
    assert Officer.objects.get(login="igarashi").role_codes() == {"officer", "supervisor"}
    assert Office.objects.get(code="sawaguchi").branch == Office.objects.get(code="kawakami")


@pytest.mark.django_db
def test_a_password_that_an_officer_changed_survives_the_next_start() -> None:
    sample.load_city({"ono": "first-password-2026"})
    officer = Officer.objects.get(login="ono")
    officer.set_password("changed-password-2026")
    officer.save()
    sample.load_city({"ono": "first-password-2026"})
    assert Officer.objects.get(login="ono").check_password("changed-password-2026")


def test_the_welcome_tells_where_who_and_what(data: Path) -> None:
    guides = sample._read("city.yaml")["demo"]["guides"]
    said = sample.welcome("0.0.0.0", 8700, 8701, dict.fromkeys(guides, "aaaa-bbbb-cccc"))
    assert "http://127.0.0.1:8700/" in said
    assert all(login in said and role in said for login, role in guides.items())
    assert "まず試す 3 つのこと" in said


def test_a_city_that_names_nobody_to_begin_as_shows_everybody(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "_read", lambda name: {"name": "川辺市"})
    said = sample.welcome("127.0.0.1", 8700, 8701, {"kimura": "aaaa-bbbb-cccc"})
    assert "kimura     aaaa-bbbb-cccc" in said
    assert "まず試す" not in said
