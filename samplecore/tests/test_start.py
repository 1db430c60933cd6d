import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from samplecore.tests.conftest import CITY, ENVIRONMENT, Start

pytestmark = pytest.mark.processes
COMMAND = [sys.executable, "-m", "samplecore", "--city", str(CITY)]


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *flags], capture_output=True, text=True, env=ENVIRONMENT, timeout=60, check=False
    )


def test_help_tells_all_flags() -> None:
    text = run("--help").stdout
    for flag in (
        "--lose-ack",
        "--reject",
        "--pending",
        "--delay-ms",
        "--down-after",
        "--mode",
        "--no-lookup",
        "--seed",
    ):
        assert flag in text
    assert "SAMPLECORE_CLIENT_SECRET" in text


def test_it_stops_cleanly_and_starts_again(start: Start) -> None:
    assert start().stop() == 0
    assert start().http.get("/health").json()["city"] == "雪見市"


def test_the_first_start_makes_the_population(tmp_path: Path) -> None:
    data = tmp_path / "new"
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--data", str(data), "--people", "50"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["event"] == "ready"
    process.terminate()
    _, told = process.communicate(timeout=20)
    assert "見本の住民を作成中" in told
    assert process.returncode == 0
    assert min(path.name for path in data.iterdir()) == "core.sqlite3"


def test_a_taken_port_is_told(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = run("--data", str(folder), "--port", str(taken.getsockname()[1]))
    assert answer.returncode == 1
    assert "--port" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_known_secret_is_not_opened_to_others(folder: Path) -> None:
    answer = run("--data", str(folder), "--host", "0.0.0.0", "--port", "0")
    assert answer.returncode == 1
    assert "SAMPLECORE_CLIENT_SECRET" in answer.stderr


@pytest.mark.parametrize(
    "flags",
    [
        ("--lose-ack", "1.5"),
        ("--lose-ack", "x"),
        ("--delay-ms", "-1"),
        ("--people", "0"),
        ("--port", "99999"),
    ],
)
def test_wrong_flags_are_told(flags: tuple[str, str]) -> None:
    answer = run(*flags)
    assert answer.returncode == 2
    assert flags[0] in answer.stderr


def test_a_missing_city_is_told(tmp_path: Path) -> None:
    answer = run("--city", str(tmp_path), "--data", str(tmp_path / "data"))
    assert answer.returncode == 1
    assert "population.yaml" in answer.stderr


def test_clients_come_from_a_file(start: Start, tmp_path: Path) -> None:
    clients = tmp_path / "clients.yaml"
    clients.write_text(
        "- {id: reader, secret: secret-of-the-reader, scopes: ['001:residents:read']}\n", "utf-8"
    )
    core = start("--clients", str(clients))
    form = {"grant_type": "client_credentials"}
    answer = core.http.post("/oauth/token", data=form, auth=("reader", "secret-of-the-reader"))
    assert answer.json()["scope"] == "001:residents:read"
    assert (
        core.http.post("/oauth/token", data=form, auth=("machimado", "yukimi-sample-secret")).status_code
        == 401
    )
    clients.write_text("- {id: reader}\n", encoding="utf-8")
    assert run("--data", str(tmp_path / "d"), "--clients", str(clients)).returncode == 1
