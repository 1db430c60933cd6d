"""How long an officer's whole journey takes, from opening the resident's case until the core system has the application.

Real processes (pages by `machimado serve`, delivery worker, reference core system) with an empty store of their own;
an officer signed in by password; one form of 3 steps × 12 questions with 20 rules. One journey is:

    open the resident's case for the chosen procedure: the record is read from the core, the form begun, and the interview's
    page comes back → twice: 12 answers sent, read, checked, kept, and what changed on the sheet back → the last 12 answers sent with
    the step to the check, as the page does it: read, checked, kept, and the summary back → complete, with how it stands back

`p50_ms` is from the first request to the last answer. `received_p50_ms` is from sending "complete" until the core has
written the application down, by the core's own clock on the same machine; `accepted_p50_ms` until the officer's page says so.
The figures of Open Forms are others' figures, measured on another such machine: ratios to them are a rough guide.
The floor is measured here, between the others: a bare Django view with one insert (benchmarks/floor.py).
"""

import argparse
import json
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from benchmarks import journey_form
from benchmarks.processes import (
    ROOT,
    answers,
    children,
    cpu_seconds,
    free_port,
    is_running,
    read,
    rss_mb,
    started,
    wait,
)
from benchmarks.visitor import Unexpected, Visitor

ACCEPT_SECONDS = 20
# Officers of the head office, which has eight desks.
LOGINS = ("sato", "watanabe", "nguyen", "abe")
CLIENTS = (1, 4, 8)
# Source: Open Forms, measured on a two-core machine of the same kind; per_s_4 is the upper of 0.25–0.46.
OPEN_FORMS = {"p50_ms": 826.0, "received_p50_ms": 974.0, "per_s_4": 0.46, "requests": 13}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print the figures as text or as one JSON object. Times are wall clock milliseconds."""
    parser = argparse.ArgumentParser(
        prog="bench journey", description=__doc__.partition("\n")[0] if __doc__ else ""
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--journeys", type=int, default=60, help="journeys of the single client, after ten to warm up"
    )
    parser.add_argument("--seconds", type=float, default=10, help="how long 1, 4 and 8 clients go on")
    parser.add_argument("--people", type=int, default=2_000, help="residents of the sample city")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="bench-journey-") as folder, ExitStack() as stack:
        figures = measure(arguments, Path(folder), stack)
    print(json.dumps(figures, ensure_ascii=False) if arguments.json else _table(figures))
    return 0


def measure(arguments: argparse.Namespace, folder: Path, stack: ExitStack) -> dict[str, Any]:
    """Start everything in `folder` and return all figures."""
    product = stack.enter_context(_product(folder, arguments.people))
    floor = stack.enter_context(_floor(folder))
    desks = [Desk(product, number) for number in range(max(CLIENTS))]
    figures = _alone(product, desks[0], floor, arguments.journeys)
    for clients in CLIENTS:
        figures |= _together(product, desks[:clients], arguments.seconds)
    figures["rss_mb"] = round(sum(map(rss_mb, product.pids)), 1)
    return {**figures, **_beside_open_forms(figures)}


def _alone(product: "Product", desk: "Desk", floor: "Floor", journeys: int) -> dict[str, Any]:
    """Return what one officer alone meets; the floor is measured after each journey, so that a busy machine hits both."""
    for _ in range(10):
        desk.go()
    before, asked = cpu_seconds(product.pids), desk.visitor.requests
    made, floors = [], []
    for _ in range(journeys):
        made.append(desk.go())
        desk.wait_until_accepted(made[-1])
        floors += [floor.insert() for _ in range(5)]
    cpu = cpu_seconds(product.pids) - before
    received = product.received()
    times = [journey.ms for journey in made]
    return {
        "p50_ms": _median(times),
        "p95_ms": round(statistics.quantiles(times, n=20)[18], 1),
        "received_p50_ms": _median((received[one.reference] - one.completed_at) * 1000 for one in made),
        "accepted_p50_ms": _median((one.accepted_at - one.completed_at) * 1000 for one in made),
        "save_p50_ms": _median(ms for one in made for ms in one.saves),
        "floor_p50_ms": round(statistics.median(floors), 2),
        "requests": made[-1].requests,
        "cpu_s": round(cpu / journeys, 4),
        "steps_p50_ms": {step: _median(one.steps[step] for one in made) for step in made[0].steps},
        "asked_in_all": desk.visitor.requests - asked,
    }


def _together(product: "Product", desks: list["Desk"], seconds: float) -> dict[str, Any]:
    """Return how many journeys a second so many officers finish, and how long the core then still waits for the last."""
    until = time.monotonic() + seconds
    begun = time.monotonic()
    made: list[list[Journey]] = [[] for _ in desks]
    threads = [
        threading.Thread(target=_go_on, args=(desk, until, mine))
        for desk, mine in zip(desks, made, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    references = {journey.reference for mine in made for journey in mine}
    drained = _until_received(product, references)
    clients = len(desks)
    return {
        f"per_s_{clients}": round(len(references) / took, 2),
        f"p50_ms_{clients}": _median(journey.ms for mine in made for journey in mine),
        f"received_per_s_{clients}": round(len(references) / (took + drained), 2),
    }


def _go_on(desk: "Desk", until: float, made: list["Journey"]) -> None:
    while time.monotonic() < until:
        made.append(desk.go())


def _until_received(product: "Product", references: set[str]) -> float:
    begun = time.monotonic()
    while not references <= product.received().keys():
        if time.monotonic() - begun > 60:
            raise Unexpected("the core has not received everything within a minute")
        time.sleep(0.02)
    return time.monotonic() - begun


def _beside_open_forms(figures: dict[str, Any]) -> dict[str, Any]:
    """Return others' figures, and how many times better ours are."""
    return {
        "open_forms_others_figures": OPEN_FORMS,
        "times_better_p50": round(OPEN_FORMS["p50_ms"] / figures["p50_ms"], 1),
        "times_better_received": round(OPEN_FORMS["received_p50_ms"] / figures["received_p50_ms"], 1),
        "times_better_per_s_4": round(figures["per_s_4"] / OPEN_FORMS["per_s_4"], 1),
        "floors_per_journey": round(figures["p50_ms"] / figures["floor_p50_ms"], 1),
    }


