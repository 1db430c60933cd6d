"""python -m samplecore: start the reference core system."""

import argparse
import os
import sys
from pathlib import Path

import yaml

from samplecore.core import assemble
from samplecore.database import StoreError, create_store, exists, open_store
from samplecore.faults import FaultSettings
from samplecore.messages import Dictionary, DictionaryError, load_dictionary
from samplecore.oauth import Client
from samplecore.population import ParametersError, load_parameters
from samplecore.server import address_of, bind, serve

DEFAULT_PORT = 8701
DEFAULT_CLIENT, DEFAULT_SECRET = "machimado", "yukimi-sample-secret"
LOOPBACK = ("127.0.0.1", "::1", "localhost")

DESCRIPTION = """\
参照基幹システム（samplecore）: 架空のまちの住民と申請の台帳を持つ、独立した見本の基幹システムです。
HTTP（OAuth 2 クライアント資格情報）だけで外とつながります。詳しくは samplecore/README.md。
"""
EPILOG = """\
環境変数: SAMPLECORE_CLIENT_ID・SAMPLECORE_CLIENT_SECRET（接続する側の資格情報）
例: python -m samplecore --port 8701 --lose-ack 0.2 --late-commit-ms 1500 --reject 0.05
"""


class StartError(Exception):
    """The core system can't start; the sentence says what to do."""


