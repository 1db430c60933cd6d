import itertools
import os
import time
from datetime import date
from pathlib import Path

import pytest
from django.test import override_settings

from machimado.cases.procedures import queries
from machimado.cases.procedures.catalogue import (
    Catalogue,
    DefinitionError,
    UnknownProcedureError,
    freeze_form,
    thaw,
)
from machimado.cases.procedures.files import procedure_files, read_files
from machimado.cases.procedures.rules.load import load
from machimado.cases.procedures.tests.making import TODAY, file, form

TODAY_DATE = date(2025, 5, 1)
TEXT = "- {id: a, kind: text, label: {ja: い}}\n"


def version(number: int, start: str, end: str = "") -> str:
    dates = f'number: {number}, effective_from: "{start}"' + (f', effective_to: "{end}"' if end else "")
    return file(TEXT).replace('number: 1, effective_from: "2025-04-01"', dates)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "procedures").mkdir()
    (tmp_path / "procedures" / "a.yaml").write_text(version(1, "2024-04-01"), "utf-8")
    (tmp_path / "procedures" / "a2.yaml").write_text(version(2, "2025-04-01", "2026-03-31"), "utf-8")
    return tmp_path


def test_the_version_in_force_is_the_one_that_took_effect_last(folder: Path) -> None:
    found = Catalogue.of_city(folder)
    assert found.ids() == ("sample",)
    assert [form.version for form in found.versions("sample")] == [1, 2]
    assert found.versions("zzz") == ()
    assert found.current("sample", date(2024, 4, 1)).version == 1
    assert found.current("sample", date(2025, 4, 1)).version == 2
    assert found.current("sample", date(2026, 3, 31)).version == 2
    for day in (date(2026, 4, 1), date(2024, 3, 31)):
        with pytest.raises(UnknownProcedureError, match="sample"):
            found.current("sample", day)
    # What the second version took the place of does not come back when it ends.
    assert found.in_force(date(2026, 4, 1)) == ()
    assert found.in_force(date(2024, 3, 31)) == ()
    assert [form.version for form in found.in_force(date(2025, 5, 1))] == [2]


def test_the_same_version_twice_is_refused(folder: Path) -> None:
    (folder / "procedures" / "b.yaml").write_text(version(2, "2026-04-01"), "utf-8")
    with pytest.raises(DefinitionError, match=r"b\.yaml:4:10: 「sample」の第2版は a2\.yaml にもあります"):
        Catalogue.of_city(folder)


def test_a_form_on_paper_that_is_not_there_is_told(folder: Path) -> None:
    (folder / "forms").mkdir()
    (folder / "procedures" / "a.yaml").write_text(version(1, "2024-04-01") + "form: x.typ\n", "utf-8")
    with pytest.raises(DefinitionError, match=r"a\.yaml:12:7: 様式 forms/x\.typ がありません"):
        Catalogue.of_city(folder)
    (folder / "forms" / "x.typ").write_text("", "utf-8")
    assert Catalogue.of_city(folder).ids() == ("sample",)


def test_folders_without_files_and_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "procedures").mkdir()
    with pytest.raises(DefinitionError, match=r"ファイル（\*\.yaml）がありません"):
        Catalogue.of_city(tmp_path)
    with pytest.raises(DefinitionError, match="読めません"):
        read_files([tmp_path / "none.yaml"])
    many = [tmp_path / str(number) for number in range(2_001)]
    with pytest.raises(DefinitionError, match="2000"):
        procedure_files(many)


def test_our_city_is_seen_as_its_files_are_now(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    day, seconds = date(2025, 5, 1), itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: float(next(seconds)))
    (folder / "city.yaml").write_text("procedures: [sample]", "utf-8")
    with override_settings(CITY_FOLDER=folder):
        assert queries.current("sample", on=day).version == 2
        assert queries.frozen("sample", on=day) is queries.frozen("sample", on=day)
        assert queries.is_offered("sample", on=day, channel="counter")
        assert not queries.is_offered("sample", on=day, channel="kiosk")
        assert not queries.is_offered("zzz", on=day, channel="counter")
        broken = folder / "procedures" / "a2.yaml"
        broken.write_text("zzz", "utf-8")
        os.utime(broken, ns=(1, 1))
        # Not version 1, which is out of force: the file stays as it was last read.
        assert [form.version for form in queries.offered(day, channel="counter")] == [2]
        assert queries.frozen("sample", on=day).definition["procedure"]["version"]["number"] == 2
        broken.write_text(version(3, "2025-04-02"), "utf-8")
        assert queries.current("sample", on=day).version == 3
        broken.unlink()
        assert queries.current("sample", on=day).version == 1
    assert "a2.yaml:1:1" in caplog.text


def test_a_change_is_seen_within_a_second(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    day, now = date(2025, 5, 1), [0.2, 0.9, 1.1]
    monkeypatch.setattr(time, "monotonic", lambda: now.pop(0))
    with override_settings(CITY_FOLDER=folder):
        assert queries.current("sample", on=day).version == 2
        (folder / "procedures" / "a2.yaml").unlink()
        assert queries.current("sample", on=day).version == 2
        assert queries.current("sample", on=day).version == 1


def test_a_folder_that_was_emptied_offers_nothing_and_says_so(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "city.yaml").write_text("procedures: []", "utf-8")
    for each in (folder / "procedures").iterdir():
        each.unlink()
    with override_settings(CITY_FOLDER=folder):
        assert queries.offered(TODAY_DATE, channel="counter") == []
        with pytest.raises(UnknownProcedureError):
            queries.current("sample", on=TODAY_DATE)
    assert "手続のファイル（*.yaml）がありません" in caplog.text


def test_a_frozen_form_outlives_its_file() -> None:
    made = form(TEXT)
    frozen = freeze_form(made)
    assert thaw(frozen.definition, content_hash=frozen.content_hash).evaluate({}, today=TODAY).asked == ("a",)
    assert freeze_form(made) == frozen
    assert freeze_form(form(TEXT.replace("い", "ろ"))).content_hash != frozen.content_hash
    assert freeze_form(load(version(2, "2025-04-01").encode(), "x")).content_hash != frozen.content_hash


def test_a_folder_of_cities_gives_their_procedures_and_not_their_other_files() -> None:
    cities = Path(__file__).parents[4] / "cities"
    found = procedure_files([cities])
    assert len(found) >= 6
    assert {file.parent.name for file in found} == {"procedures", "events"}
