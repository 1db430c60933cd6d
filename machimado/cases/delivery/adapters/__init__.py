"""The ways into core systems. Each folder is one whole adapter; none knows another."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from machimado.cases.delivery.adapters.csv_drop.adapter import CsvDropAdapter
from machimado.cases.delivery.adapters.rest.adapter import RestAdapter
from machimado.cases.delivery.rules.contract import Adapter

REGISTRY: dict[str, Callable[[], Adapter]] = {
    "rest": RestAdapter.from_settings,
    "csv_drop": CsvDropAdapter.from_settings,
}


def adapter_for(system: str) -> Adapter:  # noqa: ARG001 - callers say which; one core serves all of them
    """Return the adapter for a system by its id (業務ID).

    Raises: ImproperlyConfigured.
    """
    return _built(settings.CORE_ADAPTER)


@cache
def _built(name: str) -> Adapter:
    if name not in REGISTRY:
        known = "、".join(sorted(REGISTRY))
        raise ImproperlyConfigured(
            f"MACHIMADO_CORE_ADAPTER は {known} のどれかにしてください（今の値: {name!r}）。"
        )
    return REGISTRY[name]()


def forget() -> None:
    """Build adapters anew at the next use: the settings changed."""
    _built.cache_clear()
