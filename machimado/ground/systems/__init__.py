"""The municipal systems that this installation is connected to, and how to speak to them."""

from machimado.ground.systems.checkup import check
from machimado.ground.systems.client import Connection, Reply, System, connect, core, disconnect
from machimado.ground.systems.failures import (
    AccessDenied,
    Busy,
    ConnectionLost,
    NotReceived,
    OutcomeUnknown,
    SystemFailure,
    Unreachable,
)
from machimado.ground.systems.scopes import READ_RESIDENTS, scope

__all__ = [
    "READ_RESIDENTS",
    "AccessDenied",
    "Busy",
    "Connection",
    "ConnectionLost",
    "NotReceived",
    "OutcomeUnknown",
    "Reply",
    "System",
    "SystemFailure",
    "Unreachable",
    "check",
    "connect",
    "core",
    "disconnect",
    "scope",
]
