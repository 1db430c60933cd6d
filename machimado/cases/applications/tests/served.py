"""Cases as a counter goes through them, at given times."""

from datetime import datetime, timedelta

from django.utils import timezone

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application, Case, Lane, Submission
from machimado.cases.procedures import queries as procedures
from machimado.ground.people.models import Officer

PROCEDURE = "residence-certificate"


def arrive(by: Officer, *, at: datetime, lane: Lane = Lane.WITH_HELP) -> Case:
    """Mark an arrival at the officer's office."""
    return actions.open_case(office=by.office, lane=lane, by=by, at=at)


def send(case: Case, by: Officer, *, at: datetime, typed: int = 0) -> Submission:
    """Send a complete, signed application of the case; its answers are those of the procedure's first test."""
    if case.resident_id is None:
        actions.welcome(case=case, by=by, at=at)
    begun = actions.begin(case=case, procedure=PROCEDURE, by=by, at=at)
    answers = procedures.current(PROCEDURE, on=timezone.localdate(at)).procedure.tests[0].answers
    ready = Application.objects.filter(pk=begun.pk)
    ready.update(answers=dict(answers), state=Application.State.SIGNED, typed_characters=typed)
    return actions.submit(application=ready.get(), by=by, at=at).submissions.latest("round")


def serve(by: Officer, *, at: datetime, waited: int, took: int, typed: int = 0) -> Case:
    """Serve one resident who arrived at `at`; `waited` and `took` are minutes."""
    case = arrive(by, at=at)
    called_at = at + timedelta(minutes=waited)
    assert actions.call(case=case, by=by, at=called_at)
    send(case, by, at=called_at + timedelta(minutes=took), typed=typed)
    return case
