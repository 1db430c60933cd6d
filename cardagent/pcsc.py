"""Cards through the computer's own PC/SC service (WinSCard on Windows, pcscd on Linux).

Nothing is kept between two readings: a reader may be plugged in, and the service started anew, while we run.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cardagent import refusals
from cardagent.channel import type_of_transmit
from cardagent.refusals import Refusal


class NotInstalled(Exception):
    """pyscard is not there; the message says how to install it."""


def _scard() -> Any:
    try:
        from smartcard import scard
    except ImportError as error:
        raise NotInstalled(
            "カードを読む部品（pyscard）が入っていません。まち窓のフォルダーで `make card` を実行してください（docs/card-agent.md）。"
        ) from error
    return scard


def check_installed() -> None:
    """Raises: NotInstalled."""
    _scard()


def open_card(wanted: str = "") -> Callable[[], Any]:
    """Return what gives the card on a reader whose name holds `wanted`, for nobody else meanwhile."""
    return lambda: _open(wanted)


@contextmanager
def _open(wanted: str) -> Iterator[type_of_transmit]:
    """Connect with the only card there is; afterwards it is reset, so that nobody goes on with the PIN that was shown.

    Raises: Refusal.
    """
    scard = _scard()
    status, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _check(scard, status)
    try:
        reader = _reader_with_card(scard, context, wanted)
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        status, card, protocol = scard.SCardConnect(context, reader, scard.SCARD_SHARE_EXCLUSIVE, protocols)
        _check(scard, status)
        try:
            yield lambda command: _transmit(scard, card, protocol, command)
        finally:
            scard.SCardDisconnect(card, scard.SCARD_UNPOWER_CARD)
    finally:
        scard.SCardReleaseContext(context)


def _reader_with_card(scard: Any, context: Any, wanted: str) -> str:
    status, names = scard.SCardListReaders(context, [])
    if status == scard.SCARD_E_NO_READERS_AVAILABLE:
        raise refusals.no_reader(wanted)
    _check(scard, status)
    readers = [name for name in names if wanted in name]
    if not readers:
        raise refusals.no_reader(wanted)
    unaware = [(name, scard.SCARD_STATE_UNAWARE) for name in readers]
    status, states = scard.SCardGetStatusChange(context, 0, unaware)
    _check(scard, status)
    filled = [name for name, state, _ in states if state & scard.SCARD_STATE_PRESENT]
    if not filled:
        raise refusals.no_card()
    if len(filled) > 1:
        raise refusals.several_cards()
    return str(filled[0])


def _transmit(scard: Any, card: Any, protocol: int, command: bytes) -> bytes:
    head = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
    status, answer = scard.SCardTransmit(card, head, list(command))
    _check(scard, status)
    return bytes(each & 0xFF for each in answer)


def _check(scard: Any, status: int) -> None:
    """Raises: Refusal with the sentence for this status of PC/SC."""
    if status != scard.SCARD_S_SUCCESS:
        raise _refusal(scard, status)


def _refusal(scard: Any, status: int) -> Refusal:
    said: dict[int, Callable[[], Refusal]] = {
        scard.SCARD_E_NO_SERVICE: refusals.no_service,
        scard.SCARD_E_SERVICE_STOPPED: refusals.no_service,
        scard.SCARD_E_NO_READERS_AVAILABLE: refusals.no_reader,
        scard.SCARD_E_UNKNOWN_READER: refusals.no_reader,
        scard.SCARD_E_READER_UNAVAILABLE: refusals.no_reader,
        scard.SCARD_E_NO_SMARTCARD: refusals.no_card,
        scard.SCARD_E_SHARING_VIOLATION: refusals.in_use,
        scard.SCARD_W_REMOVED_CARD: refusals.pulled,
        scard.SCARD_W_RESET_CARD: refusals.pulled,
        scard.SCARD_E_NOT_TRANSACTED: refusals.pulled,
        scard.SCARD_F_COMM_ERROR: refusals.pulled,
        scard.SCARD_W_UNRESPONSIVE_CARD: refusals.silent,
        scard.SCARD_W_UNPOWERED_CARD: refusals.silent,
        scard.SCARD_W_UNSUPPORTED_CARD: refusals.silent,
        scard.SCARD_E_PROTO_MISMATCH: refusals.silent,
    }
    # Statuses are unsigned numbers; on some systems they come signed.
    known = {number & 0xFFFFFFFF: make for number, make in said.items()}
    make = known.get(status & 0xFFFFFFFF)
    return make() if make else _unknown(status)


def _unknown(status: int) -> Refusal:
    return Refusal(
        "pcsc",
        f"カードリーダーから思わぬ返事（PC/SC {status & 0xFFFFFFFF:08X}）がありました。カードを置き直し、リーダーの線をさし直してください。"
        "続くときは、この番号を情報政策課に知らせてください。",
    )
