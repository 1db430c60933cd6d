import argparse
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from machimado.cases.procedures import commands
from machimado.cases.procedures.tests.city import CITY
from machimado.cases.procedures.tests.making import file

CLAIM = CITY / "procedures" / "child-allowance-claim.yaml"
TEXT = "- {id: a, kind: text, label: {ja: い}, required: true}\n"


def run(*arguments: str | Path) -> int:
    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    parsed = parser.parse_args(["procedures", *map(str, arguments)])
    code: int = parsed.run(parsed)
    return code


def test_check_prints_each_problem_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(file(TEXT.replace("text", "txt")), "utf-8")
    (tmp_path / "good.yml").write_text(file(TEXT), "utf-8")
    assert run("check", tmp_path) == 1
    out, err = capsys.readouterr()
    assert out.startswith(f"{bad}:11:23: 「txt」は使えません。")
    assert "1件の手続を読みました。誤りは1件です。" in err
    bad.unlink()
    assert run("check", tmp_path) == 0


def test_check_of_an_empty_folder_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", tmp_path) == 1
    assert run("test", tmp_path) == 1
    assert f"{tmp_path}:1:1:" in capsys.readouterr().out


def test_a_pipe_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "a.yaml"
    os.mkfifo(pipe)
    assert run("check", str(pipe)) == 1
    assert "普通のファイルではありません" in capsys.readouterr().out


def test_test_tells_what_did_not_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.yaml"
    more = """\
        fee: 300
        checks: [{id: c, assert: 'a != "x"', message: {ja: い}}]
        documents: [{id: d, title: {ja: い}}]
        derived: {n: size(a)}
        delivery: {system: "027", message: m, fields: [{to: a, from: a}]}
        tests:
          - {name: 一, today: "2026-04-01", answers: {a: x}, asked: [a], missing: [], errors: [c],
             documents: [d], fee: 300, derived: {n: 1}, delivers: {a: x}}
          - {name: 二, extends: 一, today: "2026-04-01", answers: {a: null}, not_asked: [a], missing: [],
             errors: [c], fee: 1, derived: {n: 1}, documents: []}
          - {name: 三, extends: 一, today: "2026-04-01", answers: {a: {b: c}}, delivers: {a: y}}
    """
    path.write_text(file(TEXT, more), "utf-8")
    assert run("test", path) == 1
    out, err = capsys.readouterr()
    told = [re.sub(r"^\d+:\d+: ", "", line.removeprefix(f"{path}:")) for line in out.splitlines()]
    assert told == [
        "試験「二」: 聞かないはずの a を聞いています。",
        "試験「二」: missing は なし のはずが a です。",
        "試験「二」: errors は c のはずが なし です。",
        "試験「二」: documents は なし のはずが d です。",
        "試験「二」: derived の n は 1 のはずが、ありません。",
        "試験「二」: 手数料は 1 のはずが 300 です。",
        "試験「三」: delivers の a は 'y' のはずが、ありません。",
    ]
    assert "3件の試験のうち2件" in err
    path.write_text("zzz", "utf-8")
    assert run("test", path) == 1
    assert "動かした試験はありません。読めない手続が1件あります" in capsys.readouterr().err


def test_the_cases_of_the_sample_city_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("test", CITY / "procedures") == 0
    assert "すべて合いました" in capsys.readouterr().err


def test_run_prints_what_the_engine_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"applicant": {"role": "agent"}, "event_date": "昨日"}), "utf-8")
    assert run("run", CLAIM, "--answers", answers, "--today", "2026-04-10") == 0
    shown = json.loads(capsys.readouterr().out)
    assert {"asked", "missing", "errors", "derived", "delivers"} <= set(shown)
    assert "agent.phone" in shown["missing"]
    assert shown["errors"][0]["id"] == "value.date"
    assert shown["delivers"]["claim_date"] == "2026-04-10"


@pytest.mark.parametrize(
    "text", ["[1]", "{", "[" * 100_000, '{"a": ' + '"' + "x" * (17 * 1024 * 1024) + '"}']
)
def test_answers_that_are_no_object_are_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "answers.json"
    path.write_text(text, "utf-8")
    assert run("run", CLAIM, "--answers", path) == 1
    assert "JSON のオブジェクト" in capsys.readouterr().err


def test_run_of_what_is_no_procedure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", tmp_path / "none.yaml", "--answers", "-") == 1
    assert "読めません" in capsys.readouterr().out


def test_answers_may_come_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    assert run("run", CLAIM, "--answers", "-") == 0
    assert json.loads(capsys.readouterr().out)["delivers"]["claim_date"]


def test_the_committed_schema_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    committed = Path(commands.__file__).with_name("procedure.schema.json").read_text("utf-8")
    assert capsys.readouterr().out == committed, (
        "machimado procedures schema > machimado/cases/procedures/procedure.schema.json"
    )


def test_the_commands_need_no_django() -> None:
    script = (
        "import argparse, sys; from machimado.cases.procedures import commands as c; p = argparse.ArgumentParser();"
        f"c.add_parser(p.add_subparsers()); a = p.parse_args(['procedures', 'test', {str(CLAIM)!r}]); assert a.run(a) == 0;"
        "assert not any(name.split('.')[0] == 'django' for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
