"""A small form of its own, so that this room's tests need no city."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest

from machimado.ground.typesetting.fonts import FontSet, NoFontsError, font_folders, open_fonts

REPOSITORY = Path(__file__).resolve().parents[4]

TEMPLATE = """
#let data = json(bytes(sys.inputs.at("data")))
#let blank = data.at("blank", default: false)
#let anchor(kind, path, x, y, w, h, code: "", title: "", size: 12) = [#metadata((
  kind: kind, path: path, title: title, size: size, align: ("left", "horizon"), code: code, suffix: "",
  page: 1, x: x, y: y, w: w, h: h)) <anchor>]
#set page("a4", margin: 20mm)
#set text(font: data.fonts.label)
#data.city.name
#if blank [blank form]
#anchor("text", "answers.name.text", 100, 100, 200, 20, title: "氏名")
#anchor("day", "answers.born", 100, 140, 200, 20, title: "生年月日")
#anchor("digits", "answers.account", 100, 180, 70, 15, code: "7", title: "口座番号")
#anchor("tick", "answers.kind", 100, 220, 8, 8, code: "a", title: "種類")
#anchor("tick", "answers.kind", 130, 220, 8, 8, code: "b", title: "種類")
#anchor("text", "answers.children.0.name", 100, 260, 200, 20, title: "児童1の氏名")
#anchor("tick", "answers.children.0.living", 100, 290, 8, 8, code: "apart", title: "児童1の同居・別居")
#anchor("drawing", "signature_svg", 300, 300, 100, 40, title: "署名")
#anchor("lacking", "missing", 60, 760, 480, 40, size: 7, title: "印刷できなかった文字")
#metadata((pages: 1, title: "試験の様式")) <form>
"""


class _Settings:
    BASE_DIR = REPOSITORY


@dataclass(frozen=True)
class Text:
    """A piece of text on a page: pt from the left and from the top of an A4 page, to its baseline."""

    x: float
    y: float
    text: str
    page: int


def fonts() -> FontSet:
    try:
        return open_fonts(font_folders(_Settings()), REPOSITORY / "build" / "font-coverage")
    except NoFontsError as error:
        pytest.skip(str(error))


def template_in(folder: Path) -> Path:
    file = folder / "form.typ"
    file.write_text(TEMPLATE, encoding="utf-8")
    return file


def inputs(**answers: Any) -> dict[str, Any]:
    return {"city": {"name": "見本市"}, "options": {}, "reference": "K-1", "answers": answers}


def texts(pdf: bytes) -> list[Text]:
    return [
        text
        for number, page in enumerate(pypdf.PdfReader(BytesIO(pdf)).pages, 1)
        for text in _texts(page, number)
    ]


def fonts_in(pdf: bytes) -> set[str]:
    """The names of the fonts that the first page's own text uses."""
    resources: Any = pypdf.PdfReader(BytesIO(pdf)).pages[0]["/Resources"]
    return {str(font.get_object()["/BaseFont"]) for font in resources["/Font"].values()}


def plain(pdf: bytes) -> str:
    """All the text of a PDF without line ends, which typesetting puts anywhere."""
    return "".join(text.text for text in texts(pdf))


def _texts(page: pypdf.PageObject, number: int) -> Iterator[Text]:
    found: list[Text] = []

    def visit(text: str, matrix: list[float], line: list[float], _font: object, _size: float) -> None:
        if text.strip():
            x = line[4] * matrix[0] + line[5] * matrix[2] + matrix[4]
            y = line[4] * matrix[1] + line[5] * matrix[3] + matrix[5]
            found.append(Text(x, float(page.mediabox.height) - y, text.strip("\n"), number))

    page.extract_text(visitor_text=visit)
    return iter(found)
