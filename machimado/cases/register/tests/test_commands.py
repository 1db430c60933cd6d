import argparse

import pytest

from machimado.cases.register import commands
from machimado.cases.register.tests.people import CoreInMemory, person
from machimado.ground import systems
from machimado.ground.journal.models import Entry

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    commands.add_parser(parser.add_subparsers())
    parsed = parser.parse_args(["register", *arguments])
    status: int = parsed.run(parsed)
    return status


def test_the_way_from_an_empty_index_to_a_hit(
    memory: CoreInMemory, capsys: pytest.CaptureFixture[str]
) -> None:
    memory.put(
        person(1), person(2, "木村　葵", "キムラ　アオイ", restricted=True), person(3, status="deceased")
    )
    assert run("status") == 0
    assert "machimado register import" in capsys.readouterr().out
    assert run("import") == 0
    assert "3 人を読み" in capsys.readouterr().out
    memory.put(person(4, "鈴木　実", "スズキ　ミノル"))
    assert run("import") == 0
    assert "変更 1 件" in capsys.readouterr().out
    assert run("search", "さとう", "たろう") == 0
    told = capsys.readouterr().out
    assert "昭和25年5月1日" in told
    assert "［死亡］" in told
    assert run("search", "木村") == 0
    told = capsys.readouterr().out
    assert "［支援措置］" in told
    assert "本町" not in told
    assert run("search", "ぬりかべ") == 1
    assert Entry.objects.filter(action="register.searched", actor="system").count() == 3


def test_a_core_that_is_down_is_said(memory: CoreInMemory, capsys: pytest.CaptureFixture[str]) -> None:
    memory.failure = systems.Unreachable("基幹システムにつながりません。", cause="ConnectError")
    assert run("import", "--all") == 1
    assert "つながりません" in capsys.readouterr().err
