"""What certificates ask of the core system, and nothing more."""

from urllib.parse import quote

from machimado.ground import systems

PDF = b"%PDF-"


class NotIssued(Exception):
    """The core system issues no certificate; the message says what to do."""


def certificate(*, system: str, core_number: str) -> bytes:
    """Return the certificate of an accepted application as PDF; asked again, it is the same one.

    Raises: NotIssued, SystemFailure.
    """
    allowed = systems.scope(system, "certificates", "issue")
    address = f"/applications/{quote(core_number, safe='')}/certificate"
    reply = systems.core().get(address, scope=allowed)
    if not reply.is_success:
        raise NotIssued(_reason(reply))
    if not reply.content.startswith(PDF):
        raise NotIssued(
            "基幹システムから証明書でないものが返りました。印刷せず、情報政策課に連絡してください。"
        )
    return reply.content


def _reason(reply: systems.Reply) -> str:
    """Return what the core system says of it, where that is a sentence."""
    try:
        said = reply.json().get("detail")
    except (ValueError, AttributeError):
        said = None
    return (
        said
        if isinstance(said, str) and said.endswith("。")
        else (
            f"基幹システムが証明書を交付しませんでした（{reply.status}）。基幹システムの画面から交付してください。"
        )
    )
