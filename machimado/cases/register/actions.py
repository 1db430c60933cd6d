import hashlib
import hmac
import logging
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from machimado.cases.register import core, index, permissions, queries
from machimado.cases.register.models import Feed, ImportRun, Resident
from machimado.cases.register.queries import SearchResult
from machimado.cases.register.rules.records import Changes, Page, ResidentRecord, UnreadableAnswerError
from machimado.ground import systems
from machimado.ground.japanese.individual_number import contains_individual_number
from machimado.ground.journal import actions as journal
from machimado.ground.people.models import Officer

log = logging.getLogger(__name__)

# A page takes about a second; an import that said nothing for so long has died.
SILENT_SECONDS = 30
# What was broken off longer ago is begun anew: the core may not keep its changes since then.
RESUMABLE = timedelta(days=1)

type_of_progress = Callable[[int], object]


class ImportUnderWayError(Exception):
    """Another process imports the register just now; the message says what to do."""


class RecordUnavailableError(Exception):
    """The record could not be read from the core; the message says why and what the officer can do."""


@dataclass(frozen=True, slots=True)
class Record:
    """A resident's record as read for a case.

    `data` is the core's record with its `household`; where `is_complete` is False, it is what the index knows.
    """

    resident: Resident
    read_at: datetime
    data: dict[str, Any]
    is_complete: bool


# --- finding and reading ---------------------------------------------------------------------------------------


def search(*, text: str, by: Officer, limit: int = queries.LIMIT) -> SearchResult:
    """Find residents for an officer, and leave a journal row: how many were shown, and a keyed hash of the text.

    Raises: Refused.
    """
    permissions.check_search(by)
    found = queries.search(text, limit=limit)
    if text.strip():
        _note_search(text, found, by)
    if not found.hits and contains_individual_number(text):
        return replace(found, advice=_NOT_BY_MY_NUMBER)
    return found


_NOT_BY_MY_NUMBER = "マイナンバー（個人番号）では探せません。番号を消して、読み仮名か生年月日で探してください（番号は記録していません）。"


def search_as_system(*, text: str) -> SearchResult:
    """Find residents for whoever runs the system at its terminal; the journal row names the system."""
    found = queries.search(text)
    _note_search(text, found, None)
    return found


def _note_search(text: str, found: SearchResult, by: Officer | None) -> None:
    """Write the row. The same text has the same hash, so that an auditor sees repeated curiosity, not its words."""
    detail: dict[str, Any] = {"hits": len(found.hits), "more": found.more}
    # Whoever has the key could try all My Numbers until one has the hash: of such a text not even that is kept.
    if not contains_individual_number(text):
        detail["text_hash"] = _keyed_hash(text)
    with transaction.atomic():
        journal.record(by=by, action="register.searched", detail=detail)


