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

from machimado.ground.typesetting.apart import NotCompiledError, compile_apart
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


def print_frame(
    template: Path, static: Mapping[str, Any], *, root: Path, fonts: FontSet, is_foreign: bool = False
) -> Frame:
    """Typeset the printed part of a form, or return it as kept from before.

    `static` (the city, the options of each question) reaches the template as `sys.inputs.data`. Changing any
    template in `root` makes a new frame; they are looked at once a second. What is foreign is compiled apart.
    Raises: BrokenFormError.
    """
    data = json.dumps(static, ensure_ascii=False, sort_keys=True)
    with _ONE_AT_A_TIME:  # two threads that want the same new form make it once
        return _frame(template, data, root, fonts, _templates(root, int(time.monotonic())), is_foreign)


@lru_cache(maxsize=4)
def _templates(root: Path, _second: int) -> frozenset[tuple[Path, int]]:
    """Return the templates with when each was changed (ns)."""
    return frozenset((file, file.stat().st_mtime_ns) for file in root.rglob("*.typ"))


def compile_template(
    template: Path,
    data: str,
    *,
    root: Path,
    fonts: FontSet,
    timestamp: int = 0,
    is_foreign: bool = False,
) -> bytes:
    """Compile a template with its data in one go. Raises: BrokenFormError."""
    if is_foreign:
        return bytes(_apart(template, data, root, fonts, "pdf")["pdf"])
    compiler = _compiler(template, data, root, fonts)
    try:
        pdf = compiler.compile(format="pdf", timestamp=timestamp)
    except typst.TypstError as error:
        raise _broken(template, error) from error
    return pages_as_one(pdf, template)


def draw_pages(
    template: Path, data: str, *, root: Path, fonts: FontSet, dots_per_inch: int, is_foreign: bool = False
) -> tuple[bytes, ...]:
    """Draw a template with its data as pictures (PNG), one a page. Raises: BrokenFormError."""
    if is_foreign:
        return tuple(_apart(template, data, root, fonts, "pictures", dots_per_inch)["pictures"])
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
    template: Path,
    data: str,
    root: Path,
    fonts: FontSet,
    _state: frozenset[tuple[Path, int]],
    is_foreign: bool,
) -> Frame:
    if is_foreign:
        made = _apart(template, data, root, fonts, "frame")
        return _kept(made["pdf"], made["about"], made["anchors"], template)
    compiler = _compiler(template, data, root, fonts)
    try:
        pdf = compiler.compile(format="pdf", timestamp=0, pdf_tags=False)
        anchors = json.loads(compiler.query("<anchor>", field="value"))
        about = json.loads(compiler.query("<form>", field="value", one=True))
    except RuntimeError as error:  # TypstError, or what query raises where a template has no <form>
        raise _broken(template, error) from error
    return _kept(pages_as_one(pdf, template), about, anchors, template)


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


def _apart(
    template: Path, data: str, root: Path, fonts: FontSet, wants: str, dots_per_inch: int = 0
) -> Mapping[str, Any]:
    try:
        return compile_apart(
            template, data, root=root, folders=fonts.folders, wants=wants, dots_per_inch=dots_per_inch
        )
    except NotCompiledError as error:
        raise BrokenFormError(f"{template.name} を組版できません。様式を直してください: {error}") from error


MOST_ANCHORS = 3_000


def _kept(pdf: bytes, about: Any, anchors: Any, template: Path) -> Frame:
    try:
        placed = tuple(_anchor(one) for one in anchors[:MOST_ANCHORS])
        title, pages = str(about["title"]), int(about["pages"])
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise BrokenFormError(
            f"{template.name} の記入欄を読めません。様式を直してください: {error}"
        ) from error
    folder = frame_folder()
    background = f"frame-{hashlib.sha256(pdf).hexdigest()[:24]}.pdf"
    (folder / background).write_bytes(pdf)
    return Frame(folder, background, title, pages, placed)


def _anchor(raw: Mapping[str, Any]) -> Anchor:
    """Return an anchor of which every part is what it must be, whoever drew the form.

    Raises: TypeError, ValueError, KeyError, AttributeError.
    """
    code = str(raw.get("code", ""))
    if raw["kind"] == "digits" and not 0 < int(code) <= 100:
        raise ValueError(code)
    given = [str(each) for each in raw.get("align", ())]
    across, down = [*given, *("left", "horizon")[len(given) :]][:2]
    return Anchor(
        kind=str(raw["kind"]),
        page=int(raw["page"]),
        x=float(raw["x"]),
        y=float(raw["y"]),
        w=float(raw["w"]),
        h=float(raw["h"]),
        path=str(raw.get("path", "")),
        title=str(raw.get("title", "")),
        size=float(raw.get("size", 10.5)),
        align=(across, down),
        code=code,
        suffix=str(raw.get("suffix", "")),
    )


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
