"""Makes signed applications in the store of a running product, for tests that submit them over HTTP.

`python -m machimado.cases.delivery.tests.prepare COUNT` prints {"session": key, "applications": [[id, reference], …]}.
"""

import json
import sys

import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402 - Django first
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from machimado.cases.delivery.tests.world import sign  # noqa: E402
from machimado.cases.register import actions as register  # noqa: E402
from machimado.cases.register.models import Resident  # noqa: E402
from machimado.ground.people.models import Officer  # noqa: E402
from tests.universe import BACKEND  # noqa: E402


def session_of(officer: Officer) -> str:
    """Return the key of a session in which the officer is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(officer.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = officer.get_session_auth_hash()
    session.save()
    assert session.session_key is not None
    return session.session_key


@transaction.atomic
def prepare(count: int, officer: Officer) -> list[tuple[str, str]]:
    """Make signed applications of one resident of the core's register."""
    resident = Resident.objects.filter(status="resident", shielded=False).first()
    at = timezone.now()
    made = [sign(officer, at=at, resident=resident) for _ in range(count)]
    return [(str(application.pk), application.reference) for application in made]


if __name__ == "__main__":
    register.import_all()
    ono = Officer.objects.get(login="ono")
    print(json.dumps({"session": session_of(ono), "applications": prepare(int(sys.argv[1]), ono)}))  # noqa: T201
