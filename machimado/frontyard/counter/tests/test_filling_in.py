"""An application begun while the core system is away: the page says so, and is filled in once the core answers again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.tests import claim
from machimado.cases.register import actions as register
from machimado.cases.register.models import Resident
from machimado.cases.register.tests.people import CoreInMemory, memory, person
from machimado.frontyard.counter.tests.test_newer_version import city, install, renew
from machimado.ground import systems
from machimado.ground.journal.models import Entry
from tests.universe import Universe

__all__ = ["city", "memory"]

COPY_TAG = '<span class="tag is-care">検索用の控え</span>'
RECORD_TAG = '<span class="tag is-good">住民記録</span>'
AWAY = systems.Unreachable("基幹システムにつながりません。", cause="ConnectError")
HOME = {"household_number": f"{5:015d}"}
FATHER = person(1, "雪野　太郎", "ユキノ　タロウ", birth_date="1990-08-14", **HOME)
CHILDREN = [
    person(2, "雪野　花", "ユキノ　ハナ", birth_date="2018-05-01", relationship="子", head=False, **HOME),
    person(3, "雪野　空", "ユキノ　ソラ", birth_date="2021-07-09", relationship="子", head=False, **HOME),
]


@pytest.fixture
def begun(at_desk: Client, memory: CoreInMemory) -> Application:
    """Return a father's claim that was begun while the core was away."""
    memory.put(FATHER, *CHILDREN)
    register.import_all()
    memory.failure = AWAY
    father = Resident.objects.get(resident_number=FATHER["resident_number"])
    opened = at_desk.post(f"/counter/open/{father.pk}/").headers["Location"]
    at_desk.post(f"{opened}begin/", {"procedure": claim.CLAIM})
    return Application.objects.get()


@pytest.fixture
def back(memory: CoreInMemory) -> Callable[[], None]:
    """Return what lets the core answer again."""

    def answer() -> None:
        memory.failure = None

    return answer


def place(application: Application) -> str:
    return f"/counter/applications/{application.pk}/"


def fill_in(client: Client, application: Application, **answers: str) -> str:
    """Press the button, as a plain form: the sheet goes along."""
    page = client.post(f"{place(application)}fill-in/", answers, follow=True).content.decode()
    application.refresh_from_db()
    return page


def sources(application: Application) -> set[str]:
    return {kept["source"] for kept in application.sources.values()} - {""}


def test_what_the_copy_knew_is_marked_and_not_taken_for_the_record(
    at_desk: Client, begun: Application
) -> None:
    page = at_desk.get(place(begun)).content.decode()
    assert begun.answers["resident"]["name"]["text"] == "雪野　太郎"
    assert sources(begun) == {"index"}
    assert COPY_TAG in page
    assert RECORD_TAG not in page
    assert "住民記録を読めなかったため" in page
    assert "読取り" not in page


def test_once_the_core_answers_its_record_takes_the_place_of_the_copy(
    at_desk: Client, begun: Application, memory: CoreInMemory, back: Callable[[], None]
) -> None:
    assert "address" not in begun.answers["resident"]
    memory.put({**FATHER, "name": {"text": "雪乃　太郎", "kana": "ユキノ　タロウ"}})
    memory.drop(CHILDREN[0]["resident_number"])
    back()
    page = fill_in(at_desk, begun)
    assert begun.answers["resident"]["address"]["town"] == "本町一丁目"
    assert begun.answers["resident"]["name"]["text"] == "雪乃　太郎"
    assert [child["name"]["text"] for child in begun.answers["children"]] == ["雪野　空"]
    assert sources(begun) == {"record"}
    assert RECORD_TAG in page
    assert COPY_TAG not in page
    assert begun.record_read_at is not None
    assert "読取り" in page
    assert Entry.objects.filter(action="application.filled_in").count() == 1
    assert Entry.objects.filter(action="register.read", subject=str(begun.case.resident_id)).exists()


def test_what_somebody_has_said_stays(
    at_desk: Client, begun: Application, back: Callable[[], None], universe: Universe
) -> None:
    said = {"children.0.living": "apart", "resident.name": {"text": "山田　太郎", "kana": "ヤマダ　タロウ"}}
    cases.save_answers(application=begun, raw=said, by=universe.officer, at=claim.NOW)
    back()
    page = fill_in(at_desk, begun)
    assert begun.answers["resident"]["name"]["text"] == "山田　太郎"
    assert begun.sources["resident.name"]["source"] == "officer"
    # The children were gone through one by one: they stay as they were looked at.
    assert begun.answers["children"][0]["living"] == "apart"
    assert begun.sources["children.0.name"]["source"] == "index"
    assert begun.sources["resident.address"]["source"] == "record"
    assert "のままの項目があります" in page


