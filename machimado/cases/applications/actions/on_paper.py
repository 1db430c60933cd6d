"""Applications that came on paper, counted so that the share without paper is a true figure."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.arriving import open_case
from machimado.cases.applications.actions.kept import NotReady, frozen, lock, until_free
from machimado.cases.applications.actions.tallying import tally
from machimado.cases.applications.models import CASES, Application, Case, Channel, Lane, Tally
from machimado.cases.applications.permissions import State
from machimado.cases.applications.rules.reference import new_reference
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.form import Form
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Office, Officer


def book_paper(
    *, office: Office, procedure: str, by: Officer, at: datetime, key: UUID | None = None
) -> Application:
    """Count an application that came on paper, so that the share without paper is a true figure.

    A form that is sent twice with the same `key` is counted once.
    """
    form = procedures.current(procedure, on=timezone.localdate(at))
    case = open_case(office=office, lane=Lane.WITH_HELP, by=by, at=at, purpose=form.id, key=key)
    return until_free(lambda: _book_paper(case, form, by, at))


@transaction.atomic
def _book_paper(case: Case, form: Form, by: Officer, at: datetime) -> Application:
    # The case's row is locked: of two requests with the same key the second waits here, and then finds the first's.
    CASES.hold(case.pk)
    before = case.applications.first()
    if before is not None:
        return before
    Case.objects.filter(pk=case.pk).update(officer=by, closed_at=at)
    application = Application.objects.create(
        case=case,
        reference=new_reference(),
        procedure=form.id,
        definition_id=frozen(form.id, at=at),
        channel=Channel.PAPER,
        state=State.SUBMITTED,
        begun_at=at,
        rekeyed_fields=form.procedure.paper.fields if form.procedure.paper else 0,
    )
    tally(application, at)
    record(by=by, action="application.paper_booked", case=str(case.pk), at=at)
    return application


@transaction.atomic
def unbook_paper(*, application: Application, by: Officer, at: datetime) -> None:
    """Take back a paper application that was counted by mistake."""
    locked = lock(application)
    if locked.channel != Channel.PAPER:
        raise NotReady("紙の申請として数えたものだけを取り消せます。")
    locked.state = State.CANCELLED
    locked.save(update_fields=["state"])
    Tally.objects.filter(application=locked).delete()
    record(by=by, action="application.paper_unbooked", case=str(locked.case_id), at=at)
