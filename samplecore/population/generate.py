"""Turns households into register records, one after the other, from one seed."""

import datetime as dt
from collections.abc import Iterator
from json.encoder import encode_basestring as quote
from typing import NamedTuple

from samplecore.population.dice import Dice
from samplecore.population.households import (
    DEAD,
    GONE,
    HEAD,
    LIVING,
    OLD,
    Household,
    Member,
    compose,
)
from samplecore.population.names import BLANK, HouseholdNames, Names
from samplecore.population.numbers import HOUSEHOLD_SERIES, RESIDENT_SERIES, with_check_digit
from samplecore.population.parameters import Parameters, Town
from samplecore.population.parameters import Word as Name
from samplecore.population.wareki import wareki

DAYS_PER_YEAR = 365.2425
REMOVED_YEARS = 5  # how far back removed records (除票) go in the sample
# The text of one JSON value: records are put together as text, six times faster than through dicts.
Json = str
NULL: Json = "null"
UNLIMITED = ("永住者", "特別永住者")  # 在留資格 without an end


class Resident(NamedTuple):
    """One row of the register: columns for search and the whole record as JSON text."""

    number: int
    household: int
    status: str
    kana: str
    name: str
    birth_date: str
    town_code: str
    record: str


def generate(
    parameters: Parameters, *, seed: int | None = None, count: int | None = None
) -> Iterator[Resident]:
    """Yield the residents household by household until `count` of them live in the city.

    The same parameters, seed and count give the same rows, byte for byte; a larger count goes on where the
    smaller one ended. Removed people (除票) come on top of the count.
    """
    registrar = _Registrar(parameters, Dice(parameters.seed if seed is None else seed))
    remaining = parameters.count if count is None else count
    while remaining > 0:
        residents = registrar.household(remaining)
        remaining -= sum(resident.status == LIVING for resident in residents)
        yield from residents


class _Registrar:
    """Writes records; holds the running numbers."""

    def __init__(self, parameters: Parameters, dice: Dice) -> None:
        self.parameters, self.dice = parameters, dice
        self.today = parameters.as_of.toordinal()
        self.serial, self.household_serial, self.seals = RESIDENT_SERIES, HOUSEHOLD_SERIES, 0

    def household(self, limit: int) -> list[Resident]:
        """Write the next household, cut off behind its first `limit` living members."""
        household = compose(self.parameters, self.dice)
        if self.dice.chance(self.parameters.rates["moved_out_household"]):
            for member in household.members:
                member.status = GONE if member.status == LIVING else member.status
        _cut(household, limit)
        self.household_serial += 1
        writer = _HouseholdWriter(self, household)
        return [writer.write(member) for member in household.members]

    def next_number(self) -> int:
        """Return the next 宛名番号."""
        self.serial += 1
        return with_check_digit(self.serial)

    def next_seal(self) -> str:
        """Return the number of the next 印鑑登録証."""
        self.seals += 1
        return f"{self.seals:07d}"


def _cut(household: Household, limit: int) -> None:
    """Drop what exceeds the wanted number of people; only ever the last household is concerned."""
    living = [member for member in household.members if member.status == LIVING]
    for member in living[limit:]:
        household.members.remove(member)


