"""Sentences that are said in Japanese and, to residents, in their language: found by the Japanese one, values put in afterwards.

No Django: rules refuse with them too. `languages.in_words` says them in the language of the page.
"""

from collections.abc import Mapping
from typing import Any, Self


class Sentence(str):
    """A Japanese sentence with its values in it; `template` and `values` are what it is made of.

    A value may be a map of languages, as the texts of procedures are.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, **values: Any) -> Self:
        """Make the sentence; `values` stand in it as {name}."""
        made = super().__new__(cls, filled_in(template, values, "ja"))
        made.template, made.values = template, values
        return made


def filled_in(template: str, values: Mapping[str, Any], language: str) -> str:
    """Return a template with its values in it, those that are maps of languages in this one."""
    if not values:
        return template
    said = {
        name: value.get(language) or value["ja"] if isinstance(value, Mapping) else value
        for name, value in values.items()
    }
    return template.format(**said)


def said_by(refusal: Exception) -> str:
    """Return the sentence of a refusal as it was made, for somebody else to say it in another language."""
    return refusal.args[0] if refusal.args and isinstance(refusal.args[0], str) else str(refusal)
