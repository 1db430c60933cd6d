"""What one running core system consists of."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from samplecore.certificates import Printer
from samplecore.faults import Faults, FaultSettings, Outage
from samplecore.messages import Dictionary
from samplecore.oauth import AuthorizationServer, Client

RECENT = 50


@dataclass(frozen=True, slots=True)
class RecentRequest:
    """A request as the human page shows it: no query, no body, no number, since these name people."""

    at: str
    client: str
    method: str
    path: str
    outcome: str
    milliseconds: float


@dataclass(slots=True)
class Core:
    """The parts of the running system; one for each process."""

    store: sqlite3.Connection
    authorization: AuthorizationServer
    clients: Mapping[str, Client]
    dictionary: Dictionary
    faults: Faults
    outage: Outage
    facts: Mapping[str, str]
    address: str
    printer: Printer = field(default_factory=Printer)
    recent: deque[RecentRequest] = field(default_factory=lambda: deque(maxlen=RECENT))
    # Commits that come after their sender gave up; a clean stop waits for them.
    late: set["asyncio.Task[None]"] = field(default_factory=set)


def assemble(
    store: sqlite3.Connection,
    *,
    clients: Mapping[str, Client],
    dictionary: Dictionary,
    faults: FaultSettings,
    address: str,
    audiences: frozenset[str],
) -> Core:
    """Put a core system together on an open store."""
    facts = dict(store.execute("SELECT key, value FROM facts").fetchall())
    authorization = AuthorizationServer(store, clients, audiences)
    return Core(store, authorization, clients, dictionary, Faults(faults), Outage(faults), facts, address)
