from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from machimado.cases.applications import actions as applications
from machimado.cases.applications.actions import until_free
from machimado.cases.applications.models import Application
from machimado.cases.applications.permissions import check_serve
from machimado.cases.certificates import core
from machimado.cases.certificates.core import NotIssued
from machimado.cases.certificates.models import CERTIFICATES, Certificate, Payment, Receipt
from machimado.cases.certificates.queries import receipt_of
from machimado.cases.delivery import queries as delivery
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer
from machimado.ground.typesetting import printers
from machimado.ground.typesetting.printers import PrinterAway

__all__ = ["NotIssued", "NotPaid", "PrinterAway", "document", "issue", "pay", "print_out", "undo_payment"]


class NotPaid(Exception):
    """The certificate is not paid for, or is already printed; the message says what to do."""


def issue(*, application: Application, at: datetime) -> Certificate | None:
    """Return the certificate that an accepted application has a right to; made at the first time. Nothing where it has none."""
    found = CERTIFICATES.find(application.pk)
    if found is not None:
        return found
    title = applications.form_of(application).procedure.certificate
    status = delivery.status_of(application.pk, at=at) if title else None
    if not title or status is None or not status.is_accepted:
        return None
    form = applications.form_of(application)
    outcome = form.evaluate(
        application.answers,
        today=timezone.localdate(application.begun_at),
        channel=applications.channel_of(application),
    )
    copies = (outcome.answers.get("certificate") or {}).get("copies") or 1
    # Two pages that look at the same moment: the second finds what the first has made.
    made, _ = Certificate.objects.get_or_create(
        application=application,
        defaults={
            "title": title,
            "copies": copies,
            "fee": outcome.fee or 0,
        },
    )
    return made


def pay(*, certificate: Certificate, how: Payment, by: Officer, at: datetime) -> Receipt:
    """Keep that the fee was received; return the receipt. Two clicks receive it once.

    Raises: Refused.
    """
    check_serve(by, certificate.application.case)
    return until_free(lambda: _pay(certificate, how, by, at))


@transaction.atomic
def _pay(certificate: Certificate, how: Payment, by: Officer, at: datetime) -> Receipt:
    locked = CERTIFICATES.hold(certificate.pk)
    there = receipt_of(locked)
    if there is not None:
        return there
    office, today = certificate.application.case.office_id, timezone.localdate(at)
    last = Receipt.objects.filter(office=office, receipt_date=today).aggregate(last=Max("number"))["last"]
    made = Receipt.objects.create(
        certificate=locked,
        office_id=office,
        receipt_date=today,
        number=(last or 0) + 1,
        fee=locked.fee,
        how=how,
        received_at=at,
        cashier=by,
    )
    detail = {"fee": made.fee, "receipt": made.number, "how": how.label}
    _note(certificate, by, "certificate.paid", at, detail)
    return made


@transaction.atomic
def undo_payment(*, certificate: Certificate, by: Officer, at: datetime) -> None:
    """Take back that the fee was received, before anything was printed. May be repeated.

    Raises: Refused; NotPaid when it is printed already.
    """
    check_serve(by, certificate.application.case)
    locked = CERTIFICATES.hold(certificate.pk)
    if locked.printed_at is not None:
        raise NotPaid("もう印刷しているため、受取りを取り消せません。返金は会計の手順で行ってください。")
    there = receipt_of(locked)
    if there is not None:
        Receipt.objects.filter(pk=there.pk).update(voided_at=at)
        _note(certificate, by, "certificate.payment_undone", at, {"receipt": there.number})


def document(*, certificate: Certificate, by: Officer | None, at: datetime) -> bytes:
    """Return the certificate as PDF, for whoever prints it from the browser.

    Nobody (`by`) is the resident at a terminal in the lobby, who prints it once.
    Raises: Refused; NotPaid; NotIssued; SystemFailure.
    """
    pdf = _fetched(certificate, by, at)
    _note_printed(certificate, by, at)
    return pdf


def print_out(*, certificate: Certificate, queue: str, by: Officer | None, at: datetime) -> Certificate:
    """Print all copies on a queue of CUPS. `by` as for `document`.

    Raises: Refused; NotPaid; NotIssued; PrinterAway; SystemFailure.
    """
    pdf = _fetched(certificate, by, at)
    job = printers.Job(pdf, title=certificate.application.reference, copies=certificate.copies)
    printers.send(job, queue=queue)
    return _note_printed(certificate, by, at)


def _fetched(certificate: Certificate, by: Officer | None, at: datetime) -> bytes:
    application = certificate.application
    if by is not None:
        check_serve(by, application.case)
    if certificate.fee and receipt_of(certificate) is None:
        raise NotPaid(f"手数料 {certificate.fee:,}円をいただいてから印刷してください。")
    if by is None and certificate.printed_at is not None:
        raise NotPaid("この証明書は印刷してあります。もう一度必要なときは、職員に声をかけてください。")
    status = delivery.status_of(application.pk, at=at)
    if status is None or not status.core_number:
        raise NotIssued("基幹システムの受付番号がまだありません。受理を待ってから印刷してください。")
    system = applications.form_of(application).procedure.delivery
    assert system is not None
    return core.certificate(system=system.system, core_number=status.core_number)


@transaction.atomic
def _note_printed(certificate: Certificate, by: Officer | None, at: datetime) -> Certificate:
    locked = CERTIFICATES.hold(certificate.pk)
    locked.printed_at = at
    CERTIFICATES.write(locked, "printed_at")
    _note(locked, by, "certificate.printed", at, {"copies": locked.copies})
    return locked


def _note(
    certificate: Certificate, by: Officer | None, action: str, at: datetime, detail: Mapping[str, object]
) -> None:
    case = certificate.application.case
    whose = str(case.resident_id) if case.resident_id else ""
    record(by=by or "resident", action=action, subject=whose, case=str(case.pk), detail=detail, at=at)
