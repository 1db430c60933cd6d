import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardagent.items import LONGEST, PADDING, Items, Unreadable, read_items
from cardagent.tlv import MalformedTlv, objects
from tests.fakes.virtual_card import HANAKO, items_file, tlv

letters = st.characters(exclude_categories=("Cs", "Cc"))


def texts(most: int) -> st.SearchStrategy[str]:
    return st.text(letters, max_size=most).map(lambda text: text.strip(PADDING))


@given(st.lists(st.tuples(st.sampled_from([b"\x04", b"\xdf\x22", b"\xdf\x81\x01"]), st.binary(max_size=400))))
def test_what_is_written_is_read(written: list[tuple[bytes, bytes]]) -> None:
    data = b"".join(tlv(tag, value) for tag, value in written)
    assert [(tag.to_bytes(3).lstrip(b"\0"), value) for tag, value in objects(data)] == written


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = list(objects(data))
    except MalformedTlv:
        return
    assert sum(len(value) for _, value in found) <= len(data)


@given(st.binary(max_size=600))
def test_a_hostile_file_is_read_or_refused(body: bytes) -> None:
    for file in (body, tlv(b"\xff\x20", body)):
        try:
            items = read_items(file)
        except Unreadable:
            continue
        assert all(len(getattr(items, name)) <= most for name, most in LONGEST.items())


@given(texts(100), texts(200), texts(8), texts(2))
def test_every_letter_comes_through(name: str, address: str, birth_date: str, sex: str) -> None:
    assert read_items(items_file(name, address, birth_date, sex)) == Items(name, address, birth_date, sex)


@pytest.mark.parametrize(
    "name", ["髙󠄁島　邉󠄄太郎", "𠮷野　𩸽", "\ue000木　次郎", "NGUYEN VAN AN", "渡邊\U000e0101　葛\U000e0100"]
)
def test_letters_outside_the_fonts_come_through(name: str) -> None:
    assert read_items(items_file(name=name)).name == name


@pytest.mark.parametrize("birth_date", ["", "        ", "1950", "195005", "19500500", "00000000"])
def test_a_birth_date_that_is_cut_or_blank_is_data(birth_date: str) -> None:
    assert read_items(items_file(birth_date=birth_date)).birth_date == birth_date.strip()


def test_padding_after_the_template_does_not_matter() -> None:
    assert read_items(items_file() + bytes(64)).name == HANAKO["name"]


def test_an_item_that_is_not_there_is_blank() -> None:
    assert read_items(tlv(b"\xff\x20", tlv(b"\xdf\x22", "花子".encode()))) == Items("花子", "", "", "")


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\xff",
        b"\xff\x20",
        b"\xff\x20\x84\x7f\xff\xff\xff",
        items_file()[:-1],
        tlv(b"\xff\x10", b"NEVER"),
        tlv(b"\xff\x20", tlv(b"\xdf\x22", b"\xff\xfe")),
        tlv(b"\xff\x20", tlv(b"\xdf\x22", b"a") + tlv(b"\xdf\x22", b"b")),
        tlv(b"\xff\x20", tlv(b"\xdf\x22", "花\u202e".encode() + b"\x07")),
        tlv(b"\xff\x20", tlv(b"\xdf\x22", b"a" * 301)),
    ],
)
def test_what_is_no_card_of_ours_is_refused_without_its_contents(file: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read_items(file)
    assert "NEVER" not in str(refused.value)
