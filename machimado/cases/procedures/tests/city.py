"""The sample city's folder, for tests that use its real procedures."""

from pathlib import Path

CITY = Path(__file__).parents[4] / "cities" / "yukimi"
