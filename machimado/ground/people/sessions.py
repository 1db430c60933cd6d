"""Where sessions are kept: in the store, as Django does it, but read by key."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from machimado.ground.rows.by_key import ByKey

SESSIONS = ByKey(Session)


class SessionStore(db.SessionStore):
    """Django's own store; each page begins with this read."""

    def _get_session_from_db(self) -> Session | None:
        kept = SESSIONS.find(self.session_key)
        if kept is None or kept.expire_date <= timezone.now():
            self._session_key = None
            return None
        return kept
