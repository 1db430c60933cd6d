"""The languages that residents' screens speak."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext

from machimado.ground.ui.sentences import Sentence, filled_in

# Written from right to left: none of ours yet, but a city may add one.
_FROM_THE_RIGHT = frozenset({"ar", "dv", "fa", "he", "ps", "ug", "ur", "yi"})


class Language(TextChoices):
    """What a resident's screen speaks (画面の言語); each in its own words, to be found by whoever reads no other."""

    JAPANESE = "ja", "日本語"
    SIMPLE = "ja-simple", "やさしい にほんご"
    ENGLISH = "en", "English"
    CHINESE = "zh-hans", "中文"
    KOREAN = "ko", "한국어"
    VIETNAMESE = "vi", "Tiếng Việt"
    PORTUGUESE = "pt-br", "Português"


# What somebody reads rather than nothing, where a procedure does not speak their language.
_RATHER = (Language.ENGLISH, Language.SIMPLE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A language to choose; `lacks` says in it that the procedure of the page does not speak it yet."""

    code: str
    words: str
    lacks: str = ""


def choices(spoken: Collection[str] | None = None) -> list[Choice]:
    """Return the languages to choose from, each in its own words; `spoken` are those of a page's procedure."""
    return [Choice(one.value, str(one.label), _lacks(one, spoken)) for one in Language]


def _lacks(language: Language, spoken: Collection[str] | None) -> str:
    if spoken is None or understood(language, spoken) == language:
        return ""
    return in_words(_NOT_YET, language)


def spoken(text: str | None) -> Language:
    """Return the language of that code; Japanese where there is none."""
    return Language(text) if text in Language.values else Language.JAPANESE


def understood(chosen: str, spoken: Collection[str]) -> Language:
    """Return in which language somebody who chose one is shown a procedure that speaks some: never a mix of two.

    Plain Japanese is Japanese: a sentence that nobody has put plainly stands as it is.
    """
    wanted = Language(chosen)
    if wanted in {Language.JAPANESE, Language.SIMPLE} or wanted in spoken:
        return wanted
    return next((one for one in _RATHER if one in spoken), Language.SIMPLE)


def on_a_page(chosen: str, spoken: Collection[str] | None = None) -> dict[str, Any]:
    """Return what each page of residents knows of languages: its own, those to choose from, and what it lacks.

    `spoken` are those of the page's procedure. Where the chosen one is not among them `lacking` says so in it.
    """
    language = Language(chosen) if spoken is None else understood(chosen, spoken)
    lacks = in_words(_NOT_ALL, chosen) if language != chosen else ""
    return {
        "language": language.value,
        "languages": choices(spoken),
        "chosen_language": chosen,
        "lacking": lacks,
    }


_NOT_YET = Sentence("この手続には、まだありません")
_NOT_ALL = Sentence(
    "この手続の質問は、このことばでは まだそろっていません。読めることばを、下から選んでください。"
)


def in_words(sentence: str, language: str) -> str:
    """Return a sentence in a language; in Japanese where nobody has translated it."""
    if not sentence:
        return ""
    values = sentence.values if isinstance(sentence, Sentence) else {}
    with translation.override(language):
        return filled_in(
            gettext(sentence.template if isinstance(sentence, Sentence) else sentence), values, language
        )


def tag(language: str) -> str:
    """Return what a page's `lang` says (BCP 47)."""
    return "ja" if language == Language.SIMPLE else language


def direction(language: str) -> str:
    """Return in which direction the language is written."""
    return "rtl" if language.partition("-")[0] in _FROM_THE_RIGHT else "ltr"
