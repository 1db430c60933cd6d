"""`machimado journal …`: verify the chain, forget what is over time."""

import argparse
from typing import Any


def add_parser(commands: Any) -> None:
    """Add `journal`."""
    parser = commands.add_parser("journal", help="記録台帳の検証と、保存期限を過ぎた詳細の消去")
    kinds = parser.add_subparsers(title="内容", required=True)
    verify = kinds.add_parser("verify", help="記録台帳が書き換えられていないかを確かめる")
    verify.add_argument(
        "--expect", metavar="ハッシュ", help="控えておいた末尾のハッシュ。台帳に残っていることも確かめる"
    )
    verify.set_defaults(run=run_verify)
    forget = kinds.add_parser("forget", help="保存期限を過ぎた詳細を消す（台帳のつながりは保たれる）")
    forget.set_defaults(run=run_forget)


def run_verify(arguments: argparse.Namespace) -> int:
    """Print each break; return 1 where there is one."""
    _set_up()
    from django.db import connection

    from machimado.ground.journal import guard, queries

    broken = list(queries.verify())
    for found in broken:
        print(f"{found.seq} 番: {found.reason}")
    if arguments.expect and not queries.has_hash(arguments.expect):
        print(
            f"控えのハッシュ {arguments.expect} が台帳にありません。台帳全体が作り直されたおそれがあります。"
        )
        return 1
    count, head = queries.head()
    if not broken:
        print(f"記録台帳は正しくつながっています（{count:,} 件、末尾 {head or 'なし'}）。")
        if not arguments.expect:
            print("末尾を切り取られていないことは、前に控えた末尾を --expect で渡すと確かめられます。")
    if not guard.is_up(connection):
        print(
            "書き換えを断る仕掛け（トリガー）が外されています。理由を確かめ、`machimado migrate` で付け直してください。"
        )
        return 1
    return 1 if broken else 0


def run_forget(_: argparse.Namespace) -> int:
    """Delete the details whose time is over."""
    _set_up()
    from django.utils import timezone

    from machimado.ground.journal import actions

    print(f"{actions.forget(today=timezone.localdate()):,} 件の詳細を消しました。")
    return 0


def _set_up() -> None:
    import django

    django.setup()
