"""What applications hold of people goes when its time is over; that there was a case, and what it cost, stays."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, TruncDate

from machimado.cases.applications.models import (
    AnswerChange,
    Application,
    Case,
    Resumption,
    StoredFile,
    Submission,
    Transfer,
)
from machimado.cases.applications.permissions import State
from machimado.ground.journal.actions import record

# Source: the usual class of records about the handling of applications (文書管理規程の5年保存); the city's own rule decides.
KEEP_YEARS = 5
AT_ONCE = 500


def forget(*, today: date) -> int:
    """Delete what is held of people in cases that ended KEEP_YEARS ago (or never ended, and began then); return how many cases.

    May be repeated, and stopped at any moment.
    """
    count = 0
    while done := _forget_some(_limit(today)):
        count += done
    return count


def forget_drafts(*, at: datetime) -> int:
    """Delete what residents began alone and left until it could no longer be resumed; return how many of them.

    What was signed, or taken in hand by an officer, is none of these. May be repeated, and stopped at any moment.
    """
    count = 0
    while done := _forget_drafts(at):
        count += done
    return count


@transaction.atomic
def _forget_drafts(at: datetime) -> int:
    left = Application.objects.filter(
        resumption__valid_until__lt=at,
        case__number=None,
        state__in=[State.INTERVIEW, State.REVIEW, State.CANCELLED],
    )
    drafts = list(left.values_list("pk", "case_id")[:AT_ONCE])
    if not drafts:
        return 0
    Application.objects.filter(pk__in=[draft for draft, _ in drafts]).delete()
    Case.objects.filter(pk__in=[case for _, case in drafts], applications=None).delete()
    record(by=None, action="case.drafts_forgotten", detail={"cases": len(drafts)})
    return len(drafts)


def _limit(today: date) -> date:
    """Return the day KEEP_YEARS ago; of a 29 February the day before."""
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return date(today.year - KEEP_YEARS, today.month, day)


@transaction.atomic
def _forget_some(limit: date) -> int:
    cases = list(_over(limit).values_list("pk", flat=True)[:AT_ONCE])
    if not cases:
        return 0
    of_cases = Application.objects.filter(case__in=cases)
    StoredFile.objects.filter(application__in=of_cases).delete()
    AnswerChange.objects.filter(application__in=of_cases).delete()
    Submission.objects.filter(application__in=of_cases).update(payload={}, attachments=[])
    of_cases.update(answers={}, sources={}, refused={})
    Resumption.objects.filter(application__in=of_cases).update(
        person="", verified_at=None, assurance="", confirmed_hash=""
    )
    Transfer.objects.filter(case__in=cases).update(note="")
    Case.objects.filter(pk__in=cases).update(resident=None, purpose="", card=None, forgotten=True)
    record(by=None, action="case.forgotten", detail={"cases": len(cases)})
    return len(cases)


def _over(limit: date) -> QuerySet[Case]:
    ended = Coalesce(TruncDate("closed_at"), "opened_date")
    return Case.objects.filter(forgotten=False).annotate(ended=ended).filter(ended__lt=limit)
