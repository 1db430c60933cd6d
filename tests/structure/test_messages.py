"""Whatever a resident's screen says in Japanese it can say in each other language."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation

from machimado.cases.procedures.rules import refusals as refusals_of_values
from machimado.cases.procedures.rules import values
from machimado.cases.procedures.rules.words import Words
from machimado.ground.ui.languages import Language
from tests.structure import house
from tests.structure.messages import catalogues, compiled

YARD = house.ROOT / "machimado" / "frontyard"
SCREEN = YARD / "counter" / "templates" / "screen"
# Where each room's pages for residents stand.
PAGES = {
    "counter": SCREEN,
    "selfservice": YARD / "selfservice" / "templates" / "selfservice",
    "reception": YARD / "reception" / "templates" / "ticket",
}
REFUSALS = house.ROOT / "machimado" / "cases" / "applications" / "rules" / "signature.py"
TRANSLATED = re.compile(r"""{% translate ["'](?P<text>[^"']+)["'] %}""")
WITH_VALUES = re.compile(r"{% blocktranslate[^%]*%}(?P<text>.+?){% endblocktranslate %}")
REFUSED = re.compile(r'SignatureRefused\(\s*"(?P<text>[^"]+)"')
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def said(folder: Path) -> set[str]:
    """Return all that the pages of a folder say by themselves."""
    pages = "".join(map(house.read, sorted(folder.glob("*.html"))))
    plain = {match["text"] for match in TRANSLATED.finditer(pages)}
    valued = {re.sub(r"{{ (\w+) }}", r"%(\1)s", match["text"]) for match in WITH_VALUES.finditer(pages)}
    return plain | valued


def refusals() -> set[str]:
    """Return what the signature may be refused with."""
    return {match["text"] for match in REFUSED.finditer(house.read(REFUSALS))}


def aids() -> set[str]:
    """Return what the aids to reading on each of their pages say."""
    bar = house.read(house.ROOT / "machimado" / "ground" / "ui" / "templates" / "ui" / "_aids.html")
    return {match["text"] for match in TRANSLATED.finditer(bar)}


def sentences() -> set[str]:
    """Return what programs say to residents as sentences that are translated: `Sentence("…")`."""
    found = set()
    for source in sorted(house.ROOT.glob("machimado/**/*.py")):
        if "tests" not in source.parts and "Sentence(" in (text := house.read(source)):
            calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
            made = (one for one in calls if isinstance(one.func, ast.Name) and one.func.id == "Sentence")
            found |= {str(ast.literal_eval(one.args[0])) for one in made}
    return found


def refused_with() -> set[str]:
    """Return every sentence with which the engine refuses a value, and the names that are put into them."""
    dates = ast.walk(ast.parse(house.read(house.ROOT / "machimado" / "ground" / "japanese" / "eras.py")))
    told = {str(node.value) for node in dates if isinstance(node, ast.Constant)}
    parts = {"漢字などの表記", "ふりがな", "市区町村か町字", *values.ACCOUNT_NAMES.values()}
    return {*refusals_of_values.SENTENCES.values(), values.NO_DATE, *filter(_is_sentence, told), *parts}


def _is_sentence(text: str) -> bool:
    return text.endswith("ください。")


def refused_in() -> Words:
    """Return what the engine says in other languages."""
    return refusals_of_values.words()


def words_of(language: str) -> dict[str, dict[str, str]]:
    """Return the words of a language by the room whose catalogue has them."""
    found = {}
    for catalogue in catalogues():
        if catalogue.parts[-3] == language:
            with catalogue.open("rb") as file:
                words = {str(message.id): str(message.string) for message in read_po(file) if message.id}
            found[catalogue.parts[-5]] = words
    return found


@pytest.mark.parametrize("language", sorted({catalogue.parts[-3] for catalogue in catalogues()}))
def test_each_language_says_all_of_it_once_and_nothing_else(language: str) -> None:
    rooms = words_of(language)
    assert rooms.keys() == PAGES.keys()
    everything = set.union(*map(said, PAGES.values())) | aids() | refusals() | sentences()
    assert [word for words in rooms.values() for word in words if word not in everything] == []
    assert everything - {word for words in rooms.values() for word in words} == set()
    every = [word for words in rooms.values() for word in words]
    assert len(every) == len(set(every)), "each is said in one place"
    assert all(said for words in rooms.values() for said in words.values())


@pytest.mark.parametrize("room", ["selfservice", "reception"])
def test_nothing_on_the_residents_own_pages_is_said_in_japanese_alone(room: str) -> None:
    pages = "".join(house.read(page) for page in sorted(PAGES[room].glob("*.html")))
    assert not JAPANESE.search(WITH_VALUES.sub("", TRANSLATED.sub("", pages)))


def test_each_language_of_the_screen_has_its_words() -> None:
    spoken = {translation.to_locale(one.value) for one in Language if one != Language.JAPANESE}
    assert {catalogue.parts[-3] for catalogue in catalogues()} == spoken


@pytest.mark.parametrize("catalogue", catalogues(), ids=house.short)
def test_what_stands_in_a_sentence_stands_in_each_language(catalogue: Path) -> None:
    with catalogue.open("rb") as file:
        words = {str(message.id): str(message.string) for message in read_po(file) if message.id}
    gaps = {text: (_gaps(text), _gaps(told)) for text, told in words.items()}
    assert {text: each for text, each in gaps.items() if each[0] != each[1]} == {}


def _gaps(text: str) -> set[tuple[str, str]]:
    """Return what is put into a text: {name}, %(name)s."""
    return set(re.findall(r"\{(\w+)\}|%\((\w+)\)s", text))


def test_the_engine_refuses_in_each_language_of_the_screen() -> None:
    spoken = {one.value for one in Language if one != Language.JAPANESE}
    assert set(refused_in()) == spoken
    for known in refused_in().values():
        assert set(known) == refused_with()


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
