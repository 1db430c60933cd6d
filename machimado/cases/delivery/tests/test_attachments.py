"""A file on its whole way: attached at the counter, submitted, delivered, and in the reference core's ledger."""

import hashlib
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from django.utils import timezone

from machimado.cases.applications import actions as applications
from machimado.cases.applications.models import StoredFile, Submission
from machimado.cases.applications.tests import attached, claim
from machimado.cases.delivery import actions, adapters
from machimado.cases.delivery.actions import Claim, Outcome, Result
from machimado.cases.delivery.adapters import adapter_for
from machimado.cases.delivery.attempting import Flight, send
from machimado.cases.delivery.models import Delivery
from machimado.cases.delivery.rules.machine import State
from machimado.cases.delivery.tests.world import MemoryCore
from machimado.cases.register import actions as register
from machimado.cases.register.models import Resident
from tests.processes import Core
from tests.universe import Universe

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture(autouse=True)
def _city_with_one_procedure() -> None:
    """Keep the city as it is: these tests need the procedure that asks for documents."""


def submit(universe: Universe, *contents: bytes, resident: Resident | None = None) -> Submission:
    signed = attached.signed(universe.officer, contents, resident)
    return applications.submit(application=signed, by=universe.officer, at=claim.NOW).submissions.latest(
        "round"
    )


def claimed() -> Claim:
    (found,) = actions.claim_due(worker="a:1", at=timezone.now(), limit=10, everything=True)
    return found


def deliver(adapter: Any) -> Result:
    """Do what a worker does, here and now."""
    found, flight = claimed(), Flight()
    flight.begin(found)
    result = send(adapter, found, flight)
    actions.conclude(claim=found, result=result)
    return result


def test_a_claim_holds_no_contents_and_the_message_sent_does(universe: Universe, memory: MemoryCore) -> None:
    submit(universe, attached.PDF)
    assert deliver(memory).outcome is Outcome.ACCEPTED
    (message,) = memory.sent
    assert message.attachments[0].content == attached.PDF
    assert message.attachments[1].content.startswith(b"<svg")


def test_a_changed_file_is_not_sent(universe: Universe, memory: MemoryCore) -> None:
    submit(universe, attached.PDF)
    StoredFile.objects.filter(purpose=attached.QUESTION).update(content=b"%PDF-other")
    assert deliver(memory).outcome is Outcome.REFUSED
    assert memory.sent == []
    assert Delivery.objects.get().state == State.FAILED


def test_the_cores_ledger_holds_what_was_attached(universe: Universe, core: Core) -> None:
    adapters.forget()
    register.import_all()
    known = Resident.objects.filter(status="resident", shielded=False).first()
    submission = submit(universe, attached.PDF, attached.PNG, resident=known)
    result = deliver(adapter_for("027"))
    assert result.outcome is Outcome.ACCEPTED, result.note
    query = """SELECT a.name, a.media_type, a.sha256, a.content FROM attachments AS a
               JOIN applications AS e ON e.serial = a.application WHERE e.reference = ? ORDER BY a.position"""
    with closing(sqlite3.connect(core.data / "core.sqlite3")) as store:
        rows = store.execute(query, (submission.application.reference,)).fetchall()
    assert [row[:3] for row in rows] == [
        (file["name"], file["media_type"], file["sha256"]) for file in submission.attachments
    ]
    assert [hashlib.sha256(row[3]).hexdigest() for row in rows] == [row[2] for row in rows]
