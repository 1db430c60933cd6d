"""Signatures: what a pad draws passes, what could load or run does not."""

import struct
import zlib

import pytest

from machimado.ground.typesetting.drawings import MOST_BYTES, UnsafeDrawingError, drawing_svg
from machimado.ground.typesetting.qr import qr_svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'


def png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


def test_strokes_stay() -> None:
    assert 'd="M1 1L8 8"' in drawing_svg(f'{HEAD}<g stroke="#000"><path d="M1 1L8 8"/></g></svg>'.encode())


def test_a_qr_code_stays() -> None:
    assert "path" in drawing_svg(qr_svg("https://example.jp/").encode())


def test_pixels_are_wrapped() -> None:
    wrapped = drawing_svg(png(300, 100))
    assert "data:image/png;base64," in wrapped
    assert "data:image/png;base64," in drawing_svg(wrapped.encode()), "what is safe stays safe"


@pytest.mark.parametrize(
    "drawing",
    [
        b"",
        b"not a drawing",
        b"<svg/>",
        f"{HEAD}<script>alert(1)</script></svg>".encode(),
        f'{HEAD}<image href="file:///etc/passwd"/></svg>'.encode(),
        f'{HEAD}<use href="#a"/></svg>'.encode(),
        f"{HEAD}<style>*{{}}</style></svg>".encode(),
        f"{HEAD}<foreignObject/></svg>".encode(),
        f'<!DOCTYPE svg [<!ENTITY a "b">]>{HEAD}<path d="&a;"/></svg>'.encode(),
        b"\x89PNG\r\n\x1a\n",
        png(100_000, 10),
        b"x" * (MOST_BYTES + 1),
    ],
)
def test_the_rest_is_refused_with_what_to_do(drawing: bytes) -> None:
    with pytest.raises(UnsafeDrawingError, match="もう一度署名してください"):
        drawing_svg(drawing)


def test_attributes_that_could_run_or_load_go() -> None:
    drawing = f'{HEAD}<path d="M1 1" onload="x()" fill="url(http://x)" style="fill:red" stroke="#000"/></svg>'
    kept = drawing_svg(drawing.encode())
    assert 'stroke="#000"' in kept
    assert not any(word in kept for word in ("onload", "url", "style"))
