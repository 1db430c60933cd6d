"""Django's SQLite, which rewrites each text of SQL once and not at every execution; named as Django looks for it."""

from django.db.backends.sqlite3 import base

# The product has a few hundred; those that name as many rows as there are come and go.
MOST_KEPT = 2_000
_kept: dict[str, str] = {}


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that knows the SQL that was rewritten before."""

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        """Return the SQL with SQLite's marks for its parameters."""
        if param_names is not None:
            return super().convert_query(query, param_names=param_names)
        known = _kept.get(query)
        if known is None:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            known = _kept[query] = super().convert_query(query)
        return known


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection with such cursors."""

    def create_cursor(self, name: str | None = None) -> Cursor:  # noqa: ARG002 - Django gives it; SQLite's have none
        """Return a new cursor."""
        made: Cursor = self.connection.cursor(factory=Cursor)
        return made
