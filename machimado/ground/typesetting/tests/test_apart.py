"""A form from outside is hostile until the contrary is shown: it reads nothing, fetches nothing, and cannot stay."""

from pathlib import Path

import pytest

from machimado.ground.typesetting import apart
from machimado.ground.typesetting.frames import BrokenFormError, print_frame
from machimado.ground.typesetting.tests.fixtures import TEMPLATE, fonts

STATIC = {"city": {"name": "雪見市"}, "options": {}}


def compiled(folder: Path, text: str, wants: str = "pdf") -> bytes:
    (folder / "x.typ").write_text(text, "utf-8")
    made = apart.compile_apart(folder / "x.typ", "{}", root=folder, folders=(), wants=wants)
    return bytes(made["pdf"])


def test_an_honest_form_gives_the_same_frame_apart_as_at_home(tmp_path: Path) -> None:
    template = tmp_path / "x.typ"
    template.write_text(TEMPLATE, "utf-8")
    static = {**STATIC, "fonts": {"label": fonts().label, "entry": fonts().entry}}
    at_home = print_frame(template, static, root=tmp_path, fonts=fonts())
    away = print_frame(template, static, root=tmp_path, fonts=fonts(), is_foreign=True)
    assert away.anchors == at_home.anchors
    assert (away.title, away.pages) == (at_home.title, at_home.pages)
    assert (away.folder / away.background).read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('#read("/etc/hostname")', "file not found"),
        ('#read("../../../../etc/hostname")', "escape"),
        ('#import "@preview/cetz:0.3.1": *', "package"),
        ('#import "@pre" + "view/cetz:0.3.1": *', "package"),
        ('#import "@local/x:0.1.0": *', "package"),
        ("#let f(n) = f(n + 1)\n#f(1)", "depth"),
        ("#let x = (1,)\n#for i in range(100) { x = x + x }", "止めました"),
        ("#panic(sys.inputs)", "panicked"),
    ],
)
def test_what_reaches_out_or_never_ends_is_stopped(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(apart.NotCompiledError, match=said) as refused:
        compiled(tmp_path, text)
    assert str(tmp_path) not in str(refused.value)


def test_what_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", -4)
    with pytest.raises(apart.NotCompiledError, match="終わりません"):
        compiled(tmp_path, "#for i in range(5000) { for j in range(5000) { for k in range(5000) { } } }")


@pytest.mark.parametrize(
    "anchor",
    [
        '(kind: "text")',
        '(kind: "digits", code: "999999999", page: 1, x: 1, y: 1, w: 1, h: 1)',
        '(kind: "text", page: "x", x: 1, y: 1, w: 1, h: 1)',
        "5",
    ],
)
def test_places_that_are_none_are_refused(tmp_path: Path, anchor: str) -> None:
    template = tmp_path / "x.typ"
    template.write_text(f'#metadata({anchor}) <anchor>\n#metadata((title: "x", pages: 1)) <form>\n', "utf-8")
    with pytest.raises(BrokenFormError, match="様式を直してください"):
        print_frame(template, STATIC, root=tmp_path, fonts=fonts(), is_foreign=True)
