"""The auditor's page: finds, explains, hands out and verifies, and leaves its own lines."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Lane
from machimado.cases.register.models import Resident
from machimado.ground.journal import queries as journal
from machimado.ground.journal.actions import forget, record
from machimado.ground.journal.models import Detail, Entry
from machimado.ground.people import queries
from machimado.ground.people.models import Officer
from machimado.ground.people.views import journal as page
from tests.tampering import as_owner_of_the_store
from tests.universe import Universe

SignIn = Callable[[Officer], Client]
PAGE, EXPORT, VERIFY = "people:journal", "people:journal-export", "people:journal-verify"


@transaction.atomic
def write(by: object = None, action: str = "register.searched", **more: Any) -> Entry:
    return record(by=by, action=action, **more)


def show(client: Client, **wanted: str) -> Any:
    return client.get(reverse(PAGE), wanted)


def shown(client: Client, **wanted: str) -> list[queries.Line]:
    found: list[queries.Line] = show(client, **wanted).context["lines"]
    return found


def resident(number: str) -> Resident:
    return Resident.objects.create(
        resident_number=number,
        household_number="000000000000001",
        status="resident",
        name_text="山田　花子",
        name_kana="ヤマダ　ハナコ",
        birth_date="1950-05-XX",
        sex="2",
        fingerprint=b"",
        indexed_at=timezone.now(),
    )


def test_a_line_is_read_in_words(universe: Universe, sign_in: SignIn) -> None:
    case = cases.open_case(office=universe.branch, lane=Lane.ALONE, by=universe.officer, at=timezone.now())
    (line,) = shown(sign_in(universe.auditor))
    assert (line.actor, line.action) == ("小野　美咲", "受付をした")
    assert line.case == f"川上庁舎 {timezone.localdate():%-m/%-d} {case.number}番"


def test_newest_first_and_page_by_page(universe: Universe, sign_in: SignIn) -> None:
    for _ in range(journal.PAGE + 3):
        write()
    client = sign_in(universe.auditor)
    first = show(client)
    seqs = [line.seq for line in first.context["lines"]]
    assert seqs == list(range(journal.PAGE + 3, 3, -1))
    second = client.get(reverse(PAGE) + first.context["older"])
    assert [line.seq for line in second.context["lines"]] == [3, 2, 1]
    assert second.context["older"] == ""


def test_filters_fit_together(universe: Universe, sign_in: SignIn) -> None:
    who = resident("123456789012345")
    write(universe.officer, "register.read", subject=str(who.pk), detail={"reason": "本人の申請"})
    write(universe.colleague, "register.read", subject=str(who.pk))
    write(universe.officer)
    client = sign_in(universe.auditor)
    assert len(shown(client, actor=str(universe.officer.pk))) == 2
    assert len(shown(client, action="register.searched")) == 1
    found = shown(client, subject="１２３４５６７８９０１２３４５", actor=str(universe.officer.pk))
    assert [(line.subject, line.detail) for line in found] == [("123456789012345", [("理由", "本人の申請")])]


def test_a_case_is_found_by_the_number_of_its_application(universe: Universe, sign_in: SignIn) -> None:
    booked = cases.book_paper(
        office=universe.branch, procedure="seal-certificate", by=universe.officer, at=timezone.now()
    )
    write()
    reference = Application.objects.get(pk=booked.pk).reference
    assert {line.case_id for line in shown(sign_in(universe.auditor), case=reference.lower())} == {
        str(booked.case_id)
    }


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"subject": "999"}, "住民の索引にいません"),
        ({"case": "K7QM-2TXB"}, "この番号の申請はありません"),
        ({"since": "きのう"}, "日付を"),
        ({"subject": "x" * 65}, "64"),
    ],
)
def test_what_cannot_be_found_is_said(
    universe: Universe, sign_in: SignIn, wanted: dict[str, str], expected: str
) -> None:
    answer = show(sign_in(universe.auditor), **wanted)
    assert answer.status_code == 422
    assert expected in answer.content.decode()
    assert answer.context["lines"] == []


def test_days_begin_and_end_in_japan(universe: Universe) -> None:
    write(at=datetime(2026, 4, 9, 14, 59, tzinfo=UTC))  # 23:59 on the 9th
    write(at=datetime(2026, 4, 9, 15, 0, tzinfo=UTC))  # midnight
    write(at=datetime(2026, 4, 10, 15, 0, tzinfo=UTC))  # the next one
    tenth = date(2026, 4, 10)
    assert [row.seq for row in journal.rows(since=tenth, until=tenth)] == [2]


def test_details_that_are_over_time_are_told_from_those_that_never_were(
    universe: Universe, sign_in: SignIn
) -> None:
    write()
    write(detail={"reason": "本人の申請"})
    with transaction.atomic():
        forget(today=date(2100, 1, 1))
    later, earlier = shown(sign_in(universe.auditor))
    assert (earlier.is_forgotten, later.is_forgotten) == (False, True)
    assert Entry.objects.filter(action="journal.viewed").exists()


def test_the_auditor_s_own_looks_are_in_the_journal(universe: Universe, sign_in: SignIn) -> None:
    who = resident("123456789012345")
    client = sign_in(universe.auditor)
    show(client, subject="123456789012345", since="2026-04-01")
    b"".join(client.get(reverse(EXPORT)))
    client.post(reverse(VERIFY), {"start": "1"})
    viewed, exported, verified = Entry.objects.select_related("detail").order_by("seq")
    assert [entry.action for entry in (viewed, exported, verified)] == [
        "journal.viewed",
        "journal.exported",
        "journal.verified",
    ]
    assert {entry.actor for entry in (viewed, exported, verified)} == {str(universe.auditor.pk)}
    assert (viewed.subject, viewed.detail.content) == (str(who.pk), {"since": "2026-04-01"})


def test_csv_has_every_line_and_no_formula(
    universe: Universe, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "EXPORT_AT_ONCE", 2)
    for _ in range(5):
        write("=HYPERLINK(1)", detail={"reason": "-1+1"})
    raw = b"".join(sign_in(universe.auditor).get(reverse(EXPORT)))
    header, own_look, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert own_look[header.index("行為")] == "記録台帳をCSVで保存した"
    assert [row[0] for row in rows] == ["5", "4", "3", "2", "1"]
    assert {row[header.index("行為者")] for row in rows} == {"'=HYPERLINK(1)"}  # shown as the word that it is


def test_a_wrong_filter_hands_out_nothing(universe: Universe, sign_in: SignIn) -> None:
    answer = sign_in(universe.auditor).get(reverse(EXPORT), {"since": "x"})
    assert answer.headers["Location"] == f"{reverse(PAGE)}?since=x"


# --- verification ----------------------------------------------------------------------------------------------


def verify(client: Client, **fields: str) -> HttpResponse:
    """Press the button, and follow the parts to the end as the page does."""
    answer = client.post(reverse(VERIFY), {"start": "1", **fields}, headers={"HX-Request": "true"})
    for _ in range(50):
        if answer.context["check"]["is_done"]:
            break
        answer = client.post(reverse(VERIFY), headers={"HX-Request": "true"})
    return answer  # type: ignore[return-value]


def test_a_long_journal_is_verified_in_parts(
    universe: Universe, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "VERIFY_AT_ONCE", 3)
    for _ in range(10):
        write(detail={"hits": 1})
    client = sign_in(universe.auditor)
    start = client.post(reverse(VERIFY), {"start": "1"}, headers={"HX-Request": "true"})
    assert "3 / 10件" in start.content.decode()
    write()  # somebody goes on working
    text = verify(client).content.decode()
    assert "11件すべて" in text
    assert Entry.objects.get(seq=11).hash in text


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_parts_find_what_the_whole_finds(
    universe: Universe, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(page, "VERIFY_AT_ONCE", size)
    for _ in range(7):
        write(detail={"hits": 1})
    with as_owner_of_the_store():
        Entry.objects.filter(seq=2).update(action="register.read")
        Entry.objects.filter(seq=4).delete()
        Detail.objects.filter(entry=6).update(content={"hits": 0})
    check = verify(sign_in(universe.auditor)).context["check"]  # type: ignore[attr-defined]
    found = sorted((each["seq"], each["reason"]) for each in check["broken"])
    assert found == sorted((each.seq, each.reason) for each in journal.verify() if each.seq <= 7)
    assert {seq for seq, _ in found} == {2, 5, 6}


def test_a_journal_made_anew_is_found_by_the_noted_hash(universe: Universe, sign_in: SignIn) -> None:
    head = write().hash
    client = sign_in(universe.auditor)
    assert "控えのハッシュも台帳にあります" in verify(client, expected=head).content.decode()
    assert "控えのハッシュが台帳にありません" in verify(client, expected="f" * 64).content.decode()


def test_without_scripts_the_parts_are_pages(
    universe: Universe, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "VERIFY_AT_ONCE", 1)
    for _ in range(2):
        write()
    client = sign_in(universe.auditor)
    assert "まだ検証していません" in client.get(reverse(VERIFY)).content.decode()
    assert "続きを確かめる" in client.post(reverse(VERIFY), {"start": "1"}).content.decode()
    assert "2件すべて" in client.post(reverse(VERIFY)).content.decode()


def test_an_empty_journal_holds(universe: Universe, sign_in: SignIn) -> None:
    assert "0件すべて" in verify(sign_in(universe.auditor)).content.decode()


# --- who may, and at what cost ------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [PAGE, EXPORT, VERIFY])
def test_auditors_alone(universe: Universe, sign_in: SignIn, view: str) -> None:
    for officer in (universe.officer, universe.supervisor, universe.specialist, universe.administrator):
        assert sign_in(officer).get(reverse(view)).status_code == 403


def test_a_page_asks_the_store_no_more_for_a_hundred_lines(
    universe: Universe, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(60):
        write(universe.officer, subject=str(uuid4()), case=str(uuid4()))
    rows = journal.rows()
    with django_assert_num_queries(3):
        queries.lines(rows)


def test_where_to_begin_depends_on_the_role(universe: Universe, sign_in: SignIn) -> None:
    assert sign_in(universe.auditor).get("/").headers["Location"] == reverse(PAGE)
    assert sign_in(universe.officer).get("/").headers["Location"] == reverse("counter:home")


@pytest.mark.parametrize("field", ["actor", "action"])
def test_what_is_on_no_list_is_neither_looked_for_nor_kept(
    universe: Universe, sign_in: SignIn, field: str
) -> None:
    answer = show(sign_in(universe.auditor), **{field: "123456789018"})
    assert answer.status_code == 422
    assert not Detail.objects.exists()
