"""The page by which a tablet comes to trust the office's certificate."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from django.test import Client

from machimado.site import checkup, tls

NAMES = ["madoguchi.example", "127.0.0.1"]


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_FOLDER = tmp_path
    return tmp_path


@pytest.fixture
def made(data: Path) -> Path:
    tls.make(data / tls.FOLDER, NAMES)
    return data / tls.FOLDER


@pytest.mark.django_db
class TestThePage:
    def test_tells_whoever_keeps_the_server_what_to_do_first(self, data: Path, client: Client) -> None:
        page = client.get("/trust/").content.decode()
        assert "まだ作っていません" in page
        assert "machimado certificate" in page
        assert "authority.crt" not in page

    def test_shows_the_fingerprint_as_devices_do(self, made: Path, client: Client) -> None:
        certificate = client.get("/trust/authority.crt").content
        digits = hashlib.sha256(certificate).hexdigest().upper()
        shown = ":".join(digits[place : place + 2] for place in range(0, 64, 2))
        assert shown in client.get("/trust/").content.decode()

    def test_explains_each_kind_of_device_and_the_right_names(self, made: Path, client: Client) -> None:
        page = client.get("/trust/").content.decode()
        for words in ("iPad", "Android", "Windows", *(f"https://{name}" for name in NAMES)):
            assert words in page

    def test_needs_no_sign_in(self, made: Path, client: Client) -> None:
        assert client.get("/trust/").status_code == 200


@pytest.mark.django_db
class TestTheFile:
    def test_is_the_authority_in_the_form_that_devices_install(self, made: Path, client: Client) -> None:
        answer = client.get("/trust/authority.crt")
        assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
        certificate = x509.load_der_x509_certificate(answer.content)
        assert certificate == x509.load_pem_x509_certificate((made / "authority.crt").read_bytes())

    def test_holds_no_key(self, made: Path, client: Client) -> None:
        given = client.get("/trust/authority.crt").content + client.get("/trust/").content
        assert b"PRIVATE" not in given
        for name in ("server.key", "authority.key", "../tls/server.key"):
            assert client.get(f"/trust/{name}").status_code == 404

    def test_is_not_there_before_one_was_made(self, data: Path, client: Client) -> None:
        assert client.get("/trust/authority.crt").status_code == 404


@pytest.mark.django_db
def test_whoever_comes_by_another_address_is_told_so(client: Client) -> None:
    answer = client.get("/accounts/login/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "MACHIMADO_HOSTS" in answer.content.decode()


class TestTheCheck:
    def test_says_nothing_of_a_new_certificate_nor_of_none(self, data: Path) -> None:
        assert list(checkup._certificate()) == []
        tls.make(data / tls.FOLDER, NAMES)
        assert list(checkup._certificate()) == []

    @pytest.mark.parametrize(("days", "words"), [(5, "あと 4 日"), (0, "切れています")])
    def test_tells_in_time_that_it_ends(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, days: int, words: str
    ) -> None:
        monkeypatch.setattr(tls, "SERVER_DAYS", days)
        tls.make(data / tls.FOLDER, NAMES)
        (problem,) = checkup._certificate()
        assert words in problem
        assert "machimado certificate" in problem


def test_a_renewed_server_is_trusted_by_the_devices_of_before(made: Path) -> None:
    before = tls.trust_in(made)
    tls.make(made, [*NAMES, "new.example"])
    after = tls.trust_in(made)
    assert before
    assert after
    assert after.fingerprint == before.fingerprint
    assert "new.example" in after.names
    assert after.server_until < datetime.now(UTC) + timedelta(days=398)
