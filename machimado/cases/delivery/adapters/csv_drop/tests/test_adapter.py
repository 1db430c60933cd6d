import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured

from machimado.cases.delivery.adapters.csv_drop import adapter as room
from machimado.cases.delivery.adapters.csv_drop.adapter import CsvDropAdapter
from machimado.cases.delivery.adapters.csv_drop.options import read_options
from machimado.cases.delivery.rules.contract import Attachment, Message, MessageRefused, NotOffered
from machimado.cases.delivery.rules.machine import Answer, FieldReason, Verdict
from machimado.ground.systems import OutcomeUnknown, Unreachable

FIELDS = {
    "name": "山田　太郎",
    "account": {"number": "0123456"},
    "children": [{"name": "花子"}],
    "abroad": False,
}
MESSAGE = Message("AB12-CD34", "0f8fad5b", "027", "child_allowance.claim", FIELDS)
COLUMNS = {
    "申請番号": "$reference",
    "キー": "$key",
    "氏名": "name",
    "口座番号": "account.number",
    "第一子": "children.0.name",
    "海外": "abroad",
    "なし": "nothing.here",
    "子": "children",
}


def written(folder: Path, **changes: Any) -> Path:
    """Write the options as a city would."""
    for name in ("out", "sent", "ack"):
        (folder / name).mkdir(exist_ok=True)
    acknowledgement = {
        "reference": "申請番号",
        "code": "結果",
        "core_number": "受付番号",
        "field": "項目",
        "reason": "理由",
        "codes": {"00": "accepted", "90": "rejected"},
    }
    options = {
        "out_folder": str(folder / "out"),
        "sent_folder": str(folder / "sent"),
        "ack_folder": str(folder / "ack"),
        "messages": {MESSAGE.message: [{"name": name, "from": source} for name, source in COLUMNS.items()]},
        "acknowledgement": acknowledgement,
        **changes,
    }
    path = folder / "csv.yaml"
    path.write_text(yaml.safe_dump(options, allow_unicode=True), encoding="utf-8")
    return path


def adapter(folder: Path, **changes: Any) -> CsvDropAdapter:
    return CsvDropAdapter(read_options(written(folder, **changes)))


def ask(drop: CsvDropAdapter) -> Answer | None:
    return drop.ask(system="027", reference=MESSAGE.reference, core_number="")


def acknowledge(folder: Path, *lines: str, name: str = "1.csv") -> None:
    head = "申請番号,結果,受付番号,項目,理由"
    (folder / "ack" / name).write_text("\r\n".join([head, *lines, ""]), encoding="utf-8-sig")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out").iterdir())


def test_a_working_place_gets_one_whole_file(tmp_path: Path) -> None:
    assert adapter(tmp_path).send(MESSAGE) == Answer(Verdict.PENDING, "file:027_AB12-CD34.csv")
    assert names(tmp_path) == ["027_AB12-CD34.csv"]
    head, line, end = (tmp_path / "out" / "027_AB12-CD34.csv").read_bytes().decode().split("\r\n")
    assert head == ",".join(COLUMNS)
    children = json.dumps(FIELDS["children"], ensure_ascii=False).replace('"', '""')
    assert line == f'AB12-CD34,0f8fad5b,山田　太郎,0123456,花子,0,,"{children}"'
    assert end == ""


def test_encoding_newline_header_and_quoting_are_configuration(tmp_path: Path) -> None:
    columns = {MESSAGE.message: [{"name": "氏名", "from": "name"}]}
    options = {"encoding": "cp932", "newline": "lf", "header": False, "quoting": "all", "messages": columns}
    adapter(tmp_path, **options).send(MESSAGE)
    assert (tmp_path / "out" / "027_AB12-CD34.csv").read_bytes() == '"山田　太郎"\n'.encode("cp932")


def test_a_second_sending_makes_no_second_file(tmp_path: Path) -> None:
    drop = adapter(tmp_path)
    drop.send(MESSAGE)
    (tmp_path / "out" / "027_AB12-CD34.csv").unlink()  # the core has taken it
    drop.send(MESSAGE)
    assert names(tmp_path) == []
    assert ask(drop) == Answer(Verdict.PENDING, "file:027_AB12-CD34.csv")


def test_what_was_never_put_is_absent(tmp_path: Path) -> None:
    assert ask(adapter(tmp_path)) is None


