"""`machimado register …`: fill the search index from the core system, look at it, and search from a terminal."""

import argparse
import sys
import time
from typing import Any


def add_parser(commands: Any) -> None:
    """Add `register`."""
    parser = commands.add_parser("register", help="住民の索引を基幹システムから取り込む・確かめる")
    choices = parser.add_subparsers(title="操作", metavar="操作", required=True)
    taking = choices.add_parser("import", help="基幹システムから取り込む（初回は全件、その後は変更分）")
    taking.add_argument("--all", action="store_true", help="変更分ではなく、全件を取り込み直す")
    taking.set_defaults(run=run_import)
    choices.add_parser("status", help="索引の状態を表示する").set_defaults(run=run_status)
    searching = choices.add_parser("search", help="住民を探す（記録台帳に残ります）")
    searching.add_argument(
        "words", nargs="+", metavar="言葉", help="氏名・フリガナ・生年月日・住所・宛名番号"
    )
    searching.set_defaults(run=run_search)


def run_import(arguments: argparse.Namespace) -> int:
    """Import; return 1 where it could not be done."""
    _set_up()
    from machimado.cases.register import actions
    from machimado.cases.register.rules.records import UnreadableAnswerError
    from machimado.ground.systems import SystemFailure

    start = time.monotonic()
    try:
        _import(everything=arguments.all)
    except (SystemFailure, UnreadableAnswerError, actions.ImportUnderWayError) as failure:
        print(f"取り込めませんでした: {failure}", file=sys.stderr)
        return 1
    print(f"{time.monotonic() - start:.1f} 秒かかりました。")
    return run_status(arguments)


def _import(*, everything: bool) -> None:
    from machimado.cases.register import actions, queries

    if everything or queries.is_empty():
        run = actions.import_all(progress=lambda done: print(f"\r  {done:,} 人", end="", flush=True))
        print(
            f"\r{run.read_count:,} 人を読み、{run.changed_count:,} 人を更新、{run.removed_count:,} 人を消除しました。"
        )
    else:
        print(f"変更 {actions.import_changes():,} 件を取り込みました。")


def run_status(_: argparse.Namespace) -> int:
    """Print how far the index follows the core."""
    _set_up()
    from django.utils.timezone import localtime

    from machimado.cases.register import queries

    status = queries.status()
    print(f"索引の人数: {status.people:,}")
    if status.read_at is None:
        print("まだ全件を取り込んでいません。`machimado register import` を実行してください。")
    else:
        print(f"最終確認: {localtime(status.read_at):%Y-%m-%d %H:%M:%S}（通番 {status.sequence}）")
    if status.run is not None:
        print(f"全件取込み: {status.run.get_state_display()} {status.run.failure}".rstrip())
    return 0


def run_search(arguments: argparse.Namespace) -> int:
    """Print who is found; the terminal's user is named in the journal as the system."""
    _set_up()
    from machimado.cases.register import actions

    found = actions.search_as_system(text=" ".join(arguments.words))
    for hit in found.hits:
        mark = "［支援措置］" if hit.restricted else "" if hit.is_current else f"［{hit.status_text}］"
        print(
            f"{hit.resident_number} {hit.name}（{hit.kana}） {hit.birth_date_text} {hit.address} {mark}".rstrip()
        )
    print(found.advice or f"{len(found.hits)} 人")
    return 0 if found.hits else 1


def _set_up() -> None:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "machimado.site.settings")
    django.setup()
