"""Tags and filters that every template has."""

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from machimado.ground.ui.templatetags import ui

EVENING_UTC = datetime(2026, 4, 30, 15, 5, tzinfo=UTC)  # 1 May, 0:05 in Japan


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        ("", ""),
        (date(2019, 5, 1), "令和元年5月1日"),
        ("1950-05-XX", "昭和25年5月日不詳"),
        (EVENING_UTC, "令和8年5月1日"),
    ],
)
def test_a_date_is_written_in_the_japanese_calendar(value: date | str | None, written: str) -> None:
    assert ui.wareki(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1985-03-03", "1985年3月3日"),
        ("1937-01-XX", "1937年1月"),
        ("1937-XX-XX", "1937年"),
        ("XXXX-XX-XX", ""),
    ],
)
def test_a_date_is_written_in_the_western_calendar(value: str, written: str) -> None:
    assert ui.western(value) == written


def test_a_time_is_that_of_the_clock_on_the_wall() -> None:
    assert ui.clock(EVENING_UTC) == "0:05"
    assert ui.clock(None) == ""


@pytest.mark.parametrize(
    ("month", "form", "written"),
    [("2026-04", "long", "令和8年4月"), ("2019-05", "long", "令和元年5月"), ("2026-12", "short", "R8.12")],
)
def test_a_month(month: str, form: str, written: str) -> None:
    assert ui.month(month, form) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, ""), (-4.24, "−4.2"), (1.0, "＋1.0"), (0.04, "±0.0"), (-0.04, "±0.0"), (1234.5, "＋1,234.5")],
)
def test_a_difference_shows_its_sign(value: float | None, written: str) -> None:
    assert ui.signed(value) == written


def test_money_and_numbers() -> None:
    assert ui.yen(1200) == "1,200円"
    assert ui.yen(0) == "0円"
    assert ui.yen(None) == ""
    assert ui.number(12345) == "12,345"
    assert ui.plain(1234.5) == "1234.50"


class TestIsland:
    @pytest.fixture(autouse=True)
    def manifest(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        path = tmp_path / "manifest.json"
        monkeypatch.setattr(ui, "MANIFEST", path)
        ui._tags.cache_clear()
        return path

    def test_loads_its_script_and_the_styles_of_what_it_imports_first(self, manifest: Path) -> None:
        built = {
            "islands/ink/index.ts": {"file": "ink.js", "css": ["ink.css"], "imports": ["shared"]},
            "shared": {"file": "shared.js", "css": ["base.css"]},
        }
        manifest.write_text(json.dumps(built), encoding="utf-8")
        assert ui.island("ink") == (
            '<link rel="stylesheet" href="/static/built/base.css">'
            '<link rel="stylesheet" href="/static/built/ink.css">'
            '<script type="module" src="/static/built/ink.js"></script>'
        )

    def test_is_read_again_when_the_front_end_was_built_anew(self, manifest: Path) -> None:
        for number in (1, 2):
            built = {"islands/ink/index.ts": {"file": f"ink-{number}.js"}}
            manifest.write_text(json.dumps(built), encoding="utf-8")
            os.utime(manifest, ns=(number, number))
            assert f"ink-{number}.js" in ui.island("ink")

    def test_that_is_not_built_says_what_to_do(self) -> None:
        with pytest.raises(FileNotFoundError, match="make install"):
            ui.island("ink")
