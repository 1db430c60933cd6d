"""The forms on paper that came with a file from elsewhere: what they change, whether they can be printed, and how they look."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings

from machimado.cases.applications import paper
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.rules import packing
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.load import vocabulary
from machimado.ground.typesetting.frames import BrokenFormError

Layouts = Mapping[str, bytes]
# What a form may write beside answers. Source: machimado/ground/typesetting/README.md, Inputs
_OURS = frozenset({"fee", "reference", "received", "qr_svg", "signature_svg", "missing"})
_MOST_TOLD = 5


def layouts_of(draft: Draft) -> dict[str, bytes]:
    """Return the forms on paper that came with a draft, by their names."""
    return {name: text.encode() for name, text in draft.layouts.values_list("name", "text")}


def own_layout(form: Form, layouts: Layouts) -> str:
    """Return the name of a procedure's own form among those that came with it; nothing where it is not there."""
    name = paper.layout_name(form)
    return name if name in layouts else ""


def packed_layouts(form: Form) -> dict[str, bytes]:
    """Return the form with which a version is printed and those that it takes in; nothing where the standard one serves."""
    taken = paper.taken_over(form.id, form.version)
    city: Path = settings.CITY_FOLDER / "forms"
    first = paper.layout_name(form)
    folder = taken if (taken / first).is_file() else city
    return _with_imports(first, folder, {})


def _with_imports(first: str, folder: Path, known: Layouts) -> dict[str, bytes]:
    """Return a form and all that it takes in: of those that are known, and of a folder."""
    waiting, found = [first], dict[str, bytes]()
    while waiting:
        name = waiting.pop()
        path = folder / name
        if name not in found and (name in known or path.is_file()):
            found[name] = known[name] if name in known else path.read_bytes()
            waiting += packing.imported(found[name].decode("utf-8", "replace"))
    return found


def to_be_kept(form: Form, layouts: Layouts) -> dict[str, bytes]:
    """Return what of the forms that came is taken over: the procedure's own, with what it takes in, filled up from the city's."""
    first = own_layout(form, layouts)
    return _with_imports(first, settings.CITY_FOLDER / "forms", layouts) if first else {}


@contextmanager
def laid_down(layouts: Layouts) -> Iterator[Path]:
    """Lend a folder that holds these forms and nothing else."""
    with tempfile.TemporaryDirectory(prefix="machimado-layouts-") as name:
        folder = Path(name)
        for each, content in layouts.items():
            (folder / each).write_bytes(content)
        yield folder


def wrong_with(form: Form, layouts: Layouts) -> str:
    """Return why the forms that came cannot be taken over, as a sentence; nothing where they can, or none came."""
    kept = to_be_kept(form, layouts)
    if not kept:
        return ""
    name = own_layout(form, layouts)
    try:
        with laid_down(kept) as folder:
            paths = paper.read_by(form=form, layout=folder / name)
            paper.specimen_of(form=form, layout=folder / name, at=datetime.fromtimestamp(0).astimezone())
    except BrokenFormError as error:
        return f"紙の様式「{name}」は印刷できないため、取り込めません。作った人に、次の文を伝えてください：{error}"
    unknown = sorted(path for path in paths if not is_known(form, path))
    if unknown:
        told = "」「".join(unknown[:_MOST_TOLD])
        return (
            f"紙の様式「{name}」が、この手続にない「{told}」を書こうとしているため、取り込めません。"
            "様式か手続の、どちらかの版が違います。組になっているファイルをもらい直してください。"
        )
    return ""


def is_known(form: Form, path: str) -> bool:
    """Tell whether a path of a form names something that the procedure has."""
    head, _, rest = path.partition(".")
    if head == "answers":
        steps = rest.split(".")
        return any(_is_asked(form, ".".join(steps[:end])) for end in range(len(steps), 0, -1))
    if head == "derived":
        return rest.partition(".")[0] in form.procedure.derived
    return head in _OURS


def _is_asked(form: Form, path: str) -> bool:
    """Tell whether a procedure asks it, or others do: a house's own helpers leave places that only some forms fill."""
    return form.question(path) is not None or path in vocabulary().meanings


def changes_of(form: Form, layouts: Layouts) -> list[str]:
    """Return what the forms that came change on paper, a sentence each."""
    kept, here = to_be_kept(form, layouts), packed_layouts(form)
    left_out = sorted(set(layouts) - set(kept))
    told = [
        f"紙の様式「{name}」は、このまちにありません。この版の印刷に使います。"
        if name not in here
        else f"紙の様式「{name}」は、このまちの様式と違います。この版の印刷に使います。"
        for name in sorted(kept)
        if kept[name] != here.get(name)
    ]
    if left_out:
        told.append(f"紙の様式「{'」「'.join(left_out)}」は、この手続の印刷に使わないため、取り込みません。")
    return told


def specimen(form: Form, layouts: Layouts, at: datetime) -> bytes:
    """Return the form on paper as a PDF, as the layouts that came draw it.

    Raises: BrokenFormError.
    """
    with laid_down(to_be_kept(form, layouts)) as folder:
        return paper.specimen_of(form=form, layout=folder / own_layout(form, layouts), at=at).pdf


def specimen_pages(form: Form, layouts: Layouts) -> tuple[bytes, ...]:
    """Return the form on paper as pictures, as the layouts that came draw it.

    Raises: BrokenFormError.
    """
    with laid_down(to_be_kept(form, layouts)) as folder:
        return paper.pages_of(form=form, layout=folder / own_layout(form, layouts))
