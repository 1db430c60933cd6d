"""machimado card-agent: read My Number cards for the counter on this computer."""

import argparse
import os
import signal
import socket
import sys
from pathlib import Path

import uvicorn

from cardagent import pairing as pairings
from cardagent import pcsc
from cardagent.agent import CODE_SECONDS, Agent, spoken
from cardagent.web import build

DEFAULT_PORT = 35970
HOST = "127.0.0.1"

DESCRIPTION = """\
マイナンバーカードの券面事項入力補助から、氏名・住所・生年月日・性別を、暗証番号を入れていただいて読み取り、
このパソコンの窓口の画面に渡します。個人番号は読みません。暗証番号は、このパソコンの外に出ず、残りません。
"""
EPILOG = """\
はじめは、出てきた登録コードを窓口の画面（窓口と住民の画面 → カードリーダーを使う）に入れてください。
導入のしかたと、確かめられていないことは docs/card-agent.md にあります。
"""


class StartError(Exception):
    """The agent can't start; the sentence says what to do."""


def main(argv: list[str] | None = None) -> int:
    """Start and serve; return the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        _run(arguments)
    except (StartError, pcsc.NotInstalled, pairings.PairingUnreadable) as error:
        print(f"カードの読取りを始められません: {error}", file=sys.stderr)
        return 1
    return 0


def _run(arguments: argparse.Namespace) -> None:
    pcsc.check_installed()
    listener = _bind(arguments.port)
    agent = Agent(place=arguments.store, cards=pcsc.open_card(arguments.reader), say=_say)
    if agent.paired is not None:
        _say(
            f"{agent.paired.origin} の「{agent.paired.desk}」に応えます。つなぎ直すには --pair をつけて起動します。"
        )
    if agent.paired is None or arguments.pair:
        _say(f"登録コード: {spoken(agent.invite())}（{CODE_SECONDS // 60}分間）")
        _say("窓口の画面の「窓口と住民の画面」を開き、「カードリーダーを使う」に入れてください。")
    _serve(agent, listener)


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # On Windows this option would let two agents share the port.
    if os.name != "nt":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        raise StartError(
            f"ポート {port} を使えません。もう動いていないかを確かめるか、--port を変えてください"
            f"（サーバーの MACHIMADO_CARD_AGENT_PORT も同じ番号にします）: {error}"
        ) from error
    return listener


def _serve(agent: Agent, listener: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C. Nothing is written of who was read."""
    port = listener.getsockname()[1]
    config = uvicorn.Config(
        build(agent, port=port),
        ws="none",
        log_level="critical",
        access_log=False,
        server_header=False,
        limit_concurrency=20,
        timeout_keep_alive=30,
    )
    # uvicorn stops cleanly and raises the signal once more: a stop that was asked for is no failure.
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    _say(f"カードの読取りが動いています（http://{HOST}:{port}）。止めるには Ctrl-C。")
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        _say("止めました。")


def _say(words: str) -> None:
    print(words, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="machimado card-agent",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        metavar="番号",
        help=f"待ち受けるポート（既定: {DEFAULT_PORT}）",
    )
    parser.add_argument(
        "--reader",
        default="",
        metavar="名前",
        help="使うカードリーダーの名前の一部（既定: カードのあるもの）",
    )
    parser.add_argument(
        "--pair", action="store_true", help="別の窓口につなぎ直す（前の窓口には応えなくなる）"
    )
    parser.add_argument(
        "--store",
        type=Path,
        default=pairings.usual_place(),
        metavar="ファイル",
        help="つないだ窓口を書いておくファイル（既定: 利用者のフォルダーの machimado/card-agent.json）",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
