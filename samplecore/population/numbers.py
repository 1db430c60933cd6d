"""Numbers of residents (宛名番号) and households (世帯番号): 15 digits, the last one a check digit."""

RESIDENT_SERIES, HOUSEHOLD_SERIES = 10_000_000, 20_000_000_000
DIGITS = 15


# For each pair of digits: the right one counts double (digit sum), the left one once.
PAIRS = tuple(pair // 10 + (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)[pair % 10] for pair in range(100))


def with_check_digit(serial: int) -> int:
    """Return serial × 10 + check digit, so that one wrong digit and most swapped neighbours are noticed.

    Source: the algorithm of Luhn (ISO/IEC 7812-1, annex B); each real core system has its maker's own.
    """
    total, rest = 0, serial
    while rest:
        total += PAIRS[rest % 100]
        rest //= 100
    return serial * 10 + -total % 10


def as_text(number: int) -> str:
    """Return the 15 digits as they stand in records and messages."""
    return f"{number:015d}"


def is_number(text: str) -> bool:
    """Answer whether text is a well-formed number of 15 ASCII digits with its right check digit."""
    if len(text) != DIGITS or not (text.isascii() and text.isdecimal()):
        return False
    return with_check_digit(int(text) // 10) == int(text)
