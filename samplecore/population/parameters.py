"""Reads a city's population.yaml into tables that are ready to draw from."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml

from samplecore.population.dice import Weighted

T = TypeVar("T")

FIRST_YEAR, LAST_YEAR = 1890, 2100  # of birth: the given names are looked up by year


class ParametersError(ValueError):
    """The population file can't be used; the sentence says where and why."""


class Word(NamedTuple):
    """A part of a name: how it is written and how it is read (full-width katakana)."""

    text: str
    kana: str


class ForeignWord(NamedTuple):
    """A part of a foreign name; `kanji` is empty where none is recorded."""

    latin: str
    kana: str
    kanji: str


class Town(NamedTuple):
    """A 町字 with its invented postal code; blocks are written n番m号 where `numbered`, else n番地m."""

    town_code: str
    postal_code: str
    name: str
    kana: str
    numbered: bool


@dataclass(frozen=True, slots=True)
class Nationality:
    """国籍・地域 with its names, 在留資格 and the share of those who have a 通称."""

    name: str
    family: Weighted[ForeignWord]
    male: Weighted[ForeignWord]
    female: Weighted[ForeignWord]
    permits: Weighted[str]
    alias: float


class AgeRates:
    """A rate for each age in years, 0 outside all bands."""

    __slots__ = ("_by_age",)

    def __init__(self, bands: Mapping[str, float]) -> None:
        self._by_age = [0.0] * 130
        for band, rate in bands.items():
            first, last = _band(band)
            self._by_age[first : last + 1] = [float(rate)] * (last + 1 - first)

    def of(self, age: int) -> float:
        """Return the rate at that age in years."""
        return self._by_age[age]


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything the generator draws from."""

    seed: int
    count: int
    as_of: dt.date
    prefecture: str
    city: str
    city_code: str
    towns: Weighted[Town]
    buildings: tuple[str, ...]
    care_homes: tuple[str, ...]
    dormitories: tuple[str, ...]
    other_places: tuple[str, ...]
    household_kinds: Weighted[str]
    head_ages: Mapping[str, Weighted[range]]
    children: Weighted[int]
    child_stays: AgeRates
    seal: AgeRates
    rates: Mapping[str, float]
    unknown_birth: Mapping[str, float]
    foreign_rates: Mapping[str, float]
    nationalities: Weighted[Nationality]
    surnames: Weighted[Word]
    male_names: tuple[Weighted[Word], ...]
    female_names: tuple[Weighted[Word], ...]

    def given_names(self, year: int, *, male: bool) -> Weighted[Word]:
        """Return the given names of those who were born in that year."""
        return (self.male_names if male else self.female_names)[year - FIRST_YEAR]


def load_parameters(path: Path) -> Parameters:
    """Read a population file.

    Raises:
        ParametersError: where the file lacks something or a list is written wrongly.
    """
    try:
        source = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return _parameters(source)
    except (OSError, yaml.YAMLError) as error:
        raise ParametersError(f"人口データ {path} を読み込めません。確認してください: {error}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ParametersError(f"人口データ {path} の書き方に誤りがあります: {error!r}") from error


def _parameters(source: Mapping[str, Any]) -> Parameters:
    households, rates, foreign = source["households"], dict(source["rates"]), source["foreign"]
    return Parameters(
        **{key: source[key] for key in ("seed", "count", "as_of", "prefecture", "city", "city_code")},
        buildings=tuple(source["buildings"].split()),
        care_homes=tuple(source["care_homes"].split()),
        dormitories=tuple(source["dormitories"].split()),
        other_places=tuple(source["other_places"].split()),
        towns=_towns(source["towns"]),
        household_kinds=Weighted(list(households), [kind["weight"] for kind in households.values()]),
        head_ages={name: _ages(kind["ages"]) for name, kind in households.items()},
        children=Weighted([int(n) for n in source["children"]], list(source["children"].values())),
        child_stays=AgeRates(rates.pop("child_stays")),
        seal=AgeRates(rates.pop("seal")),
        unknown_birth=rates.pop("unknown_birth"),
        rates=rates,
        foreign_rates={key: foreign[key] for key in ("single", "family", "wife")},
        nationalities=_nationalities(foreign),
        surnames=_words(source["surnames"], _word),
        male_names=_by_year(source["given_names"], "male"),
        female_names=_by_year(source["given_names"], "female"),
    )


def _band(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last)


def _ages(text: str) -> Weighted[range]:
    pairs = [item.split(":") for item in text.split()]
    bands = [_band(band) for band, _ in pairs]
    return Weighted([range(first, last + 1) for first, last in bands], [float(weight) for _, weight in pairs])


def _towns(text: str) -> Weighted[Town]:
    rows = [line.split() for line in text.splitlines() if line.strip()]
    towns = [Town(row[0], row[1], row[2], row[3], row[5] == "gou") for row in rows]
    return Weighted(towns, [float(row[4]) for row in rows])


def _words(text: str, make: Callable[[str, str], T]) -> Weighted[T]:
    """Read `漢字:カナ:重み …`."""
    rows = [item.split(":") for item in text.split()]
    return Weighted([make(row[0], row[1]) for row in rows], [float(row[2]) for row in rows])


def _word(text: str, kana: str) -> Word:
    return Word(text, kana)


def _foreign_word(text: str, kana: str) -> ForeignWord:
    """Read `漢字=LATIN` or `LATIN`, where ^ stands for a blank inside a name."""
    kanji, _, latin = text.rpartition("=")
    return ForeignWord(latin.replace("^", " "), kana.replace("^", "　"), kanji)


def _permits(text: str) -> Weighted[str]:
    rows = [item.rpartition(":") for item in text.split()]
    return Weighted([name for name, _, _ in rows], [float(weight) for _, _, weight in rows])


def _nationalities(foreign: Mapping[str, Any]) -> Weighted[Nationality]:
    rows = foreign["nationalities"]
    return Weighted([_nationality(row, foreign["alias"]) for row in rows], [row["weight"] for row in rows])


def _nationality(row: Mapping[str, Any], alias: float) -> Nationality:
    names = {key: _words(row[key], _foreign_word) for key in ("family", "male", "female")}
    share = row.get("alias", alias)
    return Nationality(name=row["name"], permits=_permits(row["permits"]), alias=share, **names)


def _by_year(eras: Iterable[Mapping[str, Any]], sex: str) -> tuple[Weighted[Word], ...]:
    """Return one table for each year of birth; the years of an era share theirs."""
    tables: list[Weighted[Word]] = []
    for era in eras:
        table = _given_names(era[sex], float(era["tail"]))
        tables += [table] * (era["until"] - FIRST_YEAR - len(tables) + 1)
    if len(tables) <= LAST_YEAR - FIRST_YEAR:
        raise ParametersError(f"given_names は{LAST_YEAR}年までの年代を並べてください。")
    return tuple(tables)


def _given_names(source: Mapping[str, Any], tail: float) -> Weighted[Word]:
    """Join the well-known names with a tail of compounds that has the share `tail` of all."""
    known = [item.split(":") for item in source["names"].split()]
    weights = {Word(text, kana): float(weight) for text, kana, weight in known}
    written = {word.text for word in weights}
    compounds = (word for line in source["compounds"] for word in _compounds(line))
    rest = {word.text: word for word in compounds if word.text not in written}
    each = sum(weights.values()) * tail / (1 - tail) / len(rest)
    return Weighted([*weights, *rest.values()], [*weights.values(), *(each for _ in rest)])


def _compounds(line: str) -> list[Word]:
    """Read `stem:カナ … × ending:カナ …` and join each stem with each ending that sounds right after it."""
    stems, endings = ([item.split(":") for item in part.split()] for part in line.split("×"))
    pairs = [(stem, ending) for stem in stems for ending in endings]
    return [Word(a[0] + b[0], a[1] + b[1]) for a, b in pairs if a[0][-1] != b[0][0] and a[1][-1] != b[1][0]]
