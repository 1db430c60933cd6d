"""Real processes, killed with -9 at random moments: every submission is in the core's ledger exactly once."""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import ROOT, Running, answers, free_port, own_database, start

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

SUBMISSIONS = 500
LOST = "0.2"
# Of the replies that are lost, half belong to entries that the core writes only after this time …
LATE_COMMIT_MS = 1000
# … and so this is longer.
SETTLING_SECONDS = 3
DELAY_MS = 60
KILLS = 9
DESKS = 4
PATIENCE_SECONDS = 150


@dataclass
class Town:
    """A core system, a web server and a worker, each a process of its own, on a store of their own."""

    folder: Path
    environment: dict[str, str]
    port: int
    core_port: int
    running: dict[str, Running] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)

    def start_core(self, *faults: str) -> None:
        place = ["--port", str(self.core_port), "--data", str(self.folder / "core"), "--people", "40"]
        city = ["--city", str(ROOT / "cities" / "yukimi")]
        self._start("core", ["-m", "samplecore", *place, *city, *faults])
        self.running["core"].wait_until(lambda: answers(f"{self.core_address}/health"))

    def start_web(self) -> None:
        self._start("web", ["-m", "machimado.site.cli", "serve", "--port", str(self.port)])

    def start_worker(self) -> None:
        self._start("worker", ["-m", "machimado.site.cli", "worker", "--parallel", "8"])

    def _start(self, name: str, arguments: Sequence[str]) -> None:
        log = self.folder / f"{name}-{self.kills[name]}.log"
        self.running[name] = start(arguments, log=log, environment=self.environment)

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        self.running[name].process.kill()
        self.running[name].process.wait()
        self.kills[name] += 1

    def check_alive(self) -> None:
        """Check that nobody ended by itself."""
        for name, running in self.running.items():
            assert running.process.poll() is None, f"{name} ended: {running.said()}"

    def stop(self) -> None:
        for running in reversed(self.running.values()):
            running.stop()

    @property
    def core_address(self) -> str:
        return f"http://127.0.0.1:{self.core_port}"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, allowed: frozenset[int] = frozenset({0})) -> str:
        """Run a command of ours to its end and return what it printed."""
        command = [sys.executable, *arguments]
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in allowed, done.stderr
        return done.stdout

    def reconcile(self) -> dict[str, Any]:
        command = ("-m", "machimado.site.cli", "delivery", "reconcile", "--json")
        report: dict[str, Any] = json.loads(self.run(*command, allowed=frozenset({0, 1})))
        return report

    def states(self) -> Counter[str]:
        """Return how many deliveries there are in each state."""
        script = (
            "import django, json; django.setup();"
            "from machimado.cases.delivery.models import Delivery;"
            "print(json.dumps(list(Delivery.objects.values_list('state', flat=True))))"
        )
        return Counter(json.loads(self.run("-c", script)))

    def ledger(self) -> list[dict[str, Any]]:
        """Return the core's ledger, as the core itself tells it."""
        basic = ("machimado", "yukimi-sample-secret")
        form = {"grant_type": "client_credentials", "scope": "000:ledger:read"}
        token = httpx.post(f"{self.core_address}/oauth/token", data=form, auth=basic).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        entries: list[dict[str, Any]] = httpx.get(f"{self.core_address}/ledger", headers=headers).json()[
            "entries"
        ]
        return entries


@contextmanager
def town(folder: Path, *, keyed: bool, lookup: bool = True, lost: str = LOST) -> Iterator[Town]:
    """Run a town whose core loses acknowledgements."""
    port, core_port = free_port(), free_port()
    with own_database() as store:
        environment = {
            **store,
            "DJANGO_SETTINGS_MODULE": "machimado.site.settings",
            "MACHIMADO_DATA": str(folder / "data"),
            "MACHIMADO_CORE": f"http://127.0.0.1:{core_port}",
            "MACHIMADO_CORE_KEYED": str(int(keyed)),
            "MACHIMADO_CORE_LOOKUP": str(int(lookup)),
            "MACHIMADO_CORE_SETTLING": str(SETTLING_SECONDS),
            "MACHIMADO_CORE_TIMEOUT": "5",
            "MACHIMADO_DELIVERY_LEASE": "3",
        }
        place = Town(folder, environment, port, core_port)
        try:
            faults = [
                "--lose-ack",
                lost,
                "--late-commit-ms",
                str(LATE_COMMIT_MS),
                "--delay-ms",
                str(DELAY_MS),
            ]
            mode = ["--mode", "keyed" if keyed else "unkeyed", *([] if lookup else ["--no-lookup"])]
            place.start_core(*faults, *mode)
            place.run("-m", "machimado.site.cli", "migrate")
            yield place
        finally:
            place.stop()


