"""`machimado migrate` and `machimado password`: what a city does without starting anything."""

import argparse
import sys
from typing import Any


def add_parser(commands: Any) -> None:
    """Add `migrate` and `password`."""
    migrate = commands.add_parser("migrate", help="データベースを今の版に合わせ、まちのフォルダーを取り込む")
    migrate.set_defaults(run=run_migrate)
    password = commands.add_parser("password", help="職員に新しいパスワードを作って渡す（一度だけ表示）")
    password.add_argument("login", metavar="職員ID", help="staff.yaml の login")
    password.set_defaults(run=run_password)


def run_migrate(_: argparse.Namespace) -> int:
    """Migrate and load the city; officers who are new get no password (the identity provider, or `password`, lets them in)."""
    from machimado.site import sample

    sample.set_up()
    from django.core.management import call_command

    call_command("migrate", interactive=False)
    sample.load_city({})
    print("まちのフォルダー（拠点・課・職員）を取り込みました。")
    return 0


def run_password(arguments: argparse.Namespace) -> int:
    """Give an officer a new password and show it once; whoever runs this stands at the server and is the system itself."""
    from machimado.site import sample

    sample.set_up()
    from machimado.ground.people import actions
    from machimado.ground.people.models import Officer

    officer = Officer.objects.filter(login=arguments.login, is_active=True).first()
    if officer is None:
        print(
            f"職員ID「{arguments.login}」は名簿にありません。staff.yaml に書いて `machimado migrate` を実行してください。",
            file=sys.stderr,
        )
        return 1
    password = sample.new_password()
    actions.give_password(officer=officer, password=password, by=None)
    print(f"{officer.name}（{officer.login}）の新しいパスワード: {password}")
    print(
        "この表示は一度だけです。本人に渡し、サインインの後に /accounts/password/change/ で変えてもらってください。"
    )
    return 0
