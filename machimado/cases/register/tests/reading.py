"""A record is read as a page reads it: the core is asked, and then it is written down."""

from machimado.cases.register import actions
from machimado.cases.register.models import Resident
from machimado.ground.people.models import Officer


def read_record(*, resident: Resident, by: Officer, case: object, reason: str = "") -> actions.Record:
    """Ask the core for the resident's record and take it down."""
    answer = actions.ask_core(resident=resident, by=by, reason=reason)
    return actions.take_down(answer=answer, by=by, case=case)
