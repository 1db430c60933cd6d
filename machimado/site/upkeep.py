"""`machimado migrate`, `password` and `backup`: what a city does without starting anything."""

import argparse
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add `migrate`, `password` and `backup`."""
    migrate = commands.add_parser("migrate", help="データベースを今の版に合わせ、まちのフォルダーを取り込む")
    migrate.set_defaults(run=run_migrate)
    password = commands.add_parser("password", help="職員に新しいパスワードを作って渡す（一度だけ表示）")
    password.add_argument("login", metavar="職員ID", help="staff.yaml の login")
    password.set_defaults(run=run_password)
    backup = commands.add_parser("backup", help="動かしたまま、データの控えを作る（SQLite と鍵と証明書）")
    backup.add_argument(
        "folder", type=Path, metavar="フォルダー", help="控えを置くところ（日時のフォルダーができます）"
    )
    backup.set_defaults(run=run_backup)


def run_migrate(_: argparse.Namespace) -> int:
    """Migrate and load the city; officers who are new get no password (the identity provider, or `password`, lets them in)."""
    from machimado.site import sample

    sample.set_up()
    sample.migrate(verbosity=1)
    sample.load_city({})
    print("まちのフォルダー（拠点・課・職員）を取り込みました。")
    return 0


def is_for_lack_of_tables(error: Exception) -> bool:
    """Return whether a command failed because the store was never migrated, or not since the last version."""
    if "django.db" not in sys.modules:
        return False
    from django.db import OperationalError, ProgrammingError

    words = ("no such table", "no such column", "does not exist")
    return isinstance(error, OperationalError | ProgrammingError) and any(one in str(error) for one in words)


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


def run_backup(arguments: argparse.Namespace) -> int:
    """Copy the embedded store as it is at one moment, and what it cannot be read or served without."""
    from django.utils import timezone

    from machimado.site import sample, tls

    sample.set_up()
    from django.db import connection

    if connection.vendor != "sqlite":
        print("PostgreSQL の控えは pg_dump で作ってください（docs/it-officers.md）。", file=sys.stderr)
        return 1
    if not connection.introspection.table_names():
        print(
            f"控えるものがまだありません（{sample.data_folder()}）。--data を確かめてください。",
            file=sys.stderr,
        )
        return 1
    data = sample.data_folder()
    target: Path = arguments.folder / f"{timezone.localtime():%Y%m%d-%H%M%S}"
    target.mkdir(parents=True, mode=0o700)
    _copy_store(Path(connection.settings_dict["NAME"]), target)
    # The journal's hashes are keyed with it: without the key the details can no longer be verified.
    if (data / "secret.key").exists():
        shutil.copy2(data / "secret.key", target)
    if (data / tls.FOLDER).exists():
        shutil.copytree(data / tls.FOLDER, target / tls.FOLDER)
    print(f"控えを作りました: {target}")
    print(
        "戻すときは、止めてから中身をデータの置き場に写し、machimado migrate と machimado journal verify を実行します。"
    )
    return 0


def _copy_store(store: Path, target: Path) -> None:
    """Copy while others go on writing: SQLite's own online backup, checked afterwards."""
    with closing(sqlite3.connect(store)) as kept, closing(sqlite3.connect(target / store.name)) as copy:
        kept.backup(copy)
        (state,) = copy.execute("PRAGMA quick_check").fetchone()
    if state != "ok":
        raise SystemExit(
            f"控えの検査で異常が見つかりました（{state}）。ディスクを確かめて、もう一度実行してください。"
        )
    (target / store.name).chmod(0o600)
