import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from samplecore.database import create_store
from samplecore.population import Parameters, load_parameters

CITY = Path(__file__).resolve().parents[2] / "cities" / "yukimi"
CLIENT, SECRET = "machimado", "yukimi-sample-secret"
PEOPLE = 400

# ground's Django settings are not needed here; the processes must not inherit a caller's own secret either.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SAMPLECORE_")}


@dataclass
class Running:
    """A core system in a process of its own."""

    process: subprocess.Popen[str]
    address: str
    http: httpx.Client = field(repr=False)

    def token(self, scope: str = "") -> str:
        form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        reply = self.http.post("/oauth/token", data=form, auth=(CLIENT, SECRET))
        assert reply.status_code == 200, reply.text
        return str(reply.json()["access_token"])

    def sign_in(self) -> "Running":
        """Send a token for everything with each request from now on."""
        self.http.headers["Authorization"] = f"Bearer {self.token()}"
        return self

    def apply(self, body: dict[str, Any], key: str = "") -> httpx.Response:
        return self.http.post("/applications", json=body, headers={"Idempotency-Key": key} if key else {})

    def ledger(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.http.get("/ledger").json()["entries"]
        return entries

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End it as a launcher does and return the exit code."""
        self.http.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


@pytest.fixture(scope="session")
def parameters() -> Parameters:
    return load_parameters(CITY / "population.yaml")


@pytest.fixture(scope="session")
def full_store(tmp_path_factory: pytest.TempPathFactory, parameters: Parameters) -> Path:
    """Return a folder with a small city, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("city")
    create_store(folder, parameters, PEOPLE)
    return folder


@pytest.fixture
def folder(full_store: Path, tmp_path: Path) -> Path:
    """Return a fresh copy of the small city's store."""
    return Path(shutil.copytree(full_store, tmp_path / "core"))


Start = Callable[..., Running]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Start core systems on any free port, on the test's own store; they end with the test."""
    started: list[Running] = []

    def start_one(*flags: str) -> Running:
        started.append(launch(folder, *flags))
        return started[-1]

    yield start_one
    for running in started:
        running.stop()
        assert running.process.stdout is not None
        running.process.stdout.close()


def launch(folder: Path, *flags: str) -> Running:
    place = ["--port", "0", "--data", str(folder), "--city", str(CITY)]
    process = subprocess.Popen(
        [sys.executable, "-m", "samplecore", *place, *flags],
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    return Running(process, ready["address"], httpx.Client(base_url=ready["address"], timeout=20))


@pytest.fixture(scope="session")
def shared(full_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Return one core system for all tests that leave no entry and change nothing; it is not signed in."""
    folder = shutil.copytree(full_store, tmp_path_factory.mktemp("shared") / "core")
    running = launch(Path(folder))
    yield running
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture
def reader(shared: Running) -> Iterator[Running]:
    """Return the shared core system, signed in for everything."""
    yield shared.sign_in()
    shared.http.headers.pop("Authorization", None)


@pytest.fixture
def core(start: Start) -> Running:
    """Return a core system without faults, signed in for everything."""
    return start().sign_in()


def certificate_request(reference: str = "R-1", **fields: Any) -> dict[str, Any]:
    """Return a right application for 住民票の写し; fields replace the usual ones."""
    usual = {
        "name": "阿部　千尋",
        "kana": "アベ　チヒロ",
        "birth_date": "1990-05-XX",
        "scope": "household",
        "copies": 1,
        "request_date": "2026-10-01",
    }
    body = {"reference": reference, "system": "001", "message": "residence.certificate"}
    return {**body, "fields": {**usual, **fields}}
