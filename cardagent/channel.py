"""What may be said to a card, and nothing else: the number's file cannot even be asked for.

Each command is built here from constants, and looked at once more before it leaves: a mistake above this file cannot
read the individual number, and cannot use up the last try of a PIN.
"""

from collections.abc import Callable

from cardagent import refusals

# Takes a command, returns data and status.
type_of_transmit = Callable[[bytes], bytes]

# 券面事項入力補助 AP. Source: public implementations; no public specification.
APPLICATION = bytes.fromhex("D3921000310001010408")
PIN_FILE, ITEMS_FILE = 0x0011, 0x0002
PIN_DIGITS = 4
# The last try is the resident's own: at the section that sets a PIN anew.
FEWEST_TRIES = 2
# Past it a READ BINARY would name another file by its short identifier (ISO/IEC 7816-4: P1 with the eighth bit).
END_OF_PLACES = 0x8000
AT_ONCE = 256

OK = 0x9000
END_REACHED = 0x6282
WRONG_LENGTH = 0x6C
TRIES_LEFT = 0x63C0
BLOCKED = frozenset({0x6983, 0x6984})
NOT_FOUND = frozenset({0x6A82, 0x6A81, 0x6A86, 0x6D00, 0x6E00, 0x6999, 0x6985})

_SELECT_APPLICATION = bytes([0x00, 0xA4, 0x04, 0x0C, len(APPLICATION)]) + APPLICATION
_SELECT_FILE = bytes([0x00, 0xA4, 0x02, 0x0C, 0x02])
_VERIFY = bytes([0x00, 0x20, 0x00, 0x80])
_READ = bytes([0x00, 0xB0])


class Forbidden(Exception):
    """A command that must never leave was about to: a mistake in this program."""


class Channel:
    """A card on a reader, as far as it may be spoken with."""

    def __init__(self, transmit: type_of_transmit) -> None:
        self._transmit = transmit
        self._file: int | None = None
        self._tries = 0

    def select_application(self) -> None:
        """Choose the application.

        Raises: Refusal where the card has none.
        """
        _, status = self._send(_SELECT_APPLICATION)
        if status in NOT_FOUND:
            raise refusals.other_card()
        _check(status)

    def select(self, file: int) -> None:
        """Choose one of the two files that there are for us."""
        self._file = None
        _, status = self._send(_SELECT_FILE + file.to_bytes(2))
        if status in NOT_FOUND:
            raise refusals.other_card()
        _check(status)
        self._file = file

    def tries(self) -> int:
        """Ask how many tries the PIN has left; that costs none."""
        _, status = self._send(_VERIFY)
        if status == OK:
            raise refusals.still_open()
        self._tries = self._left(status)
        return self._tries

    def show_pin(self, pin: bytearray) -> None:
        """Show the PIN to the card.

        Raises: Refusal where it is wrong, or blocked.
        """
        command = bytearray(_VERIFY + bytes([PIN_DIGITS])) + pin
        try:
            _, status = self._send(command)
        finally:
            self._tries = 0  # whoever shows another one asks first
            command[:] = bytes(len(command))
        if status != OK:
            raise refusals.wrong_pin(self._left(status))

    @staticmethod
    def _left(status: int) -> int:
        if status in BLOCKED:
            return 0
        if status & 0xFFF0 != TRIES_LEFT:
            raise refusals.odd(status)
        return status & 0x0F

    def read(self, place: int, length: int) -> bytes:
        """Return up to `length` bytes of the file; nothing where it ends before `place`."""
        command = _READ + place.to_bytes(2) + bytes([length % AT_ONCE])
        data, status = self._send(command)
        if status >> 8 == WRONG_LENGTH:
            data, status = self._send(command[:4] + bytes([status & 0xFF]))
        if status not in {OK, END_REACHED}:
            raise refusals.odd(status)
        return data[:length]

    def _send(self, command: bytes | bytearray) -> tuple[bytes, int]:
        self._check_allowed(command)
        answer = self._transmit(bytes(command))
        if len(answer) < 2:
            # A reader whose card has gone may say nothing instead of saying so.
            raise refusals.pulled()
        return answer[:-2], int.from_bytes(answer[-2:])

    def _check_allowed(self, command: bytes | bytearray) -> None:
        """Raises: Forbidden."""
        known = (
            command == _SELECT_APPLICATION
            or command in [_SELECT_FILE + file.to_bytes(2) for file in (PIN_FILE, ITEMS_FILE)]
            or self._may_ask_or_show(command)
            or self._may_read(command)
        )
        if not known:
            raise Forbidden("a command that is none of ours was about to leave")

    def _may_ask_or_show(self, command: bytes | bytearray) -> bool:
        if self._file != PIN_FILE or command[:4] != _VERIFY:
            return False
        digits = command[5:]
        is_pin = len(digits) == command[4:5][0] == PIN_DIGITS if len(command) > 4 else False
        return len(command) == 4 or (is_pin and self._tries >= FEWEST_TRIES)

    def _may_read(self, command: bytes | bytearray) -> bool:
        place = int.from_bytes(command[2:4])
        return (
            self._file == ITEMS_FILE and command[:2] == _READ and len(command) == 5 and place < END_OF_PLACES
        )


def _check(status: int) -> None:
    if status != OK:
        raise refusals.odd(status)
