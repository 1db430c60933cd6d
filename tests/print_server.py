"""A real CUPS of a test's own, with one queue whose printer puts each job into a folder."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

QUEUE = "lobby-1"
# What a printer's driver is to CUPS: called with job, user, title, copies, options and the file (or its bytes).
BACKEND = """#!/bin/sh
if [ $# -eq 0 ]; then echo 'direct keep "Unknown" "keeps each job"'; exit 0; fi
cat ${{6:-/dev/stdin}} > '{out}/'"$1.part" && echo "$3 $4" > '{out}/'"$1.told" && mv '{out}/'"$1.part" '{out}/'"$1.pdf"
"""
CONF = """Listen {place}/cups.sock
LogLevel debug
DefaultAuthType None
WebInterface No
Browsing No
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
FILES = """ServerBin {place}/bin
ServerRoot {place}/root
StateDir {place}/state
RequestRoot {place}/spool
CacheDir {place}/cache
AccessLog {place}/log/access
ErrorLog {place}/log/error
PageLog {place}/log/page
SystemGroup root
"""


@dataclass(frozen=True, slots=True)
class PrintServer:
    """Where the server listens, and where its printer puts what it printed."""

    socket: Path
    out: Path

    def printed(self, count: int = 1) -> list[tuple[bytes, str]]:
        """Wait for so many jobs; return each one's bytes, and its title and number of copies as the printer was told."""
        until = time.monotonic() + 20
        while len(found := sorted(self.out.glob("*.pdf"))) < count and time.monotonic() < until:
            time.sleep(0.05)
        return [(job.read_bytes(), job.with_suffix(".told").read_text().strip()) for job in found]


@pytest.fixture
def print_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PrintServer]:
    """Start CUPS and let this process print on it; nothing of the machine's own printers is touched."""
    program = shutil.which("cupsd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None or os.geteuid() != 0:
        pytest.skip("no CUPS that may be started here: `apt-get install cups` as root (.ci/run does it)")
    # Its socket's name may not be long.
    place = tmp_path / "c"
    for name in ("bin/backend", "root", "state", "spool/tmp", "cache", "log", "out"):
        (place / name).mkdir(parents=True)
    # Whatever else CUPS runs is the machine's own.
    for own in Path("/usr/lib/cups").iterdir():
        if own.name != "backend":
            (place / "bin" / own.name).symlink_to(own)
    backend = place / "bin" / "backend" / "keep"
    backend.write_text(BACKEND.format(out=place / "out"))
    backend.chmod(0o700)
    (place / "cupsd.conf").write_text(CONF.format(place=place))
    (place / "cups-files.conf").write_text(FILES.format(place=place))
    served = subprocess.Popen(
        [program, "-f", "-c", place / "cupsd.conf", "-s", place / "cups-files.conf"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    monkeypatch.setenv("CUPS_SERVER", str(place / "cups.sock"))
    try:
        _add_queue(place)
        yield PrintServer(place / "cups.sock", place / "out")
    finally:
        served.terminate()
        served.wait(20)


def _add_queue(place: Path) -> None:
    until = time.monotonic() + 20
    while not (place / "cups.sock").exists() and time.monotonic() < until:
        time.sleep(0.05)
    added = ["lpadmin", "-p", QUEUE, "-E", "-v", "keep:/"]
    subprocess.run(added, check=True, capture_output=True, timeout=20)
