"""What the register asks of the core system (住民基本台帳), and nothing more."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote

from machimado.cases.register.rules import records
from machimado.ground import systems

PAGE_PEOPLE = 5_000
# Of the eight threads that serve pages a core that answers slowly holds up half; on the others officers go on saving.
MOST_READS_AT_ONCE = 4
# For a turn among them: with a core that answers as usual one comes within a few hundredths.
WAIT_SECONDS = 0.5
_turns = BoundedSemaphore(MOST_READS_AT_ONCE)
# A case is opened in several steps: once the core has let one wait in vain, the next ones do not wait as well.
PAUSE_SECONDS = 10
_next_at = 0.0  # on the monotonic clock; before it the core is not asked for records


class UnknownResidentError(Exception):
    """The core's register does not hold this person; the message is for the officer."""


def pages(after: str) -> Iterator[records.Page]:
    """Yield the whole register from a cursor on; while a page is worked on, the next one is already on its way.

    Raises: SystemFailure, UnreadableAnswerError.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="register-page") as ahead:
        coming = ahead.submit(_page, after)
        while True:
            page = coming.result()
            if page.next is not None:
                coming = ahead.submit(_page, str(page.next))
            yield page
            if page.next is None:
                return


def _page(after: str) -> records.Page:
    params: dict[str, Any] = {"limit": PAGE_PEOPLE, **({"after": after} if after else {})}
    return records.read_page(_get("/residents", params).content)


def changes(since: int) -> records.Changes:
    """Return the next changes after a sequence.

    Raises: SystemFailure, UnreadableAnswerError.
    """
    return records.read_changes(_get("/residents/changes", {"since": since, "limit": PAGE_PEOPLE}).content)


def resident(number: str) -> tuple[records.Household, dict[str, Any]]:
    """Return one person with the household, as far as the index needs it, and the whole record as it came.

    Raises: UnknownResidentError, SystemFailure (Busy where too many wait already), UnreadableAnswerError.
    """
    with _turn():
        reply = _record(number)
    if reply.status == 404:
        raise UnknownResidentError(
            "この方は住民記録から消えています（転出・死亡・番号の変更など）。もう一度探してください。"
        )
    household = records.read_household(reply.content)
    if household.resident_number != number:
        raise records.UnreadableAnswerError(
            "基幹システムが別の方の記録を返したため、表示しません。情報政策課に連絡してください。"
        )
    return household, reply.json()


def _record(number: str) -> systems.Reply:
    """Ask for a record; who has waited in vain spares the next ones the wait."""
    global _next_at  # noqa: PLW0603 - one moment for all threads of this process, as the semaphore is; a torn read asks once more
    if time.monotonic() < _next_at:
        raise systems.Busy("基幹システムが返事をしていないため、しばらく照会を控えています。", cause="silent")
    try:
        return _get(f"/residents/{quote(number, safe='')}", {}, missing_is_an_answer=True)
    except systems.SystemFailure as failure:
        if failure.cause.endswith("Timeout") and not isinstance(failure, systems.Busy):
            _next_at = time.monotonic() + PAUSE_SECONDS
        raise


@contextmanager
def _turn() -> Iterator[None]:
    """Be one of the few that wait for the core.

    Raises: Busy.
    """
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise systems.Busy("基幹システムの返事が遅く、照会が混み合っています。", cause="reads wait")
    try:
        yield
    finally:
        _turns.release()


def _get(path: str, params: dict[str, Any], *, missing_is_an_answer: bool = False) -> systems.Reply:
    reply = systems.core().get(path, scope=systems.READ_RESIDENTS, params=params)
    if not reply.is_success and not (missing_is_an_answer and reply.status == 404):
        raise records.UnreadableAnswerError(
            f"基幹システムが住民記録の照会を受け付けません（{reply.status}）。情報政策課に連絡してください。"
        )
    return reply
