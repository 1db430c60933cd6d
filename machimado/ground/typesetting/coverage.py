"""Which characters a font really has, forms chosen by variation selectors (IVS) included."""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

_VARIATION_SEQUENCES = (
    14  # the format of the cmap subtable that lists them. Source: OpenType specification, cmap
)


@dataclass(frozen=True)
class FontFile:
    """One face: a file and, in a collection (.ttc), its place there."""

    path: Path
    index: int = 0


@dataclass(frozen=True)
class Coverage:
    """What one face can print: single characters, and sequences of a base and a selector."""

    characters: frozenset[str]
    sequences: frozenset[str]

    def has_base(self, character: str) -> bool:
        """Tell whether the face has the base of a character, whatever form was asked for."""
        return character[0] in self.characters

    def has(self, character: str) -> bool:
        """Tell whether the face has exactly this character: the form that its selector asks for included."""
        return character in self.characters or character in self.sequences


def read_coverage(font: FontFile, cache: Path | None = None) -> Coverage:
    """Return what a face covers, from the cache folder where the same file was read before.

    Reading a font of 46 MB takes a second; the cache is keyed by path, time and size, so a new font is read anew.
    A cache that is missing or broken only costs that second.
    """
    state = font.path.stat()
    return _read(font, state.st_mtime_ns, state.st_size, cache)


@lru_cache(maxsize=16)
def _read(font: FontFile, modified: int, size: int, cache: Path | None) -> Coverage:
    if cache is None:
        return _parsed(font)
    key = hashlib.sha256(f"{font.path}|{font.index}|{modified}|{size}".encode()).hexdigest()[:24]
    kept = cache / f"coverage-{key}.json"
    found = _kept(kept)
    return found or _keep(kept, _parsed(font))


def _kept(file: Path) -> Coverage | None:
    """Return what an earlier start wrote; None when there is nothing usable."""
    try:
        lists = json.loads(file.read_text(encoding="utf-8"))
        return Coverage(frozenset(lists["characters"]), frozenset(lists["sequences"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(file: Path, coverage: Coverage) -> Coverage:
    """Write the cache beside and move it in place, so that a second process never reads half a file."""
    lists = {"characters": "".join(sorted(coverage.characters)), "sequences": sorted(coverage.sequences)}
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{hashlib.sha256(repr(id(coverage)).encode()).hexdigest()[:8]}")
    draft.write_text(json.dumps(lists, ensure_ascii=False), encoding="utf-8")
    draft.replace(file)
    return coverage


def _parsed(font: FontFile) -> Coverage:
    with TTFont(font.path, fontNumber=font.index, lazy=True) as face:
        characters = frozenset(each for each in map(chr, face.getBestCmap() or {}) if _visible(each))
        tables = [table for table in face["cmap"].tables if table.format == _VARIATION_SEQUENCES]
        return Coverage(characters, frozenset(each for table in tables for each in _sequences(table)))


def _visible(character: str) -> bool:
    """Leave out control and format characters, which no paper shows, and plane 15, where our own marks live."""
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Cn"} and ord(character) < 0xF0000


def _sequences(table: CmapSubtable) -> list[str]:
    return [chr(base) + chr(selector) for selector, bases in table.uvsDict.items() for base, _glyph in bases]
