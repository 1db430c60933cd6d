"""`machimado procedures import | export`: a procedure as one file, with its difference told before it is taken over."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add_commands(commands: Any) -> None:
    """Add `import` and `export` to the commands of `procedures`."""
    taking = commands.add_parser("import", help="手続のファイルを、違いを確かめてから下書きとして取り込む")
    taking.add_argument("file", type=Path, metavar="FILE", help="手続のファイル（.yaml か .zip）")
    taking.add_argument(
        "--by", required=True, metavar="職員ID", help="取り込む職員（下書きを書いた職員になる）"
    )
    taking.add_argument("--yes", action="store_true", help="違いを表示し、尋ねずに取り込む")
    taking.set_defaults(run=run_import)
    giving = commands.add_parser("export", help="手続をひとつのファイルにする")
    giving.add_argument("id", metavar="ID", help="手続かライフイベントの id")
    giving.add_argument("--version", type=int, metavar="番号", help="版の番号（既定: いちばん新しい版）")
    giving.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="書き出す先。.zip なら紙の様式も入る（既定: 定義だけを標準出力へ）",
    )
    giving.set_defaults(run=run_export)


def run_import(arguments: argparse.Namespace) -> int:
    """Tell what a file changes, ask, and take it over as a draft; 1 where it was not taken over."""
    _set_up()
    from machimado.cases.authoring import actions, queries
    from machimado.cases.authoring.rules import packing
    from machimado.ground.people.permissions import Refused

    try:
        officer = _officer(arguments.by)
        packed = packing.unpack(_read(arguments.file))
        seen = queries.incoming(packed)
        for line in _told(seen):
            print(line)
        if seen.is_known and not seen.reading.changes and not seen.on_paper and not seen.reading.problems:
            return 0
        if not (arguments.yes or _agrees()):
            print("取り込みませんでした。何も変わっていません。")
            return 1
        return _take(packed, officer)
    except (actions.NotReady, packing.Unreadable, queries.NotReadable, Refused, OSError) as refusal:
        print(f"取り込めません: {refusal}", file=sys.stderr)
        return 1


def _take(packed: Any, officer: Any) -> int:
    from django.utils import timezone

    from machimado.cases.authoring import actions

    draft = actions.take_in(text=packed.text, layouts=packed.layouts, by=officer, at=timezone.now())
    print(
        f"下書きとして取り込みました。「手続の作成」で確かめて、公開を申し出てください: /authoring/drafts/{draft.pk}/"
    )
    return 0


def _officer(login: str) -> Any:
    """Return the officer, who may write procedures.

    Raises: Refused.
    """
    from machimado.cases.authoring.permissions import AUTHORS
    from machimado.ground.people.models import Officer
    from machimado.ground.people.permissions import Refused, check_role

    officer = Officer.objects.filter(login=login, is_active=True).first()
    if officer is None:
        raise Refused(f"職員ID「{login}」の職員はいません。--by を確かめてください。")
    check_role(officer, *AUTHORS)
    return officer


def _read(path: Path) -> bytes:
    from machimado.cases.authoring.rules.packing import LARGEST

    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _told(seen: Any) -> list[str]:
    """Return what there is to know before it is taken over."""
    reading = seen.reading
    if not seen.is_known:
        told = ["このまちには、まだない手続です。第1版の下書きになります。"]
    elif reading.changes or seen.on_paper:
        told = [f"今の版と違うところ　{len(reading.changes)}件", *(f"  ・{one}" for one in reading.changes)]
    else:
        told = ["今の版と違いはありません。取り込むものはありません。"]
    told += [f"  直すところ　{one.part}　{one.what}" for one in reading.wrong()]
    told += [f"  合わない試験　{one.name}　{' '.join(one.told)}" for one in reading.failed()]
    told += [f"  {one}" for one in seen.on_paper]
    return told + ([f"  取り込めません　{seen.wrong_on_paper}"] if seen.wrong_on_paper else [])


def _agrees() -> bool:
    if not sys.stdin.isatty():
        print("尋ねる相手がいません。取り込むときは --yes を付けてください。", file=sys.stderr)
        return False
    return input("下書きとして取り込みますか [y/N] ").strip().lower() in {"y", "yes", "はい"}


def run_export(arguments: argparse.Namespace) -> int:
    """Write a version as it stands, byte for byte; 1 where there is none."""
    _set_up()
    from machimado.cases.authoring import queries
    from machimado.cases.procedures import queries as procedures
    from machimado.cases.procedures.rules.life_event import form_of

    found = [form_of(one) for one in queries.versions(arguments.id)]
    wanted = [form for form in found if arguments.version in {None, form.version}]
    if not wanted:
        which = f"の第{arguments.version}版" if found else ""
        print(f"手続「{arguments.id}」{which}はありません。id と版を確かめてください。", file=sys.stderr)
        return 1
    text = procedures.text_of(wanted[-1])
    if arguments.out is None:
        sys.stdout.buffer.write(text.encode())
        return 0
    is_packed = arguments.out.suffix == ".zip"
    try:
        arguments.out.write_bytes(queries.packed(wanted[-1], text) if is_packed else text.encode())
    except OSError as error:
        print(f"書き出せません: {error}", file=sys.stderr)
        return 1
    return 0


def _set_up() -> None:
    import django

    django.setup()
