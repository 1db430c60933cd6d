"""Whom the opaque ids of the journal stand for: known to rooms above this one, which `site` names in the settings."""

from collections.abc import Iterable, Mapping
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


class Directory(Protocol):
    """Finds opaque ids by the numbers that people use, and the other way round."""

    def find_subject(self, number: str) -> str:
        """Return the opaque id of the resident with this 宛名番号, or an empty string."""

    def find_case(self, reference: str) -> str:
        """Return the opaque id of the case to which the application with this 申請番号 belongs, or an empty string."""

    def name_subjects(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Return the 宛名番号 of those ids that are residents."""

    def name_cases(self, ids: Iterable[str]) -> Mapping[str, str]:
        """Return office, day and number of those ids that are cases."""


def directory() -> Directory:
    """Return the directory that the settings name."""
    made: Directory = import_string(settings.JOURNAL_DIRECTORY)()
    return made


def uuids(ids: Iterable[str]) -> list[UUID]:
    """Return those of the journal's ids that are opaque ids and no words."""
    found = []
    for text in ids:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
