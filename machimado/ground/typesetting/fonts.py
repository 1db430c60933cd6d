"""Finds the fonts that forms are printed with.

Entries are printed in IPAmj明朝, which has the characters of the family registers, where it is installed;
otherwise, and for the printed words of a form, in Noto Sans JP, which comes with the front end.
"""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

import typst

from machimado.ground.typesetting.coverage import Coverage, FontFile, read_coverage

# In order of preference. The last one is Debian's package of the same design.
ENTRY_FAMILIES = ("IPAmjMincho", "Noto Sans JP", "Noto Sans CJK JP")
LABEL_FAMILIES = ("Noto Sans JP", "Noto Sans CJK JP", "IPAmjMincho")

_IPAMJ = "ipamjm.ttf"
_SYSTEM_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("C:/Windows/Fonts"),
)
_NOTO_CJK = "NotoSansCJK-*.ttc"


class NoFontsError(RuntimeError):
    """No Japanese font was found; the message says in Japanese what to install."""


class FontSettings(Protocol):
    """The part of the settings that fonts need."""

    @property
    def BASE_DIR(self) -> Path: ...  # noqa: N802, D102 - Django's spelling


@dataclass(frozen=True)
class FontSet:
    """The fonts of one installation: opened once, shared by every compiler."""

    faces: typst.Fonts = field(compare=False)
    entry: tuple[str, ...]
    label: tuple[str, ...]
    files: tuple[FontFile, ...]
    cache: Path | None = None
    # Where they were found, for a process that opens them anew.
    folders: tuple[Path, ...] = ()

    @cached_property
    def coverage(self) -> tuple[Coverage, ...]:
        """What each entry font covers, in order of preference."""
        return tuple(read_coverage(file, self.cache) for file in self.files)


def font_folders(settings: FontSettings, *extra: Path) -> tuple[Path, ...]:
    """Return the folders to look for fonts in: the city's own, build/fonts (filled with the front end), the system's.

    Of the system only the folders of IPAmj明朝 and, where the front end was not built, of Noto Sans CJK are taken.
    Reading all fonts of a machine would be slow, and would let the paper depend on the machine.
    """
    built = settings.BASE_DIR / "build" / "fonts"
    own = tuple(folder for folder in (*extra, built) if folder.is_dir())
    ipamj = _folders_of(_IPAMJ)
    noto = () if any(built.glob("NotoSansJP*.ttf")) else _folders_of(_NOTO_CJK)
    return own + ipamj + noto


@lru_cache(maxsize=4)
def open_fonts(folders: tuple[Path, ...], cache: Path | None = None) -> FontSet:
    """Open the fonts of some folders once; `cache` is a folder for what they cover.

    Raises: NoFontsError when none of the families that forms use is there.
    """
    faces = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )
    entry, label = (_present(faces, wanted) for wanted in (ENTRY_FAMILIES, LABEL_FAMILIES))
    if not entry:
        raise NoFontsError(
            "帳票を印刷する日本語の書体がありません。IPAmj明朝（fonts-ipamj-mincho）を入れるか、"
            "make install で Noto Sans JP を用意してください。"
        )
    return FontSet(faces, entry, label, tuple(_file(faces, family) for family in entry), cache, folders)


def _folders_of(pattern: str) -> tuple[Path, ...]:
    roots = [root for root in _SYSTEM_FOLDERS if root.is_dir()]
    files = [file for root in roots for file in sorted(root.rglob(pattern))]
    return tuple(dict.fromkeys(file.resolve().parent for file in files))[:1]


def _present(faces: typst.Fonts, wanted: tuple[str, ...]) -> tuple[str, ...]:
    families = set(faces.families())
    return tuple(family for family in wanted if family in families)


def _file(faces: typst.Fonts, family: str) -> FontFile:
    """Return the upright regular face of a family: entries are printed in no other."""
    all_faces = [face for face in faces.fonts() if face.family == family and face.path]
    regular = min(all_faces, key=lambda face: (face.style != "normal", abs(face.weight - 400)))
    return FontFile(Path(regular.path or ""), regular.index)
