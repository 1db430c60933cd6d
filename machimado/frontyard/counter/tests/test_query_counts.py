"""How many questions to the store the pages of the day cost. A number that grows is looked at before it is changed here.

One row is asked for by its key, with what is always looked at along with it (ground/rows).
Savepoints and the journal's turn-taking do not count: they differ between SQLite and PostgreSQL.
"""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from machimado.cases.applications.tests import claim
from machimado.frontyard.counter import actions
from machimado.frontyard.counter.models import Desk
from tests.universe import Universe

HTMX = {"HX-Request": "true"}
NOT_COUNTED = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SELECT pg_advisory")

# PostgreSQL alone needs to be told to hold a desk before what is changed with it.
TURNS = 1 if connection.features.has_select_for_update else 0

# Each page asks for the session, the officer with the office, and the officer's roles.
WHO = 3


def cost(do: Callable[[], object]) -> int:
    """Return how many statements `do` costs when it is done for the second time."""
    do()
    with CaptureQueriesContext(
        connection,
    ) as found:
        do()
    told = [query["sql"] for query in found if not query["sql"].startswith(NOT_COUNTED)]
    print("\n".join(told))  # noqa: T201 - shown where the number is another
    return len(told)


def test_search(at_desk: Client) -> None:
    """Six ranges of the index by what the words may be, and two lines of the journal after the last one's hash."""
    assert cost(lambda: at_desk.get("/counter/search/", {"q": "さとう"})) == WHO + 9


def test_the_first_page(at_desk: Client, universe: Universe) -> None:
    """The day's cases, what residents sent by themselves, who pays for a certificate in the lobby, who was called, and the desk."""
    claim.begun(universe.officer)
    assert cost(lambda: at_desk.get("/counter/")) == WHO + 6


def test_the_case(at_desk: Client, universe: Universe) -> None:
    """What it was opened for and by whom it was handed over are two of them."""
    case = claim.begun(universe.officer).case
    assert cost(lambda: at_desk.get(f"/counter/cases/{case.pk}/")) == WHO + 8


def test_the_interview(at_desk: Client, universe: Universe) -> None:
    application = claim.begun(universe.officer)
    assert cost(lambda: at_desk.get(f"/counter/applications/{application.pk}/")) == WHO + 5


def test_an_answer(at_desk: Client, universe: Universe) -> None:
    address = f"/counter/applications/{claim.begun(universe.officer).pk}/answers/"
    numbers = iter(["0235-00-0001", "0235-00-0002"])

    def save() -> None:
        at_desk.post(address, {"path": "contact.phone", "contact.phone": next(numbers)}, headers=HTMX)

    assert cost(save) == WHO + TURNS + 8


def test_an_answer_to_another_question(at_desk: Client, universe: Universe) -> None:
    """The desk is written as well: the resident's screen goes on to the question that is talked about."""
    address = f"/counter/applications/{claim.begun(universe.officer).pk}/answers/"
    changes = iter([("contact.phone", "0235-00-0001"), ("event_date", "R8.4.5")])

    def save() -> None:
        path, value = next(changes)
        at_desk.post(address, {"path": path, path: value}, headers=HTMX)

    assert cost(save) == WHO + 2 * TURNS + 10


@pytest.fixture
def showing(desk: Desk, universe: Universe, tablet: Client) -> Client:
    """Return the resident's tablet, at a desk where an interview is going on."""
    actions.show(desk=desk, application=claim.begun(universe.officer), at=timezone.now())
    return tablet


def test_the_residents_screen(showing: Client) -> None:
    assert cost(lambda: showing.get("/screen/now/")) == 1
