"""Ten megabytes of text, over HTTP to a real server: refused in words, and nothing of what was there is lost."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.processes import Product

pytestmark = pytest.mark.processes
TEN_MEGABYTES = "あ" * (10 * 1024 * 1024 // 3)
PHONE = "0235-00-0000"
SAYS = "一度に送れる大きさを超えています"


@pytest.fixture
def officer(product: Product) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=product.address, follow_redirects=True, timeout=60) as client:
        page = client.get("/accounts/login/")
        post(client, page, "/accounts/login/", login="ono", password=product.password("ono"))
        yield client


@pytest.fixture
def interview(officer: httpx.Client, product: Product) -> httpx.Response:
    """Return the page of an application in which a telephone number was saved."""
    found = officer.get("/counter/search/", params={"q": product.parent}).text
    case = post(officer, officer.get("/counter/"), address_in(found, "counter/open/"))
    begun = post(officer, case, address_in(case.text, "begin/"), procedure="child-allowance-claim")
    answers = address_in(begun.text, "answers/")
    return post(officer, begun, answers, path="contact.phone", **{"contact.phone": PHONE})


def post(client: httpx.Client, page: httpx.Response, address: str, **fields: str) -> httpx.Response:
    return client.post(address, data={"csrfmiddlewaretoken": token_of(page), **fields})


def token_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found
    return found[1]


def address_in(page: str, part: str) -> str:
    found = re.search(rf'"(/[^"]*{part}[^"]*)"', page)
    assert found, page
    return found[1]


def test_the_page_is_told_and_keeps_what_it_had(officer: httpx.Client, interview: httpx.Response) -> None:
    answers = address_in(interview.text, "answers/")
    headers = {"HX-Request": "true", "X-CSRFToken": token_of(interview)}
    fields = {"path": "event_detail", "event_detail": TEN_MEGABYTES}
    refused = officer.post(answers, data=fields, headers=headers)
    assert refused.status_code == 413
    assert SAYS in refused.text
    plain = post(officer, interview, answers, **fields)
    assert plain.status_code == 413
    assert SAYS in plain.text
    assert PHONE in officer.get(interview.url).text


def test_a_stranger_is_told_as_well(product: Product) -> None:
    with httpx.Client(base_url=product.address, timeout=60) as stranger:
        told = post(stranger, stranger.get("/accounts/login/"), "/accounts/login/", login=TEN_MEGABYTES)
    assert told.status_code == 413
    assert SAYS in told.text
