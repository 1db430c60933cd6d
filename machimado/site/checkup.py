"""`machimado check`: looks whether everything that this city needs is there and answers."""

import argparse
from collections.abc import Callable, Iterator
from typing import Any


def add_parser(commands: Any) -> None:
    """Add `check`."""
    parser = commands.add_parser("check", help="設定・接続・未適用の移行を点検する")
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Print one line per point; return 1 where something has to be done."""
    from machimado.site import sample

    sample.set_up()
    problems = 0
    for title, examine in _points():
        found = _found(examine)
        problems += len(found)
        print(f"{'×' if found else '○'} {title}")
        for problem in found:
            print(f"    {problem}")
    print(
        f"× の {problems} 点を直してから、もう一度点検してください。" if problems else "すべて整っています。"
    )
    return 1 if problems else 0


def _found(examine: Callable[[], Iterator[str]]) -> list[str]:
    from django.db import DatabaseError

    try:
        return list(examine())
    except DatabaseError:
        return ["データベースが整っていないため、まだ確かめられません。"]


def _points() -> list[tuple[str, Callable[[], Iterator[str]]]]:
    return [
        ("設定", _settings),
        ("データベースと移行", _migrations),
        ("記録台帳", _journal),
        ("画面の部品", _front_end),
        ("異体字の検索", _variants),
        ("手続の定義", _procedures),
        ("基幹システム", _core),
        ("基幹連携", _delivery),
        ("職員名簿", _staff),
        ("庁内の証明書", _certificate),
    ]


def _settings() -> Iterator[str]:
    from django.core import checks

    for message in checks.run_checks():
        if message.level >= checks.WARNING:
            yield f"{message.msg} {message.hint or ''}"


def _migrations() -> Iterator[str]:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield f"データベースに接続できません（{type(error).__name__}）。MACHIMADO_DATABASE を確かめてください。"
        return
    if plan:
        yield f"未適用の移行が {len(plan)} 件あります。`machimado migrate` を実行してください。"


def _journal() -> Iterator[str]:
    from django.db import DatabaseError, connection

    from machimado.ground.journal import guard

    try:
        is_up = guard.is_up(connection)
    except DatabaseError:
        return  # told above
    if not is_up:
        yield (
            "書き換えを断る仕掛け（トリガー）がデータベースにありません。"
            "`machimado journal verify` で確かめてから、`machimado migrate` で付け直してください。"
        )


def _front_end() -> Iterator[str]:
    from machimado.ground.ui.templatetags.ui import MANIFEST

    if not MANIFEST.exists():
        yield "まだ作られていません。`make install` を実行してください。"


def _variants() -> Iterator[str]:
    from machimado.ground.japanese import characters

    if not characters.knows_the_map():
        yield (
            "この Python では、氏名の異体字のうちよく使われるものだけを同じ字として探せます。すべての異体字で探すには、"
            "フォルダー .venv を消して Python 3.11〜3.13 で入れ直し（`make install PYTHON=python3.13`）、"
            "`machimado register import` を実行してください。"
        )


def _procedures() -> Iterator[str]:
    from machimado.cases.procedures import catalogue
    from machimado.site import sample

    try:
        catalogue.Catalogue.of_city(sample.city_folder())
    except catalogue.DefinitionError as error:
        yield from map(str, error.problems)


def _core() -> Iterator[str]:
    from machimado.ground import systems

    yield from systems.check()


def _delivery() -> Iterator[str]:
    from machimado.cases.delivery import queries

    yield from queries.config_problems()


def _certificate() -> Iterator[str]:
    from django.conf import settings
    from django.utils import timezone

    from machimado.site import tls

    found = tls.trust_in(settings.DATA_FOLDER / tls.FOLDER)
    left = (found.server_until - timezone.now()).days if found else tls.SERVER_DAYS
    if left < tls.RENEW_DAYS:
        until = "切れています" if left < 0 else f"あと {left} 日で切れます"
        yield f"サーバーの証明書が{until}。`machimado certificate` を実行し、起動し直してください（端末はそのままで構いません）。"


def _staff() -> Iterator[str]:
    from machimado.ground.people.models import Officer

    if not Officer.objects.filter(is_active=True).exists():
        yield "職員がまだいません。`machimado migrate` がまちのフォルダーの staff.yaml を取り込みます。"
