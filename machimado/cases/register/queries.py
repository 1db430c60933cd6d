from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from heapq import merge
from itertools import islice, product
from operator import and_
from uuid import UUID

from django.db.models import Q, QuerySet

from machimado.cases.register.models import Feed, ImportRun, Resident, SearchEntry, Status
from machimado.cases.register.rules import keys, reading
from machimado.cases.register.rules.reading import Meaning, Token
from machimado.ground.japanese import eras

LIMIT = 30
# A word that fits fewer entries than this is looked up first, and the other words are tried on what it found.
FEW = 5_000
# Six words that each mean four things would be 4,096 look-ups; the likely meanings come first.
MOST_COMBINATIONS = 24
SEX = {"1": "男", "2": "女"}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a household, as much as a list of hits shows."""

    id: UUID
    name: str
    kana: str
    relationship: str
    birth_date: str
    birth_date_text: str
    is_head: bool
    status: str
    restricted: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody who was found. `address` is empty for whoever is shielded; then nothing may make up for it."""

    id: UUID
    resident_number: str
    household_number: str
    name: str
    kana: str
    birth_date: str  # EDTF
    birth_date_text: str  # as read out: 昭和25年5月1日, or the register's own words for an unknown date
    sex: str
    address: str
    status: str
    status_text: str
    is_current: bool
    restricted: bool
    shielded: bool
    found_as: str  # 通称, 旧氏 …: when another name than 氏名 was met; else empty
    found_name: str
    household: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Who was found, in the order of their readings; `more` when the limit cut the list."""

    hits: tuple[Hit, ...]
    more: bool
    understood_as: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How far the index follows the core system."""

    people: int
    sequence: int | None
    read_at: datetime | None
    run: ImportRun | None


def search(text: str, *, limit: int = LIMIT) -> SearchResult:
    """Find residents by what an officer typed: names in kana, kanji or Latin letters, birth date, address, number.

    Words are separated by spaces and all must fit. No journal row is left: `actions.search` does that.
    """
    for way in reading.read(text):
        found = _find(way, limit)
        if found.hits:
            return found
    return SearchResult((), more=False, understood_as=(), advice=_NOTHING if text.strip() else "")


_NOTHING = "見つかりません。読み仮名のはじめの何文字か、または生年月日だけで探してみてください。"
_MORE = "ほかにもいます。生年月日や住所を足すと絞れます。"


def _find(way: Sequence[Token], limit: int) -> SearchResult:
    """Return who fits all the words, by the best of their meanings that anybody fits at all."""
    enough = 2 * limit + 2  # somebody may be met by several names
    sized = [_sizes(token) for token in way] if len(way) > 1 else [[(each, 0) for each in way[0].meanings]]
    combinations = list(islice(product(*sized), MOST_COMBINATIONS))
    walks = [_walk(combination, enough) for combination in combinations]
    entries = list(islice(dict.fromkeys(entry for _, entry in merge(*walks)), enough))
    people, forms = _people(entries, limit + 1)
    more = len(people) > limit or any(len(walk) == enough for walk in walks)
    used = [each for each, walk in zip(combinations, walks, strict=True) if walk]
    return SearchResult(
        hits=_hits(people[:limit], forms),
        more=more,
        understood_as=_understood(way, used),
        advice=_MORE if more else "",
    )


def _sizes(token: Token) -> list[tuple[Meaning, int]]:
    """Return the meanings of a word that anybody fits, each with how many do, counted up to FEW."""
    counted = ((each, _fitting(each).order_by()[:FEW].count()) for each in token.meanings)
    return [(each, count) for each, count in counted if count]


def _walk(combination: Sequence[tuple[Meaning, int]], limit: int) -> list[tuple[bytes, int]]:
    """Return (kana, id) of the first `limit` entries that fit each meaning, in the order of kana.

    The rarest meaning goes first, as an inner query with a limit that no planner takes apart; an index that ends
    with kana then answers without a look at the rows.
    """
    rarest = min(range(len(combination)), key=lambda place: combination[place][1])
    meaning, count = combination[rarest]
    rest = [_condition(each) for place, (each, _) in enumerate(combination) if place != rarest]
    if rest and count < FEW:
        inner = _fitting(meaning).order_by().values("id")[:FEW]
        found = SearchEntry.objects.filter(reduce(and_, rest), id__in=inner)
    else:
        found = SearchEntry.objects.filter(reduce(and_, rest, _condition(meaning)))
    rows = found.order_by("kana", "id").values_list("kana", "id")[:limit]
    return [(bytes(kana), entry) for kana, entry in rows]


def _fitting(meaning: Meaning) -> QuerySet[SearchEntry]:
    return SearchEntry.objects.filter(_condition(meaning))


