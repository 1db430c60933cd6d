"""How it stands with a certificate, as plain data for every page that shows it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch

from machimado.cases.certificates.models import Certificate, Receipt
from machimado.ground.people.models import Office


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
    return _standing(certificate, is_paid=receipt_of(certificate) is not None)


def _standing(certificate: Certificate, *, is_paid: bool) -> Standing:
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


@dataclass(frozen=True, slots=True)
class InLobby:
    """A certificate that somebody gets at a terminal in the lobby without an officer, but for the fee."""

    standing: Standing
    reference: str
    receipt: int | None


def in_lobby(office: Office, *, today: date) -> list[InLobby]:
    """Return what is paid for or waits for it today at the office's terminals in the lobby; what waits, first."""
    found = Certificate.objects.filter(
        application__case__office=office,
        application__case__officer=None,
        application__case__opened_date=today,
        fee__gt=0,
    ).prefetch_related(Prefetch("receipts", Receipt.objects.filter(voided_at=None), to_attr="valid"))
    listed = [_in_lobby(one) for one in found.select_related("application").order_by("application__begun_at")]
    return sorted(listed, key=lambda one: one.standing.is_paid)


def _in_lobby(certificate: Certificate) -> InLobby:
    paid: list[Receipt] = certificate.valid  # type: ignore[attr-defined] # prefetched in in_lobby
    return InLobby(
        standing=_standing(certificate, is_paid=bool(paid)),
        reference=certificate.application.reference,
        receipt=paid[0].number if paid else None,
    )


def receipt_of(certificate: Certificate) -> Receipt | None:
    """Return the receipt of a certificate that was paid for."""
    return certificate.receipts.filter(voided_at=None).select_related("cashier", "office").first()