def _keyed_hash(text: str) -> str:
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    return hmac.new(
        settings.SECRET_KEY.encode(), b"search:" + plain.encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the core system has answered about a resident; nothing of it is written down yet, and nobody has seen it."""

    resident: Resident
    reason: str
    at: datetime
    people: Sequence[ResidentRecord]
    data: dict[str, Any]


def ask_core(*, resident: Resident, by: Officer, reason: str = "", at: datetime | None = None) -> Answer:
    """Ask the core system for a resident's record. It may take seconds: no transaction waits for it.

    Raises: Refused, ReasonNeeded, RecordUnavailableError.
    """
    permissions.check_read(by, resident, reason=reason)
    now = at or timezone.now()
    try:
        household, data = core.resident(resident.resident_number)
    except core.UnknownResidentError as gone:
        _forget(resident)
        raise RecordUnavailableError(str(gone)) from None
    except (systems.SystemFailure, UnreadableAnswerError) as failure:
        log.warning("record not read: %s", getattr(failure, "cause", type(failure).__name__))
        raise RecordUnavailableError(f"{failure}{_GO_ON}") from None
    return Answer(resident, reason, now, [household, *household.household], data)


def take_down(*, answer: Answer, by: Officer, case: object) -> Record:
    """Freshen the index with what the core has answered, leave a journal row, and return the record to be shown.

    `case` is the case, or its id, for which it is read. Raises: ReasonNeeded, with the index freshened.
    """
    resident, reason = answer.resident, answer.reason
    # Somebody may have come under protection since the index was last brought up to date.
    may_see = not any(person.restricted for person in answer.people) or permissions.is_reason(reason)
    with transaction.atomic():
        changed = index.write(answer.people, run=None, at=answer.at)
        if may_see:
            _note_read("register.read", resident, by, case, reason)
    if not may_see:
        permissions.check_reason(reason)
    if changed:
        resident.refresh_from_db()
    return Record(resident, answer.at, answer.data, is_complete=True)


_GO_ON = "急ぐときは、検索用の控えで分かることだけで受付を続けられます（足りない項目は聞き取ります）。"


def read_index(*, resident: Resident, by: Officer, case: object, reason: str = "") -> Record:
    """Return what the index knows of a resident while the core is away, and leave a journal row.

    `read_at` is when it was indexed. An address is not in it: the index has one text of it, the core wants it in parts.
    Raises: Refused, ReasonNeeded.
    """
    permissions.check_read(by, resident, reason=reason)
    with transaction.atomic():
        _note_read("register.read_index", resident, by, case, reason)
    members = Resident.objects.filter(household_number=resident.household_number)
    household = members.order_by("-is_head", "birth_date", "id")
    data = {**_known_data(resident), "household": [_known_data(member) for member in household]}
    return Record(resident, resident.indexed_at, data, is_complete=False)


def _known_data(resident: Resident) -> dict[str, Any]:
    """Return the index's knowledge in the shape of the core's record."""
    alias = {"text": resident.alias_text, "kana": resident.alias_kana} if resident.alias_text else None
    return {
        "resident_number": resident.resident_number,
        "household_number": resident.household_number,
        "status": resident.status,
        "name": {"text": resident.name_text, "kana": resident.name_kana},
        "alias": alias,
        "latin_name": resident.latin_name or None,
        "former_name": resident.former_name or None,
        "birth_date": resident.birth_date,
        "birth_date_text": resident.birth_date_text or None,
        "sex": resident.sex,
        "relationship": resident.relationship,
        "head": resident.is_head,
        "restricted": resident.restricted,
    }


def _note_read(action: str, resident: Resident, by: Officer, case: object, reason: str) -> None:
    journal.record(
        by=by,
        action=action,
        subject=str(resident.pk),
        case=str(getattr(case, "pk", case) or ""),
        detail={"reason": _plain(reason)} if _plain(reason) else None,
    )


def _plain(reason: str) -> str:
    """Return a reason as one line of visible characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in reason).split())[:500]


@transaction.atomic
def _forget(resident: Resident) -> None:
    index.remove([resident.resident_number])


# --- importing -------------------------------------------------------------------------------------------------


def import_all(*, progress: type_of_progress | None = None) -> ImportRun:
    """Bring the index up to date with the whole register of the core, then with what changed meanwhile.

    The index is changed page by page, never emptied: whoever is found before is found all the time. An import that
    was broken off goes on where it was. `progress` is told how many people were read so far.
    Raises: ImportUnderWayError, SystemFailure, UnreadableAnswerError.
    """
    run = _begin()
    try:
        _import_pages(run, progress or (lambda _: None))
        _finish(run)
    except (systems.SystemFailure, UnreadableAnswerError) as failure:
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.FAILED, failure=str(failure))
        raise
    import_changes()
    return run


@transaction.atomic
def _begin() -> ImportRun:
    """Take over the last run when it was broken off, or start a new one."""
    now = timezone.now()
    last = ImportRun.objects.order_by("-id").select_for_update().first()
    if last is None or last.state == ImportRun.State.DONE:
        return _new_run(now)
    if last.state == ImportRun.State.RUNNING and last.heartbeat_at > now - timedelta(seconds=SILENT_SECONDS):
        raise ImportUnderWayError(
            f"別の取込みが動いています（{last.read_count:,} 人まで）。終わるのを待ってから行ってください。"
        )
    if last.started_at < now - RESUMABLE:
        last.state = ImportRun.State.FAILED
        last.save(update_fields=["state"])
        return _new_run(now)
    last.state, last.heartbeat_at, last.failure = ImportRun.State.RUNNING, now, ""
    last.save(update_fields=["state", "heartbeat_at", "failure"])
    return last


