"""The office's own certificate: a tablet that trusts the authority trusts the server, by its right name only."""

import socket
import ssl
import threading
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from machimado.site import tls
from machimado.site.environment import SettingRefused

NAMES = ["madoguchi.example", "127.0.0.1"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tls.make(tmp_path, NAMES)
    return tmp_path


def server_certificate(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates((folder / "server.crt").read_bytes())[0]


def greet(folder: Path, name: str, trusted: Path) -> str | None:
    """Return the TLS version that a strict client and our server agree on under `name`."""
    ours, theirs = socket.socketpair()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.crt", folder / "server.key")
    answering = threading.Thread(target=_answer, args=(server, theirs))
    answering.start()
    client = ssl.create_default_context(cafile=str(trusted))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    try:
        with client.wrap_socket(ours, server_hostname=name) as greeted:
            return greeted.version()
    finally:
        ours.close()
        answering.join()


def _answer(server: ssl.SSLContext, theirs: socket.socket) -> None:
    try:
        with server.wrap_socket(theirs, server_side=True) as greeted:
            greeted.recv(1)
    except (ssl.SSLError, ConnectionError):
        theirs.close()


@pytest.mark.parametrize("name", NAMES)
def test_who_trusts_the_authority_trusts_the_server(folder: Path, name: str) -> None:
    assert greet(folder, name, folder / "authority.crt") == "TLSv1.3"


def test_another_name_is_refused(folder: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"other\.example"):
        greet(folder, "other.example", folder / "authority.crt")


def test_the_authority_of_another_office_is_refused(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tls.make(tmp_path_factory.mktemp("other"), NAMES)
    with pytest.raises(ssl.SSLCertVerificationError):
        greet(folder, NAMES[0], other)


def test_tablets_keep_their_trust_when_the_certificate_is_renewed(folder: Path) -> None:
    authority, server = (folder / "authority.crt").read_bytes(), server_certificate(folder)
    tls.make(folder, ["new-name.example"])
    assert (folder / "authority.crt").read_bytes() == authority
    assert server_certificate(folder).serial_number != server.serial_number
    assert greet(folder, "new-name.example", folder / "authority.crt")


def test_browsers_accept_how_long_it_is_valid(folder: Path) -> None:
    certificate = server_certificate(folder)
    valid = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert valid <= timedelta(days=398)
    assert certificate.not_valid_before_utc <= datetime.now(UTC)


@pytest.mark.parametrize("name", ["server.key", "authority.key"])
def test_nobody_else_may_read_a_key(folder: Path, name: str) -> None:
    assert (folder / name).stat().st_mode & 0o077 == 0


def test_the_authority_signs_servers_and_no_further_authorities(folder: Path) -> None:
    authority = x509.load_pem_x509_certificate((folder / "authority.crt").read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)


def test_certificate_and_key_come_as_a_pair(folder: Path) -> None:
    certificate, key = folder / "server.crt", folder / "server.key"
    assert tls.pair(None, None) is None
    assert tls.pair(certificate, key) == (certificate, key)
    for half in ((certificate, None), (None, key)):
        with pytest.raises(SettingRefused, match="両方"):
            tls.pair(*half)
    with pytest.raises(SettingRefused, match="machimado certificate"):
        tls.pair(folder / "nowhere.crt", key)


def test_the_command_says_what_to_do_next(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from machimado.site import settings

    monkeypatch.setattr(settings, "DATA_FOLDER", tmp_path)
    arguments: Any = Namespace(names=["madoguchi.example"])
    assert tls.run(arguments) == 0
    said = capsys.readouterr().out
    assert f"--certificate {tmp_path / 'tls' / 'server.crt'}" in said
    assert "/trust/" in said
