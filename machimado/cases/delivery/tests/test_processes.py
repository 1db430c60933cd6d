"""Real processes, killed with -9 at random moments: every submission is in the core's ledger exactly once."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import Town, town

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


def reconcile(place: Town) -> dict[str, Any]:
    command = ("-m", "machimado.site.cli", "delivery", "reconcile", "--json")
    report: dict[str, Any] = json.loads(place.run(*command, allowed=frozenset({0, 1})))
    return report


def states(place: Town) -> Counter[str]:
    """Return how many deliveries there are in each state."""
    script = (
        "import django, json; django.setup();"
        "from machimado.cases.delivery.models import Delivery;"
        "print(json.dumps(list(Delivery.objects.values_list('state', flat=True))))"
    )
    return Counter(json.loads(place.run("-c", script)))


def ledger(place: Town) -> list[dict[str, Any]]:
    """Return the core's ledger, as the core itself tells it."""
    basic = ("machimado", "yukimi-sample-secret")
    form = {"grant_type": "client_credentials", "scope": "000:ledger:read"}
    token = httpx.post(f"{place.core_address}/oauth/token", data=form, auth=basic).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    entries: list[dict[str, Any]] = httpx.get(f"{place.core_address}/ledger", headers=headers).json()[
        "entries"
    ]
    return entries


@contextmanager
def forgetful(folder: Path, *, keyed: bool, lookup: bool = True, lost: str = LOST) -> Iterator[Town]:
    """Run a town whose core loses acknowledgements."""
    environment = {
        "MACHIMADO_CORE_KEYED": str(int(keyed)),
        "MACHIMADO_CORE_LOOKUP": str(int(lookup)),
        "MACHIMADO_CORE_SETTLING": str(SETTLING_SECONDS),
        "MACHIMADO_CORE_TIMEOUT": "5",
        "MACHIMADO_DELIVERY_LEASE": "3",
    }
    late, delay = str(LATE_COMMIT_MS), str(DELAY_MS)
    faults = ["--lose-ack", lost, "--late-commit-ms", late, "--delay-ms", delay]
    mode = ["--mode", "keyed" if keyed else "unkeyed", *([] if lookup else ["--no-lookup"])]
    with town(folder, people=40, environment=environment) as place:
        place.start_core(*faults, *mode)
        place.run("-m", "machimado.site.cli", "migrate")
        yield place


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
    with forgetful(tmp_path, keyed=keyed) as place:
        counters = prepared(place, SUBMISSIONS)
        place.start_web()
        place.start_worker("--parallel", "8")
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
    place.start_web() if name == "web" else place.start_worker("--parallel", "8")


def _is_quiet(place: Town) -> bool:
    """Return whether the core has everything and we know it; our side is asked only then, since that starts a process."""
    place.check_alive()
    return len(ledger(place)) >= SUBMISSIONS and states(place)["accepted"] == SUBMISSIONS


def _check_exactly_once(place: Town, counters: Counters) -> None:
    assert counters.wrong == []
    assert len(counters.done) == SUBMISSIONS
    assert {name: place.kills[name] for name in ("worker", "web")} == {"worker": 6, "web": 2}
    assert until(lambda: _is_quiet(place), PATIENCE_SECONDS), states(place)
    entries = Counter(entry["reference"] for entry in ledger(place))
    assert entries == Counter(reference for _, reference in counters.references)
    assert states(place) == Counter(accepted=SUBMISSIONS)
    assert reconcile(place)["differences"] == []


def test_where_nobody_can_be_asked_a_person_decides(tmp_path: Path) -> None:
    with forgetful(tmp_path, keyed=False, lookup=False, lost="0.5") as place:
        counters = prepared(place, 20)
        place.start_web()
        place.start_worker("--parallel", "8")
        counters.open()
        counters.wait_for(20)
        assert until(lambda: sum(states(place).values()) == 20 and not states(place)["sending"], 20)
        place.kill("worker")
        place.start_worker("--parallel", "8")
        time.sleep(SETTLING_SECONDS + 2)
        found = states(place)
        assert set(found) == {"accepted", "undecided"}
        assert found["undecided"] > 0
        assert set(Counter(entry["reference"] for entry in ledger(place)).values()) == {1}
        kinds = {difference["kind"] for difference in reconcile(place)["differences"]}
        assert kinds == {"known_only_there"}
