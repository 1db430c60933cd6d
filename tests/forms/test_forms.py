"""The sample city's forms: every entry of the definitions' own test cases stands in the box that its label names."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from machimado.cases.applications.rules.outline import STANDARD, layout_of, printed_parts
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.load import load_file
from machimado.ground.typesetting.filling import place_entries, value_at
from machimado.ground.typesetting.frames import Anchor, Frame, print_frame
from machimado.ground.typesetting.qr import qr_svg
from machimado.ground.typesetting.tests.fixtures import fonts
from machimado.ground.typesetting.typesetter import Paper, typeset
from tests.pdf import Text, plain, texts

CITY = Path(__file__).resolve().parents[2] / "cities" / "yukimi"
ROOT = CITY / "forms"
PROCEDURES = sorted((CITY / "procedures").glob("*.yaml"))
BY_NAME = pytest.mark.parametrize("file", PROCEDURES, ids=lambda file: file.stem)
SIGNATURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1L8 8" stroke="#000"/></svg>'
)


@cache
def form_of(file: Path) -> Form:
    return load_file(file)


def template_of(form: Form) -> Path:
    return layout_of(form, ROOT)


@cache
def city() -> Any:
    return yaml.safe_load((CITY / "city.yaml").read_text(encoding="utf-8"))


@cache
def code() -> str:
    return qr_svg("K-2026-1")


def fixed(form: Form) -> dict[str, Any]:
    return {"city": city(), **printed_parts(form)}


def cases(form: Form) -> Iterator[dict[str, Any]]:
    """The inputs of each test case that a resident could submit."""
    for case in form.procedure.tests:
        answers = merged_answers(form, case.name)
        outcome = form.evaluate(answers, today=date.fromisoformat(case.today))
        if not outcome.missing:
            filled = {"answers": dict(outcome.answers), "derived": dict(outcome.derived), "fee": outcome.fee}
            about = {
                "reference": "K-2026-1",
                "received": case.today,
                "signature_svg": SIGNATURE,
                "qr_svg": code(),
            }
            yield {**fixed(form), **filled, **about}


def merged_answers(form: Form, name: str) -> dict[str, Any]:
    case = next(case for case in form.procedure.tests if case.name == name)
    base = merged_answers(form, case.extends) if case.extends else {}
    return merged(base, case.answers)


def merged(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: merged(base[key], value)
        for key, value in more.items()
        if isinstance(value, dict) and key in base
    }
    return {**base, **more, **both}


def frame_of(form: Form) -> Frame:
    families = {"entry": list(fonts().entry), "label": list(fonts().label)}
    return print_frame(template_of(form), {**fixed(form), "fonts": families}, root=ROOT, fonts=fonts())


def filled(form: Form, inputs: dict[str, Any]) -> Paper:
    return typeset(template_of(form), inputs, root=ROOT, fonts=fonts())


def leaves(value: Any, path: str = "answers") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from leaves(each, f"{path}.{key}")
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for number, each in enumerate(value):
            yield from leaves(each, f"{path}.{number}")
    else:
        yield path, value


def covers(anchor: Anchor, path: str) -> bool:
    if anchor.kind in {"address", "postal"}:
        return path.startswith(f"{anchor.path}.")
    if anchor.kind == "apart":
        return bool(re.fullmatch(rf"{re.escape(anchor.path)}\.\d+\.address\.\w+", path))
    return anchor.path == path


@BY_NAME
def test_every_answer_has_a_place(file: Path) -> None:
    form = form_of(file)
    anchors = frame_of(form).anchors
    # A signature is drawn, and files lie beside the form: neither is written on it.
    away = tuple(
        f"answers.{path}." for path, question in form.walk() if question.kind in {"signature", "files"}
    )
    for inputs in cases(form):
        for path, _value in leaves(inputs["answers"]):
            if not path.startswith(away):
                assert any(covers(anchor, path) for anchor in anchors), f"{path} stands nowhere on the form"


@BY_NAME
def test_every_option_has_a_box(file: Path) -> None:
    form = form_of(file)
    ticks = {
        (re.sub(r"\.\d+\.", "[].", anchor.path.removeprefix("answers.")), anchor.code)
        for anchor in frame_of(form).anchors
    }
    for path, question in form.walk():
        for option in question.options:
            assert (path, option.code) in ticks, f"{path}={option.code} has no box"


@BY_NAME
def test_a_form_is_one_page_and_boxes_do_not_overlap(file: Path) -> None:
    form = form_of(file)
    frame = frame_of(form)
    assert frame.pages == 1 or template_of(form).name == STANDARD
    boxes = [anchor for anchor in frame.anchors if anchor.kind != "lacking"]
    for number, one in enumerate(boxes):
        assert one.w > 3
        assert one.h > 3
        for other in (other for other in boxes[number + 1 :] if other.page == one.page):
            assert apart(one, other), f"{one.title} {one.path} overlaps {other.title} {other.path}"


def apart(one: Anchor, other: Anchor) -> bool:
    slack = 0.5
    return (
        one.x + one.w <= other.x + slack
        or other.x + other.w <= one.x + slack
        or one.y + one.h <= other.y + slack
        or other.y + other.h <= one.y + slack
    )


@BY_NAME
def test_every_entry_is_inside_its_box(file: Path) -> None:
    form = form_of(file)
    frame = frame_of(form)
    for inputs in cases(form):
        printed = texts(filled(form, inputs).pdf)
        for text in place_entries(frame.anchors, inputs)["texts"]:
            inside = "".join(
                each.text for each in printed if each.page == text["page"] and stands_in(each, text)
            )
            assert squeezed(text["parts"][0]) in squeezed(inside), (
                f"{text['title']}: {text['parts']} is not in its box"
            )


def stands_in(text: Text, box: Mapping[str, float]) -> bool:
    return (
        box["x"] - 2 <= text.x <= box["x"] + box["w"] + 2
        and box["y"] - 1 <= text.y <= box["y"] + box["h"] + 3
    )


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


# Independent of the templates: what a clerk reads left of an entry. (procedure, path) → the printed label of its row.
LABELS = {
    ("child-allowance-claim", "resident.name.text"): "氏名",
    ("child-allowance-claim", "resident.birth_date"): "生年月日",
    ("child-allowance-claim", "contact.phone"): "電話番号",
    ("child-allowance-claim", "event_date"): "発生した日",
    ("child-allowance-claim", "employment.workplace"): "勤務先",
    ("child-allowance-claim", "account.holder_kana"): "口座名義（カナ）",
    ("child-allowance-revision", "event_date"): "発生した日",
    ("child-allowance-revision", "children_after"): "児童の数",
    ("child-allowance-change", "name_before.text"): "変更前",
    ("child-allowance-change", "name_after.text"): "変更後",
    ("child-allowance-change", "change_date"): "変更の日",
    ("child-allowance-end", "end_date"): "発生した日",
    ("child-allowance-end", "civil_service_workplace"): "勤務先の官公署",
    ("residence-certificate", "certificate.purpose"): "使いみち・提出先",
    ("residence-certificate", "certificate.copies"): "通数",
    ("residence-certificate", "number_recipient"): "番号入りの提出先",
    ("seal-certificate", "seal.number"): "印鑑登録番号",
    ("seal-certificate", "seal.registered_on"): "登録した日",
    ("seal-certificate", "certificate.copies"): "通数",
}


@pytest.mark.parametrize(("procedure", "path"), LABELS)
def test_the_label_left_of_an_entry_names_it(procedure: str, path: str) -> None:
    form = form_of(CITY / "procedures" / f"{procedure}.yaml")
    frame = frame_of(form)
    anchor = next(
        anchor for anchor in frame.anchors if anchor.path == f"answers.{path}" and anchor.kind != "tick"
    )
    printed = texts((frame.folder / frame.background).read_bytes())
    assert LABELS[procedure, path] in left_of(anchor, printed)


def left_of(anchor: Anchor, printed: list[Text]) -> str:
    """What stands in the label's column directly left of an entry, in its row."""
    middle = anchor.y + anchor.h / 2
    row = [text for text in printed if abs(text.y - middle) < 13 and anchor.x - 76 < text.x < anchor.x]
    return "".join(text.text for text in sorted(row, key=lambda text: (round(text.y), text.x)))


