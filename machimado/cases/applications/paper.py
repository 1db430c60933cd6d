"""The form on paper: the municipality's own layout, filled with an application or blank to write on."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.kept import SIGNATURE, form_of
from machimado.cases.applications.models import Application
from machimado.cases.applications.rules.outline import layout_of, printed_parts
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.form import Form
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer
from machimado.ground.typesetting.fonts import FontSet, font_folders, open_fonts
from machimado.ground.typesetting.missing import Missing, find_missing
from machimado.ground.typesetting.qr import qr_svg
from machimado.ground.typesetting.typesetter import anchored, picture, typeset


@dataclass(frozen=True, slots=True)
class Printed:
    """A form as PDF, and what its fonts lack (code points, `U+845B U+E0100`): nothing was silently replaced."""

    pdf: bytes
    missing: tuple[str, ...]


class NoLayout(Exception):
    """The city has no form on paper for this procedure."""


def has_layout(form: Form) -> bool:
    """Return whether the city has a form on paper for the procedure."""
    return _layout(form).is_file()


def _layout(form: Form) -> Path:
    """Return the layout that a version is printed with: the one that came with it, or the city's."""
    own = taken_over(form.id, form.version) / layout_name(form)
    return own if own.is_file() else layout_of(form, settings.CITY_FOLDER / "forms")


def taken_over(procedure: str, version: int) -> Path:
    """Return the folder of the layouts that were taken over from elsewhere with a version."""
    folder: Path = settings.PUBLISHED_FOLDER
    return folder / "layouts" / f"{procedure}.v{version}"


def layout_name(form: Form) -> str:
    """Return what the layout of a procedure is called."""
    return form.procedure.form or f"{form.id}.typ"


def _is_foreign(layout: Path) -> bool:
    """Tell whether a layout is none of the city's own."""
    return layout.parent != settings.CITY_FOLDER / "forms"


def specimen_of(*, form: Form, layout: Path, at: datetime) -> Printed:
    """Print the blank form of a definition with a layout that is not taken over yet.

    Raises: BrokenFormError.
    """
    return _print_with(layout, {**_fixed(form), **_BLANK}, at)


def pages_of(*, form: Form, layout: Path) -> tuple[bytes, ...]:
    """Draw the blank form of a definition with a layout that is not taken over yet, one picture (PNG) a page.

    Raises: BrokenFormError.
    """
    inputs = {**_fixed(form), "blank": True}
    return picture(layout, inputs, root=layout.parent, fonts=_fonts(), is_foreign=_is_foreign(layout))


def read_by(*, form: Form, layout: Path) -> frozenset[str]:
    """Return the paths of what a layout writes in its places.

    Raises: BrokenFormError.
    """
    return anchored(layout, _fixed(form), root=layout.parent, fonts=_fonts(), is_foreign=_is_foreign(layout))


def filled(*, application: Application, by: Officer, at: datetime) -> Printed:
    """Print an application; that somebody looked at it is recorded.

    Raises: NoLayout.
    """
    form = form_of(application)
    outcome = form.evaluate(application.answers, today=timezone.localdate(at), channel="counter")
    inputs = {
        **_fixed(form),
        "blank": False,
        "answers": dict(outcome.answers),
        "derived": dict(outcome.derived),
        "fee": outcome.fee,
        "reference": application.reference,
        "received": timezone.localdate(application.begun_at).isoformat(),
        "qr_svg": qr_svg(application.reference),
        "signature_svg": _signature(application),
    }
    printed = _print(form, inputs, at)
    resident = application.case.resident_id
    with transaction.atomic():
        record(
            by=by,
            action="application.printed",
            subject=str(resident or ""),
            case=str(application.case_id),
            at=at,
        )
    return printed


_BLANK: dict[str, Any] = {"blank": True, "answers": {}, "derived": {}, "reference": "", "qr_svg": ""}


def blank(*, procedure: str, address: str, at: datetime) -> Printed:
    """Print the form to write on; its QR code opens `address`.

    Raises: UnknownProcedureError, NoLayout.
    """
    form = procedures.current(procedure, on=timezone.localdate(at))
    return _print(form, {**_fixed(form), **_BLANK, "qr_svg": qr_svg(address)}, at)


def specimen(*, form: Form, at: datetime) -> Printed:
    """Print the blank form of a definition that is not in force (yet)."""
    return _print(form, {**_fixed(form), **_BLANK}, at)


def specimen_pages(*, form: Form) -> tuple[bytes, ...]:
    """Draw the blank form of a definition that is not in force (yet) as pictures (PNG), one a page."""
    return pages_of(form=form, layout=_layout(form))


def missing(application: Application) -> tuple[Missing, ...]:
    """Return the characters of the answers that the fonts of paper lack, for a page that warns before it is printed."""
    words = json.dumps(application.answers, ensure_ascii=False)
    return find_missing(words, _fonts().coverage)


def _print(form: Form, inputs: dict[str, Any], at: datetime) -> Printed:
    if not has_layout(form):
        raise NoLayout
    return _print_with(_layout(form), inputs, at)


def _print_with(layout: Path, inputs: dict[str, Any], at: datetime) -> Printed:
    paper = typeset(
        layout,
        inputs,
        root=layout.parent,
        fonts=_fonts(),
        created_at=at,
        is_foreign=_is_foreign(layout),
    )
    return Printed(paper.pdf, tuple(missing.code_points for missing in paper.missing))


def _fixed(form: Form) -> dict[str, Any]:
    return {"city": _city(settings.CITY_FOLDER), **printed_parts(form)}


def _signature(application: Application) -> str:
    kept = application.files.filter(purpose=SIGNATURE).first()
    return bytes(kept.content).decode() if kept else ""


def open_city_fonts() -> FontSet:
    """Return the fonts that the city prints with."""
    return _fonts()


@lru_cache(maxsize=4)
def _city(folder: Path) -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load((folder / "city.yaml").read_text(encoding="utf-8"))
    return described


@lru_cache(maxsize=1)
def _fonts() -> FontSet:
    own = settings.CITY_FOLDER / "fonts"
    return open_fonts(font_folders(settings, own), cache=settings.DATA_FOLDER / "font-coverage")
