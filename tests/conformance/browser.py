"""A browser without a screen: reads the forms of a page, and sends them with what stands in their fields, as browsers do."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

CHECKABLE = frozenset({"checkbox", "radio"})


@dataclass
class Field:
    """A field: what it holds, whether it is checked, and which values a select offers."""

    name: str
    kind: str
    value: str = ""
    checked: bool = False
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form of a page."""

    method: str
    action: str
    fields: list[Field] = field(default_factory=list)
    # What its buttons send, and the address that they send it to where it is not the form's.
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def write(self, name: str, text: str) -> None:
        """Type into a field, or choose in a list."""
        found = self._one(name)
        assert found.kind != "select" or text in found.choices, f"{name} offers {found.choices}, not {text!r}"
        found.value = text

    def check(self, name: str, *values: str) -> None:
        """Check these boxes of a name, and no others."""
        boxes = [one for one in self.fields if one.name == name and one.kind in CHECKABLE]
        offered = {box.value for box in boxes}
        assert set(values) <= offered, f"{name} offers {sorted(offered)}, not {values}"
        for box in boxes:
            box.checked = box.value in values

    def _one(self, name: str) -> Field:
        found = [one for one in self.fields if one.name == name]
        assert found, f"no field {name} in the form that goes to {self.action}"
        return found[0]

    def sent(self) -> dict[str, list[str]]:
        """Return what the browser sends of its fields."""
        data: dict[str, list[str]] = {}
        for one in self.fields:
            if one.kind == "file" or (one.kind in CHECKABLE and not one.checked):
                continue
            data.setdefault(one.name, []).append(one.value)
        return data

    def press(
        self, client: Client, button: str = "", value: str = "", *, files: dict[str, bytes] | None = None
    ) -> Any:
        """Send the form by one of its buttons, and follow to the page that comes; `files` are chosen in their fields."""
        data: dict[str, Any] = dict(self.sent())
        action = self.action
        if button:
            pressed = [one for one in self.buttons if one[:2] == (button, value)]
            assert pressed, f"no button {button}={value} in the form that goes to {self.action}"
            data[button], action = [value], pressed[0][2].partition("#")[0] or self.action
        for name, content in (files or {}).items():
            assert self._one(name).kind == "file"
            data[name] = SimpleUploadedFile(f"{name}.pdf", content)
        if self.method == "get":
            return client.get(action, data, follow=True)
        return client.post(action, data, follow=True)


class _Reader(HTMLParser):
    """Collects the forms of a page; fields that name their form by its id belong to it."""

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.strays: list[tuple[str, Field | tuple[str, str, str]]] = []
        self._form: Form | None = None
        self._text: Field | None = None
        self._list: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(has.get("method", "get"), has.get("action") or self.address)
            self.forms.append(self._form)
            self.by_id[has.get("id", "")] = self._form
        elif tag == "button":
            if has.get("type", "submit") == "submit":
                self._keep(has, (has.get("name", ""), has.get("value", ""), has.get("formaction", "")))
        elif tag == "option" and self._list is not None:
            self._list.choices.append(has.get("value", ""))
            if "selected" in has or len(self._list.choices) == 1:
                self._list.value = has.get("value", "")
        elif tag in {"input", "select", "textarea"} and has.get("name"):
            self._field(tag, has)

    def _field(self, tag: str, has: dict[str, str]) -> None:
        kind = has.get("type", "text") if tag == "input" else tag
        made = Field(has["name"], kind, has.get("value", "on" if kind in CHECKABLE else ""))
        made.checked = "checked" in has
        self._list = made if tag == "select" else self._list
        self._text = made if tag == "textarea" else self._text
        self._keep(has, made)

    def _keep(self, has: dict[str, str], made: Field | tuple[str, str, str]) -> None:
        if "form" in has:
            self.strays.append((has["form"], made))
        elif self._form is not None:
            _add(self._form, made)

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._list = None
        elif tag == "textarea":
            self._text = None


def _add(form: Form, made: Field | tuple[str, str, str]) -> None:
    if isinstance(made, Field):
        form.fields.append(made)
    else:
        form.buttons.append(made)


def forms(page: Any) -> list[Form]:
    """Return the forms of a page that a test client got."""
    reader = _Reader(page.request["PATH_INFO"])
    reader.feed(page.content.decode())
    for owner, made in reader.strays:
        if owner in reader.by_id:
            _add(reader.by_id[owner], made)
    return reader.forms


def form_to(page: Any, end: str) -> Form:
    """Return the form of a page that goes to an address with this end."""
    found = [one for one in forms(page) if one.action.endswith(end)]
    assert found, f"no form to …{end} on {page.request['PATH_INFO']} ({page.status_code})"
    return found[0]


def pressed(client: Client, page: Any, address: str) -> Any:
    """Press the button of a page that sends to an address with this end, whichever form it belongs to."""
    for form in forms(page):
        for name, value, action in form.buttons:
            if (action or form.action).partition("#")[0].endswith(address):
                data = form.sent() | ({name: [value]} if name else {})
                return client.post(action or form.action, data, follow=True)
    raise AssertionError(f"no button to …{address} on {page.request['PATH_INFO']} ({page.status_code})")
