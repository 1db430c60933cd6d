"""One file to hand on: what is in it before it is taken over, and what is packed into it."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from machimado.cases.authoring.queries.reading import Reading, form_of, is_event, read, versions
from machimado.cases.authoring.rules import editing, packing
from machimado.cases.procedures.rules.form import Form


class NotReadable(Exception):
    """The text is no procedure that could be begun from; the message says why."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file from elsewhere before it is taken over: how it will stand here, and whether the city has such a procedure."""

    text: str
    reading: Reading
    is_known: bool


def incoming(text: str) -> Incoming:
    """Return what a file from elsewhere would change.

    Raises: NotReadable.
    """
    first = read(text)
    if first.form is None:
        one = first.problems[0]
        raise NotReadable(f"このファイルは読めません：{one.what}（{one.line}行目）")
    found = versions(first.id)
    number = max((form_of(each).version for each in found), default=0) + 1
    # As the next version: what it changes is told against the newest one here.
    reading = read(editing.put(text, ("version", "number"), number))
    return Incoming(text, reading, bool(found))


def version(identity: str, number: int) -> Form | None:
    """Return a version of a procedure or life event, of the latter what asks."""
    return next((form for one in versions(identity) if (form := form_of(one)).version == number), None)


def packed(form: Form | None, text: str) -> bytes:
    """Return a definition as one file, with the city's own forms on paper that it needs."""
    data = read(text).data
    folder = "events" if is_event(data) else "procedures"
    name = form.id if form else str(data.get("id", "draft"))
    return packing.pack(f"{folder}/{name}.yaml", text, _layouts(form) if form else {})


def _layouts(form: Form) -> dict[str, bytes]:
    """Return the city's own form of a procedure and those that it takes in; nothing where the standard one serves."""
    folder: Path = settings.CITY_FOLDER / "forms"
    first = form.procedure.form or f"{form.id}.typ"
    waiting, found = [first], dict[str, bytes]()
    while waiting:
        name = waiting.pop()
        path = folder / name
        if name not in found and path.is_file():
            found[name] = path.read_bytes()
            waiting += packing.imported(found[name].decode())
    return found


def notes_on_layouts(file: packing.Packed) -> list[str]:
    """Return what there is to say of the forms on paper that came with a file: those are kept by whoever keeps the machine."""
    folder: Path = settings.CITY_FOLDER / "forms"
    here = {
        name: (folder / name).read_bytes() if (folder / name).is_file() else None for name in file.layouts
    }
    new = [name for name in sorted(here) if here[name] is None]
    other = [name for name in sorted(here) if here[name] not in {None, file.layouts[name]}]
    told = []
    if new:
        told.append(
            f"紙の様式「{'」「'.join(new)}」は、このまちにありません。使うときは、様式の置き場（forms）に入れるよう情報政策課に頼んでください。それまでは標準の様式で印刷します。"
        )
    if other:
        told.append(
            f"紙の様式「{'」「'.join(other)}」は、このまちの様式と違います。取り込んでも、このまちの様式で印刷します。"
        )
    return told