def _new_run(now: datetime) -> ImportRun:
    try:
        with transaction.atomic():
            return ImportRun.objects.create(started_at=now, heartbeat_at=now)
    except IntegrityError:
        raise ImportUnderWayError(
            "別の取込みが始まったところです。終わるのを待ってから行ってください。"
        ) from None


def _import_pages(run: ImportRun, progress: type_of_progress) -> None:
    for page in core.pages(run.cursor):
        if run.sequence is not None and page.sequence < run.sequence:
            _start_again(run)
            _import_pages(run, progress)
            return
        _take_page(run, page)
        progress(run.read_count)


def _start_again(run: ImportRun) -> None:
    """Begin from the first page: the core was set back while we were reading it, so our cursor means nothing."""
    log.warning("core sequence went back during the import; starting again")
    Resident.objects.filter(import_run=run).update(import_run=None)
    run.cursor, run.sequence, run.read_count, run.changed_count = "", None, 0, 0
    run.started_at = timezone.now()
    run.save()


@transaction.atomic
def _take_page(run: ImportRun, page: Page) -> None:
    now = timezone.now()
    run.changed_count += index.write(page.residents, run=run, at=now)
    run.read_count += len(page.residents)
    run.sequence = page.sequence if run.sequence is None else run.sequence
    run.cursor = run.cursor if page.next is None else str(page.next)
    run.heartbeat_at = now
    run.save()


def _finish(run: ImportRun) -> None:
    with transaction.atomic():
        run.removed_count = index.remove_unseen(run)
        run.state, run.finished_at = ImportRun.State.DONE, timezone.now()
        run.save()
        Feed.objects.update_or_create(
            id=1, defaults={"sequence": run.sequence or 0, "read_at": run.started_at}
        )
    _unshield()
    _count_rows()


def import_changes() -> int:
    """Bring the index up to date with the core's changes since the last time; return how many there were.

    May be called every few seconds and by several processes: a change is applied once, in its order. A core whose
    sequence went back was reset, and is imported as a whole; so is one whose whole import was never finished.
    Raises: SystemFailure, UnreadableAnswerError.
    """
    feed = Feed.objects.first()
    if feed is None or ImportRun.objects.filter(state=ImportRun.State.RUNNING).exists():
        return _import_whole()
    count = 0
    while True:
        found = core.changes(feed.sequence)
        if found.sequence < feed.sequence:
            log.warning("core sequence went back: importing the whole register")
            return _import_whole()
        count += _apply(found)
        feed.refresh_from_db()
        if not found.changes or feed.sequence >= found.sequence:
            break
    if count:
        _unshield()
    return count


def _import_whole() -> int:
    """Import everything, or go on with it, unless another process does just that."""
    try:
        return import_all().changed_count
    except ImportUnderWayError:
        return 0


@transaction.atomic
def _apply(found: Changes) -> int:
    """Apply what is newer than the feed's place, and move the place; both or none."""
    feed = Feed.objects.select_for_update().get()
    fresh = [change for change in found.changes if change.sequence > feed.sequence]
    now = timezone.now()
    last = {change.resident_number: change.resident for change in fresh}
    index.write([person for person in last.values() if person is not None], run=None, at=now)
    index.remove([number for number, person in last.items() if person is None])
    reached = max((change.sequence for change in fresh), default=found.sequence)
    Feed.objects.filter(id=1).update(sequence=max(reached, feed.sequence), read_at=now)
    return len(fresh)


def _unshield() -> None:
    """Read anew the households in which nobody is protected any more: the index has no address to show for them."""
    for number in index.needlessly_shielded():
        try:
            household, _ = core.resident(number)
        except core.UnknownResidentError:
            continue  # the change that removes this person is on its way
        with transaction.atomic():
            index.write([household, *household.household], run=None, at=timezone.now())


def _count_rows() -> None:
    """Let the store count, so that its planner knows how large the index is."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
