import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application, Case, Submission
from machimado.cases.applications.tests import claim
from machimado.cases.register.models import Resident
from machimado.frontyard.counter.models import Desk
from machimado.ground.journal.models import Entry
from tests.universe import Universe

HTMX = {"HX-Request": "true"}


def save(client: Client, application: Application, path: str, **fields: Any) -> Any:
    return client.post(
        f"/counter/applications/{application.pk}/answers/", {"path": path, **fields}, headers=HTMX
    )


def answers_of(application: Application) -> Any:
    application.refresh_from_db()
    return application.answers


def test_from_the_search_to_the_first_question(at_desk: Client, universe: Universe) -> None:
    resident = claim.a_resident()
    opened = at_desk.post(f"/counter/open/{resident.pk}/")
    case = Case.objects.get()
    assert opened.headers["Location"] == f"/counter/cases/{case.pk}/"
    page = at_desk.get(opened.headers["Location"]).content.decode()
    assert "検索用の控え" in page  # the core is away, and the page says so
    begun = at_desk.post(f"/counter/cases/{case.pk}/begin/", {"procedure": claim.CLAIM})
    assert "昼間つながるお電話番号を教えてください。" in begun.content.decode()
    # The page tells its own address: for reloading, and for coming back after the lock.
    address = f"/counter/applications/{Application.objects.get().pk}/"
    assert begun.headers["Content-Location"] == address
    assert f'data-address="{address}"' in begun.content.decode()
    assert f'name="next" value="{address}"' in begun.content.decode()


def test_beginning_twice_leads_to_the_same_application(at_desk: Client, universe: Universe) -> None:
    case = claim.begun(universe.officer).case
    addresses = {
        at_desk.post(f"/counter/cases/{case.pk}/begin/", {"procedure": claim.CLAIM}).headers["Location"]
        for _ in range(3)
    }
    assert len(addresses) == 1
    assert Application.objects.count() == 1


def test_an_unknown_procedure_is_chosen_again(at_desk: Client, universe: Universe) -> None:
    case = claim.begun(universe.officer).case
    page = at_desk.post(f"/counter/cases/{case.pk}/begin/", {"procedure": "../../etc"}, follow=True)
    assert "手続を選び直してください。" in page.content.decode()


def test_one_question_is_saved_as_soon_as_it_is_changed(at_desk: Client, universe: Universe) -> None:
    application = claim.begun(universe.officer)
    page = save(at_desk, application, "event_date", event_date="R8.4.5", typed="6")
    assert "令和8年4月5日" in page.content.decode()
    assert answers_of(application)["event_date"] == "2026-04-05"
    assert application.typed_characters == 6


def test_the_whole_page_also_works_as_a_plain_form(at_desk: Client, universe: Universe) -> None:
    application = claim.begun(universe.officer)
    fields = {
        "path": ["contact.phone", "identity.documents", "declaration", "resident.name"],
        "contact.phone": "0235-00-0000",
        "identity.documents": ["passport", "other"],
        "declaration": "yes",
        "resident.name.text": "佐藤　健太",
        "resident.name.kana": "ｻﾄｳ ｹﾝﾀ",
    }
    response = at_desk.post(f"/counter/applications/{application.pk}/answers/", fields)
    assert response.status_code == 302
    saved = answers_of(application)
    assert saved["identity"]["documents"] == ["passport", "other"]
    assert saved["resident"]["name"]["kana"] == "サトウ　ケンタ"
    assert saved["declaration"] is True


@pytest.mark.parametrize(
    ("path", "typed", "says"),
    [
        ("event_date", "2月30日", "日"),
        ("contact.phone", "x" * 1_000_000, "文字"),
        ("contact.phone", "090\x000000", "目に見えない文字"),
        ("contact.phone", "123456789018", "個人番号"),
        ("event", "<script>alert(1)</script>", "選択肢"),
    ],
)
def test_what_cannot_be_taken_stays_in_the_field_with_what_to_do(
    at_desk: Client, universe: Universe, path: str, typed: str, says: str
) -> None:
    application = claim.begun(universe.officer)
    page = save(at_desk, application, path, **{path: typed}).content.decode()
    assert 'role="alert"' in page
    assert says in page
    assert "<script>alert" not in page
    assert not answers_of(application)