@pytest.mark.parametrize("step", [1, 2])
def test_who_dies_between_the_steps_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Die after the part was written (1), or after the note (2)."""
    drop, write, count = adapter(tmp_path), room._write, 0

    def dying(path: Path, content: bytes) -> None:
        nonlocal count
        count += 1
        write(path, content)
        if count == step:
            raise OSError("power cut")

    monkeypatch.setattr(room, "_write", dying)
    with pytest.raises(OutcomeUnknown):
        drop.send(MESSAGE)
    monkeypatch.setattr(room, "_write", write)
    assert names(tmp_path) == [".027_AB12-CD34.csv.part"]
    assert (ask(drop) is None) == (step == 1)
    drop.send(MESSAGE)
    assert names(tmp_path) == ["027_AB12-CD34.csv"]


def test_an_acknowledgement_is_taken_over(tmp_path: Path) -> None:
    drop = adapter(tmp_path)
    drop.send(MESSAGE)
    acknowledge(tmp_path, "ZZ99-ZZ99,00,1,,", "AB12-CD34,00,27-5,,")
    assert ask(drop) == Answer(Verdict.ACCEPTED, "27-5")
    acknowledge(
        tmp_path, "AB12-CD34,90,27-5,account,口座名義の相違", "AB12-CD34,90,27-5,name,不備", name="2.csv"
    )
    reasons = (FieldReason("account", "口座名義の相違"), FieldReason("name", "不備"))
    assert ask(drop) == Answer(Verdict.REJECTED, "27-5", reasons)


@pytest.mark.parametrize("line", ["AB12-CD34,77,27-5,,", "AB12-CD34,00,,,", "AB12-CD34"])
def test_a_failing_acknowledgement_is_asked_for_again(tmp_path: Path, line: str) -> None:
    drop = adapter(tmp_path)
    drop.send(MESSAGE)
    acknowledge(tmp_path, line)
    with pytest.raises(Unreachable):
        ask(drop)


def test_an_unreadable_acknowledgement_is_asked_for_again(tmp_path: Path) -> None:
    drop = adapter(tmp_path)
    (tmp_path / "ack" / "1.csv").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(Unreachable):
        ask(drop)


def test_a_character_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    drop = adapter(tmp_path, encoding="cp932")
    rare = Message("AB12-CD34", "k", "027", MESSAGE.message, {"name": "𠮷野　葛\U000e0100"})
    with pytest.raises(MessageRefused) as refusal:
        drop.send(rare)
    assert "氏名" in refusal.value.cause
    assert "野" not in refusal.value.cause
    assert names(tmp_path) == []


def test_what_is_not_agreed_upon_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MessageRefused):
        adapter(tmp_path).send(Message("AB12-CD34", "k", "001", "other.message", {}))
    with pytest.raises(MessageRefused):
        adapter(tmp_path).send(Message("../../x", "k", "001", MESSAGE.message, {}))


def test_a_missing_place_is_an_outage(tmp_path: Path) -> None:
    drop = adapter(tmp_path)
    (tmp_path / "sent").rmdir()
    with pytest.raises(Unreachable):
        drop.prepare(MESSAGE)
    assert len(list(drop.check_config())) == 1


def test_options_are_checked(tmp_path: Path) -> None:
    assert list(adapter(tmp_path).check_config()) == []
    assert len(list(adapter(tmp_path, encoding="klingon").check_config())) == 1
    with pytest.raises(ImproperlyConfigured, match="newline"):
        adapter(tmp_path, newline="cr")
    with pytest.raises(ImproperlyConfigured, match="colour"):
        adapter(tmp_path, colour="blue")
    with pytest.raises(ImproperlyConfigured, match="読めません"):
        read_options(tmp_path / "nowhere.yaml")


def test_there_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(NotOffered):
        list(adapter(tmp_path).ledger())


FILE = Attachment("f-1", "../申立書.exe", "application/pdf", "ab" * 32, b"%PDF-1.7")
DRAWING = Attachment("f-2", "signature.svg", "image/svg+xml", "cd" * 32, b"<svg/>")


def test_attachments_lie_beside_under_names_of_ours(tmp_path: Path) -> None:
    columns = {MESSAGE.message: [{"name": "添付", "from": "$attachments"}]}
    adapter(tmp_path, messages=columns, header=False).send(replace(MESSAGE, attachments=(FILE, DRAWING)))
    beside = ["027_AB12-CD34.csv.01.pdf", "027_AB12-CD34.csv.02.svg"]
    assert names(tmp_path) == ["027_AB12-CD34.csv", *beside]
    assert (tmp_path / "out" / beside[0]).read_bytes() == FILE.content
    (row,) = csv.reader([(tmp_path / "out" / "027_AB12-CD34.csv").read_text(encoding="utf-8")])
    assert [(each["file"], each["name"], each["sha256"]) for each in json.loads(row[0])] == [
        (beside[0], FILE.name, FILE.sha256),
        (beside[1], DRAWING.name, DRAWING.sha256),
    ]


def test_whoever_dies_before_the_renaming_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop, finish = adapter(tmp_path), CsvDropAdapter._finish

    def dying(_: CsvDropAdapter, name: str) -> None:
        raise OSError(f"power cut before {name}")

    monkeypatch.setattr(CsvDropAdapter, "_finish", dying)
    with pytest.raises(OutcomeUnknown):
        drop.send(replace(MESSAGE, attachments=(FILE,)))
    assert names(tmp_path) == [".027_AB12-CD34.csv.01.pdf.part", ".027_AB12-CD34.csv.part"]
    monkeypatch.setattr(CsvDropAdapter, "_finish", finish)
    assert ask(drop) == Answer(Verdict.PENDING, "file:027_AB12-CD34.csv")
    assert names(tmp_path) == ["027_AB12-CD34.csv", "027_AB12-CD34.csv.01.pdf"]