def main(argv: list[str] | None = None) -> int:
    """Start and serve; return the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        _start(arguments)
    except (StartError, StoreError, ParametersError, DictionaryError) as error:
        print(f"samplecore を起動できません: {error}", file=sys.stderr)
        return 1
    return 0


def _start(arguments: argparse.Namespace) -> None:
    dictionary = load_dictionary()
    clients = _clients(arguments, dictionary)
    if not exists(arguments.data):
        parameters = load_parameters(arguments.city / "population.yaml")
        create_store(arguments.data, parameters, arguments.people or parameters.count)
    try:
        listener = bind(arguments.host, arguments.port)
    except OSError as error:
        place = f"{arguments.host}:{arguments.port}"
        raise StartError(f"{place} を使えません。--port か --host を変えてください: {error}") from error
    address = address_of(listener)
    core = assemble(
        open_store(arguments.data),
        clients=clients,
        dictionary=dictionary,
        faults=_faults(arguments),
        address=address,
        audiences=_audiences(arguments, address, listener.getsockname()[1]),
    )
    serve(core, listener)


def _audiences(arguments: argparse.Namespace, address: str, port: int) -> frozenset[str]:
    """Return by which names an assertion may call us: what we are told, else where we listen."""
    names = {arguments.public_url.rstrip("/") if arguments.public_url else address}
    if not arguments.public_url and arguments.host in LOOPBACK:
        names |= {f"http://localhost:{port}", f"http://127.0.0.1:{port}"}
    return frozenset({*names, *(f"{name}/oauth/token" for name in names)})


def _clients(arguments: argparse.Namespace, dictionary: Dictionary) -> dict[str, Client]:
    """Return who may connect: the file's clients, or the one of flags and environment.

    Raises:
        StartError: where the file is wrong, or where the known demo secret would be open to others.
    """
    if arguments.clients:
        return _clients_of_file(arguments.clients, dictionary)
    secret = arguments.client_secret or os.environ.get("SAMPLECORE_CLIENT_SECRET", DEFAULT_SECRET)
    if secret == DEFAULT_SECRET and arguments.host not in LOOPBACK:
        raise StartError(
            "見本の秘密鍵のまま外に公開することはできません。"
            "SAMPLECORE_CLIENT_SECRET を決めるか、--host 127.0.0.1 で起動してください。"
        )
    name = arguments.client_id or os.environ.get("SAMPLECORE_CLIENT_ID", DEFAULT_CLIENT)
    return {name: Client(name, secret, _all_scopes(dictionary))}


def _clients_of_file(path: Path, dictionary: Dictionary) -> dict[str, Client]:
    """Read a YAML list of {id, secret, scopes?}."""
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        everything = _all_scopes(dictionary)
        return {
            row["id"]: Client(row["id"], row["secret"], frozenset(row.get("scopes", everything)))
            for row in rows
        }
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise StartError(f"接続元の一覧 {path} を読み込めません: {error!r}") from error


def _all_scopes(dictionary: Dictionary) -> frozenset[str]:
    """Return every scope there is: `${system}:${resource}:${operation}`."""
    register = {"001:residents:read", "001:residents:write"}
    certificates = {"001:certificates:issue", "002:certificates:issue"}
    pairs = [(system, operation) for system in dictionary.systems for operation in ("read", "write")]
    return frozenset(
        {"000:ledger:read"}
        | register
        | certificates
        | {f"{system}:applications:{name}" for system, name in pairs}
    )


def _faults(arguments: argparse.Namespace) -> FaultSettings:
    return FaultSettings(
        lose_ack=arguments.lose_ack,
        late_commit_ms=arguments.late_commit_ms,
        reject=arguments.reject,
        pending=arguments.pending,
        pending_seconds=arguments.pending_seconds,
        pending_lookups=arguments.pending_lookups,
        delay_ms=arguments.delay_ms,
        down_after=arguments.down_after,
        down_seconds=arguments.down_seconds,
        keyed=arguments.mode == "keyed",
        lookup=not arguments.no_lookup,
        seed=arguments.seed,
    )


# ---------------------------------------------------------------- the command line


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m samplecore",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,  # argparse's own is in English
    )
    parser.add_argument_group("その他").add_argument("-h", "--help", action="help", help="この説明を表示する")
    _add_place(parser.add_argument_group("場所"))
    _add_clients(parser.add_argument_group("接続元"))
    _add_application_mode(parser.add_argument_group("申請の受け付け方"))
    _add_faults(parser.add_argument_group("わざと起こす障害（割合は 0～1）"))
    return parser


def _add_place(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--host", default="127.0.0.1", help="待ち受けるアドレス（既定: %(default)s）")
    group.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="ポート。0 は空き番号（既定: %(default)s）"
    )
    group.add_argument("--public-url", default="", help="外から見たURL（署名付きの認証の宛先 aud になる）")
    group.add_argument(
        "--data", type=Path, default=Path("var/core"), help="台帳の保存先（既定: %(default)s）"
    )
    group.add_argument(
        "--city", type=Path, default=Path("cities/yukimi"), help="まちのデータ（既定: %(default)s）"
    )
    group.add_argument("--people", type=_people, default=0, help="住民の数。初回の作成だけに効く")


def _add_clients(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--client-id", default="", help=f"接続元の名前（既定: {DEFAULT_CLIENT}）")
    group.add_argument("--client-secret", default="", help="接続元の秘密鍵。できるだけ環境変数で渡す")
    group.add_argument("--clients", type=Path, help="接続元の一覧（YAML: id・secret・scopes）")


def _add_application_mode(group: argparse._ArgumentGroup) -> None:
    modes = ("keyed", "unkeyed")
    group.add_argument(
        "--mode", choices=modes, default="keyed", help="Idempotency-Key を使うか（既定: keyed）"
    )
    group.add_argument("--no-lookup", action="store_true", help="受付番号（reference）での照会を断る（405）")


def _add_faults(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--lose-ack", type=_share, default=0.0, metavar="P", help="登録した後、返事をせずに切断する"
    )
    group.add_argument(
        "--late-commit-ms", type=_count, default=0, metavar="N",
        help="--lose-ack の半分は、切断してから N ミリ秒後に登録する",
    )  # fmt: skip
    group.add_argument(
        "--reject", type=_share, default=0.0, metavar="P", help="却下する（項目ごとの理由付き）"
    )
    group.add_argument("--pending", type=_share, default=0.0, metavar="P", help="しばらく審査中にする")
    group.add_argument(
        "--pending-seconds", type=_seconds, default=5.0, metavar="S", help="審査中の長さ（既定: 5）"
    )
    group.add_argument(
        "--pending-lookups", type=_count, default=3, metavar="N", help="N 回の照会で決まる（既定: 3）"
    )
    group.add_argument("--delay-ms", type=_count, default=0, metavar="N", help="返事を N ミリ秒遅らせる")
    group.add_argument(
        "--down-after", type=_count, default=0, metavar="N", help="N 件の後、停止して 503 を返す"
    )
    group.add_argument(
        "--down-seconds", type=_seconds, default=0.0, metavar="S", help="停止の長さ。0 は再起動まで"
    )
    group.add_argument("--seed", type=_count, default=1, metavar="N", help="障害のくじの種（既定: 1）")


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("0 から 1 までの割合で指定してください")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 86_400:
        raise argparse.ArgumentTypeError("0 から 86400 までの秒数で指定してください")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("0 以上の整数で指定してください")
    return value


def _port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65_535:
        raise argparse.ArgumentTypeError("0 から 65535 までで指定してください")
    return value


def _people(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 5_000_000:
        raise argparse.ArgumentTypeError("1 から 5,000,000 までの人数で指定してください")
    return value


if __name__ == "__main__":
    raise SystemExit(main())
