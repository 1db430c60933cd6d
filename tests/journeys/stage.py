"""What a journey needs: people with browsers of their own, and a close look at every page that they see.

    def test_…(stage: Stage) -> None:
        officer = stage.enter("ono")              # signed in, in a browser of her own
        officer.goto(stage.address + "/…")
        stage.look(officer, "窓口")               # axe, layout, photographs

A page that was opened and not looked at fails the journey; so do errors on the console, violations of the
content security policy, answers of 4xx (but 422, a form that comes back) and requests to anywhere else.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, Page, Request, Response

from tests.journeys import axe, spacing
from tests.journeys.sizes import NARROW, SIZES, as_large_as_before, resize
from tests.journeys.watched import HEADER
from tests.processes import Product

# A form that comes back with what is wrong with it.
COMES_BACK = 422


@dataclass
class Stage:
    """One journey: the product, the people on it, and what went wrong meanwhile."""

    browser: Browser
    product: Product
    name: str
    photographs: Path | None
    # Titles of what any journey of this run has looked at: a look takes seconds on a page with many questions.
    seen: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    # Who else the people on it go to or speak with, who are no part of the house: an identity provider, the card reader's agent.
    neighbours: tuple[str, ...] = ()
    expected_statuses: set[int] = field(default_factory=lambda: {COMES_BACK})
    _contexts: list[BrowserContext] = field(default_factory=list)
    _opened: set[str] = field(default_factory=set)
    _looked_at: set[str] = field(default_factory=set)
    # What a page that answers a post says is its own address.
    _said: dict[str, str] = field(default_factory=dict)
    # Which template drew what a page shows, where the product says so (watched.py).
    _drawn: dict[Page, str] = field(default_factory=dict)
    _count: int = 0

    @property
    def address(self) -> str:
        """Return where the product is."""
        return self.product.address

    def visitor(self, **options: Any) -> Page:
        """Return a page in a new browser in which nobody is signed in."""
        context = self.browser.new_context(
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            reduced_motion="reduce",
            **{"viewport": size("desktop"), **options},
        )
        context.set_default_timeout(15_000)
        context.on("page", self._watch)
        self._contexts.append(context)
        return context.new_page()

    def enter(self, login: str, **options: Any) -> Page:
        """Return a page of a new browser in which the officer has signed in."""
        page = self.visitor(**options)
        page.goto(self.address)
        self.sign_in(page, login, self.product.password(login))
        return page

    def close_and_open(self, page: Page) -> Page:
        """Close somebody's browser and open it again: it has what a browser keeps over that, and no session."""
        kept = page.context.storage_state()
        page.context.close()
        lasting = [cookie for cookie in kept["cookies"] if cookie["expires"] > 0]
        return self.visitor(storage_state={**kept, "cookies": lasting})

    def sign_in(self, page: Page, login: str, password: str) -> None:
        """Fill in the sign-in page and send it."""
        self.look_once(page, "サインイン")
        page.get_by_label("職員ID").fill(login)
        page.get_by_label("パスワード").fill(password)
        page.get_by_role("button", name="サインイン", exact=True).click()
        page.wait_for_load_state()

    def look(self, page: Page, title: str) -> None:
        """Check the page as it is now: accessibility, layout in three sizes; photograph it where that is asked for."""
        page.wait_for_load_state("load")
        page.evaluate("() => document.fonts.ready")
        self._looked_at.add(place(page.url))
        self.seen.add(title)
        self._count += 1
        self.examine(page, title, "as it is")
        with as_large_as_before(page):
            for name, size in SIZES.items():
                self._look_in(page, title, name, size)
            # Whoever reads enlarged, or with wider lines.
            self.problems += [f"{title}: {one}" for one in spacing.measure(page, NARROW)]
        self._examine_colours(page, title)

    def _look_in(self, page: Page, title: str, name: str, size: tuple[int, int]) -> None:
        resize(page, size)
        if axe.folder() is not None:
            # What is published says that every page was tested in every size.
            self.examine(page, title, name)
        if page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth + 1"):
            self.problems.append(f"{title}: wider than a {name}")
        self._photograph(page, title, name)

    def _examine_colours(self, page: Page, title: str) -> None:
        """Ask axe about the page in each of its other colours, where it lets its reader choose: once for each kind of page."""
        kind = f"colours: {place(page.url)}"
        if axe.folder() is None and kind in self.seen:
            return
        self.seen.add(kind)
        for colours in axe.in_other_colours(page):
            self.examine(page, title, colours)

    def examine(self, page: Page, title: str, size_name: str = "as it is") -> None:
        """Ask axe about the page as it is now, and nothing else."""
        drawn = self._drawn.get(page, "")
        name = re.sub(r"[^\w\-]+", "_", f"{self.name}-{self._count:02}-{title}-{size_name}")
        found = axe.look(page, title, drawn, name=name)
        self.problems += [f"{title} ({size_name}): {one}" for one in found]

    def look_once(self, page: Page, title: str) -> None:
        """Look at a page that no journey of this run has looked at in this state yet."""
        if title in self.seen:
            self._looked_at.add(place(page.url))
        else:
            self.look(page, title)

    def _photograph(self, page: Page, title: str, size_name: str) -> None:
        if self.photographs is None:
            return
        safe = re.sub(r"[^\w\-]+", "_", title)
        target = self.photographs / self.name / f"{self._count:02}-{safe}.{size_name}.png"
        page.screenshot(path=target, full_page=True)

    def end(self) -> list[str]:
        """Close all browsers; return everything that was wrong."""
        for context in self._contexts:
            context.close()
        unseen = [f"opened, but not looked at: {where}" for where in sorted(self._opened - self._looked_at)]
        return [*self.problems, *unseen]

    def _watch(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("request", self._follow)
        page.on("response", self._weigh)
        page.on("framenavigated", self._note)

    def _hear(self, message: ConsoleMessage) -> None:
        # Answers of 4xx and 5xx are weighed in _weigh.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console: {message.text}")

    def _follow(self, request: Request) -> None:
        # The browser shows a PDF by pages of its own.
        own = ("data:", "blob:", "chrome://", "chrome-extension://")
        ours = (self.address, self.address.replace("http", "ws"), *own, *self.neighbours)
        if not request.url.startswith(ours):
            self.problems.append(f"a request left the house: {request.url}")

    def _weigh(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected_statuses:
            self.problems.append(f"{response.status} from {response.url}")
        drawn = response.headers.get(HEADER.lower(), "")
        # What stands in a frame is none of the page's own.
        if drawn and response.frame.parent_frame is None and not drawn.rpartition("/")[2].startswith("_"):
            self._drawn[response.frame.page] = drawn
        if said := response.headers.get("content-location"):
            self._said[response.url] = said

    def _note(self, frame: Frame) -> None:
        if frame.parent_frame is None and frame.url.startswith(self.address):
            self._opened.add(place(self._said.get(frame.url, frame.url)))


def size(name: str) -> dict[str, int]:
    """Return a screen's size as Playwright wants it."""
    width, height = SIZES[name]
    return {"width": width, "height": height}


def place(address: str) -> str:
    """Return a page's path with its numbers and ids taken out: one page of its kind is looked at, not each."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "*", urlsplit(address).path)
