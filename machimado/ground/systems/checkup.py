from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.core.exceptions import ImproperlyConfigured

from machimado.ground.systems.client import Connection, Reply, core
from machimado.ground.systems.failures import SystemFailure
from machimado.ground.systems.scopes import READ_RESIDENTS

# Beyond this, an assertion may be refused as not yet or no longer valid.
LARGEST_SKEW_SECONDS = 60


def check(now: datetime | None = None) -> Iterator[str]:
    """Say what is wrong with the connection to the core system, a sentence each; else nothing."""
    connection = core()
    try:
        reply = connection.probe()
    except SystemFailure as failure:
        yield f"{connection.system.url} — {failure}（{failure.cause}）"
        return
    yield from _clock(reply, now or datetime.now(UTC))
    yield from _credentials(connection)


def _clock(reply: Reply, now: datetime) -> Iterator[str]:
    try:
        theirs = parsedate_to_datetime(reply.headers["Date"])
    except (KeyError, ValueError):
        return
    skew_seconds = round((theirs - now).total_seconds())
    if abs(skew_seconds) > LARGEST_SKEW_SECONDS:
        direction = "進んで" if skew_seconds > 0 else "遅れて"
        yield (
            f"基幹システムの時計が、こちらより {abs(skew_seconds)} 秒{direction}います。"
            "両方の時刻合わせ（NTP）を確かめてください。"
        )


def _credentials(connection: Connection) -> Iterator[str]:
    try:
        connection.sign_in(READ_RESIDENTS)
    except ImproperlyConfigured as wrong:
        yield str(wrong)
    except SystemFailure as failure:
        yield (
            f"{failure}（{failure.cause}）"
            "MACHIMADO_CORE_CLIENT・MACHIMADO_CORE_SECRET・MACHIMADO_CORE_AUTH が、"
            "接続先の登録と同じか確かめてください。"
        )
