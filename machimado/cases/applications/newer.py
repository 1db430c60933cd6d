"""A version of its form that is newer than the one an application was begun with."""

from dataclasses import dataclass
from datetime import date

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application
from machimado.cases.applications.permissions import RUNNING
from machimado.cases.procedures.rules.difference import differences


@dataclass(frozen=True, slots=True)
class Newer:
    """The version in force that is newer than an application's own: since when (ISO), and what it changes."""

    since: str
    changes: tuple[str, ...]


def newer(application: Application, *, on: date) -> Newer | None:
    """Return what is newer than the version of a running application; nothing where it has the version in force."""
    found = actions.newer_form(application, on=on) if application.state in RUNNING else None
    if found is None:
        return None
    return Newer(found.procedure.version.effective_from, differences(actions.form_of(application), found))
