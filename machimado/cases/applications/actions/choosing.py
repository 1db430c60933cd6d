"""Somebody who was named before is chosen for another list: what is known of them is not asked again."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from machimado.cases.applications.actions.answering import (
    ANY_PAGE,
    Conflict,
    Page,
    change,
    check_nobody_else_changed,
    put,
    who,
)
from machimado.cases.applications.actions.kept import channel_of, form_of, lock
from machimado.cases.applications.models import APPLICATIONS, Application
from machimado.cases.applications.permissions import State, check_state
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.refused import left_over
from machimado.cases.procedures.rules import people
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.outcome import Offer
from machimado.ground.people.models import Officer

NOBODY: frozenset[str] = frozenset()
# What was answered about somebody who was taken out, by the list and who they are: chosen again, they have it again.
ASIDE = "aside"


@transaction.atomic
def choose_people(
    *,
    application: Application,
    group: str,
    add: Collection[str] = NOBODY,
    drop: Collection[str] = NOBODY,
    by: Officer | None,
    at: datetime,
    page: Page = ANY_PAGE,
) -> Application:
    """Put people who were named at these places into a list, and take others out; whoever stands there already stays.

    Raises: WrongState; PathRefused where nobody can be chosen for that list; Conflict when rows have moved since the page
    was shown.
    """
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    chosen = _Choice(locked, group, at)
    _check_rows(locked, {group, *_lists(*add, *drop)}, page)
    new = [one for one in chosen.offers if one.place in add and one.row is None]
    old = [one for one in chosen.offers if one.place in drop and one.row is not None]
    if not new and not old:
        return locked
    paths = {ASIDE, group, *(documents.group_of(f"{one.place}.name") or one.place for one in new)}
    return change(
        locked, lambda kept: chosen.make(kept, new, old, by), paths, by, at, "application.people_chosen"
    )


@transaction.atomic
def choose_name(
    *,
    application: Application,
    path: str,
    place: str,
    by: Officer | None,
    at: datetime,
    page: Page = ANY_PAGE,
) -> Application:
    """Answer a question that asks for one name with that of somebody who was named at a place.

    Raises: WrongState; PathRefused where they cannot be chosen there; Conflict when the answer was changed on another page.
    """
    locked = lock(application)
    check_state(locked, State.INTERVIEW)
    name = _name_of(locked, path, place, at)
    locked.refused = left_over(locked.refused, {}, taken={path: name})
    if documents.take(locked.answers, path) == name:
        APPLICATIONS.write(locked, "refused")
        return locked
    check_nobody_else_changed(locked, {path: name}, page, at)
    _check_rows(locked, _lists(place), page)
    return change(locked, lambda kept: put(kept, path, name, by), {path}, by, at, "application.people_chosen")


def _name_of(application: Application, path: str, place: str, at: datetime) -> dict[str, str]:
    """Return the name of whoever is offered at a place."""
    outcome = form_of(application).evaluate(
        application.answers, today=timezone.localdate(at), channel=channel_of(application)
    )
    offered = (one for one in outcome.candidates.get(path, ()) if one.place == place)
    found = next(offered, None)
    if found is None:
        raise documents.PathRefused(path)
    return dict(found.name)


def _lists(*places: str) -> set[str]:
    """Return the lists in which these places are rows."""
    return {documents.group_of(f"{place}.name") for place in places} - {""}


def _check_rows(application: Application, lists: Collection[str], page: Page) -> None:
    """Check that the rows stand where the page shows them."""
    if page.revision is None:
        return
    for path in lists:
        if application.sources.get(path, {}).get("revision", 0) > page.revision:
            raise Conflict(path, documents.take(application.answers, path), moved=True)


class _Choice:
    """Who can be chosen for a list, as the answers are."""

    def __init__(self, application: Application, group: str, at: datetime) -> None:
        form, today, channel = form_of(application), timezone.localdate(at), channel_of(application)
        ties = form.ties if isinstance(form, Bundle) else ()
        tie = next((one for one in ties if one.group == group), None)
        if tie is None or not isinstance(form, Bundle):
            raise documents.PathRefused(group)
        self.tie, self.group = tie, group
        outcome = form.evaluate(application.answers, today=today, channel=channel)
        self.offers: tuple[Offer, ...] = outcome.offers.get(group, ())
        self.variables = form.variables(application.answers, today=today, channel=channel)

    def make(self, application: Application, new: list[Offer], old: list[Offer], by: Officer | None) -> None:
        """Change the list. Only within `change`."""
        for one in sorted(old, key=lambda each: each.row or 0, reverse=True):
            self._drop(application, one.row or 0)
        for number, one in enumerate(new):
            self._add(application, one, f"p{application.revision}-{number}", by)
        application.sources[self.group] = {"source": who(by), "revision": self._moved_at(application, old)}

    def _moved_at(self, application: Application, old: list[Offer]) -> int:
        moved_at: int = application.sources.get(self.group, {}).get("revision", 0)
        return application.revision if old else moved_at

    def _drop(self, application: Application, row: int) -> None:
        held = documents.take(application.answers, f"{self.group}.{row}")
        aside = application.answers.get(ASIDE, {})
        mine = {**aside.get(self.group, {}), held[people.PERSON]: held}
        application.answers = {**application.answers, ASIDE: {**aside, self.group: mine}}
        application.answers = documents.drop_row(application.answers, self.group, row)
        application.sources = documents.move_up(application.sources, self.group, row)
        application.refused = documents.move_up(application.refused, self.group, row)

    def _add(self, application: Application, one: Offer, new_key: str, by: Officer | None) -> None:
        """Add a row about somebody; one that was typed about them before becomes theirs."""
        key = people.key_of(application.answers, one.place) or new_key
        row = self._typed_row(application, one)
        if row is None:
            application.answers, row = documents.add_row(application.answers, self.group)
        before = application.answers.get(ASIDE, {}).get(self.group, {}).get(key, {})
        known = before | people.taken_over(self.tie, application.answers, one.place, self.variables)
        said = {f"{self.group}.{row}.{leaf}": value for leaf, value in known.items()}
        marks = {f"{self.group}.{row}.{people.PERSON}": key}
        if people.key_of(application.answers, one.place) is None:
            marks[f"{one.place}.{people.PERSON}"] = key
        for path, value in (said | marks).items():
            application.answers = documents.put(application.answers, path, value)
            application.sources[path] = {"source": who(by), "revision": application.revision}

    def _typed_row(self, application: Application, one: Offer) -> int | None:
        """Return the row in which the same name was typed, and of whom nobody has said who it is."""
        rows = documents.take(application.answers, self.group) or []
        found = (
            number
            for number, row in enumerate(rows)
            if people.key_of(application.answers, f"{self.group}.{number}") is None
            and (row.get(people.NAME) or {}).get("text") == one.name["text"]
        )
        return next(found, None)