def test_a_field_says_how_long_its_question_lets_an_answer_be(at_desk: Client, universe: Universe) -> None:
    application = claim.begun(universe.officer)
    page = save(at_desk, application, "applicant.role", **{"applicant.role": "household"}).content.decode()
    assert re.search(r'name="agent\.relationship"[^>]* maxlength="30"', page)


def test_a_question_that_is_not_there_changes_nothing(at_desk: Client, universe: Universe) -> None:
    application = claim.begun(universe.officer)
    for path in ("__class__", "children.999999999.name", "a" * 200, "children..name", "resident.name.text"):
        assert save(at_desk, application, path, **{path: "x"}).status_code == 200
    assert not answers_of(application)


def test_a_change_from_another_tab_is_shown_and_not_overwritten(at_desk: Client, universe: Universe) -> None:
    application = claim.begun(universe.officer)
    save(at_desk, application, "contact.phone", revision="0", page="a", **{"contact.phone": "0235-00-0001"})
    page = save(
        at_desk, application, "contact.phone", revision="0", page="b", **{"contact.phone": "0235-00-0002"}
    )
    assert "別の画面で同じ項目が変更されています" in page.content.decode()
    assert answers_of(application)["contact"]["phone"] == "0235-00-0001"


def test_an_address_is_completed_from_its_postal_code(at_desk: Client, universe: Universe) -> None:
    application = claim.answered(universe.officer)
    empty = {f"resident.address.{part}": "" for part in ("prefecture", "city", "town", "building")}
    typed = {"resident.address.postal_code": "997-0401", "resident.address.block": "1番"}
    save(at_desk, application, "resident.address", **empty, **typed)
    assert answers_of(application)["resident"]["address"]["city"] == "鶴岡市"


def test_rows_are_added_and_taken_out_and_undone(at_desk: Client, universe: Universe) -> None:
    application = claim.answered(universe.officer)
    rows = f"/counter/applications/{application.pk}/rows/"
    at_desk.post(rows, {"group": "children"}, headers=HTMX)
    assert len(answers_of(application)["children"]) == 2
    at_desk.post(rows, {"row": "children.0"}, headers=HTMX)
    assert answers_of(application)["children"] == [{}]
    at_desk.post(f"/counter/applications/{application.pk}/undo/", headers=HTMX)
    assert len(answers_of(application)["children"]) == 2
    gone = at_desk.post(rows, {"row": "children.7"}, follow=True)
    assert "この行や選んだ方はもうありません" in gone.content.decode()


def test_the_case_goes_through_to_the_outbox_once(
    at_desk: Client, tablet: Client, desk: Desk, universe: Universe
) -> None:
    application = claim.answered(universe.officer)
    place = f"/counter/applications/{application.pk}"
    assert at_desk.get(f"{place}/").status_code == 200
    at_desk.post(f"{place}/review/")
    cases.sign(application=application, signature=claim.SIGNATURE, by=None, at=claim.NOW)
    for _ in range(5):
        assert at_desk.post(f"{place}/submit/").status_code == 302
    assert Submission.objects.count() == 1
    page = at_desk.get(f"{place}/").content.decode()
    assert "送信" in page
    assert "受付を終了する" in page
    at_desk.post(f"/counter/cases/{application.case_id}/close/")
    desk.refresh_from_db()
    assert desk.shown is None
    after = at_desk.get(f"{place}/").content.decode()
    assert "この受付は終わっています" in after
    assert "受付を終了する" not in after


def test_a_case_with_something_unsent_is_not_ended_by_the_way(at_desk: Client, universe: Universe) -> None:
    application = claim.begun(universe.officer)
    ending = f"/counter/cases/{application.case_id}/close/"
    page = at_desk.post(ending, follow=True).content.decode()
    assert "まだ送っていない申請があります（児童手当 認定請求）" in page
    application.refresh_from_db()
    assert (application.state, application.case.closed_at) == ("interview", None)
    at_desk.post(ending, {"unsent": "withdraw"})
    application = Application.objects.get()
    assert application.state == "cancelled"
    assert application.case.closed_at is not None


