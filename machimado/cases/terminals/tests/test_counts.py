"""Reports as operators send them: in Excel's encoding, with their own order and ways of writing, wrong in places, sent twice."""

from argparse import Namespace
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.terminals import actions, queries
from machimado.cases.terminals.commands import run_check, run_import
from machimado.cases.terminals.models import MonthlyCount
from machimado.cases.terminals.rules.counts import MOST_BYTES, Report, month_of, read
from machimado.cases.terminals.rules.definition import NotReadable, Terminal, is_open
from machimado.cases.terminals.rules.definition import read as read_terminals
from machimado.ground.journal.models import Entry
from tests.universe import Universe

TODAY = date(2026, 5, 10)
TOKYO = ZoneInfo("Asia/Tokyo")
HEADER = "年月,端末,サービス,件数\n"
GOOD = (
    HEADER + '2026-04,convenience-stores,住民票の写し,123\n令和8年4月,見本銀行の ATM,insurance-card,"1,024"\n'
)


def known() -> tuple[Terminal, ...]:
    return queries.terminals()


def reported(text: str, encoding: str = "utf-8") -> Report:
    return read(text.encode(encoding), known(), today=TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_report_is_read_however_it_was_saved(encoding: str) -> None:
    report = reported(GOOD, encoding)
    assert not report.problems
    assert [(row.terminal, row.service, row.month, row.count) for row in report.rows] == [
        ("convenience-stores", "residence-certificate", "2026-04", 123),
        ("bank-machine", "insurance-card", "2026-04", 1024),
    ]


def test_columns_stand_in_any_order_and_others_are_passed_by() -> None:
    text = "件数,備考,サービス,端末,年月\n１２件,x,印鑑登録証明書,コンビニのマルチコピー機,2026/4\n\n"
    assert reported(text).rows[0].count == 12


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2026-04,銭湯,住民票の写し,1", "2行目: 端末「銭湯」は登録されていません"),
        ("2026-04,bank-machine,住民票の写し,1", "サービス「住民票の写し」はこの端末にありません"),
        ("2026-13,bank-machine,insurance-card,1", "年月「2026-13」が読めません"),
        ("2026-06,bank-machine,insurance-card,1", "まだ来ていません"),
        ("2026-04,bank-machine,insurance-card,-1", "件数「-1」が数ではありません"),
        ("2026-04,bank-machine,insurance-card,", "件数「」が数ではありません"),
        ("2026-04", "端末「」は登録されていません"),
    ],
)
def test_what_is_wrong_is_said_line_by_line(line: str, said: str) -> None:
    report = reported(HEADER + line)
    assert any(said in problem for problem in report.problems)


def test_one_month_stands_once_in_a_report() -> None:
    line = "2026-04,bank-machine,insurance-card,1\n"
    assert "2行目と同じ" in reported(HEADER + line + line).problems[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "見出しに"),
        ("端末,件数\n".encode(), "「年月」「サービス」がありません"),
        (HEADER.encode(), "件数の行がありません"),
        (b"\xff\xfe\x00\x01", "文字が読めません"),
        (b"x" * (MOST_BYTES + 1), "1MBまで"),
    ],
)
def test_a_file_that_is_none_says_so(content: bytes, said: str) -> None:
    assert said in read(content, known(), today=TODAY).problems[0]


@given(st.binary(max_size=400))
def test_whatever_is_sent_is_read_or_refused(content: bytes) -> None:
    report = read(HEADER.encode() + content, known(), today=TODAY)
    assert report.rows or report.problems


@given(st.integers(1990, 2100), st.integers(1, 12))
def test_a_month_is_understood_as_it_is_written(year: int, month: int) -> None:
    forms = {f"{year}-{month:02}", f"{year}/{month}", f"{year}年{month}月", f"{year}{month:02}"}
    assert {month_of(text) for text in forms} == {f"{year}-{month:02}"}


def test_japanese_years_are_understood() -> None:
    assert [
        month_of(text) for text in ("R8.4", "令和8年4月", "令和元年5月", "平成31年4月", "X8.4", "R8.13")
    ] == [
        "2026-04",
        "2026-04",
        "2019-05",
        "2019-04",
        "",
        "",
    ]