# --- one journey -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Journey:
    """What one journey was like. Points in time are seconds since 1970."""

    reference: str = ""
    application: str = ""
    ms: float = 0
    requests: int = 0
    completed_at: float = 0
    accepted_at: float = 0
    steps: dict[str, float] = field(default_factory=dict)
    saves: list[float] = field(default_factory=list)


class Desk:
    """An officer at a desk of the head office, signed in by password, with a browser."""

    def __init__(self, product: "Product", number: int) -> None:
        self._product = product
        self.visitor = Visitor(product.address)
        self._sign_in(LOGINS[number % len(LOGINS)])
        desks = _between_all(self.visitor.get("/counter/desk/"), 'name="desk" value="', '"')
        self.visitor.send("/counter/desk/", {"desk": desks[number]})

    def _sign_in(self, login: str) -> None:
        self.visitor.get("/accounts/login/")
        self.visitor.send("/accounts/login/", {"login": login, "password": self._product.passwords[login]})

    def go(self) -> Journey:
        """Make one journey for a resident who was not here before."""
        journey, asked = Journey(), self.visitor.requests
        resident, number = self._product.next_resident()
        begun = time.perf_counter()
        with _timed(journey, "start"):
            page = self._start(resident, journey)
        for step in range(1, journey_form.STEPS):
            with _timed(journey, f"step {step}"):
                page = self._send(journey, "answers/", page, journey_form.typed(step, number))
            journey.saves.append(journey.steps[f"step {step}"])
        with _timed(journey, f"step {journey_form.STEPS} and summary"):
            page = self._send(journey, "review/", page, journey_form.typed(journey_form.STEPS, number))
        if "基幹システムへ送る" not in page:
            raise Unexpected("the application did not come to the check")
        journey.completed_at = time.time()
        with _timed(journey, "complete"):
            self.visitor.change(f"{journey.application}submit/", {})
        journey.ms = (time.perf_counter() - begun) * 1000
        journey.requests = self.visitor.requests - asked
        return journey

    def _start(self, resident: str, journey: Journey) -> str:
        page = self.visitor.open(f"/counter/open/{resident}/", {"procedure": journey_form.ID})
        journey.application = _between(page, 'data-address="', '"')
        journey.reference = _between(page, "申請番号 ", "<")
        return page

    def _send(self, journey: Journey, where: str, page: str, typed: list[tuple[str, str]]) -> str:
        shown = [
            (name, _between(page, f'name="{name}" form="sheet" value="', '"'))
            for name in ("revision", "page")
        ]
        return self.visitor.change(f"{journey.application}{where}", [*shown, ("typed", "120"), *typed])

    def wait_until_accepted(self, journey: Journey) -> None:
        """Look at the officer's page until it says that the core has accepted the application.

        Raises: Unexpected when it does not.
        """
        until = time.monotonic() + ACCEPT_SECONDS
        while "is-good" not in self.visitor.get(f"{journey.application}status/?state=submitted"):
            if time.monotonic() > until:
                raise Unexpected("the application was not accepted")
            time.sleep(0.005)
        journey.accepted_at = time.time()


