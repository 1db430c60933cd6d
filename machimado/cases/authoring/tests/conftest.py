"""What each test of this room has."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from machimado.cases.authoring.tests.drafting import forget


@pytest.fixture(autouse=True)
def published(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Return where this test's published versions stand."""
    settings.PUBLISHED_FOLDER = tmp_path / "published"
    forget()
    yield settings.PUBLISHED_FOLDER
    forget()
