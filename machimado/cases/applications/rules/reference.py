"""The number by which resident, officer and core system speak of an application."""

import secrets

# No letters that are mistaken for others when they are read aloud or from paper: no 0 O 1 I L U V.
LETTERS = "23456789ABCDEFGHJKMNPQRSTWXYZ"


def new_reference() -> str:
    """Return a number such as `K7QM-2TXB`: two groups of four, the last letter a check of the others."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(7))
    return _grouped(letters + _check(letters))


def is_reference(text: str) -> bool:
    """Return whether `text` is a well-formed number, so that a slip of the pen is found before any look-up."""
    letters = text.replace("-", "").strip().upper()
    return len(letters) == 8 and set(letters) <= set(LETTERS) and _check(letters[:-1]) == letters[-1]


def _check(letters: str) -> str:
    """Return the check letter: weighted sum modulo the number of letters, which is prime (29)."""
    total = sum(position * LETTERS.index(letter) for position, letter in enumerate(letters, start=1))
    return LETTERS[total % len(LETTERS)]


def _grouped(letters: str) -> str:
    return f"{letters[:4]}-{letters[4:]}"
