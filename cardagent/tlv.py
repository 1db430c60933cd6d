"""BER-TLV (ISO/IEC 7816-4, 5.2.2) as far as a card's file needs it. Whatever a card sends is somebody's: nothing is trusted."""

from collections.abc import Iterator

# A tag's first byte ends in 1F where more bytes follow; of those the last has no eighth bit.
_MORE_TAG = 0x1F
_MORE = 0x80
_LONGEST_TAG = 3
# 81 xx and 82 xx xx: a card's file is never longer than 64 KB.
_LENGTH_BYTES = {0x81: 1, 0x82: 2}


class MalformedTlv(ValueError):
    """The bytes are no TLV; the message says where, and never what stands there."""


def objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each tag with its value, in their order.

    Raises: MalformedTlv.
    """
    place = 0
    while place < len(data):
        tag, start, end = head(data, place)
        if end > len(data):
            raise MalformedTlv(f"an object at {place} says that it is longer than what is there")
        yield tag, data[start:end]
        place = end


def head(data: bytes, place: int = 0) -> tuple[int, int, int]:
    """Return the tag at `place`, and where its value begins and ends, which may be past what is there.

    Raises: MalformedTlv.
    """
    tag, after = _tag(data, place)
    length, start = _length(data, after)
    return tag, start, start + length


def _tag(data: bytes, place: int) -> tuple[int, int]:
    tag, after = _byte(data, place), place + 1
    if tag & _MORE_TAG != _MORE_TAG:
        return tag, after
    while after - place < _LONGEST_TAG:
        byte = _byte(data, after)
        tag, after = tag << 8 | byte, after + 1
        if not byte & _MORE:
            return tag, after
    raise MalformedTlv(f"a tag at {place} does not end")


def _length(data: bytes, place: int) -> tuple[int, int]:
    first = _byte(data, place)
    if first < _MORE:
        return first, place + 1
    count = _LENGTH_BYTES.get(first)
    if count is None:
        raise MalformedTlv(f"a length at {place} is of a kind that no card's file has")
    digits = [_byte(data, place + 1 + number) for number in range(count)]
    return int.from_bytes(digits), place + 1 + count


def _byte(data: bytes, place: int) -> int:
    if place >= len(data):
        raise MalformedTlv(f"it ends at {place}, within a tag or a length")
    return data[place]
