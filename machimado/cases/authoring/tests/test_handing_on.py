"""A procedure is handed on as one file: from the screen and from a terminal, and nothing of it changes on the way."""

import argparse
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from machimado.cases.authoring import commands
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.rules import editing, packing
from machimado.cases.authoring.tests.drafting import SEAL, SignIn
from machimado.cases.procedures.rules.load import load
from machimado.cases.procedures.tests.city import CITY
from tests.universe import Universe

pytestmark = pytest.mark.django_db

FILE = CITY / "procedures" / f"{SEAL}.yaml"
CHANGED = editing.put(FILE.read_text("utf-8"), ("fee",), 350)


def run(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    commands.add_commands(parser.add_subparsers())
    parsed = parser.parse_args([str(one) for one in arguments])
    code: int = parsed.run(parsed)
    return code


def test_what_is_exported_is_the_file_byte_for_byte(
    universe: Universe, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run("export", SEAL) == 0
    assert capsysbinary.readouterr().out == FILE.read_bytes()
    out = tmp_path / "seal.yaml"
    assert run("export", SEAL, "--out", out) == 0
    assert out.read_bytes() == FILE.read_bytes()


def test_with_its_forms_and_tests_it_is_one_file(universe: Universe, tmp_path: Path) -> None:
    first, second = tmp_path / "a.zip", tmp_path / "b.zip"
    assert run("export", SEAL, "--out", first) == run("export", SEAL, "--out", second) == 0
    assert first.read_bytes() == second.read_bytes()
    packed = packing.unpack(first.read_bytes())
    assert packed.text.encode() == FILE.read_bytes()
    assert {"seal-certificate.typ", "_layout.typ"} <= set(packed.layouts)
    assert packed.layouts["_layout.typ"] == (CITY / "forms" / "_layout.typ").read_bytes()
    assert len(load(packed.text.encode(), "x").procedure.tests) == 7


def test_a_life_event_is_handed_on_likewise(
    universe: Universe, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run("export", "birth") == 0
    assert capsysbinary.readouterr().out == (CITY / "events" / "birth.yaml").read_bytes()


@pytest.mark.parametrize("arguments", [["no-such"], [SEAL, "--version", "9"]])
def test_what_is_not_there_is_said(
    universe: Universe, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", *arguments) == 1
    assert "はありません" in capsys.readouterr().err


def test_the_difference_is_told_before_it_is_taken_over(
    universe: Universe, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "seal.yaml"
    file.write_text(CHANGED, "utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run("import", file, "--by", universe.specialist.login) == 1
    told = capsys.readouterr()
    assert "手数料が『「通数」 × 300円』から『350円』に変わりました。" in told.out
    assert "--yes を付けてください" in told.err
    assert not Draft.objects.exists()
    assert run("import", file, "--by", universe.specialist.login, "--yes") == 0
    draft = Draft.objects.get()
    assert draft.author == universe.specialist
    assert str(draft.pk) in capsys.readouterr().out
    assert run("import", file, "--by", universe.specialist.login, "--yes") == 1
    assert "あなたが作成中の下書きがあります" in capsys.readouterr().err


def test_what_is_the_same_is_not_taken_over(universe: Universe, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", FILE, "--by", universe.specialist.login, "--yes") == 0
    assert "違いはありません" in capsys.readouterr().out
    assert not Draft.objects.exists()


def test_only_who_may_write_takes_a_file_over(universe: Universe, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", FILE, "--by", universe.officer.login, "--yes") == 1
    assert run("import", FILE, "--by", "nobody", "--yes") == 1
    assert run("import", FILE.with_name("none.yaml"), "--by", universe.specialist.login) == 1
    err = capsys.readouterr().err
    assert "職員ID「nobody」の職員はいません" in err
    assert err.count("取り込めません") == 3


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"PK\x03\x04broken", "壊れています"),
        (zipped(), "ひとつだけ"),
        (zipped(**{"..__procedures__x.yaml": b"id: x"}), "ひとつだけ"),
        (zipped(**{"procedures__a.yaml": b"id: a", "procedures__b.yaml": b"id: b"}), "ひとつだけ"),
        (zipped(**{"procedures__a.yaml": b"x" * (packing.LARGEST + 1)}), "大きすぎます"),
        (zipped(**{f"forms__f{number}.typ": b"" for number in range(50)}), "大きすぎます"),
        (b"\xff\xfe\x00", "文字として読めません"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence(raw: bytes, said: str) -> None:
    with pytest.raises(packing.Unreadable, match=said):
        packing.unpack(raw)


def upload(client: Client, content: bytes) -> Any:
    return client.post("/authoring/import/", {"file": SimpleUploadedFile("x.zip", content)})


def test_a_file_that_cannot_be_opened_is_told_on_the_screen(universe: Universe, sign_in: SignIn) -> None:
    answer = upload(sign_in(universe.specialist), b"PK\x03\x04broken")
    assert "壊れています" in " ".join(map(str, get_messages(answer.wsgi_request)))
    assert json.dumps(answer.status_code) == "302"
