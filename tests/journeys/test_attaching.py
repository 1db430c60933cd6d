"""A document is attached, looked at, taken out and put back; it goes with the application."""

import struct
import zlib

import pytest
from playwright.sync_api import FilePayload, expect

from tests.journeys.counter import answer, begin_claim, end_open_cases
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
NAME = "別居監護申立書.png"


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


def test_attaching_a_photograph(stage: Stage) -> None:
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    begin_claim(officer, stage)
    answer(officer, "children.0.living", digit="2")
    line = officer.locator("#q-attachments")
    file: FilePayload = {"name": NAME, "mimeType": "image/png", "buffer": photograph()}
    line.locator("input[type=file]").set_input_files(file)
    line.get_by_role("button", name="添付する").click()
    link = officer.get_by_role("link", name=NAME)
    expect(link).to_be_visible()
    expect(line).to_be_in_viewport()  # though it stands far below
    stage.look(officer, "添付した書類")
    address = link.get_attribute("href")
    shown = officer.request.get(f"{stage.address}{address}")
    assert shown.body() == photograph()
    line.get_by_role("button", name=f"{NAME}を外す").click()
    expect(link).to_have_count(0)
    officer.keyboard.press("Alt+z")
    expect(link).to_be_visible()
    end_open_cases(officer, stage)
