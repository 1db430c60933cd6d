"""`demo` and `serve`: the processes of a city under one launcher that stops them cleanly."""

import argparse
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import httpx

type_of_adder = Callable[[Any], None]
STOP_SECONDS = 10
START_SECONDS = 180
KEEP_ALIVE_SECONDS = 75
LAST_PORT = 65_535


@dataclass
class Child:
    """A process that the launcher keeps. Where all goes on without it, `without` says how, and how to start it again."""

    name: str
    process: subprocess.Popen[bytes]
    without: str = ""


def add_parsers(commands: Any) -> None:
    """Add `demo`, `serve` and `core`."""
    demo = commands.add_parser("demo", help="見本のまちを丸ごと起動する（Ctrl-C で終了）")
    _add_address(demo)
    demo.add_argument(
        "--core-port", type=_port, default=8701, metavar="番号", help="参照基幹システムのポート（既定: 8701）"
    )
    demo.add_argument(
        "--people",
        type=int,
        default=None,
        metavar="人数",
        help="見本の住民の数（初回だけ効く。既定: まちの定義どおり 115,000 人）",
    )
    demo.set_defaults(run=run_demo)
    serve = commands.add_parser("serve", help="画面のサーバーだけを起動する")
    _add_address(serve)
    serve.add_argument(
        "--certificate", type=Path, metavar="ファイル", help="TLS 証明書（machimado certificate で作れます）"
    )
    serve.add_argument(
        "--private-key", type=Path, metavar="ファイル", help="TLS 秘密鍵（--certificate と対で）"
    )
    serve.set_defaults(run=run_serve)
    # Listed here for the help; main() hands everything behind the word to samplecore before it is parsed.
    commands.add_parser("core", help="参照基幹システム（samplecore）を起動する。続く引数はそのまま渡る")
    commands.add_parser("card-agent", help="職員のパソコンでカードを読む。続く引数はそのまま渡る")


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="アドレス",
        help="受け付けるアドレス。既定の 127.0.0.1 はこの機械だけ。ほかの端末からも使うときは 0.0.0.0",
    )
    parser.add_argument("--port", type=_port, default=8700, metavar="番号", help="ポート（既定: 8700）")


def _port(text: str) -> int:
    if text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= LAST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"ポートは 1〜{LAST_PORT} の番号にしてください（{text}）。")


def become_core(words: Sequence[str]) -> NoReturn:
    """Become the reference core system with the arguments that the user wrote."""
    _become("samplecore", words)


def become_card_agent(words: Sequence[str]) -> NoReturn:
    """Become the card reader's agent, which knows nothing of us but HTTP."""
    _become("cardagent", words)


def _become(program: str, words: Sequence[str]) -> NoReturn:
    command = [sys.executable, "-m", program, *words]
    os.execv(sys.executable, command)  # noqa: S606 - the user's own words, no shell


def run_serve(arguments: argparse.Namespace) -> int:
    """Serve the pages from this process until it is told to stop."""
    import uvicorn

    from machimado.site import tls

    # uvicorn raises the signal that stopped it once more: a stop that was asked for is no failure.
    signal.signal(signal.SIGTERM, _stop_like_ctrl_c)
    allow_host(arguments.host)
    pair = tls.pair(arguments.certificate, arguments.private_key)
    if pair:
        os.environ["MACHIMADO_HTTPS"] = "1"
    uvicorn.run(
        "machimado.site.asgi:application",
        host=arguments.host,
        port=arguments.port,
        ws="websockets-sansio",
        log_level="warning",
        log_config=None,  # what goes wrong in the server is written as all the rest is: without personal data
        access_log=False,  # addresses of pages can name people; the journal is the record
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        # An officer pauses to listen: the next answer then needs no new connection, nor its TLS handshake.
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        ssl_certfile=str(pair[0]) if pair else None,
        ssl_keyfile=str(pair[1]) if pair else None,
    )
    return 0


def allow_host(host: str) -> None:
    """Let the pages be opened by the address under which they are served."""
    if host in {"127.0.0.1", "localhost"} or "MACHIMADO_HOSTS" in os.environ:
        return
    from machimado.site import tls

    names = ["localhost", "127.0.0.1", *tls.own_addresses()] if host in {"0.0.0.0", "::"} else [host]  # noqa: S104 - compared, not bound
    os.environ["MACHIMADO_HOSTS"] = ",".join(names)


