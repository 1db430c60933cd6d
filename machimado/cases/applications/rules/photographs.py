"""Photographs of documents: turned upright, made small enough to be sent on, and rid of all that a camera writes beside them."""

from io import BytesIO

import pillow_heif
from PIL import Image, ImageOps

from machimado.cases.applications.rules.files import FileRefused

pillow_heif.register_heif_opener(thumbnails=False)
# How large a picture may be is checked below, before it is unpacked; Pillow's own limit only warns.
Image.MAX_IMAGE_PIXELS = None
# A sheet of A4 has about 270 dots per inch then: its small print stays readable.
LONGEST_SIDE = 3200
QUALITY = 85
# JPEG is unpacked smaller at once; of others every pixel takes three bytes of memory.
MOST_PIXELS = {"JPEG": 250_000_000}
MOST_PIXELS_OTHERWISE = 80_000_000


def redrawn(content: bytes) -> bytes:
    """Return a photograph (JPEG, PNG, HEIC) as an upright JPEG of at most 3200 × 3200 dots, with its picture and nothing else.

    The position, the device and the time that a phone writes into its photographs (EXIF, XMP), embedded previews and
    whatever stands behind the picture's end are not taken along.

    Raises: FileRefused when it cannot be read, or has too many dots.
    """
    try:
        with Image.open(BytesIO(content), formats=["JPEG", "PNG", "HEIF"]) as picture:
            _check_size(picture)
            return _as_jpeg(_upright(picture))
    except (OSError, ValueError, SyntaxError, EOFError, ZeroDivisionError) as broken:
        raise FileRefused(
            "この写真は読み取れませんでした（途中で切れているか、壊れています）。撮り直すか、別のファイルを選んでください。"
        ) from broken


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS.get(picture.format or "", MOST_PIXELS_OTHERWISE):
        raise FileRefused(
            f"写真が細かすぎて開けません（{width}×{height}）。カメラの設定を「標準」にして撮り直してください。"
        )


def _upright(picture: Image.Image) -> Image.Image:
    # A JPEG twice or four times as large is unpacked at half or a quarter of its size: as sharp, and much faster.
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return ImageOps.exif_transpose(picture)


def _as_jpeg(picture: Image.Image) -> bytes:
    if picture.has_transparency_data:
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture.convert("RGBA"))
    plain = picture.convert("RGB")
    plain.info.clear()
    drawn = BytesIO()
    plain.save(drawn, "JPEG", quality=QUALITY, optimize=True)
    return drawn.getvalue()
