"""A certificate from the accepted application to paper: fetched from the real core, printed by a real CUPS, paid for once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as applications
from machimado.cases.applications.models import Application, Lane
from machimado.cases.applications.tests import claim
from machimado.cases.certificates import actions, queries
from machimado.cases.certificates import receipt as receipts
from machimado.cases.certificates.models import Certificate, Payment, Receipt
from machimado.cases.delivery.worker import DeliveryWorker
from machimado.cases.procedures import queries as procedures
from machimado.cases.register import actions as register
from machimado.cases.register.models import Resident
from machimado.ground.journal.models import Entry
from machimado.ground.people.permissions import Refused
from machimado.ground.typesetting import printers
from tests.pdf import plain
from tests.print_server import QUEUE, PrintServer
from tests.processes import Core
from tests.universe import Universe

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]
PROCEDURE = "residence-certificate"


@pytest.fixture
def accepted(core: Core, universe: Universe) -> Application:
    """Return a request for two copies of a 住民票の写し, which the core system has accepted."""
    return delivered(universe)


def delivered(universe: Universe, **more: Any) -> Application:
    register.import_all()
    resident = Resident.objects.filter(status="resident", shielded=False, restricted=False).earliest(
        "resident_number"
    )
    now = timezone.now()
    case = applications.open_case(
        office=universe.branch, lane=Lane.WITH_HELP, by=universe.officer, at=now, resident=resident
    )
    begun = applications.begin(case=case, procedure=PROCEDURE, by=universe.officer, at=now)
    answers = dict(procedures.current(PROCEDURE, on=timezone.localdate(now)).procedure.tests[0].answers)
    answers["certificate"] = {**answers["certificate"], "copies": 2}
    ready = Application.objects.filter(pk=begun.pk)
    ready.update(answers={**answers, **more}, state=Application.State.SIGNED)
    applications.submit(application=ready.get(), by=universe.officer, at=now)
    DeliveryWorker().run_once()
    return Application.objects.get(pk=begun.pk)


def issued(application: Application) -> Certificate:
    found = actions.issue(application=application, at=timezone.now())
    assert found is not None
    return found


def pay(certificate: Certificate, universe: Universe) -> Receipt:
    return actions.pay(certificate=certificate, how=Payment.CASH, by=universe.officer, at=timezone.now())


def text_of(pdf: bytes) -> str:
    return "".join(plain(pdf).split())


def test_what_was_accepted_has_a_certificate_and_one_only(accepted: Application) -> None:
    for _ in range(3):
        found = issued(accepted)
    assert (found.title, found.copies, found.fee) == ("住民票の写し", 2, 600)
    assert Certificate.objects.count() == 1


def test_what_was_not_accepted_or_asks_for_none_has_no_certificate(universe: Universe, core: Core) -> None:
    assert actions.issue(application=claim.begun(universe.officer), at=timezone.now()) is None


def test_it_is_printed_after_it_was_paid_for_with_all_its_copies(
    accepted: Application, universe: Universe, print_server: PrintServer
) -> None:
    found = issued(accepted)
    with pytest.raises(actions.NotPaid, match="600円"):
        actions.print_out(certificate=found, queue=QUEUE, by=None, at=timezone.now())
    pay(found, universe)
    actions.print_out(certificate=found, queue=QUEUE, by=None, at=timezone.now())
    ((pdf, told),) = print_server.printed()
    assert pdf.startswith(b"%PDF-")
    # The queue's list names the application, and nobody.
    assert told == f"{accepted.reference} 2"
    assert Entry.objects.filter(action="certificate.printed").count() == 1


def test_in_the_lobby_it_is_printed_once_and_at_the_counter_again(
    accepted: Application, universe: Universe
) -> None:
    found = issued(accepted)
    pay(found, universe)
    first = actions.document(certificate=found, by=None, at=timezone.now())
    found.refresh_from_db()
    with pytest.raises(actions.NotPaid, match="印刷してあります"):
        actions.document(certificate=found, by=None, at=timezone.now())
    again = actions.document(certificate=found, by=universe.officer, at=timezone.now())
    # The same certificate, under the same number.
    assert text_of(first) == text_of(again)
    with pytest.raises(Refused):
        actions.document(certificate=found, by=universe.outsider, at=timezone.now())


def test_a_printer_that_does_not_take_it_leaves_it_to_be_printed(
    accepted: Application, universe: Universe, print_server: PrintServer
) -> None:
    found = issued(accepted)
    pay(found, universe)
    with pytest.raises(actions.PrinterAway, match="もう一度印刷"):
        actions.print_out(certificate=found, queue="no-such-queue", by=None, at=timezone.now())
    assert issued(accepted).printed_at is None
    assert queries.standing(issued(accepted)) is not None


@pytest.mark.parametrize("name", ["-o raw", "a;b", "", "a b", "../x", "a" * 200])
def test_no_other_word_than_a_queues_name_reaches_the_command_line(name: str) -> None:
    with pytest.raises(printers.PrinterAway):
        printers.send(printers.Job(b"%PDF-", "t"), queue=name)


def test_what_the_core_prints_on_its_own_machines_says_so(core: Core, universe: Universe) -> None:
    application = delivered(universe, items=["individual_number"], number_recipient="勤務先　年末調整")
    found = issued(application)
    pay(found, universe)
    with pytest.raises(actions.NotIssued, match="専用端末"):
        actions.document(certificate=found, by=universe.officer, at=timezone.now())
    assert issued(application).printed_at is None


def test_two_cashiers_at_once_receive_it_once(accepted: Application, universe: Universe) -> None:
    found = issued(accepted)

    def received(_: int) -> int:
        try:
            return pay(found, universe).number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(received, range(4))) == {1}
    assert Receipt.objects.count() == 1
    assert Entry.objects.filter(action="certificate.paid").count() == 1


def test_a_payment_is_taken_back_before_it_is_printed_and_its_number_is_not_given_again(
    accepted: Application, universe: Universe
) -> None:
    found = issued(accepted)
    pay(found, universe)
    for _ in range(2):
        actions.undo_payment(certificate=found, by=universe.officer, at=timezone.now())
    with pytest.raises(receipts.NoReceipt):
        receipts.printed(found)
    assert pay(found, universe).number == 2
    actions.document(certificate=found, by=universe.officer, at=timezone.now())
    with pytest.raises(actions.NotPaid, match="返金"):
        actions.undo_payment(certificate=found, by=universe.officer, at=timezone.now())


def test_the_store_keeps_one_receipt_a_certificate(accepted: Application, universe: Universe) -> None:
    first = pay(issued(accepted), universe)
    first.pk, first.number = None, 7
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save()


def test_the_receipt_says_what_was_paid(accepted: Application, universe: Universe) -> None:
    found = issued(accepted)
    pay(found, universe)
    text = text_of(receipts.printed(found))
    for said in ("領収書", "600", "住民票の写し", "現金", accepted.reference, universe.branch.name):
        assert "".join(said.split()) in text


def test_at_the_counter_the_page_leads_from_the_fee_to_the_paper(
    accepted: Application, universe: Universe, sign_in: Callable[..., Client]
) -> None:
    counter = sign_in(universe.officer)
    place = f"/counter/applications/{accepted.pk}/"
    assert "現金で受け取った" in counter.get(place).content.decode()
    early = counter.post(f"/certificates/{accepted.pk}/document.pdf", {"next": place}, follow=True)
    assert "手数料 600円をいただいてから" in early.content.decode()
    paid = counter.post(f"/certificates/{accepted.pk}/pay/", {"how": "cash", "next": place}, follow=True)
    assert "証明書を印刷する" in paid.content.decode()
    pdf = counter.post(f"/certificates/{accepted.pk}/document.pdf", {"next": place})
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert "枚数を確かめて" in counter.get(place).content.decode()
    assert counter.get(f"/certificates/{accepted.pk}/receipt.pdf").content.startswith(b"%PDF-")