def run_demo(arguments: argparse.Namespace) -> int:
    """Prepare what is missing, start everything, tell what to try, and wait."""
    os.environ["MACHIMADO_CORE"] = f"http://127.0.0.1:{arguments.core_port}"
    allow_host(arguments.host)
    signal.signal(signal.SIGTERM, _stop_like_ctrl_c)
    children: list[Child] = []
    try:
        _start_all(arguments, children)
        return _watch(children)
    except KeyboardInterrupt:
        print("\n終了しています…", flush=True)
        return 0
    except StartFailed as failure:
        print(f"起動できませんでした: {failure}", file=sys.stderr, flush=True)
        return 1
    finally:
        _stop(children)


class StartFailed(Exception):
    """A process did not come up; the message says which and what to do."""


def _start_all(arguments: argparse.Namespace, children: list[Child]) -> None:
    from machimado.site import sample

    people = ["--people", str(arguments.people)] if arguments.people else []
    port = ["--port", str(arguments.core_port)]
    folder = sample.data_folder() / "core"
    core = ["-m", "samplecore", *port, "--city", str(sample.city_folder()), "--data", str(folder), *people]
    print("参照基幹システムを起動しています（初回は住民の見本を作ります）…", flush=True)
    # It tells programs on its stdout that it is ready; people are told below.
    children.append(_start("参照基幹システム", core, stdout=subprocess.DEVNULL))
    children[-1].without = _without_core(core)
    passwords = sample.prepare()
    _await(children[-1], f"http://127.0.0.1:{arguments.core_port}/health")
    sample.import_register()
    address = ["--host", arguments.host, "--port", str(arguments.port)]
    children.append(_start("画面", ["-m", "machimado.site.cli", "serve", *address]))
    children.append(_start("配送係", ["-m", "machimado.site.cli", "worker"]))
    _await(children[1], f"http://127.0.0.1:{arguments.port}/healthz")
    print(sample.welcome(arguments.host, arguments.port, arguments.core_port, passwords), flush=True)


def _without_core(arguments: Sequence[str]) -> str:
    ours = Path(sys.executable).with_name("machimado")
    command = shlex.join([str(ours), "core", *arguments[2:]])
    return (
        "窓口の画面はそのまま使えます（住民は検索用の控えで分かり、送信は基幹システムが戻るまで待ちます）。\n"
        f"もう一度起動するには、別の端末で次を実行してください。\n\n  {command}\n"
    )


def _start(name: str, arguments: Sequence[str], *, stdout: int | None = None) -> Child:
    # A session of its own: Ctrl-C reaches the launcher alone, which then stops the others in order.
    process = subprocess.Popen(  # noqa: S603 - our own words only
        [sys.executable, *arguments],
        stdout=stdout,
        start_new_session=True,
        preexec_fn=_die_with_launcher,  # noqa: PLW1509 - one prctl call
    )
    return Child(name, process)


def _die_with_launcher() -> None:
    """Ask Linux to end this process with its parent, so that a killed launcher leaves no ports taken."""
    if sys.platform == "linux":
        import ctypes

        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGTERM)


def _await(child: Child, address: str) -> None:
    """Wait until the child answers.

    Raises: StartFailed.
    """
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if child.process.poll() is not None:
            raise StartFailed(
                f"{child.name}が終了しました。ポートが使われている場合は --port と --core-port で変えてください。"
            )
        try:
            if httpx.get(address, timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise StartFailed(f"{child.name}が {START_SECONDS} 秒たっても応答しません。")


def _watch(children: Sequence[Child]) -> int:
    """Wait until a child ends by itself, which it should not; the end of one that is not needed is told once."""
    kept = list(children)
    while True:
        for child in [child for child in kept if child.process.poll() is not None]:
            told = f"{child.name}が終了しました（終了コード {child.process.returncode}）。"
            print(f"{told}{child.without or '全体を止めます。'}", file=sys.stderr, flush=True)
            if not child.without:
                return 1
            kept.remove(child)
        time.sleep(0.3)


def _stop(children: Sequence[Child]) -> None:
    """Stop in the opposite order of the start; whoever does not listen is ended."""
    for child in reversed(children):
        child.process.terminate()
        try:
            child.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def _stop_like_ctrl_c(*_: object) -> None:
    raise KeyboardInterrupt
