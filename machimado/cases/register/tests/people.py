"""Invented residents, and a core system in memory that speaks as the real one does."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from machimado.ground import systems

Record = dict[str, Any]


def person(number: int, text: str = "佐藤　太郎", kana: str = "サトウ　タロウ", **changes: Any) -> Record:
    """Return a resident's record as the core sends it."""
    known: Record = {
        "resident_number": f"{number:015d}",
        "household_number": f"{900_000 + number:015d}",
        "status": "resident",
        "name": {"text": text, "kana": kana},
        "alias": None,
        "latin_name": None,
        "former_name": None,
        "birth_date": "1950-05-01",
        "birth_date_text": None,
        "sex": "1",
        "relationship": "世帯主",
        "head": True,
        "address": address("本町一丁目", "12番地3"),
        "domicile": None,
        "nationality": "日本",
        "restricted": False,
        "seal": None,
    }
    return {**known, **changes}


def address(town: str, block: str, building: str = "") -> Record:
    return {
        "postal_code": "9780002",
        "city_code": "992011",
        "town_code": "0002000",
        "prefecture": "白嶺県",
        "city": "雪見市",
        "town": town,
        "block": block,
        "building": building,
    }


class CoreInMemory:
    """The core's register: what it holds, and what changed in which order."""

    def __init__(self, *people: Record) -> None:
        self.people = {each["resident_number"]: each for each in people}
        self.log: list[str] = []
        self.failure: systems.SystemFailure | None = None
        self.page_size = 2
        self.asked: list[str] = []
        self.before_page: dict[str, Any] = {}

    def put(self, *people: Record) -> None:
        for each in people:
            self.people[each["resident_number"]] = each
            self.log.append(each["resident_number"])

    def drop(self, number: str) -> None:
        del self.people[number]
        self.log.append(number)

    def reset(self, *people: Record) -> None:
        self.people = {each["resident_number"]: each for each in people}
        self.log = []

    def get(self, path: str, *, scope: str, params: Mapping[str, Any]) -> systems.Reply:
        assert scope == "001:residents:read"
        self.asked.append(path)
        if self.failure:
            raise self.failure
        if path == "/residents":
            return self._page(str(params.get("after", "")))
        if path == "/residents/changes":
            return self._changes(int(params["since"]))
        return self._one(path.rsplit("/", 1)[1])

    def _page(self, after: str) -> systems.Reply:
        if step := self.before_page.pop(after, None):
            step()
        numbers = sorted(number for number in self.people if number > after)[: self.page_size]
        following = numbers[-1] if len(numbers) == self.page_size else None
        return self._reply(
            {
                "residents": [self.people[each] for each in numbers],
                "next": following,
                "sequence": len(self.log),
            }
        )

    def _changes(self, since: int) -> systems.Reply:
        rows = list(enumerate(self.log, start=1))[since : since + self.page_size]
        changes = [
            {"sequence": place, "resident_number": number, "resident": self.people.get(number)}
            for place, number in rows
        ]
        return self._reply({"changes": changes, "sequence": len(self.log)})

    def _one(self, number: str) -> systems.Reply:
        if number not in self.people:
            return self._reply({"detail": "unknown"}, status=404)
        found = self.people[number]
        household = [
            each for each in self.people.values() if each["household_number"] == found["household_number"]
        ]
        return self._reply({**found, "household": household})

    def _reply(self, data: object, *, status: int = 200) -> systems.Reply:
        return systems.Reply(status, json.dumps(data, ensure_ascii=False).encode(), {})


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> CoreInMemory:
    """Put a core system in memory in the place of the real one."""
    core = CoreInMemory()
    monkeypatch.setattr("machimado.ground.systems.core", lambda: core)
    return core
