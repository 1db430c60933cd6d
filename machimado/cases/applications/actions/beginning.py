"""An application begins: with what is known, and with what was said already."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.kept import (
    NotReady,
    check_open,
    frozen,
    lock,
    newer_form,
    record_change,
    subject,
    until_free,
)
from machimado.cases.applications.actions.showing_card import new_in, put_in
from machimado.cases.applications.models import (
    APPLICATIONS,
    APPLICATIONS_OF,
    CASES,
    Application,
    Case,
    Channel,
    Resumption,
    Turn,
)
from machimado.cases.applications.permissions import RUNNING, State, check_serve, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.card import kept_card
from machimado.cases.applications.rules.files import named
from machimado.cases.applications.rules.reference import new_reference
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.load import vocabulary
from machimado.cases.procedures.rules.prefill import prefill
from machimado.cases.procedures.rules.questions import WITHHELD, Question
from machimado.cases.procedures.rules.reading import read_value
from machimado.cases.procedures.rules.refusals import ValueRefusedError
from machimado.cases.register.actions import Record
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer

# Given for one application alone; and what goes along when that is begun anew all the same.
FOR_ONE_ONLY = frozenset({"group", "files", "declaration", "signature"})
GIVEN_ANEW = FOR_ONE_ONLY - {"files"}
# Where answers come from that go along into another application of the case.
SAID = frozenset({"officer", "resident", "case", documents.CARD, documents.IDENTITY})
# path → the answer, and where it came from
type_of_found = dict[str, tuple[Any, str]]


def begin(
    *,
    case: Case,
    procedure: str,
    by: Officer | None,
    at: datetime,
    resident_record: Record | None = None,
    channel: Channel = Channel.COUNTER,
) -> Application:
    """Begin an application with today's definition, frozen, and all that is known filled in.

    Nobody (`by`) is the resident, who begins it alone. Known is what the register knows, and what was said in this case
    already: that is never asked again.
    Where the case has one for this procedure that was not sent yet, it goes on: five clicks begin one application.
    Raises: Refused; NotReady when the case has ended; UnknownProcedureError.
    """
    today = timezone.localdate(at)
    form = procedures.current(procedure, on=today)
    known = registered(form, resident_record, today)
    start = _Start(form, known, by, at, _read_at(resident_record), channel)
    return until_free(lambda: _begin_or_go_on(case, start))


@dataclass(frozen=True, slots=True)
class _Start:
    """With which form and what the register knows somebody begins, and when."""

    form: Form
    known: type_of_found
    by: Officer | None
    at: datetime
    read_at: datetime | None
    channel: Channel


@transaction.atomic
def _begin_or_go_on(case: Case, start: _Start) -> Application:
    _hold(case, start.by)
    others = [one for one in APPLICATIONS_OF.all(case.pk) if one.state != State.CANCELLED]
    running = next((one for one in others if one.procedure == start.form.id and one.state in RUNNING), None)
    if running is not None:
        return running
    said = _said_before(others, start.form, timezone.localdate(start.at))
    return _begin(case, start, _merged(start.known, said))


def _hold(case: Case, by: Officer | None) -> None:
    """Hold the case's row, so that nobody ends it while an application begins."""
    if by is not None:
        check_serve(by, case)
    check_open(CASES.hold(case.pk))


def renew(
    *,
    application: Application,
    by: Officer | None,
    at: datetime,
    resident_record: Record | None = None,
) -> Application:
    """Withdraw an application that was not sent, and begin it anew with the newer version in force.

    What was answered and attached is taken over where the new version takes it, and so are the code by which a resident
    goes on and whose turn it is; consents and the signature are given anew.
    Raises: Refused; WrongState; NotReady when there is no newer version, or the case has ended.
    """
    today = timezone.localdate(at)
    form = newer_form(application, on=today)
    if form is None:
        raise NotReady("この申請は、今の版で進んでいます。始め直さずに、そのまま続けてください。")
    read_at = _read_at(resident_record)
    known = registered(form, resident_record, today)
    start = _Start(form, known, by, at, read_at, Channel(application.channel))
    return until_free(lambda: _renew(application, start))


@transaction.atomic
def _renew(application: Application, start: _Start) -> Application:
    _hold(application.case, start.by)
    locked = lock(application)
    check_state(locked, *RUNNING)
    locked.state, locked.refused = State.CANCELLED, {}
    APPLICATIONS.write(locked, "state", "refused")
    found = _taken_over(locked, start.form, start.known, timezone.localdate(start.at))
    renewed = _begin(locked.case, _since(locked, start, found), found)
    renewed.within_id, renewed.turn = locked.within_id, locked.turn
    APPLICATIONS.write(renewed, "within", "turn")
    _move_files(locked, renewed)
    _move_code(locked, renewed)
    record_change(locked, start.by, "application.renewed", start.at, {"reference": locked.reference})
    return renewed


