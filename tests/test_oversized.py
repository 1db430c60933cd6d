"""Ten megabytes of text, over HTTP to a real server: refused in words, and nothing of what was there is lost."""

import pytest

from tests.processes import Product
from tests.visitor import Visitor

pytestmark = pytest.mark.processes
TEN_MEGABYTES = "あ" * (10 * 1024 * 1024 // 3)
PHONE = "0235-00-0000"
SAYS = "一度に送れる大きさを超えて"


def test_the_page_is_told_and_keeps_what_it_had(product: Product) -> None:
    with Visitor(product.address) as officer:
        officer.sign_in("ono", product.password("ono"))
        officer.begin(product.parent, "child-allowance-claim")
        here, answers = officer.here, officer.address("answers/")
        officer.submit(answers, {"path": "contact.phone", "contact.phone": PHONE})
        for headers in ({"HX-Request": "true", "X-CSRFToken": officer.token}, {}):
            fields = {"path": "event_detail", "event_detail": TEN_MEGABYTES}
            refused = officer.submit(answers, fields, headers=headers)
            assert refused.status_code == 413
            assert SAYS in refused.text
        assert PHONE in officer.open(here)


def test_a_stranger_is_told_as_well(product: Product) -> None:
    with Visitor(product.address) as stranger:
        stranger.open("/accounts/login/")
        told = stranger.submit("/accounts/login/", {"login": TEN_MEGABYTES})
    assert told.status_code == 413
    assert SAYS in told.text
