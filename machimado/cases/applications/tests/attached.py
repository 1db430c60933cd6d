"""A 児童手当 認定請求 of a child who lives apart, whose 別居監護申立書 is to be left with it."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application
from machimado.cases.applications.tests import claim
from machimado.cases.register.models import Resident
from machimado.ground.people.models import Officer

QUESTION = "attachments"
PDF = b"%PDF-1.7\n%%EOF\n"


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    """Return a picture of a sheet: white, with its upper left corner red."""
    sheet = Image.new("RGB", size, "white")
    sheet.paste("red", (0, 0, size[0] // 4, size[1] // 4))
    kept = BytesIO()
    sheet.save(kept, kind, **more)
    return kept.getvalue()


PNG = picture()
STUDENTS_HOME = {
    "postal_code": "1000001",
    "prefecture": "東京都",
    "city": "千代田区",
    "town": "千代田",
    "block": "1番1号",
    "building": "学生寮101",
}


def apart(officer: Officer, resident: Resident | None = None) -> Application:
    """Answer everything; the child lives apart."""
    application = claim.answered(officer, resident)
    raw = {"children.0.living": "apart", "children.0.address": STUDENTS_HOME}
    saved = actions.save_answers(application=application, raw=raw, by=officer, at=claim.NOW)
    assert not [one.refused for one in saved if one.refused]
    return saved[0].application


def attach(
    application: Application, officer: Officer, content: bytes = PDF, name: str = "申立書.pdf"
) -> None:
    """Attach a file as an officer does."""
    upload = SimpleUploadedFile(name, content)
    actions.attach(application=application, path=QUESTION, upload=upload, by=officer, at=claim.NOW)


def signed(
    officer: Officer, contents: Sequence[bytes] = (PDF,), resident: Resident | None = None
) -> Application:
    """Answer everything, attach files, and let the resident sign."""
    application = apart(officer, resident)
    for content in contents:
        attach(application, officer, content)
    actions.to_review(application=application, by=officer, at=claim.NOW)
    return actions.sign(application=application, signature=claim.SIGNATURE, by=None, at=claim.NOW)
