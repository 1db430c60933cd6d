import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys import tour
from tests.journeys.axe import AXE
from tests.journeys.stage import Stage
from tests.processes import Product

# The shell draws the same pages without a browser around them: two thirds of the time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# A busy machine may take longer than five seconds for a page; what never comes still fails.
expect.set_options(timeout=15_000)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return where Chromium is; skip the journey where there is none."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("no Chromium on this machine: `apt-get install chromium` (.ci/run does it)")
    if not AXE.exists():
        pytest.skip("the front end is not installed: `make install`")
    return found


# Playwright keeps an event loop in this thread, and Django refuses its store where one runs: so the browser
# lives as long as one module of journeys, and tests of other rooms may follow in the same process.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def seen() -> set[str]:
    """Remember what the journeys of this run have looked at."""
    return set()


@pytest.fixture
def stage(
    request: pytest.FixtureRequest, browser: Browser, product: Product, seen: set[str]
) -> Iterator[Stage]:
    """Set the stage for a journey, and say at its end what was wrong on the pages."""
    folder = os.environ.get("MACHIMADO_TOUR")
    name = request.node.name.removeprefix("test_")
    stage = Stage(browser, product, name, Path(folder).resolve() if folder else None, seen)
    yield stage
    problems = stage.end()
    assert not problems, "\n".join(problems)


@pytest.fixture(scope="session", autouse=True)
def _index() -> Iterator[None]:
    """Write the tour's index when all photographs are taken."""
    yield
    folder = os.environ.get("MACHIMADO_TOUR")
    if folder:
        tour.write_index(Path(folder))
