"""What a procedure says to residents in other languages, and what is told where something is missing."""

from argparse import Namespace
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from machimado.cases.procedures import commands
from machimado.cases.procedures.catalogue import Catalogue, city_catalogue
from machimado.cases.procedures.rules.definition import Text
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.languages import spoken_by, told, unsaid
from machimado.cases.procedures.rules.load import freeze, load, thaw
from machimado.cases.procedures.rules.words import LANGUAGES, filled, joined, read_words

CITY = Path(__file__).parents[4] / "cities" / "yukimi"
ON = date(2026, 6, 1)
RESIDENTS = {"ja-simple", "en", "zh-hans", "ko", "vi", "pt-br"}
FIRST_TEN = (
    "residence-certificate", "seal-certificate", "child-allowance-claim", "child-allowance-change",
    "child-allowance-revision", "child-allowance-end", "national-health-join", "move-in",
    "national-health-loss", "child-medical",
)  # fmt: skip
ONE = """
id: one
title: {ja: ひとつ, en: One}
business_id: "001"
version: {number: 1, effective_from: "2025-04-01"}
channels: [counter]
languages: [en, ko]
applicants: [self]
sections:
  - id: all
    title: {ja: 全部, en: All, ko: 전부}
    questions:
      - {id: how, kind: text, label: {ja: 方法, en: How}, hint: {ja: ヒント, en: Hint}}
delivery: {system: "001", message: one, fields: [{to: how, from: how}]}
tests:
  - {name: 空, today: "2026-04-10", answers: {how: ひとつ}}
"""
KOREAN = "ひとつ: 하나\n方法: 방법\n全部: 모두\nヒント: 힌트\n"

type_of_city = Callable[..., Path]


@cache
def yukimi() -> Catalogue:
    return city_catalogue(CITY)


@pytest.fixture
def city(tmp_path: Path) -> type_of_city:
    def make(**words: str) -> Path:
        for name in ("procedures", LANGUAGES):
            (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / "procedures" / "one.yaml").write_text(ONE, encoding="utf-8")
        for language, written in words.items():
            (tmp_path / LANGUAGES / f"{language}.yaml").write_text(written, encoding="utf-8")
        return tmp_path

    return make


def one(folder: Path) -> Form:
    return Catalogue.of_city(folder).current("one", ON)


@pytest.mark.parametrize("name", FIRST_TEN)
def test_the_first_ten_say_everything_in_all_languages_of_the_screens(name: str) -> None:
    form = yukimi().current(name, ON)
    assert set(form.procedure.languages) == RESIDENTS
    assert spoken_by(form) >= RESIDENTS
    assert all(text[language].strip() for _, text in told(form) for language in RESIDENTS)


@pytest.mark.parametrize("name", FIRST_TEN)
def test_no_sentence_was_left_in_japanese(name: str) -> None:
    form = yukimi().current(name, ON)
    kana = [(place, text) for place, text in told(form) if _has_kana(text["ko"]) or _has_kana(text["en"])]
    # The names of papers stand in their own words.
    assert [place for place, text in kana if not _names_a_paper(text)] == []


def _has_kana(text: str) -> bool:
    return any("ぁ" <= sign <= "ゖ" for sign in text)


def _names_a_paper(text: Text) -> bool:
    papers = (
        "住民票の写し",
        "資格情報のお知らせ",
        "協会けんぽ",
        "資格を失った日",
        "についての確認書",
        "子ども医療費",
    )
    return any(paper in text["ko"] for paper in papers)


def test_what_translators_wrote_is_found_by_the_japanese_sentence(city: type_of_city) -> None:
    form = one(city(ko=KOREAN))
    assert form.procedure.title == {"ja": "ひとつ", "en": "One", "ko": "하나"}
    assert spoken_by(form) == {"ja", "en", "ko"}


def test_what_the_file_says_itself_goes_before(city: type_of_city) -> None:
    assert one(city(ko=KOREAN)).procedure.sections[0].title["ko"] == "전부"


def test_a_language_is_spoken_only_when_nothing_is_missing(city: type_of_city) -> None:
    form = one(city(ko=KOREAN.replace("ヒント: 힌트\n", "")))
    assert spoken_by(form) == {"ja", "en"}
    assert unsaid(form, "ko") == (("how.hint", "ヒント"),)


def test_check_tells_what_a_claimed_language_lacks(
    city: type_of_city, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = city(ko=KOREAN.replace("方法: 방법\n", ""))
    assert commands.run_check(commands_for(folder / "procedures")) == 1
    assert "one.yaml:7:17: ko の文がありません（how.label「方法」）" in capsys.readouterr().out


def test_check_is_content_when_nothing_is_missing(city: type_of_city) -> None:
    assert commands.run_check(commands_for(city(ko=KOREAN) / "procedures")) == 0


def test_check_tells_what_is_wrong_in_a_file_of_words(
    city: type_of_city, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = city(ko=KOREAN + "空: \n")
    assert commands.run_check(commands_for(folder / "procedures")) == 1
    assert "ko.yaml:5:" in capsys.readouterr().out


def commands_for(*paths: Path) -> Namespace:
    return Namespace(paths=list(paths))


def test_new_words_reach_a_running_city(city: type_of_city) -> None:
    folder = city()
    assert spoken_by(city_catalogue(folder).current("one", ON)) == {"ja", "en"}
    city(ko=KOREAN)
    assert "ko" in spoken_by(city_catalogue(folder).current("one", ON))


def test_a_broken_file_of_words_takes_no_procedure_away(city: type_of_city) -> None:
    folder = city(ko="[1, 2")
    assert spoken_by(city_catalogue(folder).current("one", ON)) == {"ja", "en"}


def test_an_application_keeps_the_words_in_which_it_was_begun(city: type_of_city) -> None:
    frozen = freeze(one(city(ko=KOREAN)))
    assert spoken_by(thaw(frozen)) == {"ja", "en", "ko"}
    assert thaw(frozen).procedure.title["ko"] == "하나"


def test_answers_of_tests_are_no_texts() -> None:
    data = {"title": {"ja": "あ"}, "tests": [{"answers": {"note": {"ja": "あ"}}}]}
    found = filled(data, {"ko": {"あ": "아"}})
    assert found == {"title": {"ko": "아", "ja": "あ"}, "tests": [{"answers": {"note": {"ja": "あ"}}}]}


def test_the_first_words_go_before() -> None:
    assert joined({"ko": {"あ": "하나"}}, {"ko": {"あ": "둘", "い": "셋"}}) == {
        "ko": {"あ": "하나", "い": "셋"}
    }


def test_no_words_are_kept_that_no_procedure_says() -> None:
    catalogue = yukimi()
    every = [*catalogue.in_force(ON), *catalogue.events(ON)]
    said = {text["ja"] for form in every for _, text in told(form)}
    words, problems = read_words(CITY / LANGUAGES)
    assert not problems
    assert {sentence for known in words.values() for sentence in known} - said == set()


def test_words_without_a_city_are_none(tmp_path: Path) -> None:
    assert read_words(tmp_path) == ({}, ())
    assert spoken_by(load(ONE.encode(), "one.yaml")) == {"ja", "en"}
