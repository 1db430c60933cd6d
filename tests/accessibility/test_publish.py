"""The published page says what was found, the same each time."""

import json
import random
from dataclasses import asdict
from datetime import date
from pathlib import Path

from tests.accessibility import publish
from tests.journeys.axe import Look

DAY = date(2026, 11, 23)


def look(title: str, **more: object) -> Look:
    known = {
        "template": "selfservice/sign.html",
        "channel": "住民のウェブ",
        "width": 390,
        "height": 844,
        "language": "ja",
        "theme": "標準",
        "passed": ["color-contrast"],
        "violated": [],
        "incomplete": [],
        "axe": "4.14.1",
    }
    return Look(title=title, **{**known, **more})  # type: ignore[arg-type]


def written(folder: Path, *looks: Look) -> Path:
    """Write results down as journeys do, in any order and under any name."""
    folder.mkdir()
    for number, one in enumerate(random.sample(looks, len(looks))):
        (folder / f"{number}.look.json").write_text(json.dumps(asdict(one)), encoding="utf-8")
    rules = [
        ["color-contrast", ["cat.color", "wcag2aa", "wcag143"], ""],
        ["label", ["wcag2a", "wcag412"], ""],
    ]
    (folder / "rules.json").write_text(json.dumps(rules), encoding="utf-8")
    return folder


def test_the_same_results_give_the_same_page(tmp_path: Path) -> None:
    looks = [
        look("署名"),
        look("確認", template="selfservice/check.html"),
        look("署名", width=820, height=1180),
    ]
    pages = {publish.page(publish.read(written(tmp_path / str(run), *looks)), day=DAY) for run in range(5)}
    assert len(pages) == 1
    assert publish.templates_in(pages.pop()) == {"selfservice/sign.html", "selfservice/check.html"}


def test_what_axe_found_stands_at_its_criterion_and_at_its_page(tmp_path: Path) -> None:
    found = look("署名", passed=[], violated=["color-contrast"], incomplete=["label"])
    text = publish.page(publish.read(written(tmp_path / "1", found)), day=DAY)
    assert "| 1.4.3 コントラスト（最低限） | AA | ○ | 違反 1画面 |" in text
    assert "標準 | color-contrast |" in text


def test_a_criterion_that_nothing_automatic_tests_does_not_say_that_it_passed(tmp_path: Path) -> None:
    text = publish.page(publish.read(written(tmp_path / "1", look("署名"))), day=DAY)
    assert "| 1.4.3 コントラスト（最低限） | AA | ○ | 違反なし（1） |" in text
    assert "| 4.1.2 名前（name）、役割（role）及び値（value） | A | ○ | － |" in text
