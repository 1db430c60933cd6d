"""A second version of a procedure in a city folder of a test's own, as a city puts it beside the first."""

import re
import shutil
from pathlib import Path

from machimado.cases.procedures import catalogue, queries
from machimado.cases.procedures.rules import load
from tests.processes import ROOT

NEW_QUESTION = "制度の案内をお渡ししましたか。"
SAYS = "令和8年4月1日から新しい版になりました"
_QUESTION = f"""
      - id: leaflet
        kind: choice
        options: yes_no
        label: {{ja: 制度の案内}}
        required: true
        ask: {{ja: {NEW_QUESTION}}}
"""
_VERSION = re.compile(r'version: \{number: 1, effective_from: "[\d-]+"\}')
_PLACE = "\n      - id: identity.documents\n"


def copy_city(folder: Path, *procedures: str) -> Path:
    """Return a copy of the sample city in `folder`; with these procedures alone, and no life events, where some are named."""

    def others(place: str, names: list[str]) -> list[str]:
        kept = [f"{procedure}.yaml" for procedure in procedures]
        is_chosen = procedures and Path(place).name in {"procedures", "events"}
        return [name for name in names if is_chosen and name not in kept]

    return shutil.copytree(ROOT / "cities" / "yukimi", folder / "city", ignore=others)


def put_beside(city: Path, procedure: str, *changes: tuple[str, str]) -> None:
    """Put version 2 beside version 1, in force since April: with one question more, and other changes of its text."""
    # Without its own tests: they ask for the first version's answers.
    written = (city / "procedures" / f"{procedure}.yaml").read_text("utf-8").split("\ntests:\n")[0]
    assert _VERSION.search(written)
    written = _VERSION.sub('version: {number: 2, effective_from: "2026-04-01"}', written)
    for old, new in ((_PLACE, _QUESTION + _PLACE.lstrip("\n")), *changes):
        assert old in written
        written = written.replace(old, new, 1)
    (city / "procedures" / f"{procedure}-2.yaml").write_text(f"{written}\n", "utf-8")


def restart() -> None:
    """Forget what the process has read of a test's own city, and compiled, as one does that has just started."""
    queries._in_this_second.cache_clear()
    for file in [file for file in catalogue._last_good if not file.is_relative_to(ROOT)]:
        del catalogue._last_good[file]
    load._thawed.clear()
