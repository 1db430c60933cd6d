"""A browser without a screen, for real servers: it keeps the page it is on, and sends forms as that page would."""

import re
from collections.abc import Mapping

import httpx


class Visitor(httpx.Client):
    """Somebody at a running product; `page` is what was last opened."""

    page: httpx.Response

    def __init__(self, address: str) -> None:
        """Go to the product at `address`."""
        super().__init__(base_url=address, follow_redirects=True, timeout=60)

    def open(self, address: str, **query: str) -> str:
        """Open a page and return its text."""
        self.page = self.get(address, params=query)
        return self.page.text

    def submit(
        self, address: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send a form of the page; return the answer, which is the page then if it is one."""
        answer = self.post(address, data={"csrfmiddlewaretoken": self.token, **fields}, headers=headers)
        if answer.is_success:
            self.page = answer
        return answer

    @property
    def here(self) -> str:
        """The page's own address, by which it can be opened again."""
        return self.page.headers.get("Content-Location") or str(self.page.url)

    @property
    def token(self) -> str:
        """The page's token against forged requests."""
        return found_in(self.page.text, r'name="csrfmiddlewaretoken" value="(\w+)"')

    def sign_in(self, login: str, password: str) -> None:
        """Sign in."""
        self.open("/accounts/login/")
        self.submit("/accounts/login/", {"login": login, "password": password})
        assert "席を離れる" in self.page.text, self.page.text

    def address(self, part: str) -> str:
        """Return the page's own address of which this is a part."""
        return found_in(self.page.text, rf'"(/[^"]*{part}[^"]*)"')

    def begin(self, resident: str, procedure: str) -> None:
        """Find the resident, open a case and begin the procedure: the page is the interview then."""
        self.find(resident)
        self.submit(self.address("begin/"), {"procedure": procedure})

    def find(self, resident: str) -> None:
        """Find the resident and open a case: the page is the case then."""
        self.open("/counter/", q=resident)
        self.submit(self.address("counter/open/"), {})


def found_in(text: str, pattern: str) -> str:
    """Return what the first group of the pattern finds; a page that lacks it is shown."""
    found = re.search(pattern, text)
    assert found, text
    return str(found[1])
