"""axe on a page as it is now; what it found is also written down where that is asked for (`MACHIMADO_AXE`)."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.processes import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# The size of what a finger meets is asked by WCAG 2.2; axe asks for it only when told to.
RUN = """() => axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"""
RULES = "() => axe.getRules().map(({ruleId, tags, help}) => [ruleId, tags, help])"
LOOKS = """() => ({
    language: document.querySelector('main[lang]')?.lang || document.documentElement.lang,
    theme: ({'reads-clear': 'くっきり', 'reads-dark': '暗くする'})[
        [...document.documentElement.classList].find((one) => ['reads-clear', 'reads-dark'].includes(one))] || '標準',
})"""


OFFERED = """() => [...document.querySelectorAll('[name=colours]')].filter(one => one.value !== 'normal')
    .map(one => `reads-${one.value}`).filter(one => !document.documentElement.classList.contains(one))"""
COLOURS = (
    "() => [...document.documentElement.classList].filter(one => ['reads-clear', 'reads-dark'].includes(one))"
)
PUT_ON = """wanted => {
    document.documentElement.classList.remove('reads-clear', 'reads-dark');
    document.documentElement.classList.add(...wanted);
}"""


@dataclass(frozen=True, slots=True)
class Look:
    """What axe found on one page, in one size: rules by their ids."""

    title: str
    template: str
    channel: str
    width: int
    height: int
    language: str
    theme: str
    passed: list[str]
    violated: list[str]
    incomplete: list[str]
    axe: str


def folder() -> Path | None:
    """Return where results are to be written; nothing where nobody asked."""
    asked = os.environ.get("MACHIMADO_AXE")
    return Path(asked).resolve() if asked else None


def look(page: Page, title: str, template: str, *, name: str) -> list[str]:
    """Return what is wrong on the page, each with the place where; write down the rest under `name` where that is asked for."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(RUN)
    if (where := folder()) is not None:
        _write(where, name, page, title, template, result)
    return [
        f"{found['id']}: {found['help']} at {', '.join(str(node['target']) for node in found['nodes'][:3])}"
        for found in result["violations"]
    ]


def in_other_colours(page: Page) -> Iterator[str]:
    """Go through the colours that the page lets its reader choose besides those that it has; as it was before, at the end."""
    before = page.evaluate(COLOURS)
    for name in page.evaluate(OFFERED):
        page.evaluate(PUT_ON, [name])
        yield name
    page.evaluate(PUT_ON, before)


def _write(where: Path, name: str, page: Page, title: str, template: str, result: dict[str, Any]) -> None:
    size = page.viewport_size or {"width": 0, "height": 0}
    found = Look(
        title=title,
        template=template,
        channel=channel_of(page),
        **size,
        **page.evaluate(LOOKS),
        passed=_ids(result["passes"]),
        violated=_ids(result["violations"]),
        incomplete=_ids(result["incomplete"]),
        axe=result["testEngine"]["version"],
    )
    where.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(found), ensure_ascii=False, indent=1, sort_keys=True)
    (where / f"{name}.look.json").write_text(text, encoding="utf-8")
    rules = where / "rules.json"
    if not rules.exists():
        rules.write_text(json.dumps(page.evaluate(RULES), ensure_ascii=False), encoding="utf-8")


def _ids(found: list[dict[str, Any]]) -> list[str]:
    return sorted(one["id"] for one in found)


def channel_of(page: Page) -> str:
    """Return whom the page is for, and where it stands."""
    of_html: dict[str, bool] = page.evaluate(
        "() => Object.fromEntries(['resident', 'apply', 'is-lobby'].map(one => "
        "[one, document.documentElement.classList.contains(one)]))"
    )
    if page.locator("body[data-desk]").count():
        return "住民の画面"
    if of_html["is-lobby"]:
        return "ロビーの端末"
    if of_html["apply"]:
        return "住民のウェブ"
    return "住民の画面" if of_html["resident"] else "職員の画面"
