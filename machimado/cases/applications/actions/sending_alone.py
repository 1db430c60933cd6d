"""What somebody signed at a terminal in the lobby goes out without an officer, where the city's provider has confirmed who they are.

The city says of which procedures (`issued_alone`), and which of the provider's assurances suffice. All four items that the
provider tells must be those of one person of the register who lives here and is not protected; else an officer looks, as ever.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.arriving import close, number, stamp
from machimado.cases.applications.actions.kept import NotReady, form_of, lock, until_free
from machimado.cases.applications.actions.signing_in import is_about_confirmed
from machimado.cases.applications.actions.submitting import submit
from machimado.cases.applications.models import CASES, RESUMPTIONS, Application, Case, Channel, Step
from machimado.cases.applications.permissions import State
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.identity import ROLE, SELF, Identity, is_registered
from machimado.cases.procedures.rules.definition import Procedure
from machimado.cases.register import actions as register
from machimado.cases.register.models import Resident
from machimado.ground.journal.actions import record


def is_issued_alone(procedure: Procedure) -> bool:
    """Return whether what the procedure allows is possible here: a provider is there, and one of its assurances suffices."""
    return bool(procedure.issued_alone and settings.RESIDENT_ISSUER and settings.RESIDENT_SUFFICIENT)


def send_alone(*, application: Application, person: str, identity: Identity, at: datetime) -> Application:
    """Send what was signed, where whoever is signed in (`person`, `identity`) is surely the one whom it is about. May be repeated.

    Where that is not sure nothing happens: the application waits for an officer.
    """
    is_in_lobby = application.channel == Channel.KIOSK and application.state == State.SIGNED
    if not is_in_lobby or not is_issued_alone(form_of(application).procedure):
        return application
    resumption = RESUMPTIONS.get(application.pk)
    is_theirs = resumption.person == person and resumption.assurance in settings.RESIDENT_SUFFICIENT
    is_self = documents.take(application.answers, ROLE) in {None, SELF}
    if not is_theirs or not is_self or not is_about_confirmed(resumption, application):
        return application
    resident = _registered(identity)
    return application if resident is None else until_free(lambda: _send(application, resident, at))


def _registered(identity: Identity) -> Resident | None:
    """Return the one person of the register who is the one whom the provider knows, lives here and is not protected."""
    found = register.search_as_system(text=f"{identity.name} {identity.birth_date}")
    hits = [hit.id for hit in found.hits if hit.is_current and not hit.shielded]
    people = Resident.objects.filter(pk__in=hits)
    same = [
        one
        for one in people
        if is_registered(
            identity, name=one.name_text, birth_date=one.birth_date, sex=one.sex, address=one.address
        )
    ]
    return same[0] if len(same) == 1 and not found.more else None


@transaction.atomic
def _send(application: Application, resident: Resident, at: datetime) -> Application:
    locked = lock(application)
    if locked.state != State.SIGNED or locked.case.officer_id is not None:
        return locked
    locked.case = _identified(locked.case_id, resident, at)
    try:
        sent = submit(application=locked, by=None, at=at)
    except NotReady:
        # Something that only an officer can see to: they find it among what arrived.
        transaction.set_rollback(True)
        return application
    # Nobody at the city hall has anything to do with it, unless the core system sends it back.
    close(case=locked.case, by=None, at=at)
    return sent


def _identified(case_id: object, resident: Resident, at: datetime) -> Case:
    case = CASES.hold(case_id)
    number(case, timezone.localdate(at))
    case.resident = resident
    CASES.write(case, "resident", "opened_date", "number")
    stamp(Step.IDENTIFIED, case=case, by=None, at=at)
    record(by="resident", action="case.confirmed", subject=str(resident.pk), case=str(case.pk), at=at)
    return case
