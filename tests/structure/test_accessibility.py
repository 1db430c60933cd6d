"""What is published on accessibility is of the pages that there are."""

import re

from tests.accessibility import publish
from tests.structure import house

TEMPLATES = {
    path.as_posix().rpartition("/templates/")[2]: path
    for path in house.files()
    if path.suffix == ".html" and "templates" in path.parts and "machimado" in path.parts
}
# Pages that allauth draws, within layouts of ours.
OF_ALLAUTH = ("account/", "mfa/")
EXTENDS = re.compile(r"""{%\s*extends\s+["']([\w/.]+)["']""")


def pages() -> set[str]:
    """Return the templates of whole pages: those that extend another one and that none extends."""
    extended = {found for path in TEMPLATES.values() for found in EXTENDS.findall(house.read(path))}
    return {name for name, path in TEMPLATES.items() if EXTENDS.search(house.read(path))} - extended


def test_every_page_was_looked_at_by_axe_or_it_is_said_why_not() -> None:
    published = publish.templates_in(publish.PUBLISHED.read_text(encoding="utf-8"))
    gone = {name for name in published - set(TEMPLATES) if not name.startswith(OF_ALLAUTH)}
    explained = set(publish.not_looked_at())
    assert pages() - published - explained == set(), "let a journey look at it, then `make accessibility`"
    assert explained - pages() == set(), "explained, but gone: tests/accessibility/not_looked_at.yaml"
    assert gone == set(), "published, but gone: `make accessibility`"


def test_what_criteria_name_as_their_tests_are_tests() -> None:
    named = {name for one in publish.criteria() for name in one.get("tests", ())}
    written = "".join(house.read(path) for path in house.files() if path.name.startswith("test_"))
    assert {name for name in named if f"def {name}(" not in written} == set()


def test_every_criterion_says_how_it_was_checked_or_that_it_was_not() -> None:
    automatic = {"1.3.1", "1.4.3", "2.4.1", "2.4.2", "3.1.1", "3.3.2", "4.1.2"}
    silent = [
        one["id"]
        for one in publish.criteria()
        if one["id"] not in automatic and not (one.get("how") or one.get("none") or one.get("open"))
    ]
    assert silent == []
    assert len(publish.criteria()) == 55
