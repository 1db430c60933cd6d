"""Forms: entries in their boxes, nothing read as markup, nothing lost, nothing replaced silently."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from machimado.ground.typesetting.drawings import UnsafeDrawingError
from machimado.ground.typesetting.frames import BrokenFormError, print_frame
from machimado.ground.typesetting.tests.fixtures import fonts, inputs, template_in
from machimado.ground.typesetting.typesetter import MOST_CHARACTERS, Paper, TooMuchTextError, typeset
from tests.pdf import Text, fonts_in, plain, texts

SIGNATURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1L8 8" stroke="#000"/></svg>'
)


def print_form(folder: Path, **answers: object) -> Paper:
    return typeset(template_in(folder), inputs(**answers), root=folder, fonts=fonts())


def where(paper: Paper, text: str) -> Text:
    return next(each for each in texts(paper.pdf) if each.text.startswith(text))


def test_entries_stand_in_their_boxes(tmp_path: Path) -> None:
    paper = print_form(tmp_path, name={"text": "山田　太郎"}, born="1950-05-XX", account="1234567")
    name, born, first = where(paper, "山田"), where(paper, "昭和25"), where(paper, "1")
    assert abs(name.x - 100) < 2
    assert abs(name.y - 114) < 6
    assert abs(born.x - 100) < 2
    assert abs(born.y - 154) < 6
    assert 100 <= first.x < 110
    assert "昭和25年5月日不詳" in plain(paper.pdf)
    assert paper.missing == ()


def test_a_short_number_is_set_to_the_right(tmp_path: Path) -> None:
    paper = print_form(tmp_path, account="89")
    assert 150 <= where(paper, "8").x < 160


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/etc/passwd")',
        "*太字* _斜体_ `code` $x^2$ = 見出し",
        "#sys.inputs.data",
        '")] #panic("x") [("',
        '"))) #panic("x") #((("',
        '\\")))#panic()\\',
        "\\u{5c71} \\ // 注 /* */ @ref <label> ~ --- 'x' \"y\"",
        "{{ name }} <b>&amp;</b>",
    ],
)
def test_what_people_write_is_never_markup(tmp_path: Path, hostile: str) -> None:
    paper = print_form(tmp_path, name={"text": hostile})
    assert hostile.replace(" ", "") in plain(paper.pdf).replace(" ", "")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_is_printed_or_marked(tmp_path: Path, text: str) -> None:
    assert print_form(tmp_path, name={"text": text}).pdf.startswith(b"%PDF-")


def test_a_text_too_long_for_its_box_goes_to_a_sheet_in_full(tmp_path: Path) -> None:
    long = "".join(chr(0x3042 + number % 80) for number in range(1500))
    paper = print_form(tmp_path, name={"text": long})
    sheet = "".join(text.text for text in texts(paper.pdf) if text.page > 1)
    assert "別紙1" in "".join(text.text for text in texts(paper.pdf) if text.page == 1)
    assert "氏名" in sheet
    assert long in sheet.replace("\n", "")


def test_a_long_latin_word_stays_in_its_box(tmp_path: Path) -> None:
    paper = print_form(tmp_path, name={"text": "W" * 60})
    assert all(text.x < 300 for text in texts(paper.pdf) if "W" in text.text)
    assert plain(paper.pdf).count("W") == 60


def test_rows_without_room_go_to_a_sheet(tmp_path: Path) -> None:
    children = [{"name": f"子{number}", "living": "apart"} for number in range(3)]
    data = {
        **inputs(children=children),
        "options": {"children[].living": [{"code": "apart", "label": "別居"}]},
    }
    sheet = "".join(
        text.text
        for text in texts(typeset(template_in(tmp_path), data, root=tmp_path, fonts=fonts()).pdf)
        if text.page > 1
    )
    assert "児童2" in sheet
    assert "子2" in sheet
    assert sheet.count("別居") >= 2


def test_a_character_that_no_font_has_is_marked_and_listed(tmp_path: Path) -> None:
    paper = print_form(tmp_path, name={"text": "山\U000fabcd田\u202e"})
    assert [(each.shown, each.code_points) for each in paper.missing] == [("〓", "U+FABCD"), ("〓", "U+202E")]
    printed = plain(paper.pdf)
    assert "〓※1" in printed
    assert "U+FABCD" in printed


def test_a_form_that_no_font_has_is_printed_as_its_base_and_marked(tmp_path: Path) -> None:
    paper = print_form(tmp_path, name={"text": "山\U000e01ef"})
    assert [(each.shown, each.code_points) for each in paper.missing] == [("山", "U+5C71 U+E01EF")]
    assert "山※1" in plain(paper.pdf)


def test_the_same_form_gives_the_same_bytes(tmp_path: Path) -> None:
    template, data, at = (
        template_in(tmp_path),
        inputs(name={"text": "山田"}),
        datetime(2026, 4, 10, tzinfo=UTC),
    )
    first, second = (
        typeset(template, data, root=tmp_path, fonts=fonts(), created_at=at).pdf for _ in range(2)
    )
    assert first == second
    assert b"20260410" in first


def test_threads_print_side_by_side(tmp_path: Path) -> None:
    barrier = threading.Barrier(6)

    def work(number: int) -> bool:
        barrier.wait(timeout=30)
        paper = typeset(template, inputs(name={"text": f"人{number}番"}), root=tmp_path, fonts=fonts())
        return f"人{number}番" in plain(paper.pdf)

    template = template_in(tmp_path)
    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, range(6)))


def test_a_template_never_sees_an_answer(tmp_path: Path) -> None:
    template = tmp_path / "spy.typ"
    template.write_text(
        '#let data = json(bytes(sys.inputs.at("data")))\n#assert("answers" not in data)\n'
        '#metadata((pages: 1, title: "x")) <form>#metadata((kind: "text", path: "", title: "", size: 9, align: ("left",), '
        'code: "", suffix: "", page: 1, x: 0, y: 0, w: 9, h: 9)) <anchor>',
        encoding="utf-8",
    )
    assert typeset(template, inputs(name={"text": "秘密"}), root=tmp_path, fonts=fonts()).pdf


def test_a_template_can_not_read_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "spy.typ").write_text('#read("/../../../../../../etc/passwd")', encoding="utf-8")
    with pytest.raises(BrokenFormError, match=r"spy\.typ"):
        typeset(tmp_path / "spy.typ", inputs(), root=tmp_path, fonts=fonts())


def test_a_template_without_a_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.typ").write_text("空", encoding="utf-8")
    with pytest.raises(BrokenFormError, match=r"empty\.typ"):
        typeset(tmp_path / "empty.typ", inputs(), root=tmp_path, fonts=fonts())


def test_a_changed_template_makes_a_new_frame_within_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.1, 0.9, 1.0]
    monkeypatch.setattr(time, "monotonic", lambda: now.pop(0))
    template = template_in(tmp_path)
    static = {"city": {"name": "見本市"}, "fonts": {"label": ["Noto Sans JP"], "entry": []}}
    before = print_frame(template, static, root=tmp_path, fonts=fonts())
    template.write_text(
        template.read_text(encoding="utf-8").replace("試験の様式", "新しい様式"), encoding="utf-8"
    )
    assert print_frame(template, static, root=tmp_path, fonts=fonts()) is before
    assert print_frame(template, static, root=tmp_path, fonts=fonts()).title == "新しい様式"
    assert before.title == "試験の様式"


def test_a_book_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TooMuchTextError, match="添付してください"):
        print_form(tmp_path, name={"text": "あ" * (MOST_CHARACTERS + 1)})


def test_the_blank_form_has_no_entries(tmp_path: Path) -> None:
    data = {**inputs(name={"text": "山田"}), "blank": True}
    printed = plain(typeset(template_in(tmp_path), data, root=tmp_path, fonts=fonts()).pdf)
    assert "blank" in printed
    assert "山田" not in printed


def test_a_signature_is_drawn_and_a_dangerous_one_refused(tmp_path: Path) -> None:
    template, data = template_in(tmp_path), inputs(name={"text": "山田"})
    signed = typeset(template, {**data, "signature_svg": SIGNATURE}, root=tmp_path, fonts=fonts()).pdf
    assert signed != typeset(template, data, root=tmp_path, fonts=fonts()).pdf
    with pytest.raises(UnsafeDrawingError):
        typeset(
            template,
            {**data, "signature_svg": SIGNATURE.replace("path", "script")},
            root=tmp_path,
            fonts=fonts(),
        )


def test_a_form_that_only_a_later_font_has_is_printed_in_it(tmp_path: Path) -> None:
    covered = fonts().coverage
    later = [
        each
        for font in covered[1:]
        for each in font.sequences
        if covered[0].has_base(each) and not covered[0].has(each)
    ]
    if not later:
        pytest.skip("only one font with variation sequences is installed here")
    paper = print_form(tmp_path, name={"text": f"山{min(later)}田"})
    assert paper.missing == ()
    assert {"IPAmjMincho", "NotoSansJP"} <= {
        name.split("+")[-1].split("-")[0] for name in fonts_in(paper.pdf)
    }
