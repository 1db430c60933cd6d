"""Compiles the words of other languages (.po) into what Django reads (.mo): `make messages`. No gettext is needed."""

import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.structure import house


def catalogues() -> list[Path]:
    """Return the files with the words of other languages."""
    return sorted(house.ROOT.glob("machimado/*/*/locale/*/LC_MESSAGES/django.po"))


def compiled(catalogue: Path) -> bytes:
    """Return the compiled form of a catalogue; the same words give the same bytes."""
    with catalogue.open("rb") as file:
        words = read_po(file)
    made = io.BytesIO()
    write_mo(made, words)
    return made.getvalue()


if __name__ == "__main__":
    for each in catalogues():
        each.with_suffix(".mo").write_bytes(compiled(each))
