from collections.abc import Mapping
from typing import Any

from django import forms

from machimado.cases.applications.models import Case, Lane
from machimado.frontyard.reception.queries import Purpose
from machimado.ground.japanese.individual_number import REFUSAL, contains_individual_number

PURPOSE_LENGTH = Case._meta.get_field("purpose").max_length or 80  # noqa: SLF001 - _meta is Django's public way to a field


class TimetableForm(forms.Form):
    """When an office takes bookings."""

    name = forms.CharField(max_length=40, error_messages={"required": "予約枠の名前を入れてください。"})
    to = forms.CharField(required=False, max_length=20)
    procedure = forms.CharField(required=False, max_length=80)
    weekdays = forms.TypedMultipleChoiceField(
        choices=[(day, "月火水木金土日"[day]) for day in range(7)],
        coerce=int,
        error_messages={"required": "予約を受ける曜日を選んでください。"},
    )
    opens = forms.TimeField(error_messages={"required": "始まる時刻を入れてください。"})
    closes = forms.TimeField(error_messages={"required": "終わる時刻を入れてください。"})
    minutes = forms.IntegerField(min_value=5, max_value=240)
    capacity = forms.IntegerField(min_value=1, max_value=20)
    days_ahead = forms.IntegerField(min_value=1, max_value=90)

    def clean(self) -> dict[str, Any]:
        """Return what was asked for.

        Raises: ValidationError when the hours hold no time at all.
        """
        cleaned: dict[str, Any] = super().clean() or {}
        opens, closes, minutes = (cleaned.get(name) for name in ("opens", "closes", "minutes"))
        if opens and closes and minutes:
            length = (closes.hour - opens.hour) * 60 + closes.minute - opens.minute
            if length < minutes:
                raise forms.ValidationError(
                    "終わる時刻までに1件も入りません。終わる時刻を遅くするか、分数を短くしてください。"
                )
        return cleaned


class ArrivalForm(forms.Form):
    """What reception marks about somebody who arrives: the lane, and perhaps what for."""

    key = forms.UUIDField()
    lane = forms.ChoiceField(
        choices=Lane.choices,
        error_messages={
            "required": "「ひとりでできる」か「職員と一緒に」を選んでください（H か S のキー）。",
            "invalid_choice": "「ひとりでできる」か「職員と一緒に」を選んでください（H か S のキー）。",
        },
    )
    procedure = forms.CharField(required=False, max_length=PURPOSE_LENGTH)
    purpose = forms.CharField(
        required=False,
        max_length=PURPOSE_LENGTH,
        error_messages={
            "max_length": f"用件は{PURPOSE_LENGTH}文字までにしてください。くわしい内容は窓口で聞き取ります。",
            "null_characters_not_allowed": "用件に使えない文字が入っています。打ち直してください。",
        },
    )
    language = forms.CharField(required=False, max_length=10)
    slip = forms.BooleanField(required=False)

    def clean_purpose(self) -> str:
        """Return the purpose in one line.

        Raises: ValidationError when it holds a My Number.
        """
        text = " ".join(str(self.cleaned_data["purpose"]).split())
        if contains_individual_number(text):
            raise forms.ValidationError(REFUSAL)
        return text

    def chosen(self, known: Mapping[str, Purpose]) -> Purpose | None:
        """Return what was chosen of `known`."""
        return known.get(self.cleaned_data["procedure"])
