"""Reads our PDFs back: what stands where, and in which fonts."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw


@dataclass(frozen=True)
class Text:
    """A piece of text on a page: pt from the left and from the top of the page, to the baseline at which it begins."""

    x: float
    y: float
    text: str
    page: int


def texts(pdf: bytes) -> list[Text]:
    """Return the pieces of text in the order in which they were drawn."""
    with pdfium.PdfDocument(pdf) as document:
        return [text for number, page in enumerate(document, 1) for text in _texts(page, number)]


def plain(pdf: bytes) -> str:
    """Return all the text of a PDF without line ends, which typesetting puts anywhere."""
    return "".join(text.text for text in texts(pdf))


def fonts_in(pdf: bytes) -> set[str]:
    """Return the names of the fonts that the first page's text uses."""
    with pdfium.PdfDocument(pdf) as document:
        pieces = document[0].get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])
        return {_font_of(piece) for piece in pieces}


def _texts(page: Any, number: int) -> Iterator[Text]:
    layer, height = page.get_textpage(), page.get_height()
    piece, letters, place = None, "", (0.0, 0.0)
    for index in range(raw.FPDFText_CountChars(layer)):
        if raw.FPDFText_IsGenerated(layer, index):
            continue  # the library's own: a space or a line's end where it sees one
        owner = ctypes.addressof(raw.FPDFText_GetTextObject(layer, index).contents)
        if owner != piece:
            if letters.strip():
                yield Text(place[0], height - place[1], letters, number)
            piece, letters, place = owner, "", _origin(layer, index)
        letters += chr(raw.FPDFText_GetUnicode(layer, index))
    if letters.strip():
        yield Text(place[0], height - place[1], letters, number)


def _origin(layer: Any, index: int) -> tuple[float, float]:
    x, y = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(layer, index, ctypes.byref(x), ctypes.byref(y))
    return x.value, y.value


def _font_of(piece: Any) -> str:
    font = raw.FPDFTextObj_GetFont(piece)
    length = raw.FPDFFont_GetBaseFontName(font, None, 0)
    name = ctypes.create_string_buffer(length)
    raw.FPDFFont_GetBaseFontName(font, name, length)
    return name.value.decode()
