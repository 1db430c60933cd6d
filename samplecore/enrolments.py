"""What the other businesses of the city know of a person: insurance, care, pension, taxes, certificates.

A real city asks each business's own system. Here it follows from the person's number, age and status alone, so that it is the
same each time and takes no place; accepted applications do not change it.
"""

import datetime as dt
import random
from typing import Any

Json = dict[str, Any]

ELDERLY, PENSION_AGE, CARE_AGE = 75, 65, 65
YES, NO = "yes", "no"
CARE_LEVELS = ("support1", "support2", "care1", "care2", "care3", "care4", "care5")


def enrolments(record: Json, today: dt.date) -> Json:
    """Return the enrolments of a person, by business; what a business does not know is left out."""
    dice = random.Random(f"enrolments-{record['resident_number']}")  # noqa: S311 - a sample, nothing secret
    age = _age(str(record["birth_date"]), today)
    if age is None:
        return {}
    return {
        "health": _health(dice, age),
        "care": _care(dice, age),
        "pension": _pension(dice, age),
        "disability": _disability(dice, age),
        "seal": {"registered": YES if record.get("seal") else NO},
        "mynumber_card": {"has": _chance(dice, 0.76)},
        "tax": {"resident": _chance(dice, 0.62) if age >= 18 else NO},
        "property": {"has": _chance(dice, 0.44) if age >= 30 else NO},
        "vehicles": _vehicles(dice, age),
    }


def _age(birth_date: str, today: dt.date) -> int | None:
    """Return the age by the year alone where month or day are unknown; None where nothing is known."""
    year, month, day = (int(part) if part.isdecimal() else 0 for part in birth_date.split("-"))
    if not year:
        return None
    return today.year - year - ((today.month, today.day) < (month or 1, day or 1))


def _chance(dice: random.Random, share: float) -> str:
    return YES if dice.random() < share else NO


def _digits(dice: random.Random, count: int) -> str:
    return "".join(str(dice.randrange(10)) for _ in range(count))


def _health(dice: random.Random, age: int) -> Json:
    if age >= ELDERLY:
        return {"kind": "late_elderly", "number": _digits(dice, 8)}
    # Of the employees' insurances the city knows nothing.
    share = 0.62 if age >= PENSION_AGE else 0.21
    return {"kind": "national", "number": f"雪見 {_digits(dice, 7)}"} if dice.random() < share else {}


def _care(dice: random.Random, age: int) -> Json:
    if age < CARE_AGE:
        return {"insured": NO}
    share = 0.04 if age < ELDERLY else 0.31 if age < ELDERLY + 10 else 0.6
    level = dice.choice(CARE_LEVELS) if dice.random() < share else "none"
    return {"insured": YES, "number": _digits(dice, 10), "level": level}


def _pension(dice: random.Random, age: int) -> Json:
    number = f"{_digits(dice, 4)}-{_digits(dice, 6)}"
    if age >= PENSION_AGE:
        return {"status": "receiving", "number": number}
    # Of those whom an employer insures the city knows nothing.
    return {"status": "first", "number": number} if age >= 20 and dice.random() < 0.24 else {}


def _disability(dice: random.Random, age: int) -> Json:
    if dice.random() >= (0.02 if age < PENSION_AGE else 0.11):
        return {"has": NO}
    return {
        "has": YES,
        "kind": "physical",
        "number": f"白嶺県第{_digits(dice, 6)}号",
        "grade": f"{dice.randint(1, 6)}級",
    }


def _vehicles(dice: random.Random, age: int) -> Json:
    if age < 16 or dice.random() >= 0.12:
        return {"has": NO}
    return {"has": YES, "plate": f"雪見市 {dice.choice('あいうえ')} {_digits(dice, 4)}"}
