"""What a finished application cost, kept where the figures read it: nothing in it says whose it was."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from machimado.cases.applications.models import (
    APPLICATIONS_OF,
    STAMPS_OF,
    TALLY_OF,
    Application,
    Step,
    Submission,
    Tally,
)
from machimado.cases.applications.rules.duration import officer_seconds


def tally(application: Application, at: datetime) -> None:
    """Count the application in the figures at its first submission; what a correction adds to the typing is added."""
    typing = {
        "typed_characters": application.typed_characters,
        "rekeyed_fields": application.rekeyed_fields,
    }
    if application.rounds > 1:
        Tally.objects.filter(application=application).update(**typing)
    else:
        TALLY_OF.add(Tally(**_first_tally(application, at), **typing))


def _first_tally(application: Application, at: datetime) -> dict[str, Any]:
    """Return what is counted once; how long the resident waited belongs to the case's first application alone."""
    case = application.case
    called_at = next((stamp.at for stamp in STAMPS_OF.all(case.pk) if stamp.step == Step.CALLED), None)
    last_sent_at = _last_sent_at(application)
    return {
        "application": application,
        "date": case.opened_date,
        "office_id": case.office_id,
        "procedure": application.procedure,
        "channel": application.channel,
        "officer_seconds": officer_seconds(called_at, last_sent_at, at),
        "wait_seconds": case.wait_seconds if last_sent_at is None else None,
    }


def _last_sent_at(application: Application) -> datetime | None:
    """Return when another application of the case was first submitted, the last of them."""
    case = APPLICATIONS_OF.all(application.case_id)
    sent = [one.pk for one in case if one.rounds and one.pk != application.pk]
    if not sent:
        return None
    first = Submission.objects.filter(application__in=sent, round=1)
    found: datetime | None = first.aggregate(last=Max("submitted_at"))["last"]
    return found
