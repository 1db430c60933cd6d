"""A document is attached, looked at, taken out and put back; it goes with the application."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from tests.journeys.counter import answer, begin_claim, end_open_cases
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
# A photograph is kept as a JPEG, whatever it came as.
NAME = "別居監護申立書.jpg"


def photograph(side: int = 40) -> bytes:
    """Return a square of one colour as PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = (b"\0" + b"\x90\xb0\xd0" * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


FILE: FilePayload = {"name": "別居監護申立書.png", "mimeType": "image/png", "buffer": photograph()}


def test_attaching_a_photograph(stage: Stage) -> None:
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    begin_claim(officer, stage)
    answer(officer, "children.0.living", digit="2")
    line, link = officer.locator("#q-attachments"), officer.get_by_role("link", name=NAME)
    chosen, attach = line.locator("input[type=file]"), line.get_by_role("button", name="添付する")
    attach.click()
    expect(line.get_by_role("alert")).to_contain_text("ファイルを選んでから")
    chosen.set_input_files(FILE)
    attach.evaluate("button => { for (let click = 0; click < 5; click++) button.click(); }")
    expect(link).to_have_count(1)
    expect(chosen).to_have_value("")
    expect(line).to_be_in_viewport()  # though it stands far below
    stage.look(officer, "添付した書類")
    shown = officer.request.get(f"{stage.address}{link.get_attribute('href')}")
    with Image.open(BytesIO(shown.body())) as kept:
        assert (kept.format, kept.size) == ("JPEG", (40, 40))
    line.get_by_role("button", name=f"{NAME}を外す").focus()
    officer.keyboard.press("Enter")
    expect(link).to_have_count(0)
    expect(chosen).to_be_focused()
    officer.keyboard.press("Alt+z")
    expect(link).to_have_count(1)
    end_open_cases(officer, stage)


def test_attaching_without_a_connection_leaves_the_page(stage: Stage) -> None:
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    begin_claim(officer, stage)
    answer(officer, "children.0.living", digit="2")
    line = officer.locator("#q-attachments")
    line.locator("input[type=file]").set_input_files(FILE)
    officer.context.set_offline(True)
    line.get_by_role("button", name="添付する").click()
    expect(officer.locator("#not-done")).to_be_visible()
    officer.context.set_offline(False)
    line.get_by_role("button", name="添付する").click()
    expect(officer.get_by_role("link", name=NAME)).to_have_count(1)
    expect(officer.locator("#not-done")).to_be_hidden()
    stage.look_once(officer, "添付した書類")
    stage.problems[:] = [problem for problem in stage.problems if "console" not in problem]  # as it should be
    end_open_cases(officer, stage)
