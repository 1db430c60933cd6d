"""Whatever a resident's screen says in Japanese it can say in each other language."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

from machimado.frontyard.counter.models import Language
from tests.structure import house
from tests.structure.messages import catalogues, compiled

SCREEN = house.ROOT / "machimado" / "frontyard" / "counter" / "templates" / "screen"
REFUSALS = house.ROOT / "machimado" / "cases" / "applications" / "rules" / "signature.py"
TRANSLATED = re.compile(r"""{% translate ["'](?P<text>[^"']+)["'] %}""")
WITH_VALUES = re.compile(r"{% blocktranslate[^%]*%}(?P<text>.+?){% endblocktranslate %}")
REFUSED = re.compile(r'SignatureRefused\(\s*"(?P<text>[^"]+)"')
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def said() -> set[str]:
    """Return all that the screen says by itself."""
    pages = "".join(map(house.read, sorted(SCREEN.glob("*.html"))))
    plain = {match["text"] for match in TRANSLATED.finditer(pages)}
    valued = {re.sub(r"{{ (\w+) }}", r"%(\1)s", match["text"]) for match in WITH_VALUES.finditer(pages)}
    return plain | valued | {match["text"] for match in REFUSED.finditer(house.read(REFUSALS))}


@pytest.mark.parametrize("catalogue", catalogues(), ids=house.short)
def test_each_language_says_all_of_it_and_nothing_else(catalogue: Path) -> None:
    with catalogue.open("rb") as file:
        words = {str(message.id): message.string for message in read_po(file) if message.id}
    assert words.keys() == said()
    assert all(words.values())


@pytest.mark.parametrize("catalogue", catalogues(), ids=house.short)
def test_what_is_compiled_is_what_is_written(catalogue: Path) -> None:
    assert catalogue.with_suffix(".mo").read_bytes() == compiled(catalogue), "run `make messages`"


@pytest.mark.parametrize("language", [one for one in Language if one != Language.JAPANESE])
def test_django_finds_each_language_of_the_screen(language: Language) -> None:
    with translation.override(language):
        assert translation.gettext("少しお待ちください。") != "少しお待ちください。"


def test_nothing_on_the_screen_is_said_in_japanese_alone() -> None:
    page = house.read(SCREEN / "_now.html") + house.read(SCREEN / "_languages.html")
    before, _, rest = page.partition('{% if phase == "pairing" %}')
    _, _, after = rest.partition('{% elif phase == "waiting" %}')
    left = WITH_VALUES.sub("", TRANSLATED.sub("", before + after))
    assert not JAPANESE.search(left)
