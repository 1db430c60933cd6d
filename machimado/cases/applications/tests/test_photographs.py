"""Photographs as telephones take them: large, turned, with a position, in formats of their own, or cut short."""

import contextlib
from io import BytesIO
from typing import Any

import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from machimado.cases.applications.rules import photographs
from machimado.cases.applications.rules.files import (
    MEGABYTE,
    MOST_BYTES_OF_PHOTOGRAPH,
    FileRefused,
    kept_name,
    media_type,
)
from machimado.cases.applications.rules.photographs import LONGEST_SIDE, redrawn
from machimado.cases.applications.tests import attached
from tests.universe import Universe

SECRET = "38度43分の自宅"


def written_by_a_telephone(*, turned: int = 1) -> Image.Exif:
    """Return EXIF data with a position, a device, and how the telephone was held."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turned
    exif[ExifTags.Base.Make] = "Telephone"
    exif[ExifTags.Base.ImageDescription] = SECRET
    position = exif.get_ifd(ExifTags.IFD.GPSInfo)
    position[ExifTags.GPS.GPSLatitudeRef], position[ExifTags.GPS.GPSLatitude] = "N", (38.0, 43.0, 12.5)
    return exif


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    taken = attached.picture(kind, exif=written_by_a_telephone().tobytes())
    assert b"Telephone" in taken
    kept = redrawn(taken)
    assert b"Telephone" not in kept
    assert SECRET.encode() not in kept
    picture = opened(kept)
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (60, 40), {})
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_stands_behind_the_end_of_the_picture_is_not_kept() -> None:
    assert SECRET.encode() not in redrawn(attached.picture("JPEG") + SECRET.encode())


def test_a_photograph_that_was_taken_upright_is_upright() -> None:
    """6: the telephone was turned to the right, and the picture lies on its side in the file."""
    picture = opened(redrawn(attached.picture("JPEG", exif=written_by_a_telephone(turned=6).tobytes())))
    assert picture.size == (40, 60)
    red, white = picture.getpixel((37, 2)), picture.getpixel((2, 2))
    assert isinstance(red, tuple)
    assert isinstance(white, tuple)
    assert red[1] < 100 < white[1]


@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_a_large_photograph_becomes_as_large_as_print_needs(kind: str) -> None:
    kept = redrawn(attached.picture(kind, size=(6000, 4500)))
    assert opened(kept).size == (LONGEST_SIDE, LONGEST_SIDE * 3 // 4)
    assert len(kept) < MEGABYTE


def test_thirty_megabytes_from_a_telephone_are_taken(universe: Universe) -> None:
    """A photograph of 108 megapixels; what a telephone adds behind the picture counts until it is redrawn."""
    application = attached.apart(universe.officer)
    taken = attached.picture("JPEG", size=(4000, 3000)) + bytes(30 * MEGABYTE)
    attached.attach(application, universe.officer, taken, "IMG_0001.JPG")
    kept = application.files.get()
    assert (kept.name, kept.media_type) == ("IMG_0001.jpg", "image/jpeg")
    assert len(kept.content) < MEGABYTE


def test_what_an_iphone_takes_can_be_shown_by_any_browser(universe: Universe) -> None:
    application = attached.apart(universe.officer)
    taken = attached.picture("HEIF", exif=written_by_a_telephone().tobytes())
    assert media_type(taken).startswith("image/hei")
    attached.attach(application, universe.officer, taken, "IMG_0001.HEIC")
    kept = application.files.get()
    assert (kept.name, kept.media_type) == ("IMG_0001.jpg", "image/jpeg")
    assert opened(bytes(kept.content)).size == (60, 40)


def test_what_is_transparent_lies_on_white() -> None:
    glass = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(glass, "PNG")
    assert opened(redrawn(glass.getvalue())).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_photograph_that_was_cut_short_is_refused_with_what_to_do(kind: str) -> None:
    whole = attached.picture(kind, size=(600, 400))
    with pytest.raises(FileRefused, match="撮り直す"):
        redrawn(whole[: len(whole) // 2])


def test_more_dots_than_memory_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photographs, "MOST_PIXELS_OTHERWISE", 60 * 40 - 1)
    with pytest.raises(FileRefused, match="細かすぎて"):
        redrawn(attached.picture("PNG"))


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(FileRefused, match="50MB"):
        media_type(attached.PNG + bytes(MOST_BYTES_OF_PHOTOGRAPH))


@given(st.data())
def test_whatever_is_sent_as_a_photograph_is_redrawn_or_refused(data: Any) -> None:
    """Broken anywhere, it is one of the two, and no other error."""
    whole = bytearray(attached.picture(data.draw(st.sampled_from(["JPEG", "PNG", "HEIF"]))))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(FileRefused):
        assert redrawn(bytes(whole)).startswith(b"\xff\xd8\xff")


def test_a_name_says_what_the_file_has_become() -> None:
    assert kept_name("申立書.heic", ".jpg") == "申立書.jpg"
    assert kept_name(".heic", ".jpg") == ".heic.jpg"
    assert kept_name("", ".jpg") == "添付ファイル.jpg"
    assert kept_name("123456789018.heic", ".jpg") == "添付ファイル.jpg"
    assert pillow_heif.options.THUMBNAILS is False
