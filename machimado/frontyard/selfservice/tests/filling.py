"""Answers a resident's pages one after the other, as they come."""

from typing import Any

from django.test import Client

from machimado.cases.applications.models import Application
from machimado.cases.procedures.rules.form import Form

SIGNATURE = (
    '{"width": 600, "height": 200, "strokes": [['
    + ", ".join(f"[{10 + 3 * n}, {40 + n % 5 * 8}]" for n in range(30))
    + "]]}"
)


def page(client: Client, application: Application, place: str = "") -> Any:
    """Return the page that the resident is led to, or that of a place."""
    address = f"/apply/a/{application.pk}/" + (f"q/{place}/" if place else "")
    return client.get(address, follow=True)


def send(client: Client, application: Application, place: str, **fields: Any) -> Any:
    """Send a page with these fields."""
    shown = page(client, application, place).context
    held = {
        "revision": str(shown["application"].revision),
        "page": shown["page_key"],
        "from": shown["came_from"],
    }
    return client.post(f"/apply/a/{application.pk}/q/{place}/", {**held, **fields})


def fields_of(form: Form, path: str, value: Any) -> dict[str, Any]:
    """Return an answer as the fields of its page."""
    question = form.question(path)
    kind = question.kind if question else "text"
    if kind == "date":
        year, month, day = (*str(value).split("-"), "", "")[:3]
        return {f"{path}.era": "W", f"{path}.year": year, f"{path}.month": month, f"{path}.day": day}
    if kind in {"name", "address", "account"}:
        return {f"{path}.{part}": each for part, each in value.items()}
    if kind == "declaration":
        return {path: "yes"} if value else {}
    return {path: value}
