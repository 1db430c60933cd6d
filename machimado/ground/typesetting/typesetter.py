"""Typesets a form: a city's template and what was answered become a PDF.

What a person wrote reaches Typst as JSON in one string and is printed as text: it is never read as markup or
code. Typst can read no file but this room's own and the template's root.
"""

import json
import os
import queue
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from machimado.ground.typesetting.drawings import drawing_svg
from machimado.ground.typesetting.filling import place_entries
from machimado.ground.typesetting.fonts import FontSet
from machimado.ground.typesetting.frames import (
    BrokenFormError,
    Frame,
    compile_template,
    draw_pages,
    pages_as_one,
    print_frame,
)
from machimado.ground.typesetting.missing import Missing, mark_missing

# A form of 36 questions holds some 3,000 characters. Beyond this somebody pastes a book, and it takes seconds.
MOST_CHARACTERS = 200_000
_MOST_COMPILERS = min(4, os.cpu_count() or 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What the template itself is given; all the rest belongs to a person and goes to fill.typ only.
_STATIC = ("options", "outline", "city", "blank")
_DRAWINGS = ("signature_svg", "qr_svg")


class TooMuchTextError(ValueError):
    """More text than a form can carry; the message says in Japanese what to do."""


@dataclass(frozen=True)
class Paper:
    """A typeset form, and the characters in it that the fonts lack."""

    pdf: bytes
    missing: tuple[Missing, ...]


def typeset(
    template: Path,
    inputs: Mapping[str, Any],
    *,
    root: Path,
    fonts: FontSet,
    created_at: datetime = _EPOCH,
    is_foreign: bool = False,
) -> Paper:
    """Typeset a form as PDF. The same inputs, fonts and `created_at` give the same bytes.

    `inputs` are JSON-like; README says what they hold. `root` is the folder that the template may read from.
    `created_at` (aware) is written into the PDF. Safe to call from several threads. A foreign template, drawn by nobody
    whom the city trusts, is compiled in a process of its own.
    Raises: TooMuchTextError, BrokenFormError, UnsafeDrawingError.
    """
    static = {key: inputs[key] for key in _STATIC if key in inputs}
    static["fonts"] = {"entry": fonts.entry, "label": fonts.label}
    stamp = int(created_at.timestamp())
    if inputs.get("blank"):
        data = json.dumps({**static, "qr_svg": inputs.get("qr_svg", "")}, ensure_ascii=False)
        pdf = compile_template(template, data, root=root, fonts=fonts, timestamp=stamp, is_foreign=is_foreign)
        return Paper(pdf, ())
    frame = print_frame(template, static, root=root, fonts=fonts, is_foreign=is_foreign)
    return _filled(frame, template, inputs, fonts, stamp)


SCREEN = 110  # dots per inch: small print can be read on a page that is looked at


def picture(
    template: Path, inputs: Mapping[str, Any], *, root: Path, fonts: FontSet, is_foreign: bool = False
) -> tuple[bytes, ...]:
    """Draw a blank form as pictures (PNG), one a page, for a page that shows it.

    Raises: BrokenFormError.
    """
    given = {key: inputs[key] for key in _STATIC if key in inputs}
    given["fonts"] = {"entry": fonts.entry, "label": fonts.label}
    data = json.dumps({**given, "qr_svg": ""}, ensure_ascii=False)
    return draw_pages(template, data, root=root, fonts=fonts, dots_per_inch=SCREEN, is_foreign=is_foreign)


def anchored(
    template: Path, inputs: Mapping[str, Any], *, root: Path, fonts: FontSet, is_foreign: bool = False
) -> frozenset[str]:
    """Return the paths of what a form writes in its places, such as `answers.resident.name.text`.

    Raises: BrokenFormError.
    """
    static = {key: inputs[key] for key in _STATIC if key in inputs}
    static["fonts"] = {"entry": fonts.entry, "label": fonts.label}
    frame = print_frame(template, static, root=root, fonts=fonts, is_foreign=is_foreign)
    return frozenset(anchor.path for anchor in frame.anchors if anchor.path)


def _filled(frame: Frame, template: Path, inputs: Mapping[str, Any], fonts: FontSet, stamp: int) -> Paper:
    personal = {key: value for key, value in inputs.items() if key not in (*_STATIC, *_DRAWINGS, "labels")}
    if len(json.dumps(personal, ensure_ascii=False)) > MOST_CHARACTERS:
        raise TooMuchTextError(
            "文章が長すぎて用紙に印刷できません。長い文章は別の書類として添付してください。"
        )
    marked, missing = mark_missing(personal, fonts.coverage)
    listed = [{"mark": each.mark, "shown": each.shown, "code_points": each.code_points} for each in missing]
    drawings = {key: drawing_svg(inputs[key].encode()) for key in _DRAWINGS if inputs.get(key)}
    entries = place_entries(frame.anchors, {**inputs, **marked, **drawings, "missing": listed})
    return Paper(_compiled(frame, template, _data(frame, entries, inputs), fonts, stamp), missing)


def _data(frame: Frame, entries: Mapping[str, Any], inputs: Mapping[str, Any]) -> str:
    about = {
        "title": frame.title,
        "author": inputs.get("city", {}).get("name", ""),
        "reference": inputs.get("reference", ""),
        "background": frame.background,
        "pages": frame.pages,
    }
    return json.dumps({**about, **entries})


def _compiled(frame: Frame, template: Path, data: str, fonts: FontSet, stamp: int) -> bytes:
    # The document is this one line: what reaches Typst by `sys_inputs` makes it forget all that it knows of a form.
    # Of JSON in ASCII, `dumps` makes a string literal as Typst has it, too: nothing in it can end the string.
    line = f'#import "/fill.typ": fill\n#fill(json(bytes({json.dumps(data)})))'
    with _pool(frame.folder, fonts).compiler() as compiler:
        try:
            pdf = compiler.compile(line.encode("ascii"), format="pdf", timestamp=stamp)
        except typst.TypstError as error:
            message = f"{template.name} に記入できません: {error.message}\n{error.diagnostic}"
            raise BrokenFormError(message) from error
    return pages_as_one(pdf, template)


class _Pool:
    """Compilers for fill.typ. Typst keeps what it has parsed and laid out, but one compiler serves one thread."""

    def __init__(self, folder: Path, fonts: FontSet) -> None:
        self._folder, self._fonts = folder, fonts
        self._idle: queue.LifoQueue[typst.Compiler] = queue.LifoQueue()
        self._places = threading.Semaphore(_MOST_COMPILERS)

    @contextmanager
    def compiler(self) -> Iterator[typst.Compiler]:
        """Lend a compiler to one thread, the most recently used one first; wait when all are lent."""
        with self._places:
            compiler = self._take()
            try:
                yield compiler
            finally:
                self._idle.put(compiler)

    def _take(self) -> typst.Compiler:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            fonts = {"entry": self._fonts.entry, "label": self._fonts.label}
            return typst.Compiler(
                root=str(self._folder),
                font_paths=self._fonts.faces,
                ignore_system_fonts=True,
                sys_inputs={"fonts": json.dumps(fonts)},
            )


@lru_cache(maxsize=4)
def _pool(folder: Path, fonts: FontSet) -> _Pool:
    return _Pool(folder, fonts)
