"""Real processes on loopback: the reference core system, and the whole product as `machimado demo` starts it."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[1]
# Enough for households of every kind, and made in a moment.
PEOPLE = 400
START_SECONDS = 120
STOP_SECONDS = 30
WELCOME = "まち窓が動いています"


class DidNotStart(Exception):
    """A process ended, or stayed silent; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process that was started here, and what it says."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Return everything that the process has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait until it is ready.

        Raises: DidNotStart.
        """
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if ready():
                return
            if self.process.poll() is not None:
                raise DidNotStart(self.said())
            time.sleep(0.05)
        raise DidNotStart(f"not ready after {START_SECONDS} s:\n{self.said()}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask the process to stop; return its exit status. Whoever does not listen is killed and gives -9."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


@dataclass(frozen=True, slots=True)
class Core:
    """A running reference core system with PEOPLE residents."""

    address: str
    data: Path
    running: Running


@dataclass(frozen=True, slots=True)
class Product:
    """The whole product, running: pages, delivery worker and reference core system."""

    address: str
    core_address: str
    data: Path
    running: Running

    def password(self, login: str) -> str:
        """Return the demo password of an officer."""
        lines = (self.data / "demo-passwords.txt").read_text(encoding="ascii").splitlines()
        return dict(line.split() for line in lines)[login]

    @property
    def parent(self) -> str:
        """Return the words that find a father with a child under ten and a wife at home, nobody of them protected."""
        with closing(sqlite3.connect(self.data / "core" / "core.sqlite3")) as store:
            found: tuple[str] | None = store.execute(_PARENT).fetchone()
        assert found is not None, "a sample of people that lacks a family is no sample"
        return found[0].replace("\u3000", " ")

    def claims_of_a_resident(self) -> dict[str, Any]:
        """Return what an identity provider says of somebody whom the register has so, and who is not protected."""
        with closing(sqlite3.connect(self.data / "core" / "core.sqlite3")) as store:
            record = json.loads(store.execute(_ALONE).fetchone()[0])
        address = record["address"]
        line = "".join(address[part] for part in ("prefecture", "city", "town", "block", "building"))
        return {
            "name": record["name"]["text"],
            "name#ja-Kana-JP": record["name"]["kana"],
            "birthdate": record["birth_date"],
            "gender": record["sex"],
            "address": {"formatted": line},
        }


_ALONE = """
    SELECT record FROM residents AS one WHERE status = 'resident' AND NOT EXISTS (
        SELECT 1 FROM residents AS other
        WHERE other.household = one.household AND other.record LIKE '%"restricted":true%')
    ORDER BY number LIMIT 1
"""
_PARENT = """
    SELECT father.name FROM residents AS father
    JOIN residents AS child ON child.household = father.household AND child.birth_date >= '2017-04-02'
    JOIN residents AS mother ON mother.household = father.household AND mother.record LIKE '%"relationship":"妻"%'
    WHERE father.record LIKE '%"relationship":"世帯主"%' AND father.status = 'resident'
      AND child.status = 'resident' AND mother.status = 'resident'
      AND child.record LIKE '%"relationship":"子"%'
      AND NOT EXISTS (
        SELECT 1 FROM residents AS other
        WHERE other.household = father.household AND other.record LIKE '%"restricted":true%')
    ORDER BY father.number LIMIT 1
"""


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def start(arguments: Sequence[str], *, log: Path, environment: dict[str, str] | None = None) -> Running:
    """Start a Python process of ours that writes what it says to `log`."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {}), **_watched()},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Running(process, log)


def _watched() -> dict[str, str]:
    """Let the product say which template drew each page, where journeys write down what they looked at."""
    asked = "MACHIMADO_AXE" in os.environ
    return {"DJANGO_SETTINGS_MODULE": "tests.journeys.watched_settings"} if asked else {}


def answers(address: str) -> bool:
    """Return whether the address answers with success."""
    try:
        return httpx.get(address, timeout=2).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="session")
def core_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """Start a reference core system once for all tests of this worker."""
    folder = tmp_path_factory.mktemp("core")
    port = free_port()
    arguments = [
        "--port",
        str(port),
        "--city",
        str(ROOT / "cities" / "yukimi"),
        "--data",
        str(folder / "data"),
    ]
    running = start(["-m", "samplecore", *arguments, "--people", str(PEOPLE)], log=folder / "log")
    core = Core(f"http://127.0.0.1:{port}", folder / "data", running)
    try:
        running.wait_until(lambda: answers(f"{core.address}/health"))
        yield core
    finally:
        running.stop()


