"""`machimado certificate`: the office's own TLS certificate, and how its tablets come to trust it."""

import argparse
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FOLDER = "tls"
AUTHORITY_DAYS = 3650
# Browsers refuse server certificates that are valid for longer than 398 days.
SERVER_DAYS = 397
# From then on `machimado check` asks for a new one.
RENEW_DAYS = 30


def add_parser(commands: Any) -> None:
    """Add `certificate`."""
    parser = commands.add_parser("certificate", help="庁内用の TLS 証明書を作り、端末への入れ方の説明を作る")
    parser.add_argument("names", nargs="*", help="サーバーの名前かアドレス（既定: この機械のもの）")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make (or renew) the certificate and print what to do with it."""
    from machimado.site import settings

    names = arguments.names or ["localhost", *own_addresses()]
    folder = settings.DATA_FOLDER / FOLDER
    authority = make(folder, names)
    print(f"証明書を作りました: {folder / 'server.crt'}（対象: {'、'.join(names)}）")
    print("次の命令で https で起動します（秘密鍵は server.key。外へ出さないでください）:")
    print(
        f"  machimado serve --host 0.0.0.0 --certificate {folder / 'server.crt'} --private-key {folder / 'server.key'}"
    )
    print(f"タブレットには {authority} だけを入れます。入れ方は、起動後に /trust/ を開くと見られます。")
    print("入れるときに照らし合わせる指紋（SHA-256）:")
    print(f"  {fingerprint(authority_of(folder))}")
    return 0


@dataclass(frozen=True, slots=True)
class Trust:
    """What a tablet has to be told: the authority (DER) with its fingerprint, and until when the server's certificate is good."""

    authority: bytes
    fingerprint: str
    authority_until: datetime
    server_until: datetime
    names: tuple[str, ...]


def trust_in(folder: Path) -> Trust | None:
    """Return what was made in `folder`; None where nothing was made yet."""
    if not (folder / "authority.crt").is_file() or not (folder / "server.crt").is_file():
        return None
    authority = authority_of(folder)
    server = x509.load_pem_x509_certificates((folder / "server.crt").read_bytes())[0]
    return Trust(
        authority=authority.public_bytes(serialization.Encoding.DER),
        fingerprint=fingerprint(authority),
        authority_until=authority.not_valid_after_utc,
        server_until=server.not_valid_after_utc,
        names=tuple(_names_of(server)),
    )


def authority_of(folder: Path) -> x509.Certificate:
    """Return the office's authority in `folder`."""
    return x509.load_pem_x509_certificate((folder / "authority.crt").read_bytes())


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the certificate as devices show it: pairs of digits with colons."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _names_of(certificate: x509.Certificate) -> list[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(name.value) for name in names]


def own_addresses() -> list[str]:
    """Return this machine's name and addresses as other machines see them."""
    name = socket.gethostname()
    try:
        found = {info[4][0] for info in socket.getaddrinfo(name, None, socket.AF_INET)}
    except OSError:
        found = set()
    return [name, *sorted(str(address) for address in found)]


def pair(certificate: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    """Return certificate and key when both are given.

    Raises: SettingRefused when only one is given or a file is missing.
    """
    from machimado.site.environment import SettingRefused

    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise SettingRefused("--certificate と --private-key は両方を指定してください。")
    for path in (certificate, key):
        if not path.is_file():
            raise SettingRefused(f"ファイルがありません: {path}（machimado certificate で作れます）")
    return certificate, key


def make(folder: Path, names: Sequence[str]) -> Path:
    """Write the office's authority (once) and a new server certificate into `folder`; return the authority's path."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, authority_key = _authority(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    server = _builder(names[0], authority.subject, key, SERVER_DAYS)
    signed = (
        server.add_extension(
            x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_issued_by(authority_key), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(folder / "server.key", key)
    (folder / "server.crt").write_bytes(_pem(signed) + _pem(authority))
    return folder / "authority.crt"


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Return the office's own authority, made at the first call."""
    certificate_path, key_path = folder / "authority.crt", folder / "authority.key"
    if certificate_path.exists() and key_path.exists():
        kept = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
        assert isinstance(kept, ec.EllipticCurvePrivateKey)
        return x509.load_pem_x509_certificate(certificate_path.read_bytes()), kept
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("まち窓 庁内認証局")
    certificate = (
        _builder("まち窓 庁内認証局", name, key, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signing_only(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_path, key)
    certificate_path.write_bytes(_pem(certificate))
    return certificate, key


def _builder(
    title: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(title))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _issued_by(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    """Return the mark by which strict clients (RFC 5280, section 4.2.1.1) find the issuer."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _signing_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _name(title: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
