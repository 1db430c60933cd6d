"""What an IT officer does at the terminal: passwords and copies."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes import ROOT


def machimado(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # An embedded store of its own, also where the tests run on PostgreSQL.
    environment = {name: value for name, value in os.environ.items() if name != "MACHIMADO_DATABASE"}
    command: Sequence[str] = [sys.executable, "-m", "machimado.site.cli", *words, "--data", str(data)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    assert machimado(folder, "migrate").returncode == 0
    return folder


def test_a_password_is_given_to_whom_the_staff_list_names(data: Path) -> None:
    given = machimado(data, "password", "ono")
    assert given.returncode == 0
    assert "小野　美咲" in given.stdout


def test_nobody_else_gets_one(data: Path) -> None:
    refused = machimado(data, "password", "nobody")
    assert refused.returncode == 1
    assert "staff.yaml" in refused.stderr


def test_a_journal_that_could_be_rewritten_is_told_and_mended(data: Path) -> None:
    with closing(sqlite3.connect(data / "machimado.sqlite3")) as store, store:
        store.execute("DROP TRIGGER journal_entry_refuses_delete")
    assert "× 記録台帳" in machimado(data, "check").stdout
    assert machimado(data, "migrate").returncode == 0
    assert "○ 記録台帳" in machimado(data, "check").stdout


def test_a_copy_holds_the_store_the_key_and_the_certificate(data: Path, tmp_path: Path) -> None:
    machimado(data, "certificate", "machi.example")
    assert machimado(data, "backup", str(tmp_path)).returncode == 0
    (copy,) = tmp_path.iterdir()
    assert (copy / "secret.key").read_bytes() == (data / "secret.key").read_bytes()
    assert (copy / "tls" / "server.key").exists()
    with closing(sqlite3.connect(copy / "machimado.sqlite3")) as store:
        assert store.execute("SELECT count(*) FROM people_officer").fetchone()[0] > 10
    verified = machimado(copy, "journal", "verify")
    assert verified.returncode == 0
    assert copy.stat().st_mode & 0o077 == 0


class TestOnAStoreThatWasNeverMigrated:
    @pytest.mark.parametrize(
        "words",
        [
            ("journal", "verify"),
            ("delivery", "status"),
            ("register", "status"),
            ("worker", "--once"),
            ("password", "ono"),
        ],
        ids=" ".join,
    )
    def test_a_command_says_what_to_do(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        said = machimado(tmp_path, *words)
        assert said.returncode == 1
        assert "machimado migrate" in said.stderr
        assert "Traceback" not in said.stderr

    def test_the_check_goes_to_its_end(self, tmp_path: Path) -> None:
        said = machimado(tmp_path, "check")
        assert said.returncode == 1
        assert "未適用の移行が" in said.stdout
        assert "点を直してから" in said.stdout
        assert not said.stderr

    def test_there_is_nothing_to_copy(self, tmp_path: Path) -> None:
        said = machimado(tmp_path / "data", "backup", str(tmp_path / "copies"))
        assert said.returncode == 1
        assert "控えるものがまだありません" in said.stderr
        assert not (tmp_path / "copies").exists()