@pytest.mark.django_db
def test_the_same_report_twice_changes_nothing_and_a_corrected_one_what_it_corrects(
    universe: Universe,
) -> None:
    at = datetime(2026, 5, 10, 9, 0, tzinfo=TOKYO)
    report = reported(GOOD)
    assert [actions.take_counts(rows=report.rows, by=universe.officer, at=at) for _ in range(2)] == [2, 0]
    better = reported(GOOD.replace("123", "125"))
    (change,) = queries.changes(better.rows)
    assert (change.service, change.before, change.count) == ("住民票の写し", 123, 125)
    assert actions.take_counts(rows=better.rows, by=None, at=at) == 1
    assert MonthlyCount.objects.count() == 2
    assert Entry.objects.filter(action="terminals.counts_taken").count() == 2
    assert queries.table().lines[1].counts == (125,)


@pytest.mark.django_db
def test_an_officer_sees_what_changes_before_it_does(
    universe: Universe, sign_in: Callable[..., Client]
) -> None:
    desk = sign_in(universe.officer)
    month = "2026-04"
    upload = SimpleUploadedFile("四月.csv", GOOD.encode("cp932"))
    shown = desk.post("/terminals/read/", {"file": upload})
    assert [change.count for change in shown.context["changes"]] == [123, 1024]
    assert not MonthlyCount.objects.exists()
    taken = desk.post("/terminals/take/", {"content": shown.context["content"]}, follow=True).content.decode()
    assert "2件を取り込みました" in taken
    assert month in taken
    exported = desk.get("/terminals/export.csv").getvalue()
    again = read(exported, known(), today=TODAY)
    assert not queries.changes(again.rows)
    assert len(again.rows) == 2
    wrong = desk.post("/terminals/read/", {"file": SimpleUploadedFile("x.csv", b"a,b")})
    assert wrong.status_code == 422
    assert desk.post("/terminals/take/", {"content": "%%%"}).status_code == 422
    assert "選んでから" in desk.post("/terminals/read/", follow=True).content.decode()
    assert sign_in(universe.auditor).get("/terminals/").status_code == 403


@pytest.mark.django_db
def test_a_command_takes_a_report_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "april.csv"
    file.write_text(GOOD, "utf-8")
    assert [run_import(Namespace(file=file)) for _ in range(2)] == [0, 0]
    assert "2件を取り込みました" in capsys.readouterr().out
    file.write_text("x", "utf-8")
    assert run_import(Namespace(file=file)) == 1
    assert run_import(Namespace(file=tmp_path / "none.csv")) == 1
    assert run_check(Namespace()) == 0


# ---------------------------------------------------------------- the file, and what residents are shown


def test_what_ends_is_shown_until_its_last_day() -> None:
    written = {
        "id": "a",
        "name": {"ja": "機械"},
        "operator": {"ja": "会社"},
        "where": {"ja": "駅"},
        "hours": {"days": "weekdays", "from": "9:00", "to": "17:00"},
        "until": "2026-03-31",
        "services": [{"id": "b", "what": {"ja": "写し"}, "to": "16:00"}],
    }
    (machine,) = read_terminals({"terminals": [written]}).terminals
    (service,) = machine.services
    friday = datetime(2026, 4, 10, 15, 59, tzinfo=TOKYO)
    assert is_open(machine, service, friday)
    assert not is_open(machine, service, friday.replace(hour=16))
    assert not is_open(machine, service, friday.replace(day=11))
    for name, instead in (("hours", {"from": "25:00", "to": "9:00"}), ("name", {"en": "x"}), ("id", "A B")):
        with pytest.raises(NotReadable):
            read_terminals({"terminals": [{**written, name: instead}]})
    with pytest.raises(NotReadable):
        read_terminals({"terminals": [written, written]})


def test_each_language_is_read_and_japanese_stands_where_one_is_missing() -> None:
    at = datetime(2026, 4, 10, 22, 0, tzinfo=TOKYO)
    stores, bank = queries.offered(at=at, language="en")
    assert stores.name == "Copiers in convenience stores"
    assert stores.operator == "コンビニ各社"
    assert [service.is_open for service in stores.services] == [True, True, False]
    assert not bank.services[0].is_open
