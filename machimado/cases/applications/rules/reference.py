"""The number by which resident, officer and core system speak of an application, and the code by which it is resumed."""

import secrets
import unicodedata

# No letters that are mistaken for others when they are read aloud or from paper: no 0 O 1 I L U V.
LETTERS = "23456789ABCDEFGHJKMNPQRSTWXYZ"


def new_reference() -> str:
    """Return a number such as `K7QM-2TXB`: two groups of four, the last letter a check of the others."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(7))
    return _grouped(letters + _check(letters))


def is_reference(text: str) -> bool:
    """Return whether `text` is a well-formed number, so that a slip of the pen is found before any look-up."""
    return _is_checked(text.replace("-", "").strip().upper(), 8)


def resume_code(number: int) -> str:
    """Return the code of a large random number, such as `K7QM-2TXB-9RCD`: 53 bits of it, the last letter a check."""
    letters = ""
    for _ in range(11):
        number, place = divmod(number, len(LETTERS))
        letters += LETTERS[place]
    return _grouped(letters + _check(letters))


def is_resume_code(text: str) -> bool:
    """Return whether `text` is a well-formed code, however it was typed."""
    return _is_checked(_letters(text), 12)


def tidy(text: str) -> str:
    """Return a code as we write it."""
    return _grouped(_letters(text))


def _letters(text: str) -> str:
    """Return the letters of what was typed or read from paper: widths, dashes and blanks do not matter."""
    plain = unicodedata.normalize("NFKC", text[:60]).upper()
    return "".join(sign for sign in plain if sign.isascii() and sign.isalnum())


def _is_checked(letters: str, length: int) -> bool:
    return len(letters) == length and set(letters) <= set(LETTERS) and _check(letters[:-1]) == letters[-1]


def _check(letters: str) -> str:
    """Return the check letter: weighted sum modulo the number of letters, which is prime (29)."""
    total = sum(position * LETTERS.index(letter) for position, letter in enumerate(letters, start=1))
    return LETTERS[total % len(LETTERS)]


def _grouped(letters: str) -> str:
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))
