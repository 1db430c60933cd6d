"""Addresses of pages, composed once: Django looks for each anew, and a page names a dozen."""

from functools import cache
from typing import Any
from uuid import UUID

from django.urls import reverse

NOBODY = UUID(int=0)


def address_of(view: str, *arguments: Any) -> str:
    """Return the address of a page, as Django's `reverse` does.

    Raises: NoReverseMatch.
    """
    if not arguments:
        return _alone(view)
    if len(arguments) == 1 and isinstance(arguments[0], UUID):
        return _around_an_id(view).replace(str(NOBODY), str(arguments[0]))
    return reverse(view, args=arguments)


@cache
def _alone(view: str) -> str:
    return reverse(view)


# Each application has addresses of its own: what stands around its id is composed once.
@cache
def _around_an_id(view: str) -> str:
    return reverse(view, args=[NOBODY])