@BY_NAME
def test_ticks_stand_left_of_the_words_of_their_option(file: Path) -> None:
    form = form_of(file)
    frame = frame_of(form)
    printed = texts((frame.folder / frame.background).read_bytes())
    for anchor in (anchor for anchor in frame.anchors if anchor.kind == "tick"):
        question = form.question(anchor.path.removeprefix("answers."))
        for label in [
            option.label["ja"]
            for option in (question.options if question else ())
            if option.code == anchor.code
        ]:
            words = [
                text
                for text in printed
                if text.page == anchor.page and 0 < text.x - anchor.x < 14 and 0 <= text.y - anchor.y < 11
            ]
            first = min(words, key=lambda text: text.x).text.strip()
            assert label.startswith(first[:2]), f"{anchor.path}: {first} stands beside the box of {label}"


@BY_NAME
def test_the_blank_form_shows_a_code_and_no_answer(file: Path) -> None:
    form = form_of(file)
    inputs = {**fixed(form), "blank": True, "answers": {}, "qr_svg": qr_svg("https://example.jp/")}
    printed = plain(filled(form, inputs).pdf)
    assert "年" in printed
    assert "見本" in printed
    assert "同じ手続" in printed


@BY_NAME
def test_more_children_than_rows_are_printed_on_a_sheet(file: Path) -> None:
    form = form_of(file)
    inputs = next((inputs for inputs in cases(form) if value_at(inputs, "answers.children.0")), None)
    if inputs is None:
        assert not any(path == "children" for path, _ in form.walk()) or form.id == "child-allowance-change"
        return
    child = inputs["answers"]["children"][0]
    children = [{**child, "name": {"text": f"見本　{number}番", "kana": "ミホン"}} for number in range(9)]
    printed = plain(filled(form, {**inputs, "answers": {**inputs["answers"], "children": children}}).pdf)
    assert all(f"{number}番" in printed for number in range(9))


def test_templates_evaluate_nothing() -> None:
    for template in [*ROOT.glob("*.typ"), *Path(typeset.__code__.co_filename).parent.glob("*.typ")]:
        source = template.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|\bread\(|\bplugin\(|@preview", source), template.name


def test_the_individual_number_has_a_box_but_no_anchor() -> None:
    form = form_of(CITY / "procedures" / "child-allowance-claim.yaml")
    frame = frame_of(form)
    assert not any("個人番号" in anchor.title for anchor in frame.anchors)
    assert "個人番号は聞き取らず" in squeezed(plain((frame.folder / frame.background).read_bytes()))
