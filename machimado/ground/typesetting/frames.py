"""The printed part of a form: typeset once from the city's template, kept, and written upon many times.

A template draws lines and words, and leaves anchors: places where an entry goes, each with the path of its answer.
It is compiled without any answers, so a city's template never sees personal data, and filling a form costs only
its entries.
"""

import hashlib
import json
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from machimado.ground.typesetting.fonts import FontSet

_ONE_AT_A_TIME = threading.Lock()


class BrokenFormError(RuntimeError):
    """A template that Typst refuses; the message names the form, the cause and where."""


@dataclass(frozen=True)
class Anchor:
    """A place for an entry: a box in pt from the page's top left corner, and what belongs there.

    `kind` is one of text, day, address, postal, money, tick, digits, drawing, date, reference, apart and lacking.
    """

    kind: str
    page: int
    x: float
    y: float
    w: float
    h: float
    path: str = ""
    title: str = ""
    size: float = 10.5
    align: tuple[str, ...] = ("left", "horizon")
    code: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Frame:
    """A printed form without entries: a PDF in `folder`, its title, its number of pages and its anchors."""

    folder: Path
    background: str
    title: str
    pages: int
    anchors: tuple[Anchor, ...]


def print_frame(template: Path, static: Mapping[str, Any], *, root: Path, fonts: FontSet) -> Frame:
    """Typeset the printed part of a form, or return it as kept from before.

    `static` (the city, the options of each question) reaches the template as `sys.inputs.data`. Changing any
    template in `root` makes a new frame; they are looked at once a second.
    Raises: BrokenFormError.
    """
    data = json.dumps(static, ensure_ascii=False, sort_keys=True)
    with _ONE_AT_A_TIME:  # two threads that want the same new form make it once
        return _frame(template, data, root, fonts, _templates(root, int(time.monotonic())))


@lru_cache(maxsize=4)
def _templates(root: Path, _second: int) -> frozenset[tuple[Path, int]]:
    """Return the templates with when each was changed (ns)."""
    return frozenset((file, file.stat().st_mtime_ns) for file in root.rglob("*.typ"))


def compile_template(template: Path, data: str, *, root: Path, fonts: FontSet, timestamp: int = 0) -> bytes:
    """Compile a template with its data in one go. Raises: BrokenFormError."""
    compiler = _compiler(template, data, root, fonts)
    try:
        pdf = compiler.compile(format="pdf", timestamp=timestamp)
    except typst.TypstError as error:
        raise _broken(template, error) from error
    return pages_as_one(pdf, template)


def draw_pages(
    template: Path, data: str, *, root: Path, fonts: FontSet, dots_per_inch: int
) -> tuple[bytes, ...]:
    """Draw a template with its data as pictures (PNG), one a page. Raises: BrokenFormError."""
    compiler = _compiler(template, data, root, fonts)
    try:
        drawn = compiler.compile(format="png", ppi=dots_per_inch)
    except typst.TypstError as error:
        raise _broken(template, error) from error
    return (drawn,) if isinstance(drawn, bytes) else tuple(drawn or ())


def pages_as_one(pdf: bytes | list[bytes] | None, template: Path) -> bytes:
    """Return the PDF that Typst gave; it gives lists only for pictures. Raises: BrokenFormError."""
    if isinstance(pdf, bytes):
        return pdf
    raise BrokenFormError(f"{template.name} から PDF ができませんでした。様式を確かめてください。")


@lru_cache(maxsize=64)
def _frame(
    template: Path, data: str, root: Path, fonts: FontSet, _state: frozenset[tuple[Path, int]]
) -> Frame:
    compiler = _compiler(template, data, root, fonts)
    try:
        pdf = compiler.compile(format="pdf", timestamp=0, pdf_tags=False)
        anchors = json.loads(compiler.query("<anchor>", field="value"))
        about = json.loads(compiler.query("<form>", field="value", one=True))
    except RuntimeError as error:  # TypstError, or what query raises where a template has no <form>
        raise _broken(template, error) from error
    return _kept(pages_as_one(pdf, template), about, anchors)


def _compiler(template: Path, data: str, root: Path, fonts: FontSet) -> typst.Compiler:
    return typst.Compiler(
        str(template),
        root=str(root),
        font_paths=fonts.faces,
        ignore_system_fonts=True,
        sys_inputs={"data": data},
    )


def _broken(template: Path, error: RuntimeError) -> BrokenFormError:
    where = getattr(error, "diagnostic", "")
    return BrokenFormError(
        f"{template.name} を組版できません。様式を直してください: {error}\n{where}".strip()
    )


def _kept(pdf: bytes, about: dict[str, Any], anchors: list[dict[str, Any]]) -> Frame:
    folder = frame_folder()
    background = f"frame-{hashlib.sha256(pdf).hexdigest()[:24]}.pdf"
    (folder / background).write_bytes(pdf)
    placed = tuple(Anchor(**{**anchor, "align": tuple(anchor["align"])}) for anchor in anchors)
    return Frame(folder, background, about["title"], about["pages"], placed)


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="machimado-forms-")


def frame_folder() -> Path:
    """Return the folder of this process for frames and fill.typ; it holds no personal data and goes at exit."""
    folder = Path(_folder().name)
    fill = folder / "fill.typ"
    if not fill.exists():
        fill.write_text(Path(__file__).with_name("fill.typ").read_text(encoding="utf-8"), encoding="utf-8")
    return folder
