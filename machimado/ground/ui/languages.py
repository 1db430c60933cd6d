"""The languages that residents' screens speak."""

from django.db.models import TextChoices


class Language(TextChoices):
    """What a resident's screen speaks (画面の言語); each in its own words, to be found by whoever reads no other."""

    JAPANESE = "ja", "日本語"
    SIMPLE = "ja-simple", "やさしい にほんご"
    ENGLISH = "en", "English"


def choices() -> list[tuple[str, str]]:
    """Return the languages to choose from, each in its own words."""
    return [(one.value, str(one.label)) for one in Language]


def spoken(text: str | None) -> Language:
    """Return the language of that code; Japanese where there is none."""
    return Language(text) if text in Language.values else Language.JAPANESE
