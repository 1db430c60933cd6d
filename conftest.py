"""What every test stands on: one set of named people, a store of its own, and no network but loopback."""

import gc
import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, connections, transaction
from hypothesis import settings as properties
from xdist.scheduler.loadscope import LoadScopeScheduling

from machimado.ground.journal import guard

# Each is imported as a plugin before another one imports it.
pytest_plugins = ["tests.print_server", "tests.processes", "tests.fakes.pcsc", "tests.universe"]

# The same commit gives the same result, however busy the machine is (no deadline).
# A new counterexample is looked for with --hypothesis-profile=explore.
properties.register_profile("same", derandomize=True, deadline=None)
properties.register_profile("explore", max_examples=2_000, deadline=None)
properties.load_profile("same")


# Tests that share a running city go to one worker: by how they begin, the first that fits counts.
CITIES = {
    "tests/journeys/test_failures.py": "failures",
    "tests/journeys/test_newer_version.py": "newer version",
    "tests/journeys/test_card.py": "card reader",
    "tests/journeys/": "product",
    "tests/test_oversized.py": "product",
    "tests/test_another_city.py": "another city",
    "tests/test_command_line.py::TestDemo": "demo",
    "tests/test_https.py": "https",
    "tests/test_card_reader.py": "card reader",
}


class CitiesTogether(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Gives each worker test after test, and those through the same running city to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        return next((city for start, city in CITIES.items() if nodeid.startswith(start)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> CitiesTogether:
    """Say how tests are shared out; not by xdist's own groups, which the pytest in our lock passes over."""
    return CitiesTogether(config, log)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays until the end: ten thousand tests, and all that they import."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    """Refuse every connection that would leave this machine: nothing that we ship may need the outside."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            _refuse_foreign(address[0])
        connect(self, address)

    def guarded_resolve(host: Any, *rest: Any, **options: Any) -> Any:
        _refuse_foreign(host)
        return resolve(host, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield


def _refuse_foreign(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost", socket.gethostname()}:
        return
    try:
        is_here = ipaddress.ip_address(name).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        pytest.fail(f"a test tried to reach {name}: only loopback is allowed")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Put SQLite's test store into a file: locks, WAL and threads then behave as they do in an office."""
    store = connections["default"]
    if store.vendor == "sqlite":
        name = str(tmp_path_factory.mktemp("store") / "test.sqlite3")
        store.settings_dict["TEST"]["NAME"] = name


@pytest.fixture(scope="session", autouse=True)
def _emptied_between_tests() -> Iterator[None]:
    """Let Django empty the store between tests although the journal refuses it; then it refuses again."""
    operations = type(connection.ops)
    empty = operations.execute_sql_flush

    def guarded_empty(self: Any, sql_list: list[str]) -> None:
        with transaction.atomic(using=self.connection.alias):
            guard.take_down(self.connection)
            empty(self, sql_list)
            guard.put_up(self.connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", guarded_empty)
        yield


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, settings: Any) -> None:
    """Let no test write into a folder that somebody works with."""
    settings.FILES_FOLDER = tmp_path / "files"
    settings.DATA_FOLDER = tmp_path / "data"
    # Each test client would list hundreds of font files first.
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    """Forget what the cache counts (failed sign-ins): no test pays for another's mistakes."""
    cache.clear()


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the repository."""
    return Path(__file__).resolve().parent
