"""Submissions as the counter makes them, and a core system in memory that does what a test tells it."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from machimado.cases.applications import actions as applications
from machimado.cases.applications.models import Application, Lane, Submission
from machimado.cases.delivery.rules.contract import Entry, Message, NotOffered
from machimado.cases.delivery.rules.machine import Answer, Core, FieldReason, Verdict
from machimado.cases.procedures import queries as procedures
from machimado.ground.people.models import Officer

PROCEDURE = "residence-certificate"


def answers(at: datetime) -> dict[str, Any]:
    """Return complete answers: those of the procedure's own first test case."""
    case = procedures.current(PROCEDURE, on=timezone.localdate(at)).procedure.tests[0]
    return dict(case.answers)


def submit(by: Officer, *, at: datetime | None = None) -> Submission:
    """Submit a complete, signed application of a new case."""
    now = at or timezone.now()
    return applications.submit(application=sign(by, at=now), by=by, at=now).submissions.latest("round")


def sign(by: Officer, *, at: datetime, resident: Any = None) -> Application:
    """Bring a new case up to a complete, signed application."""
    case = applications.open_case(office=by.office, lane=Lane.WITH_HELP, by=by, at=at, resident=resident)
    if resident is None:
        case = applications.welcome(case=case, by=by, at=at)
    return _signed(applications.begin(case=case, procedure=PROCEDURE, by=by, at=at), at)


def submit_again(application: Application, by: Officer) -> Submission:
    """Correct a rejected application and submit it as a new round."""
    now = timezone.now()
    applications.correct(application=application, by=by, at=now)
    return applications.submit(application=_signed(application, now), by=by, at=now).submissions.latest(
        "round"
    )


def _signed(application: Application, at: datetime) -> Application:
    """Return the application with complete answers, as if the interview and the signature had just been done."""
    ready = Application.objects.filter(pk=application.pk)
    ready.update(answers=answers(at), state=Application.State.SIGNED)
    return ready.get()


@dataclass
class MemoryCore:
    """An adapter whose core system is in memory. `fates` says for each sending what goes wrong; empty: nothing."""

    keyed: bool = True
    lookup: bool = True
    settling: timedelta = timedelta(seconds=60)
    fates: list[Callable[[], Answer | None]] = field(default_factory=list)
    verdict: Verdict = Verdict.ACCEPTED
    entries: list[tuple[Message, Answer]] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def core(self) -> Core:
        return Core(self.keyed, self.lookup, status=True, settling=self.settling)

    def prepare(self, message: Message) -> None:
        pass

    def send(self, message: Message) -> Answer:
        with self.lock:
            self.sent.append(message)
            if self.fates:
                given = self.fates.pop(0)()
                if given is not None:
                    return given
            return self.enter(message)

    def enter(self, message: Message) -> Answer:
        known = next((answer for m, answer in self.entries if self.keyed and m.key == message.key), None)
        if known:
            return known
        reasons = (
            (FieldReason("purpose", "使いみちを書いてください"),) if self.verdict is Verdict.REJECTED else ()
        )
        self.entries.append((message, Answer(self.verdict, f"K-{len(self.entries) + 1}", reasons)))
        return self.entries[-1][1]

    def ask(self, *, system: str, reference: str, core_number: str) -> Answer | None:
        self.asked += 1
        if not self.lookup and not core_number:
            raise NotOffered("no look-up")
        return next((answer for message, answer in self.entries if message.reference == reference), None)

    def ledger(self) -> Iterator[Entry]:
        for message, answer in self.entries:
            yield Entry(
                answer.core_number, message.reference, message.system, answer.verdict.value, message.fields
            )

    def check_config(self) -> Iterator[str]:
        yield from ()
