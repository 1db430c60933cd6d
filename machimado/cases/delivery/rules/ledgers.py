"""Compares our record of deliveries with the core's ledger. Names fields, never what is in them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from machimado.cases.delivery.rules.contract import Entry
from machimado.cases.delivery.rules.machine import FINAL, FOR_PERSON, State
from machimado.cases.delivery.rules.words import LABELS


class Kind(StrEnum):
    """In which way the ledgers differ."""

    DOUBLED = "doubled"
    MISSING_THERE = "missing_there"
    NOT_OURS = "not_ours"
    KNOWN_ONLY_THERE = "known_only_there"
    NUMBER_DIFFERS = "number_differs"
    STATE_DIFFERS = "state_differs"
    FIELDS_DIFFER = "fields_differ"


TITLES = {
    Kind.DOUBLED: "基幹システムに二重に登録されています",
    Kind.MISSING_THERE: "こちらでは登録済み、基幹システムにはありません",
    Kind.NOT_OURS: "基幹システムにだけあります（こちらに記録がありません）",
    Kind.KNOWN_ONLY_THERE: "基幹システムにはありますが、こちらはまだ知りません",
    Kind.NUMBER_DIFFERS: "基幹受付番号が違います",
    Kind.STATE_DIFFERS: "状態が違います",
    Kind.FIELDS_DIFFER: "登録された内容が違います",
}
# In the order in which they should be looked at: what a resident may already feel comes first.
WHAT_TO_DO = {
    Kind.DOUBLED: "基幹システムの担当課に、あとの番号の取消しを依頼してください。支給や発行が二重になっていないかも確かめます。",
    Kind.MISSING_THERE: "基幹システムの担当課に、取消しや削除がなかったか確かめてください。理由が分かるまで送り直さないでください。",
    Kind.NOT_OURS: "まち窓のデータを復元した直後なら、その間の申請です。そうでなければ情報システムの担当に連絡してください。",
    Kind.KNOWN_ONLY_THERE: "基幹連携の画面で「今すぐもう一度確認」を押してください。判断待ちのときは、この番号を入れてください。",
    Kind.NUMBER_DIFFERS: "基幹システムの画面で両方の番号を開き、どちらがこの申請かを確かめてください。",
    Kind.STATE_DIFFERS: "基幹システムで後から変更されています。担当課に理由を確かめ、住民への連絡が要るか判断してください。",
    Kind.FIELDS_DIFFER: "基幹システムで修正されたか、電文の対応表が違います。担当課と情報システムの担当に確かめてください。",
}


@dataclass(frozen=True, slots=True)
class Ours:
    """A delivery as we have it."""

    id: int
    reference: str
    state: State
    since: datetime
    core_number: str
    fields: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference, where it is, and what to do about it; `delivery` is None where we have no record."""

    kind: Kind
    reference: str
    core_numbers: tuple[str, ...]
    delivery: int | None
    detail: str

    @property
    def title(self) -> str:
        """Return what is the matter."""
        return TITLES[self.kind]

    @property
    def what_to_do(self) -> str:
        """Return what to do about it."""
        return WHAT_TO_DO[self.kind]


def compare(ours: Iterable[Ours], theirs: Iterable[Entry], *, read_at: datetime) -> list[Difference]:
    """Return every difference, the gravest first. Deliveries that moved since `read_at` are left to the next time."""
    entries: dict[str, list[Entry]] = defaultdict(list)
    for entry in theirs:
        entries[entry.reference].append(entry)
    found = [difference for row in ours for difference in _of(row, entries.pop(row.reference, []), read_at)]
    strangers = [_not_ours(entry) for group in entries.values() for entry in group]
    return sorted(
        [*found, *strangers], key=lambda difference: (list(Kind).index(difference.kind), difference.reference)
    )


def _of(row: Ours, entries: list[Entry], read_at: datetime) -> Iterator[Difference]:
    """Yield the differences of one delivery."""
    numbers = tuple(entry.core_number for entry in entries)
    if len(entries) > 1:
        yield Difference(Kind.DOUBLED, row.reference, numbers, row.id, f"{len(entries)} 件")
    if row.since >= read_at:
        return
    if not entries:
        yield from _missing(row)
        return
    entry = next((entry for entry in entries if entry.core_number == row.core_number), entries[0])
    yield from _beside(row, entry)


def _missing(row: Ours) -> Iterator[Difference]:
    # What a person found in the core by hand, or the core took with another mapping, still is in its ledger.
    if row.state in FINAL | {State.PENDING}:
        yield Difference(Kind.MISSING_THERE, row.reference, (row.core_number,), row.id, LABELS[row.state])


def _beside(row: Ours, entry: Entry) -> Iterator[Difference]:
    """Yield how a delivery differs from its entry."""
    numbers = (entry.core_number,)
    if not row.core_number or row.state in FOR_PERSON:
        detail = f"こちら: {LABELS[row.state]}"
        yield Difference(Kind.KNOWN_ONLY_THERE, row.reference, numbers, row.id, detail)
    elif entry.core_number != row.core_number:
        both = (row.core_number, entry.core_number)
        yield Difference(Kind.NUMBER_DIFFERS, row.reference, both, row.id, f"こちら: {row.core_number}")
    elif row.state in FINAL and entry.state != row.state:
        theirs = LABELS.get(_state(entry.state), entry.state)
        detail = f"こちら: {LABELS[row.state]}　基幹: {theirs}"
        yield Difference(Kind.STATE_DIFFERS, row.reference, numbers, row.id, detail)
    if names := _different(row.fields, entry.fields):
        yield Difference(Kind.FIELDS_DIFFER, row.reference, numbers, row.id, "項目: " + "、".join(names))


def _state(text: str) -> State:
    return State(text) if text in set(State) else State.UNKNOWN


def _different(ours: Mapping[str, Any], theirs: Mapping[str, Any] | None) -> list[str]:
    """Return the names of fields that differ; a ledger without contents cannot differ in them."""
    if theirs is None:
        return []
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))


def _not_ours(entry: Entry) -> Difference:
    return Difference(
        Kind.NOT_OURS, entry.reference, (entry.core_number,), None, f"受付 {entry.received_at or '不明'}"
    )
