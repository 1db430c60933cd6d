"""`machimado procedures check | test | run | schema`: for whoever writes procedures; needs no Django."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from machimado.cases.procedures.files import Read
    from machimado.cases.procedures.rules.form import Form
    from machimado.cases.procedures.rules.problems import Problem

LARGEST_ANSWERS = 16 * 1024 * 1024  # bytes


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> Any:
    """Add `procedures` and its commands to the console command; each sets `run`, which returns the exit code.

    Returns its commands, for those that other rooms add.
    """
    parser = subparsers.add_parser("procedures", help="手続定義の検査・試験・実行・JSON Schema")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = _command(
        commands,
        "check",
        run_check,
        "ファイルを検査し、誤りを file:line:column: で示す（誤りがあれば終了コード1）",
    )
    check.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="ファイルまたはフォルダ")
    test = _command(commands, "test", run_test, "ファイルの中の試験（tests）を動かす")
    test.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="ファイルまたはフォルダ")
    run = _command(commands, "run", run_answers, "答えを当てはめた結果を JSON で示す")
    run.add_argument("file", type=Path, metavar="FILE", help="手続のファイル")
    run.add_argument(
        "--answers", type=Path, required=True, metavar="FILE.json", help="答え（JSON）。- は標準入力"
    )
    run.add_argument(
        "--today", type=date.fromisoformat, default=None, metavar="DATE", help="今日とする日（YYYY-MM-DD）"
    )
    schema = _command(commands, "schema", run_schema, "手続ファイルの JSON Schema を示す")
    schema.add_argument("--event", action="store_true", help="ライフイベントのファイルのもの")
    return commands


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], help_: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help_, description=help_)
    parser.set_defaults(run=run)
    return parser


def run_check(arguments: argparse.Namespace) -> int:
    """Print every problem of the files; 1 when there are any."""
    from machimado.cases.procedures.files import Read, procedure_files, read_what_can_be_read
    from machimado.cases.procedures.rules.problems import DefinitionError

    try:
        read = read_what_can_be_read(procedure_files(arguments.paths))
    except DefinitionError as error:
        read = Read(problems=list(error.problems))
    read.problems += _words_beside(arguments.paths)
    read.problems += [problem for form in read.forms for problem in _not_said(form, read)]
    for problem in read.problems:
        print(problem)
    events = f"と{len(read.events)}件のライフイベント" if read.events else ""
    print(
        f"{len(read.forms)}件の手続{events}を読みました。誤りは{len(read.problems)}件です。", file=sys.stderr
    )
    return 1 if read.problems else 0


def _words_beside(paths: Iterable[Path]) -> "Iterator[Problem]":
    """Yield what is wrong with the translators' files beside the paths."""
    from machimado.cases.procedures.files import words_of

    folders = {place for path in paths for place in (path, *path.parents[:2])}
    yield from words_of(*sorted(folders))[1]


def _not_said(form: "Form", read: "Read") -> "Iterator[Problem]":
    """Yield what a procedure does not say in the languages that it claims."""
    from machimado.cases.procedures.rules.languages import unsaid

    source = read.sources[form.id, form.version]
    for number, language in enumerate(form.procedure.languages):
        for place, japanese in unsaid(form, language):
            what = f"{language} の文がありません（{place}「{japanese}」）。languages/{language}.yaml に書き足してください。"
            yield source.problem(("languages", number), what)


def run_test(arguments: argparse.Namespace) -> int:
    """Run the cases in the files and print those that do not hold; 1 when there are any."""
    from machimado.cases.procedures.files import procedure_files
    from machimado.cases.procedures.rules.problems import DefinitionError

    try:
        files = procedure_files(arguments.paths)
    except DefinitionError as error:
        return _told(error)
    told = [_test_file(file) for file in files]
    cases, failed, unreadable = (sum(each) for each in zip(*told, strict=True)) if told else (0, 0, 0)
    print(_summary(cases, failed, unreadable), file=sys.stderr)
    return 1 if failed or unreadable else 0


