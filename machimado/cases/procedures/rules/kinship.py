"""Who in a household is somebody's spouse, and who are somebody's children.

A resident's record gives relationships (続柄) to the head of the household, not to the person at the counter, so
they are translated, and nothing is guessed: where two people could be meant, nobody is.
Source of the notation: 住民基本台帳事務処理要領 第1-2-(2)-エ (世帯主、妻、夫、子、子の妻、子の子 …).
"""

from collections.abc import Iterable, Mapping
from typing import Any

Record = Mapping[str, Any]

_HEAD = "世帯主"
_SPOUSES = frozenset({"妻", "夫", "妻（未届）", "夫（未届）"})
# Older records write the order of birth, newer ones only 子 (since 1995); the meaning is the same.
_CHILD = frozenset({"子", "長男", "長女", "二男", "二女", "三男", "三女", "四男", "四女", "養子", "養女"})


def spouse_of(record: Record, household: Iterable[Record]) -> int | None:
    """Return the place of the spouse in the household, or None when nobody or several people could be meant."""
    found = [
        place for place, other in _others(record, household) if _married(_relation(record), _relation(other))
    ]
    return found[0] if len(found) == 1 else None


def children_of(record: Record, household: Iterable[Record]) -> list[int]:
    """Return the places of the children in the household, eldest first."""
    people = list(household)
    one_line = sum(_relation(person) in _CHILD for person in people) == 1
    wanted = _relations_of_children(_relation(record), one_line=one_line)
    found = [place for place, other in _others(record, people) if _relation(other) in wanted]
    return sorted(found, key=lambda place: str(people[place].get("birth_date", "")))


def is_adopted(record: Record) -> bool:
    """Tell whether the relationship says that somebody is an adopted child."""
    return _relation(record).rpartition("の")[2] in {"養子", "養女"}


def _others(record: Record, household: Iterable[Record]) -> Iterable[tuple[int, Record]]:
    own = record.get("resident_number")
    for place, other in enumerate(household):
        if other.get("resident_number") != own and other.get("status", "resident") == "resident":
            yield place, other


def _relation(record: Record) -> str:
    return str(record.get("relationship") or "")


def _married(one: str, other: str) -> bool:
    if one == _HEAD:
        return other in _SPOUSES
    if one in _SPOUSES:
        return other == _HEAD
    if one in _CHILD:
        return other in {f"子の{spouse}" for spouse in _SPOUSES}
    return one in {f"子の{spouse}" for spouse in _SPOUSES} and other in _CHILD


def _relations_of_children(own: str, *, one_line: bool) -> frozenset[str]:
    """Return the relationships that children of somebody with `own` relationship have.

    Grandchildren of the head are the children of the only child there (`one_line`), otherwise of whom is not known.
    """
    if own == _HEAD or own in _SPOUSES:
        return _CHILD
    if one_line and (own in _CHILD or own in {f"子の{spouse}" for spouse in _SPOUSES}):
        return frozenset(f"子の{child}" for child in _CHILD)
    return frozenset()
