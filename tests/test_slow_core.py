"""A core system that takes what it is asked and does not answer holds up whoever waits for it, and nobody's saves."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import pytest

from tests.processes import Product, Town, town
from tests.visitor import Visitor

pytestmark = pytest.mark.processes
# As many as there are threads that serve pages.
OPENINGS = 8
CORE_SECONDS = 8


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    with town(tmp_path, people=200, environment={"MACHIMADO_CORE_TIMEOUT": str(CORE_SECONDS)}) as place:
        yield place


@pytest.fixture
def product(place: Town) -> Product:
    return place.open()


def test_openings_of_cases_do_not_hold_up_saves(place: Town, product: Product) -> None:
    with ExitStack() as stack:
        officers = [stack.enter_context(Visitor(product.address)) for _ in range(OPENINGS + 1)]
        for officer in officers:
            officer.sign_in("ono", product.password("ono"))
        saving, *opening = officers
        saving.begin(product.parent, "child-allowance-claim")
        for officer in opening:
            officer.find(product.parent)
        os.kill(place.running["core"].process.pid, signal.SIGSTOP)
        try:
            told = _open_all_and_save(opening, saving)
        finally:
            os.kill(place.running["core"].process.pid, signal.SIGCONT)
    # Who was turned away at once goes on with what the index knows, and so do those who waited for nothing.
    assert all("検索用の控え" in page for page in told)
    assert sum("照会が混み合っています" in page for page in told) == OPENINGS // 2


def _open_all_and_save(opening: list[Visitor], saving: Visitor) -> list[str]:
    with ThreadPoolExecutor(OPENINGS) as pool:
        pages = [pool.submit(officer.open, officer.page.url.path) for officer in opening]
        turned_away = list(islice(as_completed(pages), OPENINGS // 2))
        saved = saving.submit(
            saving.address("answers/"), {"path": "contact.phone", "contact.phone": "0235-00-0000"}
        )
        assert "0235-00-0000" in saved.text
        assert not any(page.done() for page in pages if page not in turned_away)
        return [page.result() for page in pages]
