"""Cases and their applications, as the officer's pages find them."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from machimado.cases.applications.models import (
    APPLICATIONS,
    APPLICATIONS_OF,
    CASES,
    Application,
    Case,
    Step,
    StoredFile,
)
from machimado.cases.applications.permissions import RUNNING
from machimado.cases.register.actions import Record
from machimado.ground.people.models import Officer


def application(application_id: UUID) -> Application:
    """Return the application with its case and resident, without its definition, which this process has compiled.

    Raises: Application.DoesNotExist.
    """
    return APPLICATIONS.get(application_id)


def application_with(file_id: UUID) -> UUID:
    """Return the id of the application that a stored file belongs to.

    Raises: StoredFile.DoesNotExist.
    """
    return StoredFile.objects.values_list("application_id", flat=True).get(pk=file_id)


def case(case_id: UUID) -> Case:
    """Return the case.

    Raises: Case.DoesNotExist.
    """
    return CASES.get(case_id)


def open_cases(officer: Officer, on: date) -> list[dict[str, Any]]:
    """Return today's open cases of the office: those that wait, and those of this officer."""
    found = (
        Case.objects.filter(office=officer.office_id, closed_at=None, opened_date=on)
        .exclude(number=None)
        .select_related("resident", "officer")
        .prefetch_related("stamps", Prefetch("applications", _with_titles()))
    )
    return [_open_case(case, officer) for case in found]


def _open_case(case: Case, officer: Officer) -> dict[str, Any]:
    stamps = {stamp.step: stamp.at for stamp in case.stamps.all()}
    return {
        "id": case.pk,
        "number": case.number,
        "lane": case.get_lane_display(),
        "resident": case.resident.name_text if case.resident else "",
        "is_newcomer": case.newcomer,
        "arrived_at": stamps.get(Step.ARRIVED),
        "officer": case.officer.name if case.officer else "",
        "is_mine": case.officer_id == officer.pk,
        "is_waiting": case.officer_id is None,
        "applications": [
            {"title": one.definition.title, "state": one.get_state_display()}
            for one in case.applications.all()
        ],
    }


def applications_of(case: Case) -> list[dict[str, Any]]:
    """Return the case's applications with their titles and states."""
    return [
        {
            "id": one.pk,
            "title": one.definition.title,
            "state": one.get_state_display(),
            "reference": one.reference,
            "is_unsent": one.state in RUNNING,
        }
        for one in _with_titles().filter(case=case)
    ]


def _with_titles() -> QuerySet[Application]:
    """Return applications with their titles, and without what is long."""
    return Application.objects.select_related("definition").defer(
        "definition__definition", "answers", "sources"
    )


def unsent(case: Case) -> list[Application]:
    """Return the case's applications that were begun and not sent."""
    return list(_with_titles().filter(case=case, state__in=RUNNING))


def running(case: Case, procedure: str) -> Application | None:
    """Return the case's application for the procedure that was begun and not sent, if there is one."""
    found = (one for one in APPLICATIONS_OF.all(case.pk) if one.procedure == procedure)
    return next((one for one in found if one.state in RUNNING), None)


def household(record: Record | None) -> list[dict[str, Any]]:
    """Return the people of the record's household, the resident first; nobody where there is no record."""
    if record is None:
        return []
    number = record.data["resident_number"]
    others = [member for member in record.data.get("household", []) if member["resident_number"] != number]
    return [{**record.data, "is_self": True}, *others]