def test_review_of_an_unfinished_case_says_what_is_missing(at_desk: Client, universe: Universe) -> None:
    application = claim.begun(universe.officer)
    page = at_desk.post(f"/counter/applications/{application.pk}/review/")
    assert page.status_code == 422
    assert "まだ答えていない質問" in page.content.decode()


def test_a_stale_page_is_told_how_it_stands(at_desk: Client, universe: Universe) -> None:
    application = claim.signed(universe.officer)
    response = save(at_desk, application, "event", event="birth")
    assert response.headers["HX-Refresh"] == "true"
    page = at_desk.get(f"/counter/applications/{application.pk}/").content.decode()
    assert "署名済みです。直すときは" in page


def test_a_page_that_looks_again_gets_what_somebody_else_has_done(
    at_desk: Client, universe: Universe
) -> None:
    application = claim.signed(universe.officer)
    place = f"/counter/applications/{application.pk}/status/"
    same = at_desk.get(place, {"state": "signed"}, headers=HTMX).content.decode()
    assert 'id="interview"' not in same
    assert "署名をいただきました" in same
    # The whole interview, and no reloading: what is being typed stays in its field.
    overtaken = at_desk.get(place, {"state": "review"}, headers=HTMX).content.decode()
    assert 'id="interview"' in overtaken
    assert "署名をいただきました" in overtaken
    assert at_desk.get(place, {"state": "review"}).headers["Location"].endswith(f"{application.pk}/")


def test_only_a_rejected_application_can_be_put_right(at_desk: Client, universe: Universe) -> None:
    application = claim.signed(universe.officer)
    cases.submit(application=application, by=universe.officer, at=claim.NOW)
    page = at_desk.post(f"/counter/applications/{application.pk}/correct/", follow=True)
    assert "差し戻した申請だけを直せます" in page.content.decode()


def test_another_offices_officer_and_a_stranger_get_nothing(
    sign_in: Callable[..., Client], universe: Universe
) -> None:
    application = claim.answered(universe.officer)
    places = [
        f"/counter/applications/{application.pk}/",
        f"/counter/applications/{application.pk}/paper/",
        f"/counter/applications/{application.pk}/status/",
        f"/counter/cases/{application.case_id}/",
    ]
    for place in places:
        refused = sign_in(universe.outsider).get(place)
        assert refused.status_code == 403
        assert "健太" not in refused.content.decode()
        assert Client().get(place).headers["Location"].startswith("/accounts/login/")
    assert sign_in(universe.auditor).get("/counter/").status_code == 403


def test_each_look_at_the_answers_leaves_a_line(at_desk: Client, universe: Universe) -> None:
    application = claim.answered(universe.officer)
    for place in ("", "paper/"):
        before = Entry.objects.count()
        assert at_desk.get(f"/counter/applications/{application.pk}/{place}").status_code == 200
        lines = Entry.objects.filter(seq__gt=before, action__startswith="application.")
        assert [(line.actor, line.case) for line in lines] == [
            (str(universe.officer.pk), str(application.case_id))
        ]


def test_what_does_not_exist_is_not_found(at_desk: Client) -> None:
    assert at_desk.get(f"/counter/applications/{uuid4()}/").status_code == 404
    assert at_desk.get(f"/counter/cases/{uuid4()}/").status_code == 404
    assert at_desk.get("/counter/procedures/nothing/paper/").status_code == 404


def test_files_are_refused_when_empty_and_a_form_without_that_question_says_so(
    at_desk: Client, universe: Universe
) -> None:
    application = claim.begun(universe.officer)
    place = f"/counter/applications/{application.pk}/attach/"
    nothing = at_desk.post(place, {"path": "photo"})
    assert nothing.status_code == 422
    empty = at_desk.post(place, {"path": "event", "file": SimpleUploadedFile("a.png", b"")})
    assert empty.status_code == 422
    odd = at_desk.post(place, {"path": "event", "file": SimpleUploadedFile("a.png", b"x", "image/png")})
    assert odd.status_code == 422
    assert not answers_of(application)


