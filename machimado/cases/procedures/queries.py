"""The procedures of this city as its files are (were, a second ago at most), and the frozen ones that applications keep."""

import time
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from django.conf import settings

from machimado.cases.procedures.catalogue import Catalogue, Frozen, city_catalogue
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.businesses import BUSINESSES, OTHER, SAID
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.languages import spoken_by
from machimado.cases.procedures.rules.life_event import Triage
from machimado.cases.procedures.rules.load import load_event, load_with_source
from machimado.cases.procedures.rules.source import Source


def current(procedure: str, *, on: date) -> Form:
    """Return the version of a procedure that is in force on a day.

    Raises: UnknownProcedureError.
    """
    return _city().current(procedure, on)


def offered(on: date, *, channel: str) -> list[Form]:
    """Return the procedures in force on a day that the channel offers, in the order that the city gives them."""
    forms = [form for form in _city().in_force(on) if channel in form.procedure.channels]
    order = _order(settings.CITY_FOLDER)
    return sorted(forms, key=lambda form: (order.get(form.id, len(order)), form.id))


def events_offered(on: date, *, channel: str) -> list[Bundle]:
    """Return the life events in force on a day that the channel offers, in the order that the city gives them."""
    found = [form for form in _city().events(on) if channel in form.procedure.channels]
    order = _order(settings.CITY_FOLDER)
    return sorted(found, key=lambda form: (order.get(form.id, len(order)), form.id))


def event_in_force(event: str, on: date) -> Bundle | None:
    """Return a life event with its procedures as it is on a day; none where it is not in force."""
    return next((form for form in _city().events(on) if form.id == event), None)


def is_offered(procedure: str, *, on: date, channel: str) -> bool:
    """Return whether the channel offers the procedure, or the life event, on a day."""
    everything = (*offered(on, channel=channel), *events_offered(on, channel=channel))
    return any(form.id == procedure for form in everything)


@lru_cache(maxsize=4)
def _order(folder: Path) -> dict[str, int]:
    """Return the place of each procedure and life event that `city.yaml` lists; officers learn the keys by heart, so it is fixed."""
    described = yaml.safe_load((folder / "city.yaml").read_text(encoding="utf-8"))
    listed = (*described.get("procedures", []), *described.get("events", []))
    return {procedure: place for place, procedure in enumerate(listed)}


def business_name(form: Form) -> str:
    """Return what the business of a procedure is called."""
    return BUSINESSES.get(form.procedure.business_id, OTHER)


def businesses() -> dict[str, str]:
    """Return what each standardised business is called, by its id."""
    return dict(BUSINESSES)


def business_of(form: Form) -> str:
    """Return the business that a procedure belongs to; of a life event the one with which it begins."""
    if isinstance(form, Bundle):
        first = next(iter(form.members.values()), None)
        return first.form.procedure.business_id if first else ""
    return form.procedure.business_id


def words_of(form: Form) -> str:
    """Return the words by which a procedure is found: its titles, which tell how it is read, its own, and its business."""
    own, title = form.procedure, form.procedure.title
    said = SAID.get(own.business_id, "")
    return " ".join((title["ja"], title.get("ja-simple", ""), *own.words, business_name(form), said))


def languages_of(form: Form) -> frozenset[str]:
    """Return the languages in which a form says everything to residents."""
    return spoken_by(form)


def versions(procedure: str) -> tuple[Form, ...]:
    """Return all versions of a procedure, oldest first."""
    return _city().versions(procedure)


def event_versions(event: str) -> tuple[Triage, ...]:
    """Return all versions of a life event, oldest first."""
    return _city().event_versions(event)


def every_event() -> list[tuple[Triage, ...]]:
    """Return each life event with all its versions."""
    city = _city()
    return [city.event_versions(event) for event in city.event_ids()]


def in_force(on: date) -> dict[str, Form]:
    """Return the procedures in force on a day, by id."""
    return {form.id: form for form in _city().in_force(on)}


def events_calling(procedure: str, *, on: date) -> list[Triage]:
    """Return the life events in force on a day that call the procedure."""
    found = [one.triage for one in _city().events(on)]
    return [one for one in found if any(step.procedure == procedure for step in one.event.procedures)]


def everything() -> list[tuple[Form, ...]]:
    """Return each procedure with all its versions, the procedures of one business together."""
    city = _city()
    found = [city.versions(procedure) for procedure in city.ids()]
    return sorted(found, key=lambda each: (each[-1].procedure.business_id, each[-1].id))


def text_of(form: Form) -> str:
    """Return the file of a version of a procedure or a life event, as it was read."""
    return _city().text(form.id, form.version)


def frozen(procedure: str, *, on: date) -> Frozen:
    """Return the definition in force on a day as an application keeps it.

    Raises: UnknownProcedureError.
    """
    return _city().frozen(procedure, on)


def read_beside(text: str, where: str, *, is_event: bool) -> tuple[Form | Triage, Source]:
    """Return what a text says that is to stand among the city's procedures, with what its translators have written.

    Raises: DefinitionError.
    """
    return _read_beside(text, where, is_event, _city())


@lru_cache(maxsize=16)
def _read_beside(text: str, where: str, is_event: bool, city: Catalogue) -> tuple[Form | Triage, Source]:
    load = load_event if is_event else load_with_source
    return load(text.encode(), where, city.words)


def _city() -> Catalogue:
    """Return the city's procedures. A page asks half a dozen times: the files are looked at once a second."""
    folders = (settings.CITY_FOLDER, settings.PUBLISHED_FOLDER)
    return _in_this_second(folders, int(time.monotonic()))


def look_again() -> None:
    """Let this process look at the files again at once: something was just published. Others do so within a second."""
    _in_this_second.cache_clear()


@lru_cache(maxsize=4)
def _in_this_second(folders: tuple[Path, ...], _second: int) -> Catalogue:
    return city_catalogue(*folders)
