"""Who lives together: ages, sexes and 続柄 of a household, before anybody has a name."""

from collections.abc import Callable
from dataclasses import dataclass

from samplecore.population.dice import Dice
from samplecore.population.parameters import Nationality, Parameters

HEAD = "世帯主"
MALE, FEMALE = "1", "2"

ADULT = 18
MOTHERHOOD = (18, 44)  # the mother's age at a birth, in years
OLD = 70
DEAD = "deceased"
GONE = "moved_out"
LIVING = "resident"


@dataclass(slots=True)
class Member:
    """One person of a household; the first of a household is its head."""

    relationship: str
    sex: str
    age: int
    status: str = LIVING
    other_family: bool = False  # bears another surname than the household: the wife's parents
    married_in: bool = False
    nationality: Nationality | None = None


@dataclass(slots=True)
class Household:
    """People who live together; `kind` tells how they were composed."""

    members: list[Member]
    kind: str
    foreign_family: bool = False


def compose(parameters: Parameters, dice: Dice) -> Household:
    """Draw one household: Japanese, foreign or both."""
    roll = dice.random()
    if roll < parameters.foreign_rates["single"]:
        return _foreign_single(parameters, dice)
    if roll < parameters.foreign_rates["single"] + parameters.foreign_rates["family"]:
        return _foreign_family(parameters, dice)
    kind = parameters.household_kinds.draw(dice)
    age = dice.pick(parameters.head_ages[kind].draw(dice))
    household = Household(COMPOSERS[kind](parameters, dice, age), kind)
    _remember_dead(parameters, dice, household.members)
    return household


def _single(parameters: Parameters, dice: Dice, age: int) -> list[Member]:
    woman = dice.chance(parameters.rates["elder_woman_alone"] if age >= OLD else 0.42)
    return [Member(HEAD, FEMALE if woman else MALE, age)]


def _couple(parameters: Parameters, dice: Dice, age: int) -> list[Member]:
    wife_age = dice.around(age - 2, 3.2, max(ADULT, age - 14), min(age + 4, 104))
    husband, wife = Member(HEAD, MALE, age), Member("妻", FEMALE, wife_age, married_in=True)
    if wife_age < 60 and dice.chance(parameters.foreign_rates["wife"]):
        wife.nationality = parameters.nationalities.draw(dice)
    if not dice.chance(parameters.rates["husband_heads"]):
        husband.relationship, wife.relationship = "夫", HEAD
        return [wife, husband]
    if dice.chance(parameters.rates["unregistered_partner"]):
        wife.relationship, wife.other_family = "妻（未届）", True
    return [husband, wife]


def _couple_children(parameters: Parameters, dice: Dice, age: int) -> list[Member]:
    couple = _couple(parameters, dice, age)
    return couple + _children(parameters, dice, min(parent.age for parent in couple), "子")


def _parent_children(parameters: Parameters, dice: Dice, age: int) -> list[Member]:
    woman = dice.chance(parameters.rates["mother_alone"])
    parent = Member(HEAD, FEMALE if woman else MALE, age)
    children = _children(parameters, dice, age - (0 if woman else 2), "子")
    if not any(child.status == LIVING for child in children):
        children[-1].status = LIVING
    living = [child for child in children if child.status == LIVING]
    if age >= 75 and dice.chance(0.55):
        return _child_heads(parent, living[0], [child for child in children if child is not living[0]])
    return [parent, *children]


def _child_heads(parent: Member, child: Member, siblings: list[Member]) -> list[Member]:
    """Turn the household over to the grown-up child, as many do when the parent is old."""
    child.relationship = HEAD
    parent.relationship = "母" if parent.sex == FEMALE else "父"
    for sibling in siblings:
        sibling.relationship = "弟" if sibling.sex == MALE else "妹"
    return [child, parent, *siblings]


def _children(parameters: Parameters, dice: Dice, mother_age: int, relationship: str) -> list[Member]:
    """Draw children from the eldest down; some who left lately stay as removed records (除票).

    Siblings are at least two years of age apart, so that no two births of one mother are too near.
    """
    earliest, latest = mother_age - MOTHERHOOD[1], mother_age - MOTHERHOOD[0]
    age = dice.around(mother_age - 29.5, 4.4, max(earliest, 0), latest)
    children = []
    for _ in range(parameters.children.draw(dice)):
        if age < max(earliest, 0):
            break
        sex = MALE if dice.chance(0.512) else FEMALE
        status = _child_status(parameters, dice, age)
        if status:
            children.append(Member(relationship, sex, age, status=status))
        age -= 2 + int(dice.random() * dice.random() * 4)
    return children or [Member(relationship, FEMALE, max(0, min(latest, mother_age - 30)))]


