"""Drawings of people (signatures) made safe for paper: strokes and pixels only, nothing that loads or runs."""

import base64
import struct
from xml.etree import ElementTree as ET

_SVG = "{http://www.w3.org/2000/svg}"
_SHAPES = frozenset({"svg", "g", "path", "circle", "ellipse", "line", "polyline", "polygon", "rect", "image"})
_PLACES = frozenset(
    {
        "viewBox",
        "width",
        "height",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "d",
        "points",
    }
)
_LOOKS = frozenset(
    {
        "transform",
        "fill",
        "fill-rule",
        "stroke",
        "stroke-width",
        "stroke-linecap",
        "stroke-linejoin",
        "opacity",
    }
)
_ATTRIBUTES = _PLACES | _LOOKS
_PNG_DATA = "data:image/png;base64,"  # pixels that are here already; any other link is refused
_PNG = b"\x89PNG\r\n\x1a\n"
MOST_BYTES = 1_000_000  # a signature pad's PNG has some 20 kB
_MOST_PIXELS = 4000


class UnsafeDrawingError(ValueError):
    """A drawing that is not a plain signature; the message says in Japanese what to do."""

    def __init__(self) -> None:
        super().__init__("署名の画像を読み取れません。もう一度署名してください。")


def drawing_svg(drawing: bytes) -> str:
    """Return a signature, drawn as PNG or SVG, as an SVG that is safe to place on a form.

    Of an SVG only shapes and their plain attributes stay: no text, style, link, script, image or entity.
    Raises: UnsafeDrawingError for anything else, and for more than MOST_BYTES.
    """
    if len(drawing) > MOST_BYTES:
        raise UnsafeDrawingError
    return _wrapped_png(drawing) if drawing.startswith(_PNG) else _plain_svg(drawing)


def _wrapped_png(drawing: bytes) -> str:
    if len(drawing) < 24:
        raise UnsafeDrawingError
    width, height = struct.unpack(">II", drawing[16:24])
    if not (0 < width <= _MOST_PIXELS and 0 < height <= _MOST_PIXELS):
        raise UnsafeDrawingError
    pixels = base64.b64encode(drawing).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="{_PNG_DATA}{pixels}"/></svg>'
    )


def _plain_svg(drawing: bytes) -> str:
    # Without a document type there are no entities, so the standard parser can't be made to expand any.
    if b"<!" in drawing or b"<?xml-stylesheet" in drawing:
        raise UnsafeDrawingError
    try:
        root = ET.fromstring(drawing)  # noqa: S314 - see above
    except ET.ParseError as error:
        raise UnsafeDrawingError from error
    if root.tag != f"{_SVG}svg":
        raise UnsafeDrawingError
    ET.register_namespace("", _SVG[1:-1])
    return ET.tostring(_plain(root), encoding="unicode")


def _plain(element: ET.Element) -> ET.Element:
    name = element.tag.removeprefix(_SVG)
    if name == "image" and not element.get("href", "").startswith(_PNG_DATA):
        raise UnsafeDrawingError
    if name not in _SHAPES:
        raise UnsafeDrawingError
    copy = ET.Element(
        element.tag, {key: value for key, value in element.attrib.items() if _harmless(key, value)}
    )
    copy.extend([_plain(child) for child in element])
    return copy


def _harmless(key: str, value: str) -> bool:
    return (key in _ATTRIBUTES and "url" not in value.lower()) or (
        key == "href" and value.startswith(_PNG_DATA)
    )
