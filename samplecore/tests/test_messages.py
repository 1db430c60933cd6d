from pathlib import Path
from typing import Any

import pytest
import yaml

from samplecore.messages import DictionaryError, Item, load_dictionary
from samplecore.tests.conftest import CITY

PROCEDURES = sorted((CITY / "procedures").glob("*.yaml"))


@pytest.mark.parametrize("path", PROCEDURES, ids=lambda path: path.stem)
def test_the_sample_citys_procedures_deliver_what_the_dictionary_knows(path: Path) -> None:
    """The core system is taught by messages.yaml: a procedure that delivers more needs a line there."""
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
    "content", ["", "[]", "messages: {}", "messages: {a: {}}\nsystems: {}", "\t", "a: b: c"]
)
def test_a_wrong_dictionary_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "messages.yaml"
    path.write_text(content, encoding="utf-8")
    if content == "messages: {}":
        content = "systems missing"
    with pytest.raises(DictionaryError):
        load_dictionary(path)


def test_codes_differ_from_labels() -> None:
    source: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parents[1] / "messages.yaml").read_text(encoding="utf-8")
    )
    for codes in source["codes"].values():
        assert all(isinstance(code, str) and isinstance(label, str) for code, label in codes.items())