def _condition(meaning: Meaning) -> Q:
    if meaning.column == "number":
        return Q(resident__resident_number__in=_as_registered(meaning.key))
    if meaning.column == "household":
        return Q(resident__household_number__in=_as_registered(meaning.key))
    return Q(**{f"{meaning.column}__gte": meaning.key, f"{meaning.column}__lt": meaning.key + keys.BEYOND})


def _as_registered(number: bytes) -> list[str]:
    """Return a number as it may be registered: as typed, or with the leading zeros that people leave out."""
    typed = number.decode("ascii")
    return [typed, typed.zfill(15)]


def _people(entries: Sequence[int], limit: int) -> tuple[list[UUID], dict[UUID, str]]:
    """Return whose entries these are, each person once and in their order, and by which kind of name."""
    rows = SearchEntry.objects.filter(id__in=entries).values_list("id", "resident_id", "form")
    owners = {entry: (resident, form) for entry, resident, form in rows}
    forms: dict[UUID, str] = {}
    for entry in entries:
        if entry in owners:  # it may have been replaced since
            forms.setdefault(*owners[entry])
    people = list(forms)[:limit]
    return people, forms


def _hits(people: Sequence[UUID], forms: dict[UUID, str]) -> tuple[Hit, ...]:
    residents = Resident.objects.in_bulk(list(people))
    households = _households({resident.household_number for resident in residents.values()})
    found = (residents[key] for key in people if key in residents)
    return tuple(_hit(each, forms[each.id], households.get(each.household_number, ())) for each in found)


def _hit(resident: Resident, form: str, household: Iterable[Member]) -> Hit:
    return Hit(
        id=resident.id,
        resident_number=resident.resident_number,
        household_number=resident.household_number,
        name=resident.name_text,
        kana=resident.name_kana,
        birth_date=resident.birth_date,
        birth_date_text=birth_date_text(resident),
        sex=SEX.get(resident.sex, ""),
        address=resident.address,
        status=resident.status,
        status_text=Status(resident.status).label,
        is_current=resident.is_current,
        restricted=resident.restricted,
        shielded=resident.shielded,
        found_as="" if form == SearchEntry.Form.NAME else SearchEntry.Form(form).label,
        found_name=_name_of(resident, form),
        household=tuple(member for member in household if member.id != resident.id),
    )


def _name_of(resident: Resident, form: str) -> str:
    names = {"alias": resident.alias_text, "latin": resident.latin_name, "former": resident.former_name}
    return names.get(form, "")


def birth_date_text(resident: Resident) -> str:
    """Return the birth date as it is read out; the register's own words where the date is not known."""
    if resident.birth_date_text or not resident.birth_date:
        return resident.birth_date_text
    try:
        return eras.wareki(resident.birth_date)
    except ValueError:  # a day that no calendar has, such as February 30: shown as registered
        return resident.birth_date


def household(resident: Resident) -> tuple[Member, ...]:
    """Return the members of a resident's household, the resident included, the head first."""
    return tuple(_households({resident.household_number}).get(resident.household_number, ()))


def _households(numbers: set[str]) -> dict[str, list[Member]]:
    members = defaultdict(list)
    living = Resident.objects.filter(household_number__in=numbers - {""}, status=Status.RESIDENT)
    for each in living.order_by("-is_head", "birth_date", "id"):
        members[each.household_number].append(
            Member(
                id=each.id,
                name=each.name_text,
                kana=each.name_kana,
                relationship=each.relationship,
                birth_date=each.birth_date,
                birth_date_text=birth_date_text(each),
                is_head=each.is_head,
                status=each.status,
                restricted=each.restricted,
            )
        )
    return members


def _understood(way: Sequence[Token], used: Sequence[Sequence[tuple[Meaning, int]]]) -> tuple[str, ...]:
    """Say how each word was understood, each reading once."""
    parts: list[dict[str, None]] = [{} for _ in way]
    for combination in used:
        for part, token, (meaning, _) in zip(parts, way, combination, strict=True):
            part[reading.explain(token.text, meaning.column)] = None
    return tuple("・".join(part) for part in parts if part)


def is_empty() -> bool:
    """Return whether no whole import was ever finished: what is not found may then well exist."""
    return not ImportRun.objects.filter(state=ImportRun.State.DONE).exists()


def status() -> IndexStatus:
    """Return how far the index follows the core system."""
    feed = Feed.objects.first()
    return IndexStatus(
        people=Resident.objects.exclude(status=Status.GONE).count(),
        sequence=feed.sequence if feed else None,
        read_at=feed.read_at if feed else None,
        run=ImportRun.objects.order_by("-id").first(),
    )
