"""`machimado worker` and `machimado delivery`."""

import argparse
import sys
from typing import Any

IMPORT_EVERY_SECONDS = 5.0
FORGET_EVERY_SECONDS = 6 * 60 * 60.0


def add_parser(commands: Any) -> None:
    """Add `worker` and `delivery`."""
    worker = commands.add_parser("worker", help="配送係: 申請を基幹システムに届け、住民の異動を取り込む")
    worker.add_argument("--once", action="store_true", help="いま届けられるものを届けたら終わる")
    worker.add_argument("--parallel", type=int, default=4, metavar="件数", help="同時に送る件数（既定: 4）")
    worker.set_defaults(run=run_worker)
    delivery = commands.add_parser("delivery", help="基幹連携の状況を見る、台帳を突き合わせる")
    kinds = delivery.add_subparsers(title="操作", metavar="操作", required=True)
    kinds.add_parser("status", help="状態ごとの件数と、いちばん古いもの").set_defaults(run=run_status)
    reconcile = kinds.add_parser("reconcile", help="こちらの記録と基幹システムの台帳を突き合わせる")
    reconcile.add_argument("--json", action="store_true", help="JSON で出す")
    reconcile.set_defaults(run=run_reconcile)


def run_worker(arguments: argparse.Namespace) -> int:
    """Deliver until told to stop."""
    _set_up()
    from machimado.cases.delivery.worker import DeliveryWorker, Errand, stop_on_signals
    from machimado.cases.register import actions as register

    imports = Errand("register import", register.import_changes, IMPORT_EVERY_SECONDS)
    forgets = Errand("forget", _forget, FORGET_EVERY_SECONDS)
    worker = DeliveryWorker(parallel=max(1, arguments.parallel), errands=(imports, forgets))
    stop_on_signals(worker)
    if arguments.once:
        worker.run_once()
    else:
        worker.run()
    return 0


def _forget() -> None:
    """Delete what the law lets us keep no longer; the journal's chain holds without its details."""
    from django.apps import apps
    from django.utils import timezone
    from django.utils.module_loading import import_string

    from machimado.cases.applications import actions as cases
    from machimado.ground.journal import actions as journal

    today = timezone.localdate()
    cases.forget(today=today)
    cases.forget_drafts(at=timezone.now())
    # What rooms further up keep for hours only: each names in its apps.py what forgets it.
    for room in apps.get_app_configs():
        if path := getattr(room, "forgets", ""):
            import_string(path)(at=timezone.now())
    journal.forget(today=today)


def run_status(_: argparse.Namespace) -> int:
    """Print how deliveries stand; return 1 where somebody has to do something."""
    _set_up()
    from django.utils import timezone

    from machimado.cases.delivery import queries

    found = queries.overview(at=timezone.now())
    for state in found.states:
        print(f"{state.count:>8,}  {state.label}（いちばん古いもの: {state.oldest}）")
    if not found.states:
        print("まだ連携した申請はありません。")
    for trouble in filter(None, [found.worker, _late(found.late), _undecided(found.waiting_for_person)]):
        print(f"要対応: {trouble}")
    return 1 if found.worker or found.late or found.waiting_for_person else 0


def _late(count: int) -> str:
    return f"{count} 件が 10 分以上進んでいません。基幹連携の画面で理由を確かめてください。" if count else ""


def _undecided(count: int) -> str:
    return f"{count} 件が職員の判断を待っています。基幹連携の画面で決めてください。" if count else ""


def run_reconcile(arguments: argparse.Namespace) -> int:
    """Print every difference of the two ledgers; return 1 where there is one, 2 where the core cannot be read."""
    _set_up()
    from django.utils import timezone

    from machimado.cases.delivery import reconciliation
    from machimado.ground.systems import SystemFailure

    try:
        report = reconciliation.reconcile(at=timezone.now())
    except (SystemFailure, reconciliation.NotOffered) as failure:
        print(f"基幹システムの台帳を読めません: {failure}", file=sys.stderr)
        return 2
    print(report.as_json() if arguments.json else report.as_text())
    return 1 if report.differences else 0


def _set_up() -> None:
    import django

    django.setup()