@pytest.mark.parametrize("later", ["at once", "after a correction", "after a renewal"])
def test_rows_that_were_taken_out_do_not_come_back(
    city: Path, at_desk: Client, begun: Application, back: Callable[[], None], universe: Universe, later: str
) -> None:
    cases.drop_row(application=begun, group="children", index=0, by=universe.officer, at=claim.NOW)
    if later == "after a correction":
        begun.changes.all().delete()  # as when it is sent
    if later == "after a renewal":
        install(city)
        begun = renew(at_desk, begun)
    back()
    fill_in(at_desk, begun)
    assert [child["name"]["text"] for child in begun.answers["children"]] == ["雪野　空"]


def test_all_rows_taken_out_stay_out(
    city: Path, at_desk: Client, begun: Application, back: Callable[[], None], universe: Universe
) -> None:
    for _ in range(2):
        cases.drop_row(application=begun, group="children", index=0, by=universe.officer, at=claim.NOW)
    install(city)
    renewed = renew(at_desk, begun)
    back()
    fill_in(at_desk, renewed)
    assert renewed.answers["children"] == []


@pytest.mark.parametrize("how", ["filled in", "undone", "taken out"])
def test_an_answer_to_rows_that_have_moved_since_is_for_nobody(
    at_desk: Client,
    begun: Application,
    memory: CoreInMemory,
    back: Callable[[], None],
    universe: Universe,
    how: str,
) -> None:
    shown = begun.revision
    memory.drop(CHILDREN[0]["resident_number"])
    back()
    if how == "taken out":
        cases.drop_row(application=begun, group="children", index=0, by=universe.officer, at=claim.NOW)
    else:
        fill_in(at_desk, begun)
    if how == "undone":
        shown = begun.revision
        cases.undo(application=begun, by=universe.officer, at=claim.NOW)
    stale = {"path": "children.0.custody", "children.0.custody": "yes", "revision": str(shown), "page": "b"}
    answer = at_desk.post(f"{place(begun)}answers/", stale, headers={"HX-Request": "true"})
    begun.refresh_from_db()
    assert "別の画面で行が入れ替わっています" in answer.content.decode()
    assert "custody" not in begun.answers["children"][0]


