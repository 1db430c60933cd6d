import shutil
from pathlib import Path

import pytest
import yaml

from samplecore.messages import DICTIONARY, SHARED, DictionaryError, Item, load_dictionary
from samplecore.tests.conftest import CITY

PROCEDURES = sorted((CITY / "procedures").glob("*.yaml"))


@pytest.mark.parametrize("path", PROCEDURES, ids=lambda path: path.stem)
def test_the_sample_citys_procedures_deliver_what_the_dictionary_knows(path: Path) -> None:
    """The core system is taught by its dictionary: a procedure that delivers more needs a line there."""
    delivery = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader).get("delivery")
    if delivery is None:
        return
    message = load_dictionary().find(delivery["system"], delivery["message"])
    assert message is not None, delivery["message"]
    sent = {field["to"] for field in delivery["fields"]}
    known = {item.key for item in message.items}
    assert sent <= known
    assert {item.key for item in message.items if item.required} <= sent


def test_every_item_has_a_japanese_name_and_its_codes() -> None:
    def visit(items: tuple[Item, ...]) -> None:
        for item in items:
            assert item.title
            assert (item.type in ("code", "codes")) == bool(item.codes)
            assert (item.type in ("list", "group", "name", "address", "account")) == bool(item.items)
            visit(item.items)

    for message in load_dictionary().messages.values():
        visit(message.items)


@pytest.mark.parametrize(
    "content", ["", "[]", "messages: {}", "messages: {a: {}}\nsystem: '001'\nname: a", "\t", "a: b: c"]
)
def test_a_wrong_dictionary_is_refused(tmp_path: Path, content: str) -> None:
    shutil.copy(DICTIONARY / SHARED, tmp_path)
    (tmp_path / "business.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(DictionaryError, match=r"business\.yaml"):
        load_dictionary(tmp_path)


def test_a_dictionary_without_what_is_shared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DictionaryError, match=r"_shared\.yaml"):
        load_dictionary(tmp_path)


def test_a_message_takes_over_blocks_and_may_say_an_item_anew(tmp_path: Path) -> None:
    shutil.copy(DICTIONARY / SHARED, tmp_path)
    (tmp_path / "business.yaml").write_text(
        "system: '024'\nname: 国民健康保険\nmessages:\n  a.b:\n    title: 試験\n    includes: [person, request]\n"
        "    fields:\n      phone: {title: 連絡先, type: phone, required: true}\n"
        "      kind: {title: 区分, type: code, codes: {a: あ}}\n",
        encoding="utf-8",
    )
    dictionary = load_dictionary(tmp_path)
    found = dictionary.find("024", "a.b")
    assert found is not None
    items = {item.key: item for item in found.items}
    assert items["phone"].title == "連絡先"
    assert items["phone"].required
    assert items["request_date"].required
    assert items["kind"].codes == {"a": "あ"}
    assert dictionary.systems == {"024": "国民健康保険"}


def test_codes_and_labels_are_words() -> None:
    """YAML would read `yes` and `1` as something else."""

    def visit(items: tuple[Item, ...]) -> None:
        for item in items:
            assert all(isinstance(code, str) and isinstance(label, str) for code, label in item.codes.items())
            visit(item.items)

    for message in load_dictionary().messages.values():
        visit(message.items)
