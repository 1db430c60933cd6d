"""`machimado` from the outside: help, refusals, and the demo that starts everything and leaves nothing behind."""

import argparse
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from machimado.site import cli
from tests.processes import ROOT, WELCOME, Product, answers, demo, free_port, own_database, start
from tests.visitor import Visitor

MACHIMADO = Path(sys.executable).with_name("machimado")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
FEW = 60


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [MACHIMADO, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def commands() -> Iterator[tuple[str, ...]]:
    """Yield each command, and each command within a command, as one types it."""
    yield from _within(cli._parser(), ())


def _within(parser: argparse.ArgumentParser, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                if name not in {"core", "card-agent"}:  # programs of their own, which take this one's place
                    yield (*before, name)
                yield from _within(inner, (*before, name))


class TestHelp:
    @pytest.mark.parametrize("command", list(commands()), ids=" ".join)
    def test_of_each_command_is_in_the_words_of_its_users(
        self, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as end:
            cli.main([*command, "--help"])
        said = capsys.readouterr().out
        assert end.value.code == 0
        assert JAPANESE.search(said)
        assert "--data" in said or len(command) > 1

    def test_of_the_whole_names_every_command(self) -> None:
        said = run("--help")
        assert said.returncode == 0
        assert all(command[0] in said.stdout for command in commands())
        assert "まず試すには:  machimado demo" in said.stdout

    def test_of_the_reference_core_system_is_its_own(self) -> None:
        said = run("core", "--help")
        assert said.returncode == 0
        assert "--lose-ack" in said.stdout

    def test_without_a_command_says_what_there_is(self) -> None:
        said = run()
        assert said.returncode == 2
        assert "machimado" in said.stderr


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("MACHIMADO_LOCK_MINUTES", "ten", "1 から 240 までの整数"),
            ("MACHIMADO_LOCK_MINUTES", "0", "1 から 240 までの整数"),
            ("MACHIMADO_HTTPS", "maybe", "1 か 0"),
            ("MACHIMADO_DATABASE", "mysql://somewhere/db", "postgresql://"),
            ("MACHIMADO_CITY", "no-such-city", "フォルダーがありません"),
            ("MACHIMADO_CITY", "docs", "city.yaml・sites.yaml・staff.yaml がありません"),
            ("MACHIMADO_DATA", "README.md", "を使えません"),
        ],
    )
    def test_a_wrong_setting_stops_the_start_with_a_sentence(
        self, tmp_path: Path, name: str, value: str, words: str
    ) -> None:
        said = run("check", **{"MACHIMADO_DATA": str(tmp_path), name: value})
        assert said.returncode == 2
        assert said.stderr.startswith("設定を確かめてください: ")
        assert words in said.stderr
        assert name in said.stderr
        assert "Traceback" not in said.stderr

    def test_half_a_pair_of_certificate_and_key_is_refused(self, tmp_path: Path) -> None:
        said = run("serve", "--data", str(tmp_path), "--certificate", "server.crt")
        assert said.returncode == 2
        assert "両方を指定してください" in said.stderr

    @pytest.mark.parametrize("port", ["99999", "0", "-1", "８７００", "http", "1" * 5000])
    def test_a_port_that_there_is_not_is_refused(self, tmp_path: Path, port: str) -> None:
        said = run("serve", "--data", str(tmp_path), f"--port={port}")
        assert said.returncode == 2
        assert "1〜65535" in said.stderr

    def test_a_port_that_is_taken_is_named(self, tmp_path: Path) -> None:
        with socket.socket() as taken, own_database() as environment:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            places = ("--data", str(tmp_path), "--people", str(FEW), "--port", str(free_port()))
            said = run("demo", *places, "--core-port", port, **environment)
        assert said.returncode == 1
        assert "起動できませんでした" in said.stderr
        assert "--core-port" in said.stderr
        assert not processes_of(tmp_path)


def test_certificate_makes_what_serve_takes(tmp_path: Path) -> None:
    said = run("certificate", "localhost", "127.0.0.1", "--data", str(tmp_path))
    assert said.returncode == 0
    folder = tmp_path / "tls"
    assert {path.name for path in folder.iterdir()} == {
        "authority.crt",
        "authority.key",
        "server.crt",
        "server.key",
    }
    with own_database() as environment:
        port = free_port()
        migrated = run("migrate", "--data", str(tmp_path), **environment)
        assert migrated.returncode == 0, migrated.stderr
        pair = ["--certificate", str(folder / "server.crt"), "--private-key", str(folder / "server.key")]
        command = ["-m", "machimado.site.cli", "serve", "--port", str(port), "--data", str(tmp_path), *pair]
        running = start(command, log=tmp_path / "log", environment=environment)
        try:
            running.wait_until(lambda: _greets(port, folder / "authority.crt"))
        finally:
            status = running.stop()
    assert status == 0, running.said()


def _greets(port: int, authority: Path) -> bool:
    import ssl

    import httpx

    trusting = ssl.create_default_context(cafile=str(authority))
    try:
        return httpx.get(f"https://localhost:{port}/healthz", verify=trusting).is_success
    except httpx.HTTPError:
        return False


# One city for all demos: each starts from what the one before has left, however that ended.
@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    with own_database() as environment:
        yield environment


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.mark.processes
class TestDemo:
    def test_stops_cleanly_and_starts_again_from_what_is_there(
        self, folder: Path, environment: dict[str, str]
    ) -> None:
        with demo(folder, people=FEW, environment=environment) as first:
            said, password = first.running.said(), first.password("ono")
            assert password in said
            assert first.address in said
            assert "まず試す 3 つのこと" in said
            assert first.running.stop(signal.SIGINT) == 0, first.running.said()
        assert_nothing_is_left(first)
        began = time.monotonic()
        with demo(folder, people=FEW, environment=environment) as second:
            print(f"second start: {time.monotonic() - began:.1f} s")
            assert "住民の索引を基幹システムから取り込んでいます" not in second.running.said()
            assert second.password("ono") == password
            assert second.running.stop(signal.SIGTERM) == 0
        assert_nothing_is_left(second)

    def test_killed_leaves_nothing_behind(self, folder: Path, environment: dict[str, str]) -> None:
        with demo(folder, people=FEW, environment=environment) as product:
            assert len(processes_of(folder)) >= 4
            product.running.stop(signal.SIGKILL)
            assert_nothing_is_left(product)

    def test_check_finds_nothing_to_do_while_it_runs(self, folder: Path, environment: dict[str, str]) -> None:
        with demo(folder, people=FEW, environment=environment) as product:
            said = run(
                "check", "--data", str(product.data), MACHIMADO_CORE=product.core_address, **environment
            )
            assert said.returncode == 0, said.stdout + said.stderr
            assert "×" not in said.stdout
        stopped = run(
            "check", "--data", str(product.data), MACHIMADO_CORE=product.core_address, **environment
        )
        assert stopped.returncode == 1
        assert "× 基幹システム" in stopped.stdout

    def test_a_part_that_dies_ends_the_whole(self, folder: Path, environment: dict[str, str]) -> None:
        with demo(folder, people=FEW, environment=environment) as product:
            os.kill(process_of(folder, "cli worker"), signal.SIGKILL)
            assert product.running.process.wait(30) == 1
            assert "配送係が終了しました" in product.running.said()
        assert_nothing_is_left(product)

    def test_goes_on_without_the_core_system_and_tells_how_to_start_it_again(
        self, folder: Path, environment: dict[str, str]
    ) -> None:
        with demo(folder, people=FEW, environment=environment) as product, Visitor(product.address) as ono:
            assert '"event"' not in product.running.said()  # what the core system tells programs
            ono.sign_in("ono", product.password("ono"))
            ono.find("さとう")
            assert "住民記録" in ono.page.text
            case = ono.page.url.path
            os.kill(process_of(folder, "samplecore"), signal.SIGKILL)
            product.running.wait_until(lambda: "参照基幹システムが終了しました" in product.running.said())
            assert "検索用の控え" in ono.open(case)
            (told,) = re.findall(r"^  \S+machimado (core .+)$", product.running.said(), re.MULTILINE)
            again = start(["-m", "machimado.site.cli", *shlex.split(told)], log=folder / "again")
            again.wait_until(lambda: answers(f"{product.core_address}/health"))
            assert "検索用の控え" not in ono.open(case)
            assert again.stop() == 0
            assert product.running.said().count("参照基幹システムが終了しました") == 1
            assert product.running.stop() == 0
        assert_nothing_is_left(product)


def process_of(folder: Path, words: str) -> int:
    """Return the one process of `folder` whose command has these words."""
    (found,) = (pid for pid, command in processes_of(folder).items() if words in command)
    return found


def processes_of(folder: Path) -> dict[int, str]:
    """Return the processes whose city has its data in `folder`, with their commands."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = f"MACHIMADO_DATA={folder}".encode() in (place / "environ").read_bytes()
            command = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            continue
        if command and (is_ours or str(folder) in command):
            found[int(place.name)] = command
    return found


def assert_nothing_is_left(product: Product) -> None:
    until = time.monotonic() + 20
    while (left := processes_of(product.data.parent)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not left
    assert not answers(f"{product.address}/healthz")
    assert not answers(f"{product.core_address}/health")


def test_the_welcome_is_what_tests_wait_for() -> None:
    from machimado.site import sample

    assert WELCOME in sample.welcome("127.0.0.1", 8700, 8701, {})
