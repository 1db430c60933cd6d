import unicodedata
from collections.abc import Callable
from uuid import UUID

from django import forms

from machimado.ground.people import queries
from machimado.ground.people.directory import directory

NOBODY = "この番号の方は住民の索引にいません。15桁の宛名番号を確かめてください。"
NOT_LISTED = "一覧から選び直してください。"
NO_CASE = "この番号の申請はありません。申請番号（例 K7QM-2TXB）を確かめてください。"


class JournalFilter(forms.Form):
    """What an auditor looks for in the journal. All fields may be empty."""

    actor = forms.CharField(required=False, max_length=64)
    action = forms.CharField(required=False, max_length=60)
    subject = forms.CharField(required=False, max_length=64)
    case = forms.CharField(required=False, max_length=64)
    since = forms.DateField(
        required=False, error_messages={"invalid": "日付を 2026-04-01 の形で入力してください。"}
    )
    until = forms.DateField(
        required=False, error_messages={"invalid": "日付を 2026-04-01 の形で入力してください。"}
    )
    before = forms.IntegerField(required=False, min_value=1)

    def clean_actor(self) -> str:
        """Return who acted.

        Raises: ValidationError for whoever is not on the list: what was looked for is kept in the journal.
        """
        return _one_of(self.cleaned_data["actor"], self.choices_of_actor())

    def clean_action(self) -> str:
        """Return the action.

        Raises: ValidationError for what is not on the list.
        """
        return _one_of(self.cleaned_data["action"], self.choices_of_action())

    def clean_subject(self) -> str:
        """Return the opaque id: as it was given, or found by 宛名番号.

        Raises: ValidationError when nobody has the number.
        """
        return _id_of(self.cleaned_data["subject"], directory().find_subject, NOBODY)

    def clean_case(self) -> str:
        """Return the opaque id: as it was given, or found by 申請番号.

        Raises: ValidationError when no application has the number.
        """
        return _id_of(self.cleaned_data["case"].upper(), directory().find_case, NO_CASE)

    @property
    def wanted(self) -> dict[str, object]:
        """Return what is looked for, without what was left empty."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def choices_of_actor(self) -> list[tuple[str, str]]:
        """Return who can be chosen."""
        return queries.actors()

    def choices_of_action(self) -> list[tuple[str, str]]:
        """Return which actions can be chosen, in the order in which the rooms tell them."""
        return list(queries.journal_words().items())


def _one_of(text: str, choices: list[tuple[str, str]]) -> str:
    if text and text not in dict(choices):
        raise forms.ValidationError(NOT_LISTED)
    return text


def _id_of(text: str, find: Callable[[str], str], unknown: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return ""
    try:
        return str(UUID(plain))
    except ValueError:
        found = find(plain)
    if not found:
        raise forms.ValidationError(unknown)
    return found
