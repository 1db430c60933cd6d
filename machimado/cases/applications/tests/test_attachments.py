import hashlib

import pytest

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application, StoredFile, Submission
from machimado.cases.applications.rules.files import MOST_BYTES, MOST_TOGETHER, FileRefused, check_room, named
from machimado.cases.applications.tests import attached, claim
from tests.universe import Universe

pytestmark = pytest.mark.django_db


def submitted(application: Application, universe: Universe) -> Submission:
    return actions.submit(application=application, by=universe.officer, at=claim.NOW).submissions.latest(
        "round"
    )


def test_a_working_submission_names_its_files_and_the_signature(universe: Universe) -> None:
    application = attached.signed(universe.officer, [attached.PDF, attached.PNG])
    sent = submitted(application, universe).attachments
    assert [file["media_type"] for file in sent] == ["application/pdf", "image/jpeg", "image/svg+xml"]
    assert sent[0]["sha256"] == hashlib.sha256(attached.PDF).hexdigest()
    assert {file["file_id"] for file in sent} == {
        str(pk) for pk in application.files.values_list("pk", flat=True)
    }


def test_what_was_taken_back_is_neither_sent_nor_kept(universe: Universe) -> None:
    application = attached.apart(universe.officer)
    attached.attach(application, universe.officer, attached.PNG, "別の方の書類.png")
    actions.undo(application=application, by=universe.officer, at=claim.NOW)
    attached.attach(application, universe.officer)
    actions.to_review(application=application, by=universe.officer, at=claim.NOW)
    actions.sign(application=application, signature=claim.SIGNATURE, by=None, at=claim.NOW)
    sent = submitted(application, universe).attachments
    assert [file["name"] for file in sent] == ["申立書.pdf", "signature.svg"]
    assert not StoredFile.objects.filter(name="別の方の書類.png").exists()


def test_a_file_whose_question_is_no_longer_asked_is_not_sent(universe: Universe) -> None:
    application = attached.apart(universe.officer)
    attached.attach(application, universe.officer)
    together = {"children.0.living": "together"}
    actions.save_answers(application=application, raw=together, by=universe.officer, at=claim.NOW)
    actions.to_review(application=application, by=universe.officer, at=claim.NOW)
    actions.sign(application=application, signature=claim.SIGNATURE, by=None, at=claim.NOW)
    assert [file["name"] for file in submitted(application, universe).attachments] == ["signature.svg"]


def test_a_failing_store_that_lost_a_file_stops_the_submission(universe: Universe) -> None:
    application = attached.signed(universe.officer)
    application.files.filter(purpose=attached.QUESTION).delete()
    with pytest.raises(actions.NotReady, match="もう一度添付"):
        submitted(application, universe)
    assert not Submission.objects.exists()


def test_too_many_are_refused_with_what_to_do(universe: Universe) -> None:
    application = attached.apart(universe.officer)
    for _ in range(10):
        attached.attach(application, universe.officer)
    with pytest.raises(FileRefused, match="10個まで"):
        attached.attach(application, universe.officer)
    assert application.files.count() == 10


def test_too_much_together_is_refused_and_what_was_taken_back_does_not_count(universe: Universe) -> None:
    application = attached.apart(universe.officer)
    large = attached.PDF + bytes(MOST_BYTES * 2 // 3)
    attached.attach(application, universe.officer, large)
    with pytest.raises(FileRefused, match=r"添付済み 10\.0MB、このファイル 10\.0MB"):
        attached.attach(application, universe.officer, large)
    actions.undo(application=application, by=universe.officer, at=claim.NOW)
    attached.attach(application, universe.officer, large)


def test_room_ends_at_its_bounds() -> None:
    check_room([MOST_BYTES - 1], 1)
    check_room([1] * (MOST_TOGETHER - 1), 1)
    with pytest.raises(FileRefused, match="あわせて15MB"):
        check_room([MOST_BYTES], 1)
    with pytest.raises(FileRefused, match=f"{MOST_TOGETHER}個"):
        check_room([1] * MOST_TOGETHER, 1)


def test_files_are_found_wherever_answers_name_them() -> None:
    answers = {
        "a": [{"file_id": "1"}],
        "rows": [{"b": [{"file_id": "2"}]}],
        "signature": {"file_id": "3"},
        "c": 4,
    }
    assert list(named(answers)) == ["1", "2", "3"]


@pytest.mark.parametrize("name", ["123456789018.pdf", "番号１２３４　５６７８　９０１８.pdf"])
def test_a_my_number_in_a_files_name_is_not_kept(universe: Universe, name: str) -> None:
    application = attached.apart(universe.officer)
    attached.attach(application, universe.officer, attached.PDF, name)
    application.refresh_from_db()
    assert StoredFile.objects.get().name == "添付ファイル.pdf"
    assert name.split(".", maxsplit=1)[0] not in str(application.answers)
