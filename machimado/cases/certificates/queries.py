"""How it stands with a certificate, as plain data for every page that shows it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from machimado.cases.certificates.models import Certificate, Receipt


@dataclass(frozen=True, slots=True)
class Standing:
    """A certificate and how far it is: `state` is "to pay", "to print" or "printed"."""

    id: UUID
    title: str
    copies: int
    fee: int
    state: str
    is_paid: bool
    printed_at: datetime | None


def standing(certificate: Certificate | None) -> Standing | None:
    """Return how it stands; nothing where there is no certificate."""
    if certificate is None:
        return None
    is_paid = receipt_of(certificate) is not None
    return Standing(
        id=certificate.pk,
        title=certificate.title,
        copies=certificate.copies,
        fee=certificate.fee,
        state=_state(certificate, is_paid=is_paid),
        is_paid=is_paid,
        printed_at=certificate.printed_at,
    )


def _state(certificate: Certificate, *, is_paid: bool) -> str:
    if certificate.printed_at is not None:
        return "printed"
    return "to pay" if certificate.fee and not is_paid else "to print"


def receipt_of(certificate: Certificate) -> Receipt | None:
    """Return the receipt of a certificate that was paid for."""
    return certificate.receipts.filter(voided_at=None).select_related("cashier", "office").first()