def _move_files(earlier: Application, renewed: Application) -> None:
    """Let the files that the answers still name belong to the application that was begun anew."""
    earlier.files.filter(pk__in=list(named(renewed.answers))).update(application=renewed)


def _move_code(earlier: Application, renewed: Application) -> None:
    """Let the code that a resident has written down open the application that was begun anew."""
    Resumption.objects.filter(pk=earlier.pk).update(application=renewed)


def _since(earlier: Application, start: _Start, found: type_of_found) -> _Start:
    """Return the start with when the record was read that all of `found` comes from; with none where some of it does not."""
    is_from_copy = any(source == documents.INDEX for _, source in found.values())
    return start if start.read_at or is_from_copy else replace(start, read_at=earlier.record_read_at)


def _taken_over(application: Application, form: Form, known: type_of_found, today: date) -> type_of_found:
    """Return the answers of the earlier version with what is known now: the register's word is the new one.

    Rows stay those that were looked at together: of the register's, none is put between them.
    """
    # Groups that have rows, whoever put them there.
    groups = {group for path in application.sources if (group := documents.group_of(path))}
    groups |= {
        path for path in application.sources if isinstance(documents.take(application.answers, path), list)
    }
    taken: type_of_found = {}
    # The core's word outlives what the copy for searching says, and nothing outlives the core's newer one.
    outdated = documents.REGISTERED if _is_from_core(known) else {documents.INDEX} if known else frozenset()
    for path, kept in application.sources.items():
        question, source = form.question(path), kept["source"]
        if question is not None and question.kind == "group" and source not in {*documents.REGISTERED, ""}:
            # Somebody has said who belongs here: the rows come one by one, and no other ones.
            taken[path] = ([{} for _ in documents.take(application.answers, path) or []], "case")
        is_row = bool(documents.group_of(path))
        if question is None or question.kind in GIVEN_ANEW or (source in outdated and not is_row):
            continue
        value = _as_taken(question, documents.take(application.answers, path), today)
        if value is not None:
            taken[path] = (value, source if source in documents.REGISTERED else "case")
    fresh = {path: kept for path, kept in known.items() if not {path, documents.group_of(path)} & groups}
    return _merged(fresh, taken)


def _merged(known: type_of_found, said: type_of_found) -> type_of_found:
    """Return what is known, and in its place what was said; but what is to be withheld is, whoever has said it."""
    return known | {path: kept for path, kept in said.items() if known.get(path, ("",))[0] != WITHHELD}


def _is_from_core(known: type_of_found) -> bool:
    return any(source == documents.RECORD for _, source in known.values())


def registered(form: Form, resident_record: Record | None, today: date) -> type_of_found:
    """Return what the register knows of the answers: the core's record, or the copy for searching while the core is away."""
    if resident_record is None:
        return {}
    source = documents.RECORD if resident_record.is_complete else documents.INDEX
    known = prefill(form, resident_record.data, today=today)
    return {path: (each.value, source) for path, each in known.items()}


def _read_at(resident_record: Record | None) -> datetime | None:
    """Return when the core's record was read; nothing where it was not."""
    return resident_record.read_at if resident_record is not None and resident_record.is_complete else None


def _said_before(others: Iterable[Application], form: Form, today: date) -> type_of_found:
    """Return what somebody said in the case's other applications to questions whose meaning is shared.

    What the register says comes from the register each time; a consent, a signature and rows are given for one
    application only.
    """
    found: type_of_found = {}
    for other in others:
        for question in form.questions:
            said = other.sources.get(question.id, {}).get("source") in SAID
            if said and question.kind not in FOR_ONE_ONLY and question.id in vocabulary().meanings:
                value = _as_taken(question, documents.take(other.answers, question.id), today)
                found |= {question.id: (value, "case")} if value is not None else {}
    return found


def _as_taken(question: Question, value: Any, today: date) -> Any:
    """Return the answer as this form takes it; None where it would refuse it (another set of choices, say)."""
    if question.kind == "files":
        return value or None
    try:
        return read_value(question, value, today=today.isoformat())
    except ValueRefusedError:
        return None


def _begin(case: Case, start: _Start, found: type_of_found) -> Application:
    document: documents.Document = {}
    # A group with its rows comes before what stands in them.
    for path, (value, _) in sorted(found.items()):
        document = documents.put(document, path, value)
    application = Application(
        case=case,
        reference=new_reference(),
        procedure=start.form.id,
        definition_id=frozen(start.form.id, at=start.at),
        channel=start.channel,
        turn=Turn.OFFICER if start.by else Turn.RESIDENT,
        begun_at=start.at,
        answers=document,
        sources={path: {"source": source, "revision": 0} for path, (_, source) in found.items()},
        record_read_at=start.read_at,
    )
    if case.card is not None:
        found_on_card = new_in(application, kept_card(case.card), at=start.at)
        put_in(application, found_on_card)
    APPLICATIONS.add(application)
    whose = subject(case.resident)
    by = start.by or "resident"
    record(by=by, action="application.begun", subject=whose, case=str(case.pk), at=start.at)
    return application
