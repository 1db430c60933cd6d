"""The core system's records of residents, as far as the index needs them."""

import hashlib
from collections.abc import Iterator
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from machimado.cases.register.rules import keys

# Names of more words exist; six of them can each be searched for.
MOST_WORDS = 6


class UnreadableAnswerError(ValueError):
    """The core's answer is not what its interface promises; the message says what, without any value of it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


def _storable(text: str) -> str:
    """Return the text without NUL, which PostgreSQL takes in no text: one such record must not stop an import."""
    return text.replace("\0", "")


Text = Annotated[str, AfterValidator(_storable)]


class Name(_Part):
    """A name as written and as read; parts are divided by a space."""

    text: Text = ""
    kana: Text = ""


class Address(_Part):
    """An address in parts; each may be empty."""

    prefecture: Text = ""
    city: Text = ""
    town: Text = ""
    block: Text = ""
    building: Text = ""

    def display(self) -> str:
        """Return the address as it is read out: 町字・番地, then 方書 after a space."""
        return "　".join(
            filter(None, (f"{self.prefecture}{self.city}{self.town}{self.block}", self.building))
        )


class ResidentRecord(_Part):
    """One person of the core's register. Fields that the index does not need are not read."""

    resident_number: str = Field(pattern=r"^[^\s\x00]{1,15}$")
    household_number: str = Field(pattern=r"^[^\s\x00]{1,15}$")
    status: Literal["resident", "moved_out", "deceased"]
    name: Name
    alias: Name | None = None
    latin_name: Text | None = None
    former_name: Name | None = None
    birth_date: str = Field(pattern=r"^(?:\d{4}-\d\d-(?:\d\d|XX)|\d{4}-XX-XX|XXXX-XX-XX)$")
    birth_date_text: Text | None = None
    sex: Annotated[Text, Field(max_length=2)] = ""
    relationship: Text = ""
    head: bool = False
    address: Address = Address()
    restricted: bool = False

    def fingerprint(self, *, shielded: bool) -> bytes:
        """Return a short hash of all that the index takes from this record."""
        return hashlib.blake2b(f"{self.model_dump_json()}{shielded}".encode(), digest_size=16).digest()


class Page(_Part):
    """One page of the whole register; `next` is None on the last."""

    residents: list[ResidentRecord]
    next: str | int | None = None
    sequence: int


class Change(_Part):
    """What one person's record became; None when the register no longer holds it."""

    sequence: int
    resident_number: str = Field(pattern=r"^\S{1,15}$")
    resident: ResidentRecord | None


class Changes(_Part):
    """Changes after a sequence, in its order; `sequence` is the core's latest."""

    changes: list[Change]
    sequence: int


class Household(ResidentRecord):
    """One person's record with all members of the household, as read for a case."""

    household: list[ResidentRecord] = []


class Keys(NamedTuple):
    """What one row of the index is found by."""

    form: str
    kana: bytes
    given_kana: bytes
    text: bytes
    given_text: bytes
    born: bytes
    place: bytes
    block: bytes
    building: bytes


_PAGE, _CHANGES, _HOUSEHOLD = (TypeAdapter[Any](shape) for shape in (Page, Changes, Household))


def read_page(content: bytes) -> Page:
    """Read a page of the register from JSON.

    Raises: UnreadableAnswerError.
    """
    page: Page = _read(_PAGE, content)
    return page


def read_changes(content: bytes) -> Changes:
    """Read a list of changes from JSON.

    Raises: UnreadableAnswerError.
    """
    changes: Changes = _read(_CHANGES, content)
    return changes


def read_household(content: bytes) -> Household:
    """Read one person's record with the household from JSON.

    Raises: UnreadableAnswerError.
    """
    household: Household = _read(_HOUSEHOLD, content)
    return household


def _read(shape: TypeAdapter[Any], content: bytes) -> Any:
    try:
        return shape.validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "全体"
        # Without the cause: it holds people's data.
        raise UnreadableAnswerError(
            f"基幹システムの応答が決めた形と違います（{place}: {first['type']}）。情報政策課に連絡してください。"
        ) from None


def entries(record: ResidentRecord, *, shielded: bool) -> Iterator[Keys]:
    """Yield what a person is found by: each name that the person bears or bore, at each of its later words.

    Somebody whose address is protected has no key that an address could find.
    """
    address = Address() if shielded else record.address
    common = (
        keys.birth_key(record.birth_date),
        keys.place_key(address.town, address.block),
        keys.place_key(address.block),
        keys.text_key(address.building),
    )
    for form, name in _names(record):
        for kana, given_kana, text, given_text in _name_keys(name):
            yield Keys(form, kana, given_kana, text, given_text, *common)


def _names(record: ResidentRecord) -> Iterator[tuple[str, Name]]:
    yield "name", record.name
    if record.alias:
        yield "alias", record.alias
    if record.latin_name and record.latin_name != record.name.text:
        yield "latin", Name(text=record.latin_name, kana=record.name.kana)
    if record.former_name:
        yield "former", _former(record.former_name, record.name)


def _former(family: Name, today: Name) -> Name:
    """Return the name that the person had: the former family name before today's given name."""
    return Name(
        text=" ".join([family.text, *keys.words(today.text)[1:]]),
        kana=" ".join([family.kana, *keys.words(today.kana)[1:]]) if family.kana else "",
    )


def _name_keys(name: Name) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Yield the keys of a name and of what follows its first, second … word."""
    written = keys.words(name.text)
    read = keys.words(name.kana or (name.text if keys.is_kana(name.text) else ""))
    kana, text = keys.kana_key("".join(read)), keys.text_key("".join(written))
    count = min(max(len(written), len(read)), MOST_WORDS)
    for first in range(1, max(count, 2)):
        yield kana, keys.kana_key("".join(read[first:])), text, keys.text_key("".join(written[first:]))
