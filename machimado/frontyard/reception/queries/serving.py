"""Which officers serve what."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from machimado.cases.applications.permissions import SERVING
from machimado.cases.procedures import queries as procedures
from machimado.frontyard.reception.rules import duties
from machimado.frontyard.reception.rules.duties import Asked, ServedHere, Serving
from machimado.ground.people.models import Office, Officer


def serving_at(office: Office | int) -> dict[UUID, Serving]:
    """Return what each officer of the office serves, by the officer's id."""
    staff = (
        Officer.objects.filter(office=office, is_active=True, grants__role__in=SERVING)
        .select_related("section", "duty")
        .prefetch_related("skills")
        .distinct()
    )
    return {officer.pk: _serving(officer) for officer in staff}


def _serving(officer: Officer) -> Serving:
    own = getattr(officer, "duty", None)
    said = own.business_ids if own else None
    skills = [skill.name for skill in officer.skills.all()]
    return Serving(duties.served_by(said, skills, officer.section.business_ids), officer.section_id)


@dataclass(frozen=True, slots=True)
class Business:
    """A business that an officer may say they serve."""

    id: str
    name: str
    is_mine: bool


def businesses(officer: Officer) -> list[Business]:
    """Return all businesses in their order, and which of them the officer serves."""
    served = serving_at(officer.office)[officer.pk].businesses
    return [
        Business(key, name, is_mine=served is None or key in served)
        for key, name in procedures.businesses().items()
    ]


def can_call(officer: Officer, asked: Asked) -> bool:
    """Return whether the officer may call somebody who came for this."""
    staff = serving_at(officer.office)
    mine = staff.get(officer.pk)
    return mine is None or mine.can(asked, served_together(staff))


def served_together(staff: Mapping[UUID, Serving]) -> ServedHere:
    """Return what the officers of an office serve together."""
    return duties.served_together(staff.values())