@dataclass
class Counters:
    """Officers at their counters who submit application after application, and again whenever no answer comes."""

    town: Town
    session: str
    references: list[tuple[str, str]]
    done: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def open(self) -> list[threading.Thread]:
        """Let them begin."""
        threads = [threading.Thread(target=self._work, args=(desk,), daemon=True) for desk in range(DESKS)]
        for thread in threads:
            thread.start()
        return threads

    def _work(self, desk: int) -> None:
        with self._browser() as browser:
            for application, _ in self.references[desk::DESKS]:
                self._submit(browser, application)

    def wait_for(self, count: int) -> None:
        """Wait until so many are submitted."""
        assert until(lambda: len(self.done) >= count, PATIENCE_SECONDS), (len(self.done), self.wrong)

    def _browser(self) -> httpx.Client:
        cookies = {"machimado": self.session, "csrftoken": "c" * 32}
        headers = {"X-CSRFToken": "c" * 32, "Connection": "close"}
        return httpx.Client(base_url=self.town.address, cookies=cookies, headers=headers, timeout=30)

    def _submit(self, browser: httpx.Client, application: str) -> None:
        address, end = f"/counter/applications/{application}", time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                reply = browser.post(f"{address}/submit/")
            except httpx.HTTPError:
                time.sleep(0.1)
                continue
            if reply.status_code == 302 and reply.headers["Location"] == f"{address}/":
                self.done.add(application)
                return
            self.wrong.append(f"{reply.status_code} {reply.headers.get('Location', '')}")
            return
        self.wrong.append("no answer")


def prepared(place: Town, count: int) -> Counters:
    made = json.loads(place.run("-m", "machimado.cases.delivery.tests.prepare", str(count)).splitlines()[-1])
    return Counters(place, made["session"], made["applications"])


def until(ready: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(0.2)
    return ready()


@pytest.mark.parametrize("keyed", [True, False], ids=["keyed", "unkeyed with look-up"])
def test_each_submission_is_received_exactly_once(tmp_path: Path, keyed: bool) -> None:
    dice = random.Random(20260401 + keyed)
    with town(tmp_path, keyed=keyed) as place:
        counters = prepared(place, SUBMISSIONS)
        place.start_web()
        place.start_worker()
        threads = counters.open()
        for kill in range(1, KILLS):
            # Not before something is under way, then at any moment.
            counters.wait_for(kill * SUBMISSIONS // KILLS)
            time.sleep(dice.uniform(0, 1.5))
            _kill_one(place, "worker" if kill % 3 else "web", dice)
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        _check_exactly_once(place, counters)


def _kill_one(place: Town, name: str, dice: random.Random) -> None:
    place.kill(name)
    time.sleep(dice.uniform(0, 0.5))
    place.start_web() if name == "web" else place.start_worker()


def _is_quiet(place: Town) -> bool:
    """Return whether the core has everything and we know it; our side is asked only then, since that starts a process."""
    place.check_alive()
    return len(place.ledger()) >= SUBMISSIONS and place.states()["accepted"] == SUBMISSIONS


def _check_exactly_once(place: Town, counters: Counters) -> None:
    assert counters.wrong == []
    assert len(counters.done) == SUBMISSIONS
    assert {name: place.kills[name] for name in ("worker", "web")} == {"worker": 6, "web": 2}
    assert until(lambda: _is_quiet(place), PATIENCE_SECONDS), place.states()
    entries = Counter(entry["reference"] for entry in place.ledger())
    assert entries == Counter(reference for _, reference in counters.references)
    assert place.states() == Counter(accepted=SUBMISSIONS)
    assert place.reconcile()["differences"] == []


def test_where_nobody_can_be_asked_a_person_decides(tmp_path: Path) -> None:
    with town(tmp_path, keyed=False, lookup=False, lost="0.5") as place:
        counters = prepared(place, 20)
        place.start_web()
        place.start_worker()
        counters.open()
        counters.wait_for(20)
        assert until(lambda: sum(place.states().values()) == 20 and not place.states()["sending"], 20)
        place.kill("worker")
        place.start_worker()
        time.sleep(SETTLING_SECONDS + 2)
        states = place.states()
        assert set(states) == {"accepted", "undecided"}
        assert states["undecided"] > 0
        assert set(Counter(entry["reference"] for entry in place.ledger()).values()) == {1}
        kinds = {difference["kind"] for difference in place.reconcile()["differences"]}
        assert kinds == {"known_only_there"}
