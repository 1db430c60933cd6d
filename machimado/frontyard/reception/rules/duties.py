"""Who may call whom: what somebody came for, and what an officer serves."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

BUSINESS_LENGTH = 3


@dataclass(frozen=True, slots=True)
class Serving:
    """What one officer serves: businesses by their 業務ID (None: whatever comes), and what is sent to their section."""

    businesses: frozenset[str] | None
    section_id: int

    def can(self, asked: "Asked", served_here: "ServedHere") -> bool:
        """Return whether the officer may call somebody who came for this.

        What was sent to a section waits for that section. Nobody waits for a skill that the whole office lacks.
        """
        if asked.section_id is not None:
            return asked.section_id == self.section_id or asked.section_id not in served_here.sections
        if not asked.business or self.businesses is None or asked.business in self.businesses:
            return True
        return not served_here.somebody(asked.business)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody came for: a business ("" where it is not known), or a section to which they were sent."""

    business: str = ""
    section_id: int | None = None


@dataclass(frozen=True, slots=True)
class ServedHere:
    """What the officers of an office serve together, and which sections have officers there."""

    businesses: frozenset[str]
    sections: frozenset[int]
    # Somebody there serves everything.
    everything: bool = False

    def somebody(self, business: str) -> bool:
        """Return whether any officer of the office serves the business."""
        return self.everything or business in self.businesses


def businesses_among(skills: Iterable[str]) -> frozenset[str]:
    """Return the skills that are businesses; the others are languages and the like."""
    return frozenset(skill for skill in skills if len(skill) == BUSINESS_LENGTH and skill.isdecimal())


def served_by(
    said: Iterable[str] | None, skills: Collection[str], section: Iterable[str]
) -> frozenset[str] | None:
    """Return what an officer serves: what they said themselves, else the staff list's skills, else their section's businesses.

    Of whom nothing is known at all serves whatever comes (None); whose skills are none of the businesses serves none of them.
    """
    if said is not None:
        return businesses_among(said)
    known = businesses_among(skills) or businesses_among(section)
    return known if known or skills else None


def served_together(each: Iterable[Serving]) -> ServedHere:
    """Return what officers serve together."""
    officers = list(each)
    return ServedHere(
        businesses=frozenset().union(*(one.businesses or () for one in officers)),
        sections=frozenset(one.section_id for one in officers),
        everything=any(one.businesses is None for one in officers),
    )
