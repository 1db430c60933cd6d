"""Documents that are left with an application: attached, looked at, taken out again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Length

from machimado.cases.applications.actions.answering import ANY_PAGE, change, write
from machimado.cases.applications.actions.kept import (
    SIGNATURE,
    NotReady,
    form_of,
    lock,
    record_change,
    store,
)
from machimado.cases.applications.models import Application, StoredFile
from machimado.cases.applications.permissions import State, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.files import (
    MOST_BYTES_OF_PHOTOGRAPH,
    MOST_TOGETHER,
    check_number,
    check_room,
    is_photograph,
    kept_name,
    media_type,
    named,
)
from machimado.cases.applications.rules.photographs import redrawn
from machimado.ground.people.models import Officer


def attach(
    *, application: Application, path: str, upload: "UploadedFile[Any]", by: Officer | None, at: datetime
) -> Application:
    """Keep a file with the application and answer the question at `path` with it.

    A photograph is kept upright, as large as its print needs, and without the position that a phone writes into it.

    Raises: WrongState; NotReady when the question takes no file; FileRefused.
    """
    _check_takes_files(application, path)
    # Before a large photograph is unpacked, and once more when the application is held.
    check_state(application, State.INTERVIEW)
    check_number(len(documents.take(application.answers, path) or []), _most_files(application, path))
    return _attach(application, path, _prepared(upload), by, at)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    kind: str
    content: bytes


def _prepared(upload: "UploadedFile[Any]") -> _File:
    # Read no more than is needed to see that it is too much.
    content, name = upload.read(MOST_BYTES_OF_PHOTOGRAPH + 1), upload.name or ""
    kind = media_type(content)
    if not is_photograph(kind):
        return _File(kept_name(name), kind, content)
    return _File(kept_name(name, ".jpg"), "image/jpeg", redrawn(content))


def _check_takes_files(application: Application, path: str) -> None:
    question = form_of(application).question(path)
    if question is None or question.kind != "files":
        raise NotReady("この質問にはファイルを添付できません。画面を読み込み直してください。")


@transaction.atomic
def _attach(
    application: Application, path: str, file: _File, by: Officer | None, at: datetime
) -> Application:
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    files = [*(documents.take(locked.answers, path) or [])]
    check_number(len(files), _most_files(locked, path))
    check_room(_sizes(locked), len(file.content))
    kept = store(locked, path, file.name, file.kind, file.content, at)
    files.append({"file_id": str(kept.pk), "name": kept.name, "sha256": kept.sha256})
    return change(
        locked, lambda now: write(now, {path: files}, by, ANY_PAGE), {path}, by, at, "application.attached"
    )


def _most_files(application: Application, path: str) -> int:
    question = form_of(application).question(path)
    return MOST_TOGETHER if question is None or question.maximum is None else question.maximum


def _sizes(application: Application) -> list[int]:
    """Return how many bytes each attached file has; what was taken back no longer counts."""
    there = set(named(application.answers))
    sizes = application.files.exclude(purpose=SIGNATURE).values_list("pk", Length("content"))
    return [size for pk, size in sizes if str(pk) in there]


@transaction.atomic
def detach(
    *, application: Application, path: str, file_id: str, by: Officer | None, at: datetime
) -> Application:
    """Take a file out of the answer at `path`; where it is out already, nothing happens. It can be undone.

    Raises: WrongState; NotReady when the question takes no file.
    """
    _check_takes_files(application, path)
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    files = documents.take(locked.answers, path) or []
    left = [file for file in files if file["file_id"] != file_id]
    if left == files:
        return locked
    return change(
        locked,
        lambda now: write(now, {path: left or None}, by, ANY_PAGE),
        {path},
        by,
        at,
        "application.detached",
    )


@transaction.atomic
def open_file(*, application: Application, file_id: UUID, by: Officer, at: datetime) -> StoredFile:
    """Return a file that is attached to the application, and leave a line in the journal.

    Raises: StoredFile.DoesNotExist, also for what was taken out.
    """
    if str(file_id) not in named(application.answers):
        raise StoredFile.DoesNotExist
    found: StoredFile = application.files.exclude(purpose=SIGNATURE).get(pk=file_id)
    record_change(application, by, "application.file_seen", at, {"reference": application.reference})
    return found
