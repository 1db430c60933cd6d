"""One file to hand on: what is in it before it is taken over, and what is packed into it."""

from dataclasses import dataclass

from machimado.cases.authoring.queries.layouts import (
    Layouts,
    changes_of,
    own_layout,
    packed_layouts,
    wrong_with,
)
from machimado.cases.authoring.queries.reading import Reading, is_event, read, versions
from machimado.cases.authoring.rules import editing, packing
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import form_of


class NotReadable(Exception):
    """The text is no procedure that could be begun from; the message says why."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file from elsewhere before it is taken over: how it will stand here, and whether the city has such a procedure."""

    text: str
    reading: Reading
    is_known: bool
    # What the forms on paper that came with it change, and why they cannot be taken over.
    on_paper: tuple[str, ...] = ()
    wrong_on_paper: str = ""
    has_paper: bool = False


def incoming(file: packing.Packed) -> Incoming:
    """Return what a file from elsewhere would change.

    Raises: NotReadable.
    """
    text = file.text
    first = read(text)
    if first.form is None:
        one = first.problems[0]
        raise NotReadable(f"このファイルは読めません：{one.what}（{one.line}行目）")
    found = versions(first.id)
    number = max((form_of(each).version for each in found), default=0) + 1
    # As the next version: what it changes is told against the newest one here.
    reading = read(editing.put(text, ("version", "number"), number))
    form = reading.form
    if form is None or reading.is_event:
        return Incoming(text, reading, bool(found))
    return Incoming(
        text,
        reading,
        bool(found),
        tuple(changes_of(form, file.layouts)),
        wrong_with(form, file.layouts),
        bool(own_layout(form, file.layouts)),
    )


def version(identity: str, number: int) -> Form | None:
    """Return a version of a procedure or life event, of the latter what asks."""
    return next((form for one in versions(identity) if (form := form_of(one)).version == number), None)


def packed(form: Form | None, text: str, layouts: Layouts | None = None) -> bytes:
    """Return a definition as one file, with the forms on paper that it needs: those that came with it, or the city's own."""
    data = read(text).data
    folder = "events" if is_event(data) else "procedures"
    name = form.id if form else str(data.get("id", "draft"))
    kept = layouts or (packed_layouts(form) if form else {})
    return packing.pack(f"{folder}/{name}.yaml", text, kept)
