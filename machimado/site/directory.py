"""Whom the journal's opaque ids stand for: register and cases know it, the journal does not."""

from collections.abc import Iterable, Mapping

from django.utils import timezone

from machimado.cases.applications.models import Application, Case
from machimado.cases.register.models import Resident
from machimado.ground.people.directory import uuids


class Directory:
    """The journal's directory over register and cases; no name leaves it."""

    def find_subject(self, number: str) -> str:
        """Return the opaque id of the resident with this 宛名番号, or an empty string."""
        found = Resident.objects.filter(resident_number=number).values_list("pk", flat=True).first()
        return str(found or "")

    def find_case(self, reference: str) -> str:
        """Return the opaque id of the case of the application with this 申請番号, or an empty string."""
        found = Application.objects.filter(reference=reference).values_list("case_id", flat=True).first()
        return str(found or "")

    def name_subjects(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Return the 宛名番号 of those ids that are residents."""
        rows = Resident.objects.filter(pk__in=uuids(ids)).values_list("pk", "resident_number")
        return {str(key): number for key, number in rows}

    def name_cases(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Return office, day and number of those ids that are cases."""
        rows = Case.objects.filter(pk__in=uuids(ids)).select_related("office")
        return {str(case.pk): _name(case) for case in rows}


def _name(case: Case) -> str:
    this_year = case.opened_date.year == timezone.localdate().year
    day = f"{case.opened_date:%-m/%-d}" if this_year else f"{case.opened_date:%Y/%-m/%-d}"
    return f"{case.office.short_name} {day} {case.number}番"
