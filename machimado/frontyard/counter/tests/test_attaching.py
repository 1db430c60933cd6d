from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from machimado.cases.applications.models import Application
from machimado.cases.applications.rules.files import MOST_BYTES
from machimado.cases.applications.tests import attached, claim
from tests.universe import Universe


def attach(client: Client, application: Application, content: bytes, name: str = "申立書.png") -> str:
    file = SimpleUploadedFile(name, content)
    place = f"/counter/applications/{application.pk}/attach/"
    return client.post(place, {"path": attached.QUESTION, "file": file}, follow=True).content.decode()


def test_a_photograph_is_attached_shown_and_taken_back(at_desk: Client, universe: Universe) -> None:
    application = attached.apart(universe.officer)
    place = f"/counter/applications/{application.pk}"
    before = at_desk.get(f"{place}/").content.decode()
    assert "お持ちいただいた書類を、こちらで写しに取らせてください。" in before
    assert "申立書.png" not in before
    assert "申立書.png" in attach(at_desk, application, attached.PNG)
    application.refresh_from_db()
    assert [file["name"] for file in application.answers[attached.QUESTION]] == ["申立書.png"]
    assert "申立書.png" not in at_desk.post(f"{place}/undo/", follow=True).content.decode()
    application.refresh_from_db()
    assert attached.QUESTION not in application.answers


def test_documents_are_asked_for_only_where_some_are_to_be_left(at_desk: Client, universe: Universe) -> None:
    application = claim.answered(universe.officer)
    page = at_desk.get(f"/counter/applications/{application.pk}/").content.decode()
    assert "添付書類の写し" not in page


def test_what_is_too_large_or_no_document_is_refused_on_the_page(at_desk: Client, universe: Universe) -> None:
    application = attached.apart(universe.officer)
    assert "15MB" in attach(at_desk, application, attached.PNG + bytes(MOST_BYTES))
    assert "写真（JPEG・PNG・HEIC）か PDF" in attach(at_desk, application, b"PK\x03\x04", "申立書.docx")
    assert not application.files.exists()
