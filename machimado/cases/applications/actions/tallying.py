"""What a finished application cost, kept where the figures read it: nothing in it says whose it was."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Max

from machimado.cases.applications.models import (
    APPLICATIONS,
    APPLICATIONS_OF,
    STAMPS_OF,
    TALLY_OF,
    Application,
    Step,
    Submission,
    Tally,
)
from machimado.cases.applications.rules.duration import officer_seconds, parted


@dataclass(frozen=True, slots=True)
class Share:
    """What an application counts of the effort that it has in common with others of its life event."""

    officer_seconds: int | None
    wait_seconds: int | None
    typed_characters: int
    rekeyed_fields: int


def shares(lead: Application, number: int, at: datetime) -> list[Share]:
    """Divide what a life event cost among its applications, so that they add up to it."""
    spent = _spent(lead, at)
    typed, rekeyed = parted(lead.typed_characters, number), parted(lead.rekeyed_fields, number)
    seconds = [None] * number if spent.seconds is None else parted(spent.seconds, number)
    return [
        Share(seconds[place], spent.wait_seconds if place == 0 else None, typed[place], rekeyed[place])
        for place in range(number)
    ]


def tally(application: Application, at: datetime, share: Share | None = None) -> None:
    """Count the application in the figures at its first submission; what a correction adds to the typing is added.

    `share` is its part of what it had in common with others; without one all of it was for this application.
    """
    if application.rounds > 1:
        _add_typing(application)
        return
    if share is None:
        spent = _spent(application, at)
        typing = application.typed_characters, application.rekeyed_fields
        share = Share(spent.seconds, spent.wait_seconds, *typing)
    else:
        # What is typed for a correction is added to it.
        application.typed_characters = share.typed_characters
        application.rekeyed_fields = share.rekeyed_fields
        APPLICATIONS.write(application, "typed_characters", "rekeyed_fields")
    TALLY_OF.add(
        Tally(
            application=application,
            date=application.case.opened_date,
            office_id=application.case.office_id,
            procedure=application.procedure,
            channel=application.channel,
            **asdict(share),
        )
    )


def _add_typing(application: Application) -> None:
    Tally.objects.filter(application=application).update(
        typed_characters=application.typed_characters, rekeyed_fields=application.rekeyed_fields
    )


@dataclass(frozen=True, slots=True)
class _Spent:
    """An officer's time, and the resident's wait, which belongs to the case's first application alone."""

    seconds: int | None
    wait_seconds: int | None


def _spent(application: Application, at: datetime) -> _Spent:
    case = application.case
    called_at = next((stamp.at for stamp in STAMPS_OF.all(case.pk) if stamp.step == Step.CALLED), None)
    last_sent_at = _last_sent_at(application)
    return _Spent(
        officer_seconds(called_at, last_sent_at, at), case.wait_seconds if last_sent_at is None else None
    )


def _last_sent_at(application: Application) -> datetime | None:
    """Return when another application of the case was first submitted, the last of them."""
    case = APPLICATIONS_OF.all(application.case_id)
    sent = [one.pk for one in case if one.rounds and one.pk != application.pk]
    if not sent:
        return None
    first = Submission.objects.filter(application__in=sent, round=1)
    found: datetime | None = first.aggregate(last=Max("submitted_at"))["last"]
    return found
