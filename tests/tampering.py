"""Changing the journal behind everybody's back, to see that it is found."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from machimado.ground.journal import guard


@contextmanager
def as_owner_of_the_store() -> Iterator[None]:
    """Lift what the store refuses, as whoever holds its password can; put it up again to hide the trace."""
    guard.take_down(connection)
    yield
    connection.check_constraints()
    guard.put_up(connection)
