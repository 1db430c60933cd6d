"""The computer's PC/SC service with a virtual reader (vsmartcard), for one test process alone.

Its socket and its settings are hidden from the rest of the computer by a mount namespace, so that neither a service that runs
here already nor another test process is disturbed. Where that is not allowed, root starts it as the computer's own,
if there is none; else the tests are skipped with the reason.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.virtual_card import VirtualCard
from tests.processes import free_port

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
COMPUTERS_OWN = Path("/run/pcscd")
START_SECONDS = 20
# pcscd looks every 0.4 seconds.
NOTICES_SECONDS = 0.9
_ADVICE = (
    "`apt-get install pcscd vsmartcard-vpcd swig libpcsclite-dev` and `pip install pyscard` (.ci/run does it)"
)


@dataclass(frozen=True, slots=True)
class Service:
    """A running PC/SC service; `port` is where a virtual card is put on its reader."""

    socket: Path
    port: int
    process: subprocess.Popen[bytes]

    @contextmanager
    def lying(self, card: VirtualCard) -> Iterator[VirtualCard]:
        """Let the card lie on the reader, noticed, until the block ends."""
        try:
            with card.inserted(self.port):
                self.wait_for(card)
                yield card
        finally:
            self.wait_until_empty()

    def wait_for(self, card: VirtualCard) -> None:
        """Wait until the reader has noticed the card."""
        until = time.monotonic() + START_SECONDS
        while not self._has_card():
            assert time.monotonic() < until, "the virtual reader does not notice the card"
            time.sleep(0.05)
        card.heard.clear()

    def wait_until_empty(self) -> None:
        """Wait until the reader has noticed that the card is gone."""
        until = time.monotonic() + START_SECONDS
        while self._has_card():
            assert time.monotonic() < until, "the virtual reader does not notice that the card is gone"
            time.sleep(0.05)
        # Where a command failed, pcscd says so before it has noticed itself; what is put in until then it never sees.
        time.sleep(NOTICES_SECONDS)

    @staticmethod
    def _has_card() -> bool:
        """Ask for the readers' state alone: a card is not spoken with while it is put in or taken out."""
        from smartcard import scard

        _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        _, names = scard.SCardListReaders(context, [])
        unaware = [(name, scard.SCARD_STATE_UNAWARE) for name in names]
        _, states = scard.SCardGetStatusChange(context, 0, unaware)
        scard.SCardReleaseContext(context)
        return any(state & scard.SCARD_STATE_PRESENT for _, state, _ in states)


@pytest.fixture(scope="session")
def pcsc_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run the service once for all tests of this process: its library looks for the socket once a process."""
    with service(tmp_path_factory.mktemp("pcsc") / "here") as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PCSCLITE_CSOCK_NAME", str(running.socket))
        yield running


def check_there() -> str:
    """Return where pcscd is; skip the test where something is missing."""
    found = shutil.which("pcscd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    try:
        import smartcard.scard  # noqa: F401 - only whether it is there
    except ImportError:
        found = None
    if found is None or not DRIVER.exists() or sys.platform != "linux":
        pytest.skip(f"no PC/SC with a virtual reader on this machine: {_ADVICE}")
    return found


@contextmanager
def service(folder: Path) -> Iterator[Service]:
    """Run the service with one virtual reader; ask for it by PCSCLITE_CSOCK_NAME."""
    program, port = check_there(), _two_free_ports()
    (folder / "readers").mkdir(parents=True)
    (folder / "run").mkdir()
    # The driver offers two places for a card, at this port and the next one.
    (folder / "readers" / "vpcd").write_text(
        f'FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:{port:#X}\nLIBPATH {DRIVER}\nCHANNELID {port:#X}\n'
    )
    command, place = _command(program, folder)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _wait_for(place / "pcscd.comm", process, folder / "log")
        yield Service(place / "pcscd.comm", port, process)
    finally:
        process.terminate()
        process.wait(10)


def _two_free_ports() -> int:
    # Far from those that the computer gives to whoever asks for any.
    return 20_000 + free_port() % 5_000 * 2


def _command(program: str, folder: Path) -> tuple[list[str], Path]:
    """Return how to start the service, and where its socket will be."""
    plain = [program, "--foreground", "--config", str(folder / "readers")]
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    if shutil.which("unshare") and _works([*unshare, "true"]):
        hide = 'mkdir -p "$0" && mount --bind "$1" "$0" && shift && exec "$@"'
        hidden = [*unshare, "sh", "-c", hide, str(COMPUTERS_OWN), str(folder / "run"), *plain]
        if _works([*unshare, "sh", "-c", hide, str(COMPUTERS_OWN), str(folder / "run"), "true"]):
            return hidden, folder / "run"
    if os.geteuid() != 0 or (COMPUTERS_OWN / "pcscd.comm").exists():
        pytest.skip(
            "a PC/SC service of its own may not be started here: neither a mount namespace nor root's own service"
        )
    return plain, COMPUTERS_OWN


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _wait_for(place: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not place.exists():
        assert process.poll() is None, log.read_text(errors="replace")
        assert time.monotonic() < until, log.read_text(errors="replace")
        time.sleep(0.05)
