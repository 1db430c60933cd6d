from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from machimado.cases.delivery import adapters
from machimado.cases.delivery.tests.world import PROCEDURE, MemoryCore
from tests.second_version import copy_city

type_of_use = Callable[[MemoryCore], MemoryCore]


@pytest.fixture(autouse=True)
def _city_with_one_procedure(tmp_path: Path, settings: Any) -> None:
    """Let the city have the one procedure that these tests need: what becomes of the others is not their business."""
    settings.CITY_FOLDER = copy_city(tmp_path, PROCEDURE)


@pytest.fixture
def use_core(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """Return what puts an adapter in the place of the configured one."""

    def use(core: Any) -> Any:
        monkeypatch.setitem(adapters.REGISTRY, "memory", lambda: core)
        settings.CORE_ADAPTER = "memory"
        adapters.forget()
        return core

    yield use
    adapters.forget()


@pytest.fixture
def memory(use_core: type_of_use) -> MemoryCore:
    """Deliver into a core system in memory."""
    return use_core(MemoryCore())
