from django import forms

from machimado.cases.delivery.rules.machine import State
from machimado.ground.japanese.individual_number import REFUSAL, contains_individual_number

REFERENCE_LETTERS = 26


class FilterForm(forms.Form):
    """Which deliveries to list."""

    state = forms.ChoiceField(
        required=False, choices=[("", "すべて"), *[(state.value, state.value) for state in State]]
    )
    reference = forms.CharField(required=False, max_length=REFERENCE_LETTERS, strip=True)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62)


class FoundForm(forms.Form):
    """The number under which the core system has the application."""

    core_number = forms.CharField(
        max_length=60,
        error_messages={
            "required": "基幹システムの画面に出ている受付番号を入れてください。",
            "max_length": "受付番号は60文字までです。番号だけを入れてください。",
        },
    )


class RejectedForm(forms.Form):
    """Why the core system sent the application back."""

    reason = forms.CharField(
        max_length=200,
        error_messages={
            "required": "差戻しの理由を、基幹システムの画面のとおりに入れてください。",
            "max_length": "理由は200文字までにまとめてください。",
        },
    )

    def clean_reason(self) -> str:
        """Return the reason.

        Raises: ValidationError when it holds a My Number.
        """
        reason = str(self.cleaned_data["reason"])
        if contains_individual_number(reason):
            raise forms.ValidationError(REFUSAL)
        return reason
