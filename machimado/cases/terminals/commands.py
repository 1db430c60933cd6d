"""`machimado terminals`: check the city's file of machines of others, take over their operators' reports."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add the command with its parts."""
    parser = commands.add_parser(
        "terminals", help="ほかの機械（コンビニ・ATM など）の定義を点検し、月の件数を取り込む"
    )
    parts = parser.add_subparsers(required=True, metavar="命令")
    checking = parts.add_parser("check", help="terminals.yaml を点検する")
    checking.set_defaults(run=run_check)
    taking = parts.add_parser("import", help="月の報告（CSV）を取り込む")
    taking.add_argument("file", type=Path, help="CSV。見出しは 年月・端末・サービス・件数")
    taking.set_defaults(run=run_import)


def _set_up() -> None:
    import django

    django.setup()


def run_check(_: argparse.Namespace) -> int:
    """Say what is wrong with the file."""
    _set_up()
    from machimado.cases.terminals import queries
    from machimado.cases.terminals.rules.definition import NotReadable

    try:
        found = queries.terminals()
    except NotReadable as broken:
        print(broken, file=sys.stderr)
        return 1
    print(f"{len(found)}種類の機械を読みました。誤りは0件です。")
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """Take a report over, or say line by line what is wrong with it."""
    _set_up()
    from django.utils import timezone

    from machimado.cases.terminals import actions, queries
    from machimado.cases.terminals.rules.counts import read

    try:
        content = arguments.file.read_bytes()
    except OSError as error:
        print(f"{arguments.file} を読めません: {error.strerror}", file=sys.stderr)
        return 1
    report = read(content, queries.terminals(), today=timezone.localdate())
    if report.problems:
        print("\n".join(report.problems), file=sys.stderr)
        return 1
    changed = actions.take_counts(rows=report.rows, by=None, at=timezone.now())
    print(
        f"{changed}件を取り込みました。" if changed else "もう取り込んであります。変わるところはありません。"
    )
    return 0
