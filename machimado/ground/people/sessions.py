"""Where sessions are kept: in the store, as Django does it, but read by key, and with a lock that no late writer undoes."""

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from machimado.ground.rows.by_key import ByKey

SESSIONS = ByKey(Session)
# Whether the officer's screen is locked.
LOCKED = "locked"


class SessionStore(db.SessionStore):
    """Django's own store; each page begins with a read of it."""

    _was_locked = False

    def _get_session_from_db(self) -> Session | None:
        kept = SESSIONS.find(self.session_key)
        if kept is None or kept.expire_date <= timezone.now():
            self._session_key = None
            return None
        return kept

    def load(self) -> dict[str, Any]:
        """Return what the store holds."""
        held: dict[str, Any] = super().load()
        self._was_locked = LOCKED in held
        return held

    def save(self, must_create: bool = False) -> None:
        """Write the whole session.

        A request that takes long (the core is slow) writes back what it read when it began: where the officer has locked
        the screen meanwhile, it stays locked.
        """
        with transaction.atomic():
            if not must_create and not self._was_locked and self._is_locked_now():
                self[LOCKED] = True
            super().save(must_create)

    def _is_locked_now(self) -> bool:
        if self.session_key is None:
            return False
        try:
            return LOCKED in self.decode(SESSIONS.hold(self.session_key).session_data)
        except Session.DoesNotExist:
            return False