def _child_status(parameters: Parameters, dice: Dice, age: int) -> str:
    """Answer resident, moved_out (left in the last five years) or nothing (left long ago)."""
    if dice.chance(parameters.child_stays.of(age)):
        return LIVING
    return GONE if ADULT <= age <= 30 and dice.chance(parameters.rates["moved_out_child"]) else ""


def _three_generations(parameters: Parameters, dice: Dice, age: int) -> list[Member]:
    husband = Member("子", MALE, age)
    wife = Member("子の妻", FEMALE, dice.around(age - 2, 3, max(20, age - 10), age + 5), married_in=True)
    wife_side = dice.chance(parameters.rates["wife_side"])
    if wife_side:
        husband.relationship, wife.relationship = "子の夫", "子"
    elders = _elders(dice, wife.age if wife_side else age, wife_side=wife_side)
    children = _children(parameters, dice, min(husband.age, wife.age), "子の子")
    if dice.chance(parameters.rates["grandparent_heads"]):
        return [*elders, *((wife, husband) if wife_side else (husband, wife)), *children]
    return _middle_heads(husband, wife, children, elders, wife_side=wife_side)


def _elders(dice: Dice, child_age: int, *, wife_side: bool) -> list[Member]:
    """Draw the grandparents as far as they are alive, head first."""
    father_age = child_age + dice.around(29, 4.2, 20, 44)
    mother_age = max(child_age + MOTHERHOOD[0], father_age - dice.around(2.5, 2.6, -4, 10))
    father = Member(HEAD, MALE, father_age, other_family=wife_side)
    mother = Member(HEAD, FEMALE, mother_age, other_family=wife_side)
    elders = [father] if father_age < 102 and dice.chance(_alive(father_age + 4)) else []
    if not elders or (mother_age < 104 and dice.chance(_alive(mother_age - 2))):
        elders.append(mother)
    if elders[0] is father and mother in elders:
        mother.relationship = "妻"
    return elders


def _alive(age: int) -> float:
    """Estimate the share still alive, falling from one at 60 to nothing at 104; the shape is what counts."""
    return max(0.0, 1 - (max(age, 60) - 60) ** 2 / 44**2)


def _middle_heads(
    husband: Member, wife: Member, children: list[Member], elders: list[Member], *, wife_side: bool
) -> list[Member]:
    husband.relationship, wife.relationship = HEAD, "妻"
    for child in children:
        child.relationship = "子"
    for elder in elders:
        elder.relationship = ("妻の" if wife_side else "") + ("父" if elder.sex == MALE else "母")
    return [husband, wife, *children, *elders]


def _siblings(_parameters: Parameters, dice: Dice, age: int) -> list[Member]:
    other = age + dice.pick((-8, -6, -5, -4, -3, -2, 2, 3, 4, 5))
    sexes = [MALE if dice.chance(0.5) else FEMALE for _ in range(2)]
    younger, elder = ("弟", "兄") if sexes[1] == MALE else ("妹", "姉")
    return [Member(HEAD, sexes[0], age), Member(younger if other < age else elder, sexes[1], other)]


def _remember_dead(parameters: Parameters, dice: Dice, members: list[Member]) -> None:
    """Add the removed record of somebody of the household who died in the last five years."""
    head = members[0]
    living = [member for member in members if member.status == LIVING]
    if head.age >= OLD and len(living) == 1 and dice.chance(parameters.rates["deceased_spouse"]):
        husband = head.sex == FEMALE
        age = dice.around(head.age + (3 if husband else -2), 3, OLD - 6, 104)
        members.append(Member("夫" if husband else "妻", MALE if husband else FEMALE, age, status=DEAD))
        return
    parents = any(member.relationship in ("父", "母") for member in members)
    if 45 <= head.age < OLD and not parents and dice.chance(parameters.rates["deceased_parent"]):
        mother = dice.chance(0.5)
        age = head.age + dice.around(28, 4, 20, 34)
        members.append(Member("母" if mother else "父", FEMALE if mother else MALE, age, status=DEAD))


def _foreign_single(parameters: Parameters, dice: Dice) -> Household:
    nationality = parameters.nationalities.draw(dice)
    sex = MALE if dice.chance(0.5) else FEMALE
    member = Member(HEAD, sex, dice.around(29, 7, 18, 66), nationality=nationality)
    return Household([member], "dormitory" if dice.chance(0.7) else "single")


def _foreign_family(parameters: Parameters, dice: Dice) -> Household:
    members = _couple_children(parameters, dice, dice.between(27, 52))
    nationality = parameters.nationalities.draw(dice)
    for member in members:
        member.nationality, member.married_in = nationality, False
    return Household(members, "couple_children", foreign_family=True)


COMPOSERS: dict[str, Callable[[Parameters, Dice, int], list[Member]]] = {
    "single": _single,
    "couple": _couple,
    "couple_children": _couple_children,
    "parent_children": _parent_children,
    "three_generations": _three_generations,
    "siblings": _siblings,
}
