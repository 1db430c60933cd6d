"""Who may try codes of bookings, and how often."""

from django.core.cache import cache
from django.http import HttpRequest

# Of one address, before it has to wait: wrong codes, and bookings.
WRONG_CODES, WRONG_CODES_SECONDS = 10, 10 * 60
BOOKINGS, BOOKINGS_SECONDS = 20, 60 * 60


def is_guessing(request: HttpRequest) -> bool:
    """Return whether this address has typed wrong codes again and again."""
    return int(cache.get(_key("wrong", request), 0)) >= WRONG_CODES


def count_wrong_code(request: HttpRequest) -> None:
    """Count a wrong code of this address."""
    _count(_key("wrong", request), WRONG_CODES_SECONDS)


def is_flooding(request: HttpRequest) -> bool:
    """Count a booking, and return whether this address books one after the other."""
    return _count(_key("booked", request), BOOKINGS_SECONDS) > BOOKINGS


def _count(key: str, seconds: int) -> int:
    cache.add(key, 0, seconds)
    try:
        return int(cache.incr(key))
    except ValueError:  # it ran out between the two
        return 1


def _key(what: str, request: HttpRequest) -> str:
    return f"booking:{what}:{request.META.get('REMOTE_ADDR', '')}"
