"""The conversation with a card: how many tries are left, and the four items after the PIN."""

from cardagent import refusals, tlv
from cardagent.channel import AT_ONCE, FEWEST_TRIES, ITEMS_FILE, PIN_DIGITS, PIN_FILE, Channel
from cardagent.items import Items, Unreadable, read_items

# Four items take a few hundred bytes; a card that says it has more is none.
LARGEST_FILE = 4096
# The template's tag and length: FF 20 82 xx xx.
HEAD = 5


def ask_tries(channel: Channel) -> int:
    """Return how many tries the PIN has left; the PIN may be asked for only then.

    Raises: Refusal where it is another card, the PIN is blocked, or only the last try is left.
    """
    channel.select_application()
    channel.select(PIN_FILE)
    tries = channel.tries()
    if tries == 0:
        raise refusals.blocked()
    if tries < FEWEST_TRIES:
        raise refusals.last_try()
    return tries


def read_card(channel: Channel, pin: bytearray) -> Items:
    """Show the PIN and return the four items; the number is not among them.

    Raises: Refusal.
    """
    if len(pin) != PIN_DIGITS or not pin.isdigit():
        raise refusals.pin_is_no_pin()
    ask_tries(channel)
    channel.show_pin(pin)
    channel.select(ITEMS_FILE)
    try:
        return read_items(_file(channel))
    except (Unreadable, tlv.MalformedTlv):
        raise refusals.unreadable() from None


def _file(channel: Channel) -> bytes:
    """Return the file as far as its template reaches."""
    data = channel.read(0, HEAD)
    _, _, size = tlv.head(data)
    if size > LARGEST_FILE:
        raise Unreadable("the file says that it is larger than any")
    while len(data) < size:
        more = channel.read(len(data), min(size - len(data), AT_ONCE))
        if not more:
            raise Unreadable("the file ends before its template does")
        data += more
    return data
