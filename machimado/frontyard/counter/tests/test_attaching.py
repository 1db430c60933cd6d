from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.rules.files import MOST_BYTES
from machimado.cases.applications.tests import attached, claim
from machimado.ground.journal.models import Entry
from tests.universe import Universe


def attach(client: Client, application: Application, content: bytes, name: str = "申立書.png") -> str:
    file = SimpleUploadedFile(name, content)
    place = f"/counter/applications/{application.pk}/attach/"
    sent = {"attach": attached.QUESTION, f"file.{attached.QUESTION}": file}
    return client.post(place, sent, follow=True).content.decode()


def test_a_photograph_is_attached_shown_and_taken_back(at_desk: Client, universe: Universe) -> None:
    application = attached.apart(universe.officer)
    place = f"/counter/applications/{application.pk}"
    before = at_desk.get(f"{place}/").content.decode()
    assert "お持ちいただいた書類を、こちらで写しに取らせてください。" in before
    assert "申立書.jpg" not in before
    assert "申立書.jpg" in attach(at_desk, application, attached.PNG)
    application.refresh_from_db()
    assert [file["name"] for file in application.answers[attached.QUESTION]] == ["申立書.jpg"]
    assert "申立書.jpg" not in at_desk.post(f"{place}/undo/", follow=True).content.decode()
    application.refresh_from_db()
    assert attached.QUESTION not in application.answers


def test_documents_are_asked_for_only_where_some_are_to_be_left(at_desk: Client, universe: Universe) -> None:
    application = claim.answered(universe.officer)
    page = at_desk.get(f"/counter/applications/{application.pk}/").content.decode()
    assert "添付書類の写し" not in page


def test_what_is_too_large_or_no_document_is_refused_on_the_page(at_desk: Client, universe: Universe) -> None:
    application = attached.apart(universe.officer)
    assert "15MB" in attach(at_desk, application, attached.PDF + bytes(MOST_BYTES), "申立書.pdf")
    assert "写真（JPEG・PNG・HEIC）か PDF" in attach(at_desk, application, b"PK\x03\x04", "申立書.docx")
    assert not application.files.exists()


def address_of(application: Application) -> str:
    application.refresh_from_db()
    return f"/counter/files/{application.answers[attached.QUESTION][0]['file_id']}/"


def test_an_attached_file_can_be_looked_at_before_and_after_it_was_sent(
    at_desk: Client, universe: Universe
) -> None:
    application = attached.apart(universe.officer)
    page = attach(at_desk, application, attached.PNG)
    address = address_of(application)
    assert address in page
    shown = at_desk.get(address)
    assert (shown.content, shown.headers["Content-Type"]) == (
        bytes(application.files.get().content),
        "image/jpeg",
    )
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    seen = Entry.objects.get(action="application.file_seen")
    assert (seen.actor, seen.subject) == (str(universe.officer.pk), str(application.case.resident_id))
    cases.to_review(application=application, by=universe.officer, at=claim.NOW)
    assert address in at_desk.get(f"/counter/applications/{application.pk}/").content.decode()


def test_whoever_may_not_serve_the_case_does_not_see_its_files(
    at_desk: Client, sign_in: Callable[..., Client], universe: Universe
) -> None:
    application = attached.apart(universe.officer)
    attached.attach(application, universe.officer)
    address = address_of(application)
    assert sign_in(universe.outsider).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert at_desk.get(f"/counter/files/{application.pk}/").status_code == 404
    assert not Entry.objects.filter(action="application.file_seen").exists()


def test_the_signature_is_no_attached_file(at_desk: Client, universe: Universe) -> None:
    signed = attached.signed(universe.officer)
    signature = signed.files.get(purpose="signature")
    assert at_desk.get(f"/counter/files/{signature.pk}/").status_code == 404


def test_one_of_two_files_is_taken_out_and_put_back(at_desk: Client, universe: Universe) -> None:
    application = attached.apart(universe.officer)
    attach(at_desk, application, attached.PNG, "一枚目.png")
    attach(at_desk, application, attached.PNG, "二枚目.png")
    address = address_of(application)
    first = {"detach": f"{attached.QUESTION} {address.split('/')[-2]}"}
    place = f"/counter/applications/{application.pk}"
    for _ in range(2):  # two clicks
        page = at_desk.post(f"{place}/detach/", first, follow=True).content.decode()
        assert "一枚目.jpg" not in page
        assert "二枚目.jpg" in page
    assert at_desk.get(address).status_code == 404
    assert Entry.objects.filter(action="application.detached").count() == 1
    assert "一枚目.jpg" in at_desk.post(f"{place}/undo/", follow=True).content.decode()
    assert at_desk.get(address).headers["Content-Type"] == "image/jpeg"


def test_the_only_file_taken_out_leaves_the_question_open(at_desk: Client, universe: Universe) -> None:
    application = attached.apart(universe.officer)
    attach(at_desk, application, attached.PNG)
    file_id = address_of(application).split("/")[-2]
    said = {"detach": f"{attached.QUESTION} {file_id}"}
    at_desk.post(f"/counter/applications/{application.pk}/detach/", said)
    application.refresh_from_db()
    assert attached.QUESTION not in application.answers


@pytest.mark.parametrize("path", ["contact.phone", "nothing.like.that", ""])
@pytest.mark.parametrize("step", ["attach", "detach"])
def test_a_question_without_files_takes_none_and_gives_none(
    at_desk: Client, universe: Universe, path: str, step: str
) -> None:
    application = attached.apart(universe.officer)
    file = SimpleUploadedFile("a.png", attached.PNG)
    sent = {"attach": path, f"file.{path}": file, "detach": f"{path} x"}
    answer = at_desk.post(f"/counter/applications/{application.pk}/{step}/", sent)
    assert answer.status_code == 422
    assert "この質問にはファイルを添付できません" in answer.content.decode()
    before = application.answers
    application.refresh_from_db()
    assert application.answers == before


@pytest.mark.parametrize("step", ["attach", "detach", "undo"])
def test_without_scripts_the_page_goes_along(at_desk: Client, universe: Universe, step: str) -> None:
    application = attached.apart(universe.officer)
    attached.attach(application, universe.officer)
    file_id = address_of(application).split("/")[-2]
    sent = {
        "path": "contact.phone",
        "contact.phone": "0235-77-7777",
        "attach": attached.QUESTION,
        f"file.{attached.QUESTION}": SimpleUploadedFile("二枚目.png", attached.PNG),
        "detach": f"{attached.QUESTION} {file_id}",
    }
    at_desk.post(f"/counter/applications/{application.pk}/{step}/", sent)
    application.refresh_from_db()
    there = [file["name"] for file in application.answers.get(attached.QUESTION, [])]
    expected = {"attach": ["申立書.pdf", "二枚目.jpg"], "detach": [], "undo": ["申立書.pdf"]}
    assert there == expected[step]
    # What was just typed is what is taken back.
    assert (application.answers["contact"]["phone"] == "0235-77-7777") == (step != "undo")