def test_an_answer_to_a_row_that_is_gone_brings_no_row_back(
    at_desk: Client, begun: Application, universe: Universe
) -> None:
    shown = begun.revision
    cases.drop_row(application=begun, group="children", index=1, by=universe.officer, at=claim.NOW)
    for row in (1, 7, 99):
        path = f"children.{row}.custody"
        stale = {"path": path, path: "yes", "revision": str(shown), "page": "b"}
        answer = at_desk.post(f"{place(begun)}answers/", stale, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
    begun.refresh_from_db()
    assert len(begun.answers["children"]) == 1


def test_what_stands_in_the_fields_goes_along_and_stays(
    at_desk: Client, begun: Application, back: Callable[[], None]
) -> None:
    back()
    fill_in(at_desk, begun, path="contact.phone", **{"contact.phone": "0235-00-0000"})
    assert begun.answers["contact"]["phone"]
    assert begun.answers["resident"]["address"]["town"]


def test_a_mistyped_entry_stays_to_be_put_right(
    at_desk: Client, begun: Application, back: Callable[[], None]
) -> None:
    back()
    typed = {"resident.birth_date.text": "2月30日", "resident.birth_date": "2月30日"}
    page = fill_in(at_desk, begun, path="resident.birth_date", **typed)
    assert "2月30日" in page
    assert begun.sources["resident.birth_date"]["source"] == "index"
    assert begun.sources["resident.address"]["source"] == "record"


def test_it_can_be_undone_and_done_again(
    at_desk: Client, begun: Application, back: Callable[[], None]
) -> None:
    before = begun.answers
    back()
    fill_in(at_desk, begun)
    page = at_desk.post(f"{place(begun)}undo/", follow=True).content.decode()
    begun.refresh_from_db()
    assert begun.answers == before
    assert sources(begun) == {"index"}
    assert "住民記録を読んで入れる" in page
    fill_in(at_desk, begun)
    assert sources(begun) == {"record"}


def test_undone_it_can_be_done_again_also_where_it_only_added_something(
    at_desk: Client, begun: Application, back: Callable[[], None], universe: Universe
) -> None:
    said = {
        path: documents.take(begun.answers, path) for path in begun.sources if path.startswith("resident.")
    }
    said["resident.name"] = {"text": "山田　太郎", "kana": "ヤマダ　タロウ"}
    cases.save_answers(application=begun, raw=said, by=universe.officer, at=claim.NOW)
    Application.objects.filter(pk=begun.pk).update(
        sources={path: {**kept, "source": "officer"} for path, kept in begun.sources.items()}
    )
    back()
    fill_in(at_desk, begun)
    assert "address" in begun.answers["resident"]
    page = at_desk.post(f"{place(begun)}undo/", follow=True).content.decode()
    begun.refresh_from_db()
    assert "address" not in begun.answers["resident"]
    assert begun.record_read_at is None
    assert "住民記録を読んで入れる" in page


def test_what_the_record_only_confirms_is_marked_as_from_there(
    at_desk: Client, begun: Application, back: Callable[[], None], universe: Universe
) -> None:
    here = {"resident.address": claim.answers()["resident.address"]}
    cases.save_answers(application=begun, raw=here, by=universe.officer, at=claim.NOW)
    before = begun.answers
    back()
    page = fill_in(at_desk, begun)
    assert begun.answers["resident"]["name"] == before["resident"]["name"]
    assert sources(begun) == {"record", "officer"}
    assert COPY_TAG not in page


def test_two_clicks_fill_in_once(at_desk: Client, begun: Application, back: Callable[[], None]) -> None:
    back()
    fill_in(at_desk, begun)
    first = begun.revision
    fill_in(at_desk, begun)
    assert begun.revision == first
    assert begun.changes.count() == 1


def test_while_the_core_is_still_away_it_says_so_and_changes_nothing(
    at_desk: Client, begun: Application
) -> None:
    before = begun.answers
    page = fill_in(at_desk, begun)
    assert "検索用の控えで分かることだけで受付を続けられます" in page
    assert begun.answers == before
    assert begun.record_read_at is None


def test_whoever_has_come_under_protection_since_is_opened_for_a_reason_only(
    at_desk: Client, begun: Application, memory: CoreInMemory, back: Callable[[], None]
) -> None:
    memory.put({**FATHER, "restricted": True})
    back()
    page = fill_in(at_desk, begun)
    assert "開く理由を入力してください" in page
    assert sources(begun) == {"index"}
    at_desk.post(f"/counter/cases/{begun.case_id}/", {"reason": "本人が来庁"})
    fill_in(at_desk, begun)
    assert begun.answers["resident"]["address"] == {"withheld": "restricted"}


def test_an_address_that_was_typed_is_withheld_once_that_is_known(
    at_desk: Client, begun: Application, memory: CoreInMemory, back: Callable[[], None], universe: Universe
) -> None:
    here = {"resident.address": claim.answers()["resident.address"]}
    cases.save_answers(application=begun, raw=here, by=universe.officer, at=claim.NOW)
    memory.put({**FATHER, "restricted": True})
    back()
    at_desk.post(f"/counter/cases/{begun.case_id}/", {"reason": "本人が来庁"})
    fill_in(at_desk, begun)
    assert begun.answers["resident"]["address"] == {"withheld": "restricted"}
    second = {"procedure": "child-allowance-change"}
    at_desk.post(f"/counter/cases/{begun.case_id}/begin/", second)
    other = Application.objects.get(procedure="child-allowance-change")
    assert other.answers["resident"]["address"] == {"withheld": "restricted"}


def test_begun_anew_it_keeps_the_better_of_what_the_register_said(
    city: Path, at_desk: Client, begun: Application, memory: CoreInMemory, back: Callable[[], None]
) -> None:
    back()
    fill_in(at_desk, begun)
    memory.failure = AWAY
    install(city)
    renewed = renew(at_desk, begun)
    assert renewed.answers["resident"] == begun.answers["resident"]
    assert sources(renewed) == {"record"}
    assert renewed.record_read_at == begun.record_read_at


def test_begun_anew_where_a_reason_is_needed_first_nothing_is_lost(
    city: Path, at_desk: Client, begun: Application, memory: CoreInMemory, back: Callable[[], None]
) -> None:
    install(city)
    memory.put({**FATHER, "restricted": True})
    back()
    page = at_desk.post(f"{place(begun)}renew/", follow=True).content.decode()
    assert "開く理由を入力してください" in page
    assert Application.objects.get() == begun


@pytest.mark.parametrize("state", ["review", "signed"])
def test_after_the_interview_nothing_is_filled_in_but_what_the_record_says_otherwise_is_told(
    at_desk: Client, begun: Application, memory: CoreInMemory, back: Callable[[], None], state: str
) -> None:
    Application.objects.update(state=state)
    before = begun.answers
    memory.put({**FATHER, "name": {"text": "雪野　太郎", "kana": "ユキノ　タロオ"}})
    back()
    page = fill_in(at_desk, begun)
    assert (begun.state, begun.answers) == (state, before)
    assert "住民記録では「雪野　太郎（ユキノ　タロオ）」です。" in page


def test_what_was_sent_is_not_compared(at_desk: Client, begun: Application, back: Callable[[], None]) -> None:
    Application.objects.update(state="submitted")
    back()
    fill_in(at_desk, begun)
    assert begun.record_read_at is None
    assert not Entry.objects.filter(action="register.read").exists()
