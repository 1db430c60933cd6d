"""What makes a resident's page easier to read (読みやすさ): ふりがな, the size of the text, its colours. For one visit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from django.http import HttpResponse
from django.utils.html import escape

from machimado.ground.japanese.readings import has_kanji, with_readings
from machimado.ground.ui.languages import tag
from machimado.ground.ui.sentences import Sentence

SIZES = ("normal", "large", "largest")
COLOURS = ("normal", "clear", "dark")
SAMPLES = {
    "normal": Sentence("ふつう"),
    "large": Sentence("大きい"),
    "largest": Sentence("とても大きい"),
    "clear": Sentence("くっきり"),
    "dark": Sentence("暗くする"),
}


@dataclass(frozen=True, slots=True)
class Aids:
    """How somebody wants to read. As one word of letters it stands in a cookie, or with a desk."""

    furigana: bool = False
    size: str = "normal"
    colours: str = "normal"

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Return what was kept; what nobody has kept there is left out."""
        words = set((text or "").split("-"))
        size = next((one for one in SIZES[1:] if one in words), "normal")
        colours = next((one for one in COLOURS[1:] if one in words), "normal")
        return cls("furigana" in words, size, colours)

    @property
    def kept(self) -> str:
        """What is kept of it; nothing where all is as it comes."""
        chosen = (self.size, self.colours)
        words = ["furigana"] * self.furigana + [one for one in chosen if one != "normal"]
        return "-".join(words)

    @property
    def classes(self) -> str:
        """The classes of a page that is to be read so."""
        return " ".join(f"reads-{word}" for word in self.kept.split("-") if word)

    def changed(self, sent: Mapping[str, str]) -> Self:
        """Return it with what a page's button asks for."""
        size, colours = sent.get("size", ""), sent.get("colours", "")
        return replace(
            self,
            furigana=sent["furigana"] == "on" if "furigana" in sent else self.furigana,
            size=size if size in SIZES else self.size,
            colours=colours if colours in COLOURS else self.colours,
        )


def on_a_page(kept: str | None) -> dict[str, Any]:
    """Return what each page of residents knows of how it is to be read."""
    return {"aids": Aids.read(kept), "aids_sizes": _named(SIZES), "aids_colours": _named(COLOURS)}


def furnished(answer: HttpResponse, aids: Aids, language: str) -> HttpResponse:
    """Return a page with the readings above its kanji, where somebody wants them and it is in Japanese."""
    if aids.furigana and tag(language) == "ja":
        answer.content = with_furigana(answer.content.decode())
    return answer


def _named(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, SAMPLES[word]) for word in words]


# ---------------------------------------------------------------- ふりがな

_PIECES = re.compile(r"<!--.*?-->|<[^>]*>|[^<]+", re.DOTALL)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>[^>]*)>")
# Their text is no text of a page, or can hold no ruby.
_PLAIN = frozenset({"head", "option", "rt", "ruby", "script", "style", "svg", "textarea", "title"})
_EMPTY = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr"})
_FOREIGN = re.compile(r'\blang="(?!ja)')


def with_furigana(page: str) -> str:
    """Return a page of ours with the readings above its kanji.

    What is marked as `data-answer` is somebody's own (a name, an address): nobody here knows how it is read.
    """
    made: list[str] = []
    closed_by: list[str] = []
    for piece in _PIECES.findall(page):
        found = _TAG.fullmatch(piece)
        if found is not None:
            _follow(found, closed_by)
        made.append(piece if found or closed_by or piece.startswith("<!") else _ruby(piece))
    return "".join(made)


def _follow(found: re.Match[str], closed_by: list[str]) -> None:
    """Keep in `closed_by` which tags have to be closed until text has readings again."""
    name = found["name"].lower()
    if found["end"]:
        if closed_by and closed_by[-1] == name:
            closed_by.pop()
    elif name not in _EMPTY and (closed_by[-1:] == [name] or _is_left_alone(name, found["rest"])):
        closed_by.append(name)


def _is_left_alone(name: str, attributes: str) -> bool:
    return name in _PLAIN or "data-answer" in attributes or _FOREIGN.search(attributes) is not None


def _ruby(text: str) -> str:
    if not has_kanji(text):
        return text
    # Whoever listens hears the word once: a screen reader reads the kanji.
    # Our pages escape what they take in: entities have no kanji, and stay as they are.
    said = "".join(
        f'<ruby>{one}<rp>（</rp><rt aria-hidden="true">{escape(reading)}</rt><rp>）</rp></ruby>'
        if reading
        else one
        for one, reading in with_readings(text)
    )
    # A text stays one thing, in buttons too, whose parts stand beside each other.
    return f"<ruby-text>{said}</ruby-text>"