class _HouseholdWriter:
    """What the members of one household have in common, and their records."""

    def __init__(self, registrar: _Registrar, household: Household) -> None:
        self.registrar, self.household = registrar, household
        self.parameters, self.dice = registrar.parameters, registrar.dice
        self.number = with_check_digit(registrar.household_serial)
        self.names = HouseholdNames(self.parameters, self.dice, household)
        self.town = self.parameters.towns.draw(self.dice)
        self.address = self._address()
        self.domicile_address = self._domicile_address()
        self.restricted = self._restricted()
        self.arrival, self.origin = self._arrival()
        # A household moves as one: on one day, to one place.
        self.departure = self._recent_day()
        self.destination = self.dice.pick(self.parameters.other_places)
        self.head_name = ""
        self.head_surname = ""

    def write(self, member: Member) -> Resident:
        """Give a member a number and write the record."""
        birth = self._birth(member)
        names = self.names.of(member, birth.year)
        birth_text = self._birth_text(member, birth)
        number = self.registrar.next_number()
        record = self._record(number, member, names, birth, birth_text)
        kana, text = names.name.kana, names.name.text
        code = self.town.town_code
        return Resident(number, self.number, member.status, kana, text, birth_text, code, record)

    def _record(self, number: int, member: Member, names: Names, birth: dt.date, birth_text: str) -> Json:
        """Return the record in the order of the dictionary in samplecore/README.md."""
        since, origin = self._since(member, birth)
        unknown = wareki(birth_text) if "X" in birth_text else None
        return (
            f'{{"resident_number":"{number:015d}","household_number":"{self.number:015d}","status":"{member.status}",'
            f'"name":{_name(names.name)},"alias":{_name(names.alias)},"latin_name":{_text(names.latin_name)},'
            f'"former_name":{_name(names.former_name)},"birth_date":"{birth_text}","birth_date_text":{_text(unknown)},'
            f'"sex":"{member.sex}","relationship":{quote(member.relationship)},'
            f'"head":{"true" if member.relationship == HEAD else "false"},"address":{self.address},'
            f'"domicile":{self._domicile(member, names.name)},{self._nationality(member)},'
            f'"resident_since":"{since.isoformat()}","moved_in_from":{_text(origin)},'
            f'"restricted":{"true" if self.restricted and member.status == LIVING else "false"},'
            f'"seal":{self._seal(member, since)},{self._removal(member, since)}}}'
        )

    # ------------------------------------------------------------ of the household

    def _address(self) -> Json:
        place, town = self.parameters, self.town
        block, building = self._block(town)
        return (
            f'{{"postal_code":"{town.postal_code}","city_code":"{place.city_code}","town_code":"{town.town_code}",'
            f'"prefecture":{quote(place.prefecture)},"city":{quote(place.city)},"town":{quote(town.name)},'
            f'"block":{quote(block)},"building":{quote(building)}}}'
        )

    def _block(self, town: Town) -> tuple[str, str]:
        dice = self.dice
        building = self._building(town)
        if town.numbered:
            return f"{dice.between(1, 32)}番{dice.between(1, 44)}号", building
        branch = str(dice.between(1, 14)) if dice.chance(0.45) else ""
        return f"{dice.between(1, 980)}番地{branch}", building

    def _building(self, town: Town) -> str:
        place, dice = self.parameters, self.dice
        eldest = self.household.members[0].age
        if self.household.kind == "dormitory":
            return f"{dice.pick(place.dormitories)}　{dice.between(1, 4)}{dice.between(1, 20):02d}号室"
        if self.household.kind == "single" and eldest > OLD + 10 and dice.chance(place.rates["care_home"]):
            return dice.pick(place.care_homes)
        if town.numbered and dice.chance(place.rates["flat"]):
            return f"{dice.pick(place.buildings)}　{dice.between(1, 5)}{dice.between(1, 8):02d}号室"
        return ""

    def _domicile_address(self) -> str:
        place, dice = self.parameters, self.dice
        if dice.chance(place.rates["domicile_elsewhere"]):
            return f"{dice.pick(place.other_places)}大字本郷{dice.between(1, 1200)}番地"
        town = place.towns.draw(dice)
        return f"{place.prefecture}{place.city}{town.name}{dice.between(1, 980)}番地"

    def _restricted(self) -> bool:
        """Decide on 支援措置: most often a parent who left with the children."""
        rates, first = self.parameters.rates, self.household.members[0]
        young_parent = self.household.kind == "parent_children" and first.age < 55
        return self.dice.chance(rates["restricted_parent" if young_parent else "restricted_household"])

    def _arrival(self) -> tuple[int, str | None]:
        """Return the day (ordinal) on which the household came, and from where; 0 if it was always here."""
        foreign = self.household.members[0].nationality is not None
        if not foreign and not self.dice.chance(self.parameters.rates["moved_in"]):
            return 0, None
        years = 4 if self.household.kind == "dormitory" else 25
        day = self.registrar.today - 30 - int(self.dice.random() * self.dice.random() * years * DAYS_PER_YEAR)
        abroad = foreign and self.dice.chance(0.7)
        return day, "国外" if abroad else self.dice.pick(self.parameters.other_places)

    # ------------------------------------------------------------ of a person

    def _recent_day(self) -> int:
        """Return a day (ordinal) in the years of which removed records are kept."""
        return self.registrar.today - 1 - self.dice.below(int(REMOVED_YEARS * DAYS_PER_YEAR))

    def _birth(self, member: Member) -> dt.date:
        """Draw a day on which somebody of that age was born: one birthday in each year of age."""
        days = member.age * DAYS_PER_YEAR + self.dice.random() * (DAYS_PER_YEAR - 1)
        return dt.date.fromordinal(self.registrar.today - int(days))

    def _birth_text(self, member: Member, birth: dt.date) -> str:
        """Return the birth date in EDTF, for a few people with unknown parts (不詳)."""
        rates, dice = self.parameters.unknown_birth, self.dice
        key = "foreign" if member.nationality else "japanese_before_1940" if birth.year < 1940 else "japanese"
        if not dice.chance(rates[key]):
            return birth.isoformat()
        roll = dice.random()
        return f"{birth:%Y-%m}-XX" if roll < 0.45 else f"{birth:%Y}-XX-XX" if roll < 0.85 else "XXXX-XX-XX"

    def _since(self, member: Member, birth: dt.date) -> tuple[dt.date, str | None]:
        """Return 住民となった年月日, and where the person came from if not born here."""
        if self.arrival > birth.toordinal():
            return dt.date.fromordinal(self.arrival), self.origin
        if member.married_in and self.dice.chance(0.45):
            years = self.dice.around(26, 3.5, 18, max(18, member.age - 1))
            day = min(birth.toordinal() + int(years * DAYS_PER_YEAR), self.registrar.today - 30)
            return dt.date.fromordinal(day), self.dice.pick(self.parameters.other_places)
        return birth, None

    def _domicile(self, member: Member, name: Name) -> Json:
        """Return 本籍 and 筆頭者: the first Japanese of each surname in the household stands for it."""
        if member.nationality:
            return NULL
        surname = name.text.partition(BLANK)[0]
        if surname != self.head_surname:
            self.head_surname, self.head_name = surname, name.text
        return f'{{"address":{quote(self.domicile_address)},"head":{quote(self.head_name)}}}'

    def _nationality(self, member: Member) -> Json:
        """Return nationality, 在留資格 and the day it ends; permanent residents have no end."""
        if not member.nationality:
            return '"nationality":"日本","residence_status":null,"residence_until":null'
        permit, until = member.nationality.permits.draw(self.dice), None
        if permit not in UNLIMITED:
            until = dt.date.fromordinal(self.registrar.today + self.dice.between(5, 1800)).isoformat()
        name = quote(member.nationality.name)
        return f'"nationality":{name},"residence_status":{quote(permit)},"residence_until":{_text(until)}'

    def _seal(self, member: Member, since: dt.date) -> Json:
        """Return 印鑑登録; possible from 15 years on and only for residents."""
        if member.status != LIVING or not self.dice.chance(self.parameters.seal.of(member.age)):
            return NULL
        yesterday = self.registrar.today - 1
        earliest = max(since.toordinal(), self.registrar.today - int((member.age - 14) * DAYS_PER_YEAR))
        day = dt.date.fromordinal(self.dice.between(min(earliest, yesterday), yesterday))
        return f'{{"registered_on":"{day.isoformat()}","number":"{self.registrar.next_seal()}"}}'

    def _removal(self, member: Member, since: dt.date) -> Json:
        """Return when and where to somebody was removed from the register (消除)."""
        if member.status == LIVING:
            return '"removed_on":null,"moved_out_to":null'
        whole = self.household.members[0].status == GONE and member.status == GONE
        day = max(self.departure if whole else self._recent_day(), since.toordinal() + 1)
        place = None
        if member.status != DEAD:
            place = self.destination if whole else self.dice.pick(self.parameters.other_places)
        return f'"removed_on":"{dt.date.fromordinal(day).isoformat()}","moved_out_to":{_text(place)}'


def _text(value: str | None) -> Json:
    return NULL if value is None else quote(value)


def _name(name: Name | None) -> Json:
    return NULL if name is None else f'{{"text":{quote(name.text)},"kana":{quote(name.kana)}}}'
