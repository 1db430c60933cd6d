"""The worker brings everything that is due to its end, however quick its hands are."""

from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest

from machimado.cases.delivery.models import Delivery
from machimado.cases.delivery.rules.machine import State
from machimado.cases.delivery.tests.world import MemoryCore, submit
from machimado.cases.delivery.worker import DeliveryWorker
from tests.universe import Universe


@pytest.mark.django_db(transaction=True)
def test_worker_once_delivers_everything(universe: Universe, memory: MemoryCore) -> None:
    for _ in range(5):
        submit(universe.officer)
    DeliveryWorker(parallel=3).run_once()
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.ACCEPTED}
    assert len(memory.entries) == 5


class AtOnce(ThreadPoolExecutor):
    """Does what it is given before it comes back, as quick hands do between two looks of the worker."""

    def submit(self, do: Any, /, *given: Any, **more: Any) -> Any:
        """Do it and come back when it is done."""
        done = super().submit(do, *given, **more)
        wait([done])
        return done


@pytest.mark.django_db(transaction=True)
def test_worker_once_goes_on_when_all_it_began_is_done_already(
    universe: Universe, memory: MemoryCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("machimado.cases.delivery.worker.ThreadPoolExecutor", AtOnce)
    for _ in range(3):
        submit(universe.officer)
    DeliveryWorker(parallel=1).run_once()
    assert len(memory.entries) == 3
