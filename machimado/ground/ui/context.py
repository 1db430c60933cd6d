from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """Return what each page shows: the city and whether it is a sample."""
    return {"city": city(), "partial": request.headers.get("HX-Request") == "true"}


@cache
def city() -> dict[str, Any]:
    """Return the city's own description from `city.yaml`: name, kana, and a notice where it is a sample."""
    with (settings.CITY_FOLDER / "city.yaml").open(encoding="utf-8") as file:
        described: dict[str, Any] = yaml.safe_load(file)
    return described