@pytest.fixture
def core(core_process: Core, settings: Any) -> Core:
    """Point the settings at the running reference core system."""
    settings.CORE_URL = core_process.address
    return core_process


@contextmanager
def demo(
    folder: Path, *, people: int = PEOPLE, environment: dict[str, str] | None = None
) -> Iterator[Product]:
    """Run `machimado demo` with everything of its own in `folder`."""
    port, core_port = free_port(), free_port()
    places = ["--data", str(folder / "data"), "--port", str(port), "--core-port", str(core_port)]
    command = ["-m", "machimado.site.cli", "demo", *places, "--people", str(people)]
    running = start(command, log=folder / "log", environment=environment)
    product = Product(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{core_port}", folder / "data", running)
    try:
        running.wait_until(lambda: WELCOME in running.said())
        yield product
    finally:
        running.stop()


@contextmanager
def own_database() -> Iterator[dict[str, str]]:
    """Give a product a store of its own where the tests run on PostgreSQL; SQLite lies in its data folder anyway."""
    url = os.environ.get("MACHIMADO_DATABASE", "")
    if not url:
        yield {}
        return
    import psycopg

    name = f"product_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield {"MACHIMADO_DATABASE": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Start the whole product once for all journeys."""
    with (
        own_database() as environment,
        demo(tmp_path_factory.mktemp("product"), environment=environment) as running,
    ):
        yield running


@dataclass
class Town:
    """A core system, a web server and a worker, each a process of its own, on a store of their own."""

    folder: Path
    environment: dict[str, str]
    port: int
    core_port: int
    people: int
    running: dict[str, Running] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)

    def start_core(self, *faults: str) -> None:
        """Start the core system, with what it already has; it answers from here on."""
        place = ["--port", str(self.core_port), "--data", str(self.data / "core")]
        city = ["--city", str(ROOT / "cities" / "yukimi"), "--people", str(self.people)]
        self._start("core", ["-m", "samplecore", *place, *city, *faults])
        self.running["core"].wait_until(lambda: answers(f"{self.core_address}/health"))

    def start_web(self) -> None:
        """Start the pages' server."""
        self._start("web", ["-m", "machimado.site.cli", "serve", "--port", str(self.port)])

    def start_worker(self, *options: str) -> None:
        """Start the delivery worker."""
        self._start("worker", ["-m", "machimado.site.cli", "worker", *options])

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
        """Stop everything that still runs."""
        for running in reversed(self.running.values()):
            running.stop()

    @property
    def data(self) -> Path:
        """Where the town keeps what it has."""
        return self.folder / "data"

    @property
    def core_address(self) -> str:
        """Where the core system is."""
        return f"http://127.0.0.1:{self.core_port}"

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.port}"

    def open(self, *core_options: str) -> Product:
        """Start everything as a demo does; return the running product."""
        self.start_core(*core_options)
        self.run("-c", "from machimado.site import sample; sample.prepare(); sample.import_register()")
        self.start_web()
        self.start_worker()
        self.running["web"].wait_until(lambda: answers(f"{self.address}/healthz"))
        return Product(self.address, self.core_address, self.data, self.running["web"])

    def run(self, *arguments: str, allowed: frozenset[int] = frozenset({0})) -> str:
        """Run a command of ours to its end and return what it printed."""
        command = [sys.executable, *arguments]
        environment = {**os.environ, **self.environment}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in allowed, done.stderr
        return done.stdout


@contextmanager
def town(folder: Path, *, people: int = PEOPLE, environment: dict[str, str] | None = None) -> Iterator[Town]:
    """Give a town of which the test starts each process, and that ends with the test."""
    port, core_port = free_port(), free_port()
    with own_database() as store:
        here = {
            **store,
            "DJANGO_SETTINGS_MODULE": "machimado.site.settings",
            "MACHIMADO_DATA": str(folder / "data"),
            "MACHIMADO_CORE": f"http://127.0.0.1:{core_port}",
            **(environment or {}),
        }
        place = Town(folder, here, port, core_port, people)
        try:
            yield place
        finally:
            place.stop()
