"""Real processes, and what they cost (Linux)."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180


@contextmanager
def started(
    command: Sequence[str], log: Path, more: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process with nothing of our settings but `more`; what it says is in the log."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MACHIMADO_")}
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**kept, "PYTHONUNBUFFERED": "1", **(more or {})}, stdout=file, stderr=file
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait(process: subprocess.Popen[bytes], log: Path, is_ready: Any) -> None:
    """Wait until it is ready; end with what it said where it does not start."""
    until = time.monotonic() + START_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > until:
            sys.exit(f"a process did not start:\n{read(log)}")
        time.sleep(0.05)


def answers(address: str) -> bool:
    """Return whether the address answers with success."""
    try:
        return httpx.get(address, timeout=2).is_success
    except httpx.HTTPError:
        return False


def read(log: Path) -> str:
    """Return what a process has said."""
    return log.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


# --- what the processes cost (Linux) -----------------------------------------------------------------------------------


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(each) for each in found.split()]


def is_running(pid: int, what: bytes) -> bool:
    """Return whether a process was started with these words."""
    return what in Path(f"/proc/{pid}/cmdline").read_bytes()


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the processor time of the pages and the worker, user and system."""
    return sum(map(_cpu_seconds_of, pids))


def _cpu_seconds_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Return the memory that a process holds, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
