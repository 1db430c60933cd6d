"""How large a window is: those that people have, and one that is as narrow as an enlarged page."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1440, 900)}
# A page as wide as 1280 px, enlarged four times.
NARROW = (320, 640)


def resize(page: Page, size: tuple[int, int]) -> None:
    """Make a page's window this wide and high (px)."""
    page.set_viewport_size({"width": size[0], "height": size[1]})


@contextmanager
def as_large_as_before(page: Page) -> Iterator[None]:
    """Give a page's window its size back, whatever it is made in between."""
    before = page.viewport_size
    yield
    if before is not None:
        page.set_viewport_size(before)
