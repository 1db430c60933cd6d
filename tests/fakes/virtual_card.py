"""A My Number card that is none: it answers what public implementations expect, and remembers every command.

It is spoken with directly, or through the computer's PC/SC service: `insert` connects it with vpcd (vsmartcard),
which takes it for a card on a reader. Who is on it is invented.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from cardagent import refusals
from cardagent.channel import APPLICATION, type_of_transmit

ATR = bytes.fromhex("3B80800101")
OK, NOT_FOUND, NOT_ALLOWED, BLOCKED = b"\x90\x00", b"\x6a\x82", b"\x69\x82", b"\x69\x83"
PIN = "4649"
# Stands where the number is on a real card: no test may ever see it.
NUMBER = b"\xff\x10\x0cNEVER-READ-ME"
HANAKO = {"name": "山形　花子", "address": "山形県鶴岡市馬場町9番25号", "birth_date": "19500501", "sex": "2"}


def tlv(tag: bytes, value: bytes) -> bytes:
    """Return an object of the card."""
    size = len(value)
    mark = b"" if size < 0x80 else b"\x81" if size < 0x100 else b"\x82"
    length = mark + size.to_bytes(2 if size >= 0x100 else 1)
    return tag + length + value


def items_file(
    name: str = HANAKO["name"],
    address: str = HANAKO["address"],
    birth_date: str = HANAKO["birth_date"],
    sex: str = HANAKO["sex"],
) -> bytes:
    """Return EF 0002 of a card with these items."""
    parts = [
        tlv(b"\xdf\x21", bytes(8)),
        tlv(b"\xdf\x22", name.encode()),
        tlv(b"\xdf\x23", address.encode()),
        tlv(b"\xdf\x24", birth_date.encode()),
        tlv(b"\xdf\x25", sex.encode()),
    ]
    return tlv(b"\xff\x20", b"".join(parts))


@dataclass
class VirtualCard:
    """The card; `heard` is every command that it was ever sent."""

    file: bytes = field(default_factory=items_file)
    pin: str = PIN
    tries: int = 3
    is_my_number_card: bool = True
    # After so many commands it is pulled out of the reader.
    pulled_after: int | None = None
    heard: list[bytes] = field(default_factory=list)
    _selected: bool = False
    _file: int = 0
    _open: bool = False

    def reset(self) -> None:
        """Forget what was selected and shown, as a card does without power."""
        self._selected, self._file, self._open = False, 0, False

    def answer(self, command: bytes) -> bytes:
        """Return data and status."""
        self.heard.append(command)
        head = command[:4]
        if head == b"\x00\xa4\x04\x0c":
            return self._select_application(command[5:])
        if not self._selected:
            return b"\x69\x85"
        if head == b"\x00\xa4\x02\x0c":
            self._file = int.from_bytes(command[5:7])
            return OK if self._file in {0x0001, 0x0002, 0x0011} else NOT_FOUND
        if head == b"\x00\x20\x00\x80":
            return self._verify(command[5:].decode())
        return self._read(command) if head[:2] == b"\x00\xb0" else b"\x6d\x00"

    def _select_application(self, name: bytes) -> bytes:
        self._selected = self.is_my_number_card and name == APPLICATION
        self._file, self._open = 0, False
        return OK if self._selected else NOT_FOUND

    def _verify(self, typed: str) -> bytes:
        if self._file != 0x0011:
            return b"\x69\x86"
        if self.tries == 0:
            return BLOCKED
        if not typed:
            return OK if self._open else bytes([0x63, 0xC0 | self.tries])
        self._open = typed == self.pin
        self.tries = 3 if self._open else self.tries - 1
        return OK if self._open else bytes([0x63, 0xC0 | self.tries])

    def _read(self, command: bytes) -> bytes:
        if not self._open:
            return NOT_ALLOWED
        # With the eighth bit of P1 the file is named by its short identifier.
        file = command[2] & 0x1F if command[2] & 0x80 else self._file
        place = command[3] if command[2] & 0x80 else int.from_bytes(command[2:4])
        whole = {0x0001: NUMBER, 0x0002: self.file}.get(file, b"")
        part = whole[place : place + (command[4] or 256)]
        return part + (OK if part else b"\x6b\x00")

    # --- what the tests ask it -----------------------------------------------------------------------------------

    @property
    def files_selected(self) -> set[int]:
        """Which files were chosen, by either way of choosing."""
        by_name = {int.from_bytes(one[5:7]) for one in self.heard if one[:3] == b"\x00\xa4\x02"}
        by_short_name = {one[2] & 0x1F for one in self.heard if one[1:2] == b"\xb0" and one[2] & 0x80}
        return by_name | by_short_name

    @property
    def pins_shown(self) -> list[str]:
        """Return the PINs that it was shown, in their order."""
        return [one[5:].decode() for one in self.heard if one[1:2] == b"\x20" and len(one) > 5]

    def directly(self) -> "_Directly":
        """Return what gives this card without any PC/SC."""
        return _Directly(self)

    # --- through PC/SC -------------------------------------------------------------------------------------------

    @contextmanager
    def inserted(self, port: int) -> Iterator["VirtualCard"]:
        """Lie on the virtual reader that listens at `port`, until the block ends or the card is pulled."""
        with socket.create_connection(("127.0.0.1", port)) as reader:
            thread = threading.Thread(target=self._serve, args=(reader,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                _go_away(reader)
                thread.join(5)

    def _serve(self, reader: socket.socket) -> None:
        """Be on the reader until it goes, also in the middle of an answer."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._speak(reader)

    def _speak(self, reader: socket.socket) -> None:
        """Speak vpcd's protocol: each message is its length in two bytes, and itself; one byte is a control code."""
        while message := _message(reader):
            if len(message) == 1:
                # 0, 1 and 2 take the power away, give it, and reset; 4 asks for the ATR, and that at any time.
                if message == b"\x04":
                    reader.sendall(len(ATR).to_bytes(2) + ATR)
                else:
                    self.reset()
                continue
            if self.pulled_after is not None and len(self.heard) >= self.pulled_after:
                _go_away(reader)
                return
            answer = self.answer(message)
            reader.sendall(len(answer).to_bytes(2) + answer)


class _Directly:
    """Opens the card as the PC/SC service would; afterwards it is reset."""

    def __init__(self, card: VirtualCard) -> None:
        self._card = card

    @contextmanager
    def __call__(self) -> Iterator[type_of_transmit]:
        try:
            yield self._transmit
        finally:
            self._card.reset()

    def _transmit(self, command: bytes) -> bytes:
        if self._card.pulled_after is not None and len(self._card.heard) >= self._card.pulled_after:
            raise refusals.pulled()
        return self._card.answer(command)


def _go_away(reader: socket.socket) -> None:
    with suppress(OSError):  # it may have gone before
        reader.shutdown(socket.SHUT_RDWR)


def _message(reader: socket.socket) -> bytes:
    """Return the next message; nothing where the other side has gone."""
    length = _exactly(reader, 2)
    return _exactly(reader, int.from_bytes(length)) if length else b""


def _exactly(reader: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        try:
            more = reader.recv(count - len(found))
        except OSError:
            return b""
        if not more:
            return b""
        found += more
    return found
