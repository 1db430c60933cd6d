"""The four items of a My Number card's 券面事項入力補助 application (EF 0002), as they stand there."""

from dataclasses import asdict, dataclass

from cardagent import tlv

# FF20 { DF21 places of the others for the card's signature, DF22 name, DF23 address, DF24 birth date, DF25 sex }.
# Source: public implementations agree on it (docs/card-agent.md lists what is unverified); there is no public specification.
TEMPLATE = 0xFF20
TAGS = {"name": 0xDF22, "address": 0xDF23, "birth_date": 0xDF24, "sex": 0xDF25}
LONGEST = {"name": 300, "address": 600, "birth_date": 20, "sex": 4}
# What fills a field up is no text.
PADDING = " \0\u3000"


class Unreadable(ValueError):
    """The file is not what is known of such cards; the message holds nothing of its contents."""


@dataclass(frozen=True, slots=True)
class Items:
    """What the card says, letter by letter: a birth date is YYYYMMDD, where blanks and missing digits are data; sex a code."""

    name: str
    address: str
    birth_date: str
    sex: str

    def as_dict(self) -> dict[str, str]:
        """Return the items by their names."""
        return asdict(self)


def read_items(file: bytes) -> Items:
    """Return the items of a file; one that is not there is blank.

    Raises: Unreadable.
    """
    try:
        template = _only(file, TEMPLATE)
        found = list(tlv.objects(template))
        return Items(**{name: _text(name, _one(found, tag)) for name, tag in TAGS.items()})
    except tlv.MalformedTlv as error:
        raise Unreadable(str(error)) from error


def _only(file: bytes, wanted: int) -> bytes:
    """Return the template with which the file begins; a card's file may be longer than what is written in it."""
    tag, start, end = tlv.head(file)
    if tag != wanted:
        raise Unreadable("the file begins with another template")
    if end > len(file):
        raise Unreadable("the file ends within its template")
    return file[start:end]


def _one(found: list[tuple[int, bytes]], wanted: int) -> bytes:
    values = [value for tag, value in found if tag == wanted]
    if len(values) > 1:
        raise Unreadable(f"{wanted:04X} stands there twice")
    return values[0] if values else b""


def _text(name: str, value: bytes) -> str:
    try:
        text = value.decode().strip(PADDING)
    except UnicodeDecodeError:
        # What could not be read is not told on, not even by the error that this one came from.
        raise Unreadable(f"{name} is no UTF-8") from None
    if len(text) > LONGEST[name]:
        raise Unreadable(f"{name} is longer than any")
    if any(ord(sign) < 0x20 or 0x7F <= ord(sign) < 0xA0 for sign in text):
        raise Unreadable(f"{name} holds control characters")
    return text
