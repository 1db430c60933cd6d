"""What the environment of our fragments brings along."""

from uuid import uuid4

import pytest
from django.urls import reverse

from machimado.ground.ui.fragments import environment


def test_a_kept_part_is_drawn_once_for_the_same_arguments() -> None:
    drawn: list[str] = []
    made = environment(autoescape=True)
    made.globals["note"] = drawn.append
    page = made.from_string(
        "{% macro part(text) %}{{ note(text) }}<b>{{ text }}</b>{% endmacro %}"
        "{{ kept(part, text) }}{{ kept(part, text) }}{{ kept(part, '<i>') }}"
    )
    assert page.render(text="&") == "<b>&amp;</b><b>&amp;</b><b>&lt;i&gt;</b>"
    assert drawn == ["&", "<i>"]


@pytest.mark.parametrize("view", ["counter:interview", "counter:answers"])
def test_an_address_is_the_one_that_django_gives(view: str) -> None:
    page = environment().from_string("{{ url(view, id) }} {{ url('counter:desk') }}")
    for application in (uuid4(), uuid4()):
        address = reverse(view, args=[application])
        assert page.render(view=view, id=application) == f"{address} {reverse('counter:desk')}"
