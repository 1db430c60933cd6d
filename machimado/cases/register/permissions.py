from machimado.cases.register.models import Resident
from machimado.ground.japanese.individual_number import REFUSAL, contains_individual_number
from machimado.ground.people.models import Officer, Role
from machimado.ground.people.permissions import Refused, check_role

READERS = (Role.OFFICER, Role.SPECIALIST, Role.SUPERVISOR)


class ReasonNeeded(Refused):
    """The person, or somebody of the household, is protected: a reason must be given first."""


def check_search(officer: Officer) -> None:
    """Check that an officer may look for residents.

    Raises: Refused.
    """
    check_role(officer, *READERS)


def check_read(officer: Officer, resident: Resident, *, reason: str) -> None:
    """Check that an officer may open a resident's record.

    Raises: Refused; ReasonNeeded.
    """
    check_role(officer, *READERS)
    if resident.shielded:
        check_reason(reason)
    check_words(reason)


def check_reason(reason: str) -> None:
    """Check that a protected person's record is opened for a reason.

    Raises: ReasonNeeded.
    """
    if not is_reason(reason):
        raise ReasonNeeded(
            "支援措置の対象の方、またはその世帯の方です。開く理由を入力してください（理由は記録台帳に残ります）。"
        )


def is_reason(reason: str) -> bool:
    """Return whether something was said that can be a reason."""
    return len("".join(reason.split())) >= 2


def check_words(reason: str) -> None:
    """Check that a reason may be kept.

    Raises: ReasonNeeded when it holds a My Number.
    """
    if contains_individual_number(reason):
        raise ReasonNeeded(REFUSAL)


def can_read(officer: Officer, resident: Resident, *, reason: str) -> bool:
    """Return whether an officer may open a resident's record for this reason."""
    try:
        check_read(officer, resident, reason=reason)
    except Refused:
        return False
    return True


def can_search(officer: Officer) -> bool:
    """Return whether an officer may look for residents."""
    return bool(officer.role_codes() & set(READERS))
