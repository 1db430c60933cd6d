"""`machimado migrate`: brings the store and the city's staff list up to date without starting anything."""

import argparse
from typing import Any


def add_parser(commands: Any) -> None:
    """Add `migrate`."""
    parser = commands.add_parser("migrate", help="データベースを今の版に合わせ、まちのフォルダーを取り込む")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Migrate and load the city; officers who are new get no password (the identity provider, or an administrator, lets them in)."""
    from machimado.site import sample

    sample.set_up()
    from django.core.management import call_command

    call_command("migrate", interactive=False)
    sample.load_city({})
    print("まちのフォルダーを取り込みました。")
    return 0