def _test_file(file: Path) -> tuple[int, int, int]:
    """Run the cases of one file; returns how many there are, how many do not hold, and 1 where it cannot be read."""
    from machimado.cases.procedures.catalogue import DefinitionError, with_its_procedures
    from machimado.cases.procedures.files import read_file
    from machimado.cases.procedures.rules.cases import run_cases, run_event_cases
    from machimado.cases.procedures.rules.form import Form

    try:
        found, source = read_file(file)
        failures = (
            run_cases(found)
            if isinstance(found, Form)
            else run_event_cases(with_its_procedures(found, source, file))
        )
    except DefinitionError as error:
        _told(error)
        return 0, 0, 1
    for failure in failures:
        print(source.problem(failure.loc, failure.what))
    cases = found.procedure.tests if isinstance(found, Form) else found.event.tests
    # One case can fail in several places: it stands at ("tests", its number, …).
    return len(cases), len({failure.loc[:2] for failure in failures}), 0


def _summary(cases: int, failed: int, unreadable: int) -> str:
    if failed:
        told = f"{cases}件の試験のうち{failed}件が合いませんでした。"
    else:
        told = f"{cases}件の試験がすべて合いました。" if cases else "動かした試験はありません。"
    return told + (f"読めない手続が{unreadable}件あります。" if unreadable else "")


def run_answers(arguments: argparse.Namespace) -> int:
    """Print what the engine answers as JSON; 1 when the file or the answers can't be read."""
    from machimado.cases.procedures.catalogue import DefinitionError
    from machimado.cases.procedures.rules.load import load_file

    try:
        form = load_file(arguments.file)
    except DefinitionError as error:
        return _told(error)
    try:
        answers = _answers(arguments.answers)
    except (OSError, ValueError, RecursionError) as error:
        print(
            f"{arguments.answers}: 答えを JSON のオブジェクトとして読めません（{error}）。", file=sys.stderr
        )
        return 1
    outcome = form.evaluate(answers, today=arguments.today or _today())
    print(json.dumps(_shown(outcome), ensure_ascii=False, indent=2))
    return 0


def _told(error: Exception) -> int:
    print(error)
    return 1


def _today() -> date:
    """Return today by the machine's clock: the engine itself has none."""
    return date.today()  # noqa: DTZ011  # a command on somebody's own machine; its local day is meant


def _answers(path: Path) -> dict[str, Any]:
    stream = sys.stdin.buffer if str(path) == "-" else path.open("rb")
    with stream:
        raw = stream.read(LARGEST_ANSWERS + 1)
    if len(raw) > LARGEST_ANSWERS:
        raise ValueError("16MiBを超えています")
    answers = json.loads(raw)
    if not isinstance(answers, dict):
        raise ValueError("オブジェクトではありません")  # noqa: TRY004  # told with the other reasons
    return answers


def _shown(outcome: Any) -> dict[str, Any]:
    return {
        "asked": outcome.asked,
        "missing": outcome.missing,
        "errors": [_finding(finding) for finding in outcome.errors],
        "warnings": [_finding(finding) for finding in outcome.warnings],
        "undecided": outcome.undecided,
        "derived": outcome.derived,
        "delivers": outcome.delivers,
        "documents": outcome.documents,
        "fee": outcome.fee,
    }


def _finding(finding: Any) -> dict[str, Any]:
    return {"id": finding.id, "fields": finding.fields, "message": finding.message}


def run_schema(arguments: argparse.Namespace) -> int:
    """Print the JSON Schema of the files of procedures, or of life events."""
    print(schema_text(event=arguments.event), end="")
    return 0


def schema_text(*, event: bool = False) -> str:
    """Return the JSON Schema as it is committed beside this file."""
    from machimado.cases.procedures.rules.definition import schema
    from machimado.cases.procedures.rules.life_event import event_schema

    return json.dumps(event_schema() if event else schema(), ensure_ascii=False, indent=2) + "\n"
