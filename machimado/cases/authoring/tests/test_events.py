"""A life event is written like a procedure, and what it uses cannot be taken from under it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.rules import editing
from machimado.cases.authoring.tests.drafting import SignIn, forget, now
from machimado.cases.procedures import queries as procedures
from tests.conformance.browser import forms
from tests.universe import Universe

pytestmark = pytest.mark.django_db


def test_a_life_event_is_written_checked_and_published(
    universe: Universe, sign_in: SignIn, published: Path
) -> None:
    author, second = sign_in(universe.specialist), sign_in(universe.supervisor)
    led = author.post("/authoring/begin/", {"procedure": "birth"}).headers["Location"]
    page = author.get(led).content.decode()
    assert "道すじの手続" in page
    assert "児童手当" in page
    draft = Draft.objects.get()
    text = draft.text.replace("child-allowance-claim", "no-such")
    actions.save(draft=draft, text=text, revision=0, by=universe.specialist, at=now())
    page = author.get(led).content.decode()
    assert "手続「no-such」がありません。" in page
    assert "place=procedures.0" in page
    with pytest.raises(actions.NotReady, match="直すところ"):
        actions.propose(draft=draft, effective_date=timezone.localdate(), by=universe.specialist, at=now())
    author.post(f"{led}undo/")
    (form,) = [
        one
        for one in forms(author.get(f"{led}parts/called/?place=procedures.0"))
        if one.action.endswith("/called/")
    ]
    form.write("why.ja", "初めてのお子さんです。")
    form.write("when", 'birth_allowance == "first"')
    assert author.post(f"{led}parts/called/", form.sent()).status_code == 302
    assert "道すじの手続" not in author.get(f"{led}preview/").content.decode()
    assert author.get(f"{led}frame/?channel=counter").status_code == 200
    author.post(f"{led}propose/", {"effective_date": timezone.localdate().isoformat()})
    second.post(f"{led}approve/")
    assert (published / "events" / "birth.v2.yaml").is_file()
    forget()
    assert procedures.event_versions("birth")[-1].event.procedures[0].why["ja"] == "初めてのお子さんです。"


def test_the_tests_of_a_life_event_must_hold(universe: Universe) -> None:
    draft = actions.begin(procedure="birth", by=universe.specialist, at=now())
    text = editing.put(draft.text, ("procedures", 0, "when"), 'birth_allowance == "spouse"')
    actions.save(draft=draft, text=text, revision=0, by=universe.specialist, at=now())
    with pytest.raises(actions.NotReady, match="試験に合わない"):
        actions.propose(draft=draft, effective_date=timezone.localdate(), by=universe.specialist, at=now())


def test_a_procedure_that_a_life_event_no_longer_fits_is_not_proposed(
    universe: Universe, sign_in: SignIn
) -> None:
    """The event answers a question for it that the new version does not have."""
    draft = actions.begin(procedure="child-allowance-claim", by=universe.specialist, at=now())
    text = draft.text.replace("claimant_type", "claimant_sort")
    actions.save(draft=draft, text=text, revision=0, by=universe.specialist, at=now())
    with pytest.raises(actions.NotReady, match="ライフイベント「お子さんが生まれたとき"):
        actions.propose(draft=draft, effective_date=timezone.localdate(), by=universe.specialist, at=now())
    page = sign_in(universe.specialist).get(f"/authoring/drafts/{draft.pk}/").content.decode()
    assert "「claimant_type」という質問はありません。" in page


STEP = {
    "within": "new",
    "procedure": "seal-abolition",
    "when.chosen": 'marriage_renamed == "yes"',
    "why.ja": "氏が変わると、前の氏の印鑑は使えません。",
    "legal_basis.law": "雪見市印鑑条例",
    "legal_basis.article": "第8条（廃止）",
    "source": "雪見市 ご結婚のしおり（見本）",
    "due.since": "marriage.date",
    "due.days": "14",
}


def begun(client: Client, event: str) -> str:
    return str(client.post("/authoring/begin/", {"procedure": event}).headers["Location"])


def written_in(part: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = queries.read(Draft.objects.get().text).data[part]
    return found


def test_whoever_never_saw_a_file_adds_a_procedure_to_a_life_event_and_sees_the_route(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "marriage")
    form = author.get(f"{led}parts/called/?within=new").content.decode()
    assert "印鑑登録証明書の交付申請" in form  # every procedure of the city, by what it is called
    assert "が「はい」のとき" in form  # the conditions as sentences
    gone = next(n for n, one in enumerate(written_in("procedures")) if one["procedure"] == "seal-abolition")
    author.post(f"{led}remove/", {"place": f"procedures.{gone}"})
    assert author.post(f"{led}parts/called/", STEP).status_code == 302
    added = written_in("procedures")[-1]
    assert added == {
        "procedure": "seal-abolition",
        "when": 'marriage_renamed == "yes"',
        "why": {"ja": STEP["why.ja"]},
        "legal_basis": {"law": "雪見市印鑑条例", "article": "第8条（廃止）"},
        "source": "雪見市 ご結婚のしおり（見本）",
        "due": {"days": 14, "from": "marriage.date"},
    }
    author.post(f"{led}move/", {"place": f"procedures.{len(written_in('procedures')) - 1}", "by": "up"})
    page = author.get(led).content.decode()
    assert "14日" in page
    test = next(one["name"] for one in written_in("tests") if one["answers"].get("marriage_renamed") == "yes")
    route = author.get(f"{led}frame/", {"channel": "counter", "test": test}).content.decode()
    assert STEP["why.ja"] in route
    assert "雪見市印鑑条例" in route


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"procedure": ""}, "どの手続をしますか"),
        ({"legal_basis.article": ""}, "根拠の法令"),
        ({"due.since": ""}, "いつまでに"),
        ({"due.days": ""}, "いつまでに"),
        ({"why.ja": ""}, "なぜ要るか"),
    ],
)
def test_a_step_without_what_it_needs_is_not_added(
    universe: Universe, sign_in: SignIn, wrong: dict[str, str], said: str
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "marriage")
    before = Draft.objects.get().text
    answer = author.post(f"{led}parts/called/", {**STEP, **wrong})
    assert answer.status_code == 422
    assert said in answer.content.decode().split("を入れてください。")[0]
    assert STEP["source"] in answer.content.decode()
    assert Draft.objects.get().text == before


def test_a_span_that_is_no_number_is_told_at_its_part(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "marriage")
    author.post(f"{led}parts/called/", {**STEP, "procedure": "vehicle-heir", "due.days": "十四"})
    page = author.get(led).content.decode()
    assert "直すところ" in page
    assert "十四" in Draft.objects.get().text


def test_what_is_known_already_is_chosen_as_a_sentence(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "death")
    form = author.get(f"{led}parts/called/?place=procedures.0").content.decode()
    assert "は「世帯主が" in form
    assert "と同じ" in form
    given = {
        "place": "procedures.0",
        "procedure": "household-change",
        "when": 'death.headship == "of_several"',
        "why.ja": "新しい世帯主を届け出ます。",
        "legal_basis.law": "住民基本台帳法",
        "legal_basis.article": "第25条",
        "source": "しおり",
        "given.0.question": "household_change_kind",
        "given.0.rule": '"head"',
        "given.0.drop": "yes",
        "given.1.question": "head_change_reason",
        "given.1.rule": '"died"',
        "given.add.0": "household_change_date|death.date",
        "apart.0": "account",
    }
    author.post(f"{led}parts/called/", given)
    step = written_in("procedures")[0]
    assert step["given"] == {"head_change_reason": '"died"', "household_change_date": "death.date"}
    assert step["apart"] == ["account"]


def test_an_errand_elsewhere_is_added_with_where_to_go(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "marriage")
    errand = {
        **{name: value for name, value in STEP.items() if name != "procedure"},
        "title.ja": "運転免許証の書きかえ",
        "where.ja": "警察署",
        "contact.ja": "平日 9時から16時まで",
    }
    assert author.post(f"{led}parts/errand/", errand).status_code == 302
    added = written_in("elsewhere")[-1]
    assert added["id"].startswith("errand_")
    assert added["where"] == {"ja": "警察署"}
    reading = queries.read(Draft.objects.get().text)
    assert not reading.problems
    assert any("運転免許証の書きかえ" in one for one in reading.changes)


def test_what_one_procedure_is_told_is_compared_with_what_another_is_told(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "job-change")
    form = author.get(f"{led}parts/check/?within=new").content.decode()
    assert "二つの答えを比べるとき" in form
    check = {
        "within": "new",
        "assert.left": "job.left_date",
        "assert.how": "not_after",
        "assert.right": "today",
        "message.ja": "退職した日が、今日より後です。日付を確かめてください。",
        "level": "warning",
        "fields.0": "job.left_date",
    }
    assert author.post(f"{led}parts/check/", check).status_code == 302
    added = written_in("checks")[-1]
    assert added["assert"] == "not_after(job.left_date, today)"
    assert added["fields"] == ["job.left_date"]
    assert not queries.read(Draft.objects.get().text).problems
    assert "今日以前である" in author.get(led).content.decode()


def test_each_life_event_s_parts_stay_as_they_are_when_nothing_is_changed(
    universe: Universe, sign_in: SignIn
) -> None:
    """What a form shows is what it writes: looking at a step and writing it back changes nothing."""
    author = sign_in(universe.specialist)
    for event in ("death", "birth"):
        led = begun(author, event)
        draft = Draft.objects.get(procedure=event)
        data = queries.read(draft.text).data
        for kind, part in (("called", "procedures"), ("errand", "elsewhere"), ("note", "notes")):
            for number in range(len(data[part])):
                page = author.get(f"{led}parts/{kind}/?place={part}.{number}")
                (form,) = [one for one in forms(page) if "revision" in one.sent()]
                author.post(f"{led}parts/{kind}/", form.sent())
        draft.refresh_from_db()
        assert queries.read(draft.text).data == data
