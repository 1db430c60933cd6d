"""Runs a command with MACHIMADO_DATABASE set to a PostgreSQL that lives only as long as the command.

    python tests/on_postgres.py python -m pytest …

The server's programs come from the package pgserver, but are started here: pgserver itself, when run as root,
would add a user to the machine and open every folder above the programs to everybody.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

# PostgreSQL refuses to run as root; this user exists on every Debian and owns nothing.
NOBODY = "nobody"
NAME = "machimado"


def main() -> int:
    """Start the server, run the command of our arguments, stop the server; return the command's exit status."""
    command = sys.argv[1:]
    if not command:
        print(__doc__)
        return 2
    # Ended from outside we still stop the server: SystemExit runs what stands in `finally`.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="machimado-postgres-") as folder:
        home = Path(folder)
        programs = _programs(home)
        _start(programs, home)
        try:
            address = f"postgresql://{NAME}@/{NAME}?host={quote(str(home))}"
            return subprocess.run(
                command, check=False, env={**os.environ, "MACHIMADO_DATABASE": address}
            ).returncode
        finally:
            _run(programs / "pg_ctl", "-D", home / "store", "-m", "immediate", "stop")


def _programs(home: Path) -> Path:
    """Return the folder of programs; for root a copy in the open, since nobody may not look into root's folders."""
    found = importlib.util.find_spec("pgserver")
    if found is None or found.origin is None:
        return _programs_of_the_machine()
    package = Path(found.origin).parent
    if os.geteuid() == 0:
        # The programs look for their libraries beside the package.
        for folder in ("pgserver", "pgserver.libs"):
            shutil.copytree(package.with_name(folder), home / folder)
        package = home / "pgserver"
    return package / "pginstall" / "bin"


def _programs_of_the_machine() -> Path:
    """Return the folder of the newest PostgreSQL that Debian's packages have installed."""
    folders = {int(path.parts[-3]): path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")}
    if not folders:
        raise SystemExit(
            "PostgreSQL がありません。Python 3.13 以降では `apt-get install postgresql` が要ります。"
        )
    return folders[max(folders)]


def _start(programs: Path, home: Path) -> None:
    """Make an empty store and serve it on a socket in `home`; no port is opened."""
    if os.geteuid() == 0:
        home.chmod(0o755)
        shutil.chown(home, NOBODY)
    store = home / "store"
    _run(
        programs / "initdb",
        "-D",
        store,
        "-U",
        NAME,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale",
        "C",
        "--no-sync",
    )
    # A store that is thrown away need not survive a power cut.
    options = (
        f"-c listen_addresses='' -k {home} -c fsync=off -c synchronous_commit=off -c max_connections=200"
    )
    _run(programs / "pg_ctl", "-D", store, "-w", "-l", home / "log", "-o", options, "start")
    _run(programs / "createdb", "-h", home, "-U", NAME, NAME)


def _run(*command: Path | str) -> None:
    """Run one of PostgreSQL's programs, as nobody where we are root; what it says is shown when it fails."""
    user = {"user": NOBODY, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
    # A file, not a pipe: the server keeps what it inherits open, and a pipe would never end.
    with tempfile.TemporaryFile() as said:
        ended = subprocess.run(
            list(map(str, command)), cwd="/", stdout=said, stderr=said, check=False, **user
        )  # type: ignore[call-overload]
        if ended.returncode:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))
            raise SystemExit(f"PostgreSQL の準備に失敗しました: {Path(command[0]).name}")


if __name__ == "__main__":
    sys.exit(main())
