"""A procedure as one file to hand on: its definition, which holds its tests, and the forms on paper that it needs.

The same content gives the same bytes, so that two halls can compare what they have.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

LARGEST = 4 * 1024 * 1024  # bytes, unpacked
LARGEST_LAYOUT = 256 * 1024  # bytes
MOST_FILES = 40
DEFINITION = re.compile(r"(?:procedures|events)/[a-z0-9.-]{1,90}\.ya?ml")
LAYOUT = re.compile(r"forms/[A-Za-z0-9_-]{1,80}\.typ")
_IMPORTED = re.compile(r'#(?:import|include)\s+"([A-Za-z0-9_-]{1,80}\.typ)"')
# Zip files have no time before: which day it was packed must not make it another file.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


class Unreadable(Exception):
    """The file is none that can be taken in; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Packed:
    """What stood in a file: the definition as text, and the forms on paper by their names."""

    text: str
    layouts: Mapping[str, bytes]


def pack(name: str, text: str, layouts: Mapping[str, bytes]) -> bytes:
    """Return the one file; `name` is the definition's place in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in [
            (name, text.encode()),
            *((f"forms/{key}", layouts[key]) for key in sorted(layouts)),
        ]:
            archive.writestr(zipfile.ZipInfo(path, _NO_TIME), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def unpack(raw: bytes) -> Packed:
    """Return what a file holds, be it a packed one or a definition alone.

    Raises: Unreadable.
    """
    if not raw.startswith(b"PK"):
        return Packed(_text(raw), {})
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _opened(archive)
    # What zipfile raises for broken, unknown ways of packing, locked, and cut-off files.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Unreadable("このファイルは壊れています。もう一度保存したものを選んでください。") from error


def _opened(archive: zipfile.ZipFile) -> Packed:
    found = [one for one in archive.infolist() if not one.is_dir()]
    # What a file says of its size may be a lie; what is read is counted as well.
    if len(found) > MOST_FILES or sum(one.file_size for one in found) > LARGEST:
        raise Unreadable("このファイルは大きすぎます。手続ひとつのファイルを選んでください。")
    definitions = [one for one in found if DEFINITION.fullmatch(one.filename)]
    if len(definitions) != 1:
        raise Unreadable(
            "このファイルには、手続の定義がひとつだけ入っていません。手続ひとつのファイルを選んでください。"
        )
    layouts = {
        one.filename.removeprefix("forms/"): _read(archive, one)
        for one in found
        if LAYOUT.fullmatch(one.filename)
    }
    for name, content in layouts.items():
        _check_layout(name, content)
    return Packed(_text(_read(archive, definitions[0])), layouts)


def _check_layout(name: str, content: bytes) -> None:
    if len(content) > LARGEST_LAYOUT or b"\0" in content or not _is_text(content):
        raise Unreadable(
            f"紙の様式「{name}」は読めないか、大きすぎます。作った人に、UTF-8 で保存した様式をもらってください。"
        )


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    with archive.open(one) as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Unreadable("このファイルは大きすぎます。手続ひとつのファイルを選んでください。")
    return content


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            "このファイルは文字として読めません。UTF-8 で保存した .yaml か、保存した .zip を選んでください。"
        ) from error


def imported(layout: str) -> list[str]:
    """Return the names of the forms that a form takes in."""
    return _IMPORTED.findall(layout)