def test_the_paper_form_carries_the_entries(at_desk: Client, universe: Universe) -> None:
    application = claim.signed(universe.officer)
    page = at_desk.get(f"/counter/applications/{application.pk}/paper/")
    assert page.headers["Content-Type"] == "application/pdf"
    assert page.content.startswith(b"%PDF")
    assert at_desk.get(f"/counter/procedures/{claim.CLAIM}/paper/").content.startswith(b"%PDF")


def test_a_forms_qr_code_leads_to_its_procedure(at_desk: Client, universe: Universe) -> None:
    opened = at_desk.get(f"/p/{claim.CLAIM}/", follow=True)
    assert "児童手当 認定請求" in opened.content.decode()
    resident = claim.a_resident()
    at_desk.post(f"/counter/open/{resident.pk}/", {"procedure": claim.CLAIM})
    assert Application.objects.get().procedure == claim.CLAIM


def test_the_page_says_which_characters_fonts_lack(at_desk: Client, universe: Universe) -> None:
    resident = claim.a_resident(name="葛󠄀谷　𠮷子", kana="クズタニ　ヨシコ")
    application = claim.answered(universe.officer, resident)
    save(at_desk, application, "agent.name", **{"agent.name.text": "a"})
    lacking = "\U000f1234"  # private use: in no font
    name = {"children.0.name.text": f"佐藤　{lacking}", "children.0.name.kana": "サトウ　アカリ"}
    page = save(at_desk, application, "children.0.name", **name).content.decode()
    assert "U+F1234" in page
    assert "U+845B U+E0100" in page
    assert "U+20BB7" in page


def test_what_the_case_cost_stands_beside_the_paper_baseline(at_desk: Client, universe: Universe) -> None:
    application = claim.signed(universe.officer)
    cases.submit(application=application, by=universe.officer, at=claim.NOW)
    page = at_desk.get(f"/counter/applications/{application.pk}/").content.decode()
    assert "職員の時間 0.0分・入力 0文字・再入力 0項目" in page
    assert "紙では 18分・書き写し 46項目（基準）" in page


def test_a_my_number_given_as_the_reason_is_refused_and_not_kept(at_desk: Client, universe: Universe) -> None:
    case = claim.begun(universe.officer).case
    page = at_desk.post(f"/counter/cases/{case.pk}/", {"reason": "123456789018"}).content.decode()
    assert "マイナンバー（個人番号）らしい" in page
    assert "123456789018" not in str(dict(at_desk.session.items()))


def test_a_protected_persons_answers_open_after_a_reason_only(
    at_desk: Client, universe: Universe, sign_in: Callable[..., Client]
) -> None:
    application = claim.answered(universe.officer)
    Resident.objects.update(restricted=True, shielded=True, address="")
    case, here = f"/counter/cases/{application.case_id}/", f"/counter/applications/{application.pk}/"
    assert at_desk.get(here).headers["Location"] == case
    for look in ("paper/", "status/"):
        assert at_desk.get(here + look).status_code == 403
    assert at_desk.post(here + "answers/", {"path": "contact.phone"}, headers=HTMX).status_code == 403
    at_desk.post(case, {"reason": "本人の来庁"})
    assert at_desk.get(here).status_code == 200
    assert sign_in(universe.colleague).get(here).headers["Location"] == case


def test_a_look_at_the_names_of_the_day_leaves_a_line(at_desk: Client, universe: Universe) -> None:
    at_desk.get("/counter/")
    assert not Entry.objects.filter(action="case.list_seen").exists()
    claim.begun(universe.officer)
    case = Case.objects.get()
    Case.objects.update(opened_date=timezone.localdate())
    page = at_desk.get("/counter/").content.decode()
    assert case.resident is not None
    assert case.resident.name_text in page
    assert Entry.objects.get(action="case.list_seen").actor == str(universe.officer.pk)
