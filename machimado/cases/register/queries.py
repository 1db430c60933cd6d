from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, reduce
from itertools import islice, pairwise, product
from operator import and_
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from machimado.cases.register.models import Feed, ImportRun, Resident, SearchEntry, Status
from machimado.cases.register.rules import keys, reading
from machimado.cases.register.rules.reading import Meaning, Token
from machimado.ground.japanese import eras

LIMIT = 30
# A word that fits fewer entries than this is looked up first, and the other words are tried on what it found.
FEW = 1_000
# Six words that each mean four things would be 4,096 look-ups; the likely meanings come first.
MOST_COMBINATIONS = 24
SEX = {"1": "男", "2": "女"}

type_of_combination = tuple[tuple[Meaning, int], ...]  # of each word a meaning, and how many it fits


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
    """Who was found, in the order of their readings, by former names last; `more` when the limit cut the list."""

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
    """Return who fits all the words: by their likeliest meanings first, and within each in the order of kana."""
    enough = 2 * limit + 2  # somebody may be met by several names
    entries: dict[int, None] = {}
    used = []
    for combination in islice(_combinations(way), MOST_COMBINATIONS):
        walk = _walk(combination, enough)
        entries |= dict.fromkeys(walk)
        used += [combination] if walk else []
        if len(walk) == enough:
            break
    people, forms = _people(list(entries), limit + 1)
    more = len(people) > limit
    hits = _hits(people[:limit], forms)
    return SearchResult(hits, more, _understood(way, used), advice=_MORE if more else "")


def _combinations(way: Sequence[Token]) -> Iterator[type_of_combination]:
    """Yield what the words may mean together, the likeliest first, without what contradicts itself."""
    # One word needs no plan, and so no counting.
    sizes = _sizes({each for token in way for each in token.meanings}) if len(way) > 1 else None
    sized = [
        [(each, sizes[each] if sizes else 0) for each in token.meanings if not sizes or sizes[each]]
        for token in way
    ]
    return (each for each in product(*sized) if not _contradicts(each))


def _contradicts(combination: type_of_combination) -> bool:
    """Tell whether two words ask for different beginnings of the same thing."""
    meanings = sorted((meaning.column, meaning.key) for meaning, _ in combination)
    return any(
        column == other and not longer.startswith(key)
        for (column, key), (other, longer) in pairwise(meanings)
    )


def _sizes(meanings: Iterable[Meaning]) -> dict[Meaning, int]:
    """Return how many entries each meaning fits, counted up to FEW: in one statement, since each costs a journey."""
    listed = list(meanings)
    fitting = [_fitting(each).order_by().values("id")[:FEW].query.sql_with_params() for each in listed]
    count = "(SELECT count(*) FROM (%s) AS fitting)"
    counts = ", ".join(count.replace("%s", statement) for statement, _ in fitting)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}", [value for _, values in fitting for value in values])
        return dict(zip(listed, cursor.fetchone(), strict=True))


def _walk(combination: type_of_combination, limit: int) -> list[int]:
    """Return the ids of the first `limit` entries that fit each meaning, in the order of kana.

    A rare meaning goes first, as an inner query with a limit that no planner takes apart. Where all are common,
    enough is soon found, and the indexes hold what is most often asked together.
    """
    rarest = min(range(len(combination)), key=lambda place: combination[place][1])
    meaning, count = combination[rarest]
    rest = [_condition(each) for place, (each, _) in enumerate(combination) if place != rarest]
    if rest and count < FEW:
        inner = _fitting(meaning).order_by().values("id")[:FEW]
        found = SearchEntry.objects.filter(reduce(and_, rest), id__in=inner)
    else:
        found = SearchEntry.objects.filter(reduce(and_, rest, _condition(meaning)))
    return list(found.order_by("kana", "id").values_list("id", flat=True)[:limit])


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
    """Return whose entries these are, each person once and in their order, and by which kind of name.

    Whoever has had the name only earlier stands behind those who have it.
    """
    rows = SearchEntry.objects.filter(id__in=entries).values_list("id", "resident_id", "form")
    owners = {entry: (resident, form) for entry, resident, form in rows}
    forms: dict[UUID, str] = {}
    for entry in entries:
        if entry in owners:  # it may have been replaced since
            forms.setdefault(*owners[entry])
    people = sorted(forms, key=lambda person: forms[person] == SearchEntry.Form.FORMER)
    return people[:limit], forms


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
    return resident.birth_date_text or _wareki(resident.birth_date)


@lru_cache(maxsize=50_000)  # a hundred years have not many more days
def _wareki(edtf: str) -> str:
    try:
        return eras.wareki(edtf)
    except ValueError:  # a day that no calendar has, such as February 30: shown as registered
        return edtf


def household(resident: Resident) -> tuple[Member, ...]:
    """Return the members of a resident's household, the resident included, the head first."""
    return tuple(_households({resident.household_number}).get(resident.household_number, ()))


def _households(numbers: set[str]) -> dict[str, list[Member]]:
    """Return who lives in these households now, the head first."""
    members = defaultdict(list)
    living = Resident.objects.filter(household_number__in=numbers - {""}, status=Status.RESIDENT)
    rows = living.order_by("-is_head", "birth_date", "id").values_list("household_number", *_MEMBER)
    for number, key, name, kana, relationship, born, born_text, *rest in rows:
        members[number].append(Member(key, name, kana, relationship, born, born_text or _wareki(born), *rest))
    return members


_MEMBER = (
    "id", "name_text", "name_kana", "relationship", "birth_date", "birth_date_text", "is_head", "status", "restricted",
)  # fmt: skip


def _understood(way: Sequence[Token], used: Sequence[type_of_combination]) -> tuple[str, ...]:
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
