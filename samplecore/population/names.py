"""Names of a household: one surname, given names of each one's time, foreign names, 通称 and 旧氏."""

from typing import NamedTuple

from samplecore.population.dice import Dice
from samplecore.population.households import FEMALE, MALE, Household, Member
from samplecore.population.parameters import ForeignWord, Nationality, Parameters, Word

BLANK = "　"  # between family and given name, as in the register


class Names(NamedTuple):
    """All that a record says about somebody's name."""

    name: Word
    alias: Word | None = None
    latin_name: str | None = None
    former_name: Word | None = None


class HouseholdNames:
    """Gives the members of one household their names; no two share a given name."""

    def __init__(self, parameters: Parameters, dice: Dice, household: Household) -> None:
        self._parameters, self._dice = parameters, dice
        self._surname = parameters.surnames.draw(dice)
        self._others: Word | None = None
        self._given: set[str] = set()
        self._family = self._foreign_family_name(household)

    def of(self, member: Member, birth_year: int) -> Names:
        """Name a member; the head comes first, as 筆頭者 and surname hang on the order."""
        if member.nationality:
            return self._foreign(member, member.nationality, birth_year)
        surname = self._other_surname() if member.other_family else self._surname
        given = self._given_name(member, birth_year)
        former = None
        if member.married_in and self._dice.chance(self._parameters.rates["former_name"]):
            former = self._parameters.surnames.draw(self._dice)
        return Names(_join(surname, given), former_name=former)

    def _other_surname(self) -> Word:
        """Return the surname of the wife's side, the same for all of it."""
        while self._others is None or self._others == self._surname:
            self._others = self._parameters.surnames.draw(self._dice)
        return self._others

    def _given_name(self, member: Member, birth_year: int) -> Word:
        table = self._parameters.given_names(birth_year, male=member.sex == MALE)
        while (given := table.draw(self._dice)).text in self._given:
            pass
        self._given.add(given.text)
        return given

    def _foreign_family_name(self, household: Household) -> ForeignWord | None:
        if not household.foreign_family:
            return None
        nationality = household.members[0].nationality
        return nationality.family.draw(self._dice) if nationality else None

    def _foreign(self, member: Member, nationality: Nationality, birth_year: int) -> Names:
        dice = self._dice
        family = self._family or nationality.family.draw(dice)
        given = (nationality.female if member.sex == FEMALE else nationality.male).draw(dice)
        latin = f"{family.latin} {given.latin}"
        kanji = f"{family.kanji}{BLANK}{given.kanji}" if family.kanji and given.kanji else latin
        alias = None
        if dice.chance(nationality.alias):
            alias = _join(self._surname, self._given_name(member, birth_year))
        return Names(Word(kanji, f"{family.kana}{BLANK}{given.kana}"), alias, latin)


def _join(surname: Word, given: Word) -> Word:
    return Word(f"{surname.text}{BLANK}{given.text}", f"{surname.kana}{BLANK}{given.kana}")
