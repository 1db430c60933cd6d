"""A small form of its own, so that this room's tests need no city."""

from pathlib import Path
from typing import Any

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
