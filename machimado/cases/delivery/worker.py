"""The process that brings submissions to the core system (配送係).

It may be killed at any point and started again; several may run. What must hold then is in the store and in
`rules/machine.py`; here are only threads, clocks and waiting.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections
from django.utils import timezone

from machimado.cases.delivery import actions, queries
from machimado.cases.delivery.actions import Claim, Outcome, Result
from machimado.cases.delivery.adapters import adapter_for
from machimado.cases.delivery.attempting import Flight, ask, send
from machimado.ground.systems import SystemFailure

log = logging.getLogger(__name__)

# An officer watches the screen after "complete": what was submitted is on its way within two hundredths of a second.
LOOK_SECONDS = 0.02
# Where a look costs a query, fewer of them.
LOOK_SECONDS_REMOTE = 0.1
LOOK_EVERYWHERE_SECONDS = 60
BEAT_SECONDS = 5
STORE_BUSY_SECONDS = 0.5
# What the core said must reach the store: for this long it is tried before the row is left to be buried.
KEEP_RESULT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Errand:
    """Something else that the worker does every so often, such as importing the register's changes."""

    name: str
    run: Callable[[], object]
    every_seconds: float


class DeliveryWorker:
    """Delivers until it is told to stop. Source of time and threads; all decisions are in actions and rules."""

    def __init__(self, *, parallel: int = 4, errands: tuple[Errand, ...] = ()) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}"
        self._parallel, self._errands = parallel, errands
        self._started_at = timezone.now()
        self._stopping = threading.Event()
        self._changes = Changes()
        self._flight = Flight()
        # A worker before this one may have found the core unreachable.
        self._was_unreachable = True
        self._next_due: datetime | None = None
        self._has_more = True
        self._turns = 0
        self._looked_everywhere = 0.0
        self._trouble = ""

    def stop(self, *_: object) -> None:
        """Begin nothing new; what is under way is brought to its end."""
        self._stopping.set()

    def run(self) -> None:
        """Deliver until `stop` is called."""
        threads = [self._pulse, *(self._repeat(errand) for errand in self._errands)]
        beside = [threading.Thread(target=target, daemon=True) for target in threads]
        for thread in beside:
            thread.start()
        with ThreadPoolExecutor(self._parallel, thread_name_prefix="delivery") as pool:
            while not self._stopping.is_set():
                self._turn_safely(pool)
                self._stopping.wait(self._changes.look_seconds)
            self._close_connections(pool)
        self._say_stopped()

    def run_once(self) -> None:
        """Deliver until nothing is due and nothing is under way."""
        with ThreadPoolExecutor(self._parallel) as pool:
            while not self._stopping.is_set():
                # What was under way before the turn may have left something; what the turn began, surely.
                was_idle, self._has_more = not self._flight.count(), True
                if not self._turn(pool) and was_idle and not self._is_due(timezone.now()):
                    break
                self._stopping.wait(LOOK_SECONDS)
            self._close_connections(pool)

    def _close_connections(self, pool: ThreadPoolExecutor) -> None:
        """Let each thread close its connection to the store, once nothing is under way."""
        together = threading.Barrier(self._parallel)

        def close() -> None:
            # Whoever waits here takes no second turn, so each thread closes its own.
            together.wait()
            connections.close_all()

        for _ in range(self._parallel):
            pool.submit(close)

    # --- the loop ----------------------------------------------------------------------------------------------------

    def _turn_safely(self, pool: ThreadPoolExecutor) -> None:
        """Do one turn; a store that is busy or away is waited for."""
        try:
            self._turn(pool)
            self._trouble = ""
        except (DatabaseError, InterfaceError) as error:
            self._trouble = "データベースを使えません。復旧を待っています。"
            log.warning("delivery: the store cannot be used (%s)", type(error).__name__)
            connection.close()
            self._has_more = True
            self._stopping.wait(STORE_BUSY_SECONDS)
        except Exception as error:
            # A fault in one turn must not end the delivery of all others; it is seen on the pages and in the log.
            self._trouble = "配送係で予期しないエラーが起きています。情報システムの担当に連絡してください。"
            log.exception("delivery: a turn failed (%s)", type(error).__name__)
            self._stopping.wait(STORE_BUSY_SECONDS)

    def _turn(self, pool: ThreadPoolExecutor) -> int:
        """Claim what is due, as far as hands are free, and hand it to them; return how many there were."""
        free = self._parallel - self._flight.count()
        at = timezone.now()
        if free <= 0 or not (self._changes.seen() or self._has_more or self._is_due(at)):
            return 0
        self._turns += 1
        claims = actions.claim_due(
            worker=self.name,
            at=at,
            limit=free,
            everything=self._is_time_to_look_everywhere(),
            new_first=self._turns % 2 == 1,
        )
        for claim in claims:
            self._flight.begin(claim)
            pool.submit(self._work_and_close, claim)
        self._has_more = len(claims) >= free
        self._next_due = queries.next_due()
        return len(claims)

    def _is_due(self, at: datetime) -> bool:
        return self._next_due is not None and self._next_due <= at

    def _is_time_to_look_everywhere(self) -> bool:
        now = time.monotonic()
        if self._looked_everywhere and now - self._looked_everywhere < LOOK_EVERYWHERE_SECONDS:
            return False
        self._looked_everywhere = now
        return True

    # --- one delivery ------------------------------------------------------------------------------------------------

    def _work_and_close(self, claim: Claim) -> None:
        try:
            self._write_down(claim, self._work(claim))
        except Exception:
            # Nothing is lost: the claim ends by itself and the next worker finds out what became of it.
            log.exception("delivery %s: could not be worked on", claim.id)
        finally:
            self._flight.end(claim)
            self._has_more = True

    def _work(self, claim: Claim) -> Result:
        adapter = adapter_for(claim.system)
        return send(adapter, claim, self._flight) if claim.message else ask(adapter, claim)

    def _write_down(self, claim: Claim, result: Result) -> None:
        """Store what came of it, and try again while the store is busy: it is all that we know of the core."""
        until = time.monotonic() + KEEP_RESULT_SECONDS
        while not self._is_written(claim, result, is_last=time.monotonic() > until):
            time.sleep(STORE_BUSY_SECONDS)
        self._quietly(lambda: self._note_reachable(claim, result))

    def _is_written(self, claim: Claim, result: Result, *, is_last: bool) -> bool:
        try:
            actions.conclude(claim=claim, result=result)
        except (DatabaseError, InterfaceError):
            connection.close()
            if is_last:
                raise
            return False
        return True

    def _note_reachable(self, claim: Claim, result: Result) -> None:
        """Once the core answers again, whatever waited for that goes at once."""
        if result.outcome in {Outcome.NOT_RECEIVED, Outcome.ASK_FAILED}:
            self._was_unreachable = True
        elif self._was_unreachable and result.outcome is not Outcome.NO_REPLY:
            self._was_unreachable = False
            actions.wake_waiting(system=claim.system, at=timezone.now())

    # --- beside the loop ---------------------------------------------------------------------------------------------

    def _pulse(self) -> None:
        """Keep claims alive while their senders work, and say that this worker lives."""
        last_beat = 0.0
        while not self._stopping.is_set() or self._flight.count():
            if time.monotonic() - last_beat >= BEAT_SECONDS:
                last_beat = time.monotonic()
                self._quietly(self._beat)
            self._quietly(lambda: self._flight.keep_alive(timezone.now()))
            time.sleep(min(1.0, settings.DELIVERY_LEASE_SECONDS / 6))
        connections.close_all()

    def _beat(self) -> None:
        actions.beat(worker=self.name, started_at=self._started_at, at=timezone.now(), trouble=self._trouble)

    def _quietly(self, do: Callable[[], object]) -> None:
        """Do something that is done again soon anyway, should the store be busy now."""
        try:
            do()
        except (DatabaseError, InterfaceError) as error:
            log.warning("delivery: the store is busy (%s)", type(error).__name__)
            connection.close()

    def _repeat(self, errand: Errand) -> Callable[[], None]:
        def loop() -> None:
            failure = ""
            while not self._stopping.is_set():
                failure = _run_errand(errand, failure)
                self._stopping.wait(errand.every_seconds)
            connections.close_all()

        return loop

    def _say_stopped(self) -> None:
        self._quietly(lambda: actions.say_stopped(worker=self.name, at=timezone.now()))
        connections.close_all()


def _run_errand(errand: Errand, before: str) -> str:
    """Run an errand; return what was wrong. A trouble that lasts is told once, and its end too."""
    try:
        errand.run()
    except SystemFailure as failure:
        now = failure.cause
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        now = type(error).__name__
    except Exception as error:
        now = type(error).__name__
        if now != before:
            log.exception("%s failed", errand.name)
        return now
    else:
        now = ""
    if now != before:
        log.warning("%s: %s", errand.name, now or "works again")
    return now


class Changes:
    """Tells cheaply whether the store may have changed since the last look."""

    def __init__(self) -> None:
        self._is_embedded = connection.vendor == "sqlite"
        self.look_seconds = LOOK_SECONDS if self._is_embedded else LOOK_SECONDS_REMOTE
        self._version = -1

    def seen(self) -> bool:
        """Return whether somebody else committed something; always true where that cannot be known.

        Source: https://www.sqlite.org/pragma.html#pragma_data_version.
        """
        if not self._is_embedded:
            return True
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            version = cursor.fetchone()[0]
        changed = version != self._version
        self._version = version
        return bool(changed)


def stop_on_signals(worker: DeliveryWorker) -> None:
    """Let SIGTERM and Ctrl-C end the worker cleanly."""
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