@contextmanager
def _timed(journey: Journey, step: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    journey.steps[step] = (time.perf_counter() - begun) * 1000


def _between(page: str, before: str, after: str) -> str:
    """Return what stands between two texts.

    Raises: Unexpected when the page has none of it.
    """
    _, found, rest = page.partition(before)
    if not found:
        raise Unexpected(f"the page has no {before!r}")
    return rest.partition(after)[0].strip()


def _between_all(page: str, before: str, after: str) -> list[str]:
    return [part.partition(after)[0] for part in page.split(before)[1:]]


# --- the processes -----------------------------------------------------------------------------------------------------


class Product:
    """The running product with an empty store and the benchmark's own procedure."""

    def __init__(self, address: str, core: str, data: Path, launcher: int) -> None:
        self.address, self._core, self._data = address, core, data
        self.pids = [pid for pid in children(launcher) if not is_running(pid, b"samplecore")]
        lines = (data / "demo-passwords.txt").read_text(encoding="ascii").splitlines()
        self.passwords = dict(line.split() for line in lines)
        self._residents = _residents(data)
        self._turn = count()

    def next_resident(self) -> tuple[str, int]:
        """Return a resident's id and the number of the journey; safe to call from several threads."""
        number = next(self._turn)
        return self._residents[number % len(self._residents)], number

    def received(self) -> dict[str, float]:
        """Return by reference when the core wrote each application down (seconds since 1970)."""
        credentials = ("machimado", "yukimi-sample-secret")
        form = {"grant_type": "client_credentials", "scope": "000:ledger:read"}
        token = httpx.post(f"{self._core}/oauth/token", data=form, auth=credentials).json()["access_token"]
        answer = httpx.get(f"{self._core}/ledger", headers={"Authorization": f"Bearer {token}"}, timeout=60)
        entries = answer.json()["entries"]
        return {
            entry["reference"]: datetime.fromisoformat(entry["received_at"]).timestamp() for entry in entries
        }


def _residents(data: Path) -> list[str]:
    """Return residents whose records need no reason to be opened."""
    store = sqlite3.connect(f"file:{data / 'machimado.sqlite3'}?mode=ro", uri=True)
    try:
        rows = store.execute(
            "SELECT id FROM register_resident WHERE status = 'resident' AND NOT shielded"
        ).fetchall()
    finally:
        store.close()
    return [f"{row[0][:8]}-{row[0][8:12]}-{row[0][12:16]}-{row[0][16:20]}-{row[0][20:]}" for row in rows]


@contextmanager
def _product(folder: Path, people: int) -> Iterator[Product]:
    """Start `machimado demo` with the benchmark's city and everything of its own."""
    city, data = folder / "city", folder / "data"
    shutil.copytree(ROOT / "cities" / "yukimi", city)
    (city / "procedures" / f"{journey_form.ID}.yaml").write_text(journey_form.yaml(), encoding="utf-8")
    port, core_port = free_port(), free_port()
    places = ["--city", str(city), "--data", str(data), "--port", str(port), "--core-port", str(core_port)]
    command = [sys.executable, "-m", "machimado.site.cli", "demo", *places, "--people", str(people)]
    with started(command, folder / "product.log") as process:
        wait(process, folder / "product.log", lambda: "まち窓が動いています" in read(folder / "product.log"))
        yield Product(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{core_port}", data, process.pid)


class Floor:
    """The bare Django view on its own server."""

    def __init__(self, port: int) -> None:
        self._visitor = Visitor(f"http://127.0.0.1:{port}")

    def insert(self) -> float:
        """Let the view insert a row; return the milliseconds."""
        begun = time.perf_counter()
        self._visitor.get("/?text=floor")
        return (time.perf_counter() - begun) * 1000


@contextmanager
def _floor(folder: Path) -> Iterator[Floor]:
    port, log = free_port(), folder / "floor.log"
    options = ["--port", str(port), "--log-level", "warning", "--no-access-log"]
    command = [sys.executable, "-m", "uvicorn", "benchmarks.floor:application", *options]
    with started(command, log, {"MACHIMADO_DATA": str(folder / "floor")}) as process:
        wait(process, log, lambda: answers(f"http://127.0.0.1:{port}/"))
        floor = Floor(port)
        for _ in range(50):
            floor.insert()
        yield floor


def _median(times: Any) -> float:
    return float(round(statistics.median(times), 1))


def _table(figures: dict[str, Any]) -> str:
    return "\n".join(f"{name:28} {value}" for name, value in figures.items())


if __name__ == "__main__":
    sys.exit(main())
