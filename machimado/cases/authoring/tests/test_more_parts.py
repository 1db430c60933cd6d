"""Parts for officers who see no file: chapters and wordings of a life event, the paper baseline, the last day, the business."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.rules import editing, parts
from machimado.cases.authoring.tests.drafting import SEAL, SignIn, now
from tests.conformance.browser import Form, forms
from tests.universe import Universe

pytestmark = pytest.mark.django_db


def begun(client: Client, procedure: str) -> str:
    return str(client.post("/authoring/begin/", {"procedure": procedure}).headers["Location"])


def reading() -> queries.Reading:
    return queries.read(Draft.objects.get().text)


def form_at(client: Client, led: str, part: str, query: str) -> Form:
    (form,) = [one for one in forms(client.get(f"{led}parts/{part}/?{query}")) if "revision" in one.sent()]
    return form


# --- how a question is answered ------------------------------------------------------------------------------------


def asked_at(identity: str) -> str:
    """Return where a question stands in the draft."""
    found = [
        f"sections.{section}.questions.{number}"
        for section, each in enumerate(reading().data["sections"])
        for number, one in enumerate(each["questions"])
        if one["id"] == identity
    ]
    return found[0]


def test_how_an_answer_is_written_is_chosen_and_taken_back(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "former-surname")
    form = form_at(author, led, "question", f"place={asked_at('shown_surname')}")
    assert form.sent()["format"] == ["surname"]
    form.write("format", "")
    author.post(f"{led}parts/question/", form.sent())
    assert any("書き方の決まりが「名字だけ」から「なし」" in one for one in reading().changes)
    form = form_at(author, led, "question", f"place={asked_at('shown_surname')}")
    form.write("format", "kana")
    author.post(f"{led}parts/question/", form.sent())
    assert any("kana は name の質問には使えません" in one.what for one in reading().problems)


def test_a_day_that_must_be_whole_is_ticked(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "child-rearing-claim")
    place = asked_at("rearing_reason_date")
    form = form_at(author, led, "question", f"place={place}")
    form.check("exact", "yes")
    author.post(f"{led}parts/question/", form.sent())
    assert "年月日まで必要" in author.get(f"{led}parts/question/?place={place}").content.decode()
    assert any("不詳" in one for one in reading().changes)


# --- a life event's own words and chapters -------------------------------------------------------------------------


def test_a_shared_question_is_said_otherwise_in_a_life_event(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "job-change")
    page = author.get(f"{led}parts/wording/?within=new").content.decode()
    assert ">世帯主の氏名</option>" in page  # by what it is called, never by its id alone
    said = {
        "within": "new",
        "question": "head.name",
        "label.ja": "世帯の主な方の氏名",
        "ask.ja": "世帯の主な方のお名前をお願いします。",
    }
    assert author.post(f"{led}parts/wording/", said).status_code == 302
    assert reading().data["wording"]["head.name"] == {
        "label": {"ja": said["label.ja"]},
        "ask": {"ja": said["ask.ja"]},
    }
    asked = reading().shown
    assert asked is not None
    question = asked.question("head.name")
    assert question is not None
    assert question.label["ja"] == said["label.ja"]
    page = author.get(led).content.decode()
    assert "職員「世帯の主な方のお名前をお願いします。」" in page
    assert any(said["label.ja"] in one for one in reading().changes)
    assert (
        Draft.objects.get().texts.latest("revision").what == "共通の質問の言い方「世帯の主な方の氏名」を足す"
    )
    form = form_at(author, led, "wording", "place=wording.head.name")
    form.write("label.ja", "")
    author.post(f"{led}parts/wording/", form.sent())
    assert reading().data["wording"]["head.name"] == {"ask": {"ja": said["ask.ja"]}}
    author.post(f"{led}remove/", {"place": "wording.head.name"})
    assert "head.name" not in reading().data["wording"]
    assert not reading().problems


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"question": "head.name"}, "どれかひとつは入れてください"),
        ({"label.ja": "x"}, "どの質問の言い方を決めますか"),
        ({"question": "head.name", "label.en": "Spouse"}, "呼び方"),
    ],
)
def test_a_wording_that_says_nothing_is_not_written(
    universe: Universe, sign_in: SignIn, given: dict[str, str], said: str
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "job-change")
    before = Draft.objects.get().text
    answer = author.post(f"{led}parts/wording/", {"within": "new", **given})
    assert answer.status_code == 422
    assert said in answer.content.decode().split('role="alert"')[1]
    assert Draft.objects.get().text == before


def test_a_wording_of_what_no_procedure_shares_is_told_at_its_part(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "job-change")
    author.post(f"{led}parts/wording/", {"within": "new", "question": "no.such", "label.ja": "x"})
    page = author.get(led).content.decode()
    assert "「no.such」は語彙にありません" in page
    assert "parts/wording/?place=wording.no.such" in page


def test_a_chapter_gathers_shared_questions_by_what_they_are_called(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "job-change")
    page = author.get(f"{led}parts/chapter/?within=new").content.decode()
    assert "まとめて　" in page
    given = {"within": "new", "title.ja": "世帯主のこと", "meanings.0": "head.name"}
    assert author.post(f"{led}parts/chapter/", given).status_code == 302
    added = reading().data["chapters"][-1]
    assert added == {"id": added["id"], "title": {"ja": "世帯主のこと"}, "meanings": ["head.name"]}
    number = len(reading().data["chapters"]) - 1
    for _ in range(number):
        author.post(f"{led}move/", {"place": f"chapters.{number}", "by": "up"})
        number -= 1
    shown = reading().shown
    assert shown is not None
    sections = {one.title["ja"]: [each.id for each in one.questions] for one in shown.procedure.sections}
    assert sections["世帯主のこと"] == ["head.name"]
    assert any("世帯主のこと" in one for one in reading().changes)
    assert author.post(f"{led}parts/chapter/", {**given, "meanings.0": ""}).status_code == 422


@pytest.mark.parametrize("event", ["birth", "moving-in"])
def test_looked_at_and_written_back_nothing_changes(event: str, universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, event)
    before = Draft.objects.get().text
    data = queries.read(before).data
    places = [("chapter", f"chapters.{number}") for number in range(len(data["chapters"]))]
    places += [("wording", f"wording.{name}") for name in list(data["wording"])[:4]]
    places += [("event", "")]
    for kind, place in places:
        author.post(f"{led}parts/{kind}/", form_at(author, led, kind, f"place={place}").sent())
    assert Draft.objects.get().text == before


# --- a procedure's paper baseline, its business and its last day -----------------------------------------------------

PAPER = {"place": "paper", "minutes": "１２．5", "fields": "18", "source.ja": "20件を測った平均（見本）"}


def without_paper(universe: Universe) -> Draft:
    draft = actions.begin(procedure=SEAL, by=universe.specialist, at=now())
    text = editing.put(draft.text, ("paper",), None)
    return actions.save(draft=draft, text=text, revision=None, by=universe.specialist, at=now())


def test_the_baseline_on_paper_is_written_changed_and_taken_out(universe: Universe, sign_in: SignIn) -> None:
    draft, author = without_paper(universe), sign_in(universe.specialist)
    led = f"/authoring/drafts/{draft.pk}/"
    assert "紙のときの手間を入れる" in author.get(led).content.decode()
    assert author.get(f"{led}parts/paper/?place=paper").status_code == 200
    assert author.post(f"{led}parts/paper/", PAPER).status_code == 302
    assert reading().data["paper"] == {
        "minutes": 12.5,
        "fields": 18,
        "source": {"ja": PAPER["source.ja"]},
    }
    assert not reading().problems
    page = author.get(led).content.decode()
    assert "1件に 12.5分、書き写す項目 18" in page
    form = form_at(author, led, "paper", "place=paper")
    form.write("minutes", "9")
    author.post(f"{led}parts/paper/", form.sent())
    assert reading().data["paper"]["minutes"] == 9
    author.post(f"{led}remove/", {"place": "paper"})
    assert "paper" not in reading().data


@pytest.mark.parametrize("lacking", ["minutes", "fields", "source.ja"])
def test_half_a_baseline_is_none(universe: Universe, sign_in: SignIn, lacking: str) -> None:
    draft, author = without_paper(universe), sign_in(universe.specialist)
    answer = author.post(f"/authoring/drafts/{draft.pk}/parts/paper/", {**PAPER, lacking: ""})
    assert answer.status_code == 422
    assert "を入れてください。" in answer.content.decode()
    assert "paper" not in reading().data


@pytest.mark.parametrize("minutes", ["二十", "-3", "601"])
def test_minutes_that_are_none_are_told_at_their_part(
    universe: Universe, sign_in: SignIn, minutes: str
) -> None:
    draft, author = without_paper(universe), sign_in(universe.specialist)
    led = f"/authoring/drafts/{draft.pk}/"
    author.post(f"{led}parts/paper/", {**PAPER, "minutes": minutes})
    assert "parts/paper/?place=paper" in author.get(led).content.decode()
    assert reading().problems


def whole(client: Client, led: str, **changed: Any) -> None:
    form = form_at(client, led, "whole", "place=")
    for name, text in changed.items():
        form.write(name, text)
    assert client.post(f"{led}parts/whole/", form.sent()).status_code == 302


def test_the_business_is_chosen_by_its_name(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, SEAL)
    before = Draft.objects.get().text
    whole(author, led)
    assert Draft.objects.get().text == before
    assert (
        '<option value="002" selected>印鑑登録</option>'
        in author.get(f"{led}parts/whole/?place=").content.decode()
    )
    whole(author, led, business_id="001")
    assert reading().data["business_id"] == "001"
    assert "<dt>業務</dt><dd>住民基本台帳</dd>" in author.get(led).content.decode()
    assert any("住民基本台帳" in one for one in reading().changes)


def test_a_business_of_another_system_is_not_lost_by_looking(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, SEAL)
    draft = Draft.objects.get()
    text = editing.put(draft.text, ("business_id",), "099")
    actions.save(draft=draft, text=text, revision=None, by=universe.specialist, at=now())
    whole(author, led)
    assert reading().data["business_id"] == "099"


def test_a_version_ends_with_its_last_day(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, SEAL)
    last = timezone.localdate() + timedelta(days=30)
    whole(author, led, effective_to=last.isoformat())
    assert reading().data["version"]["effective_to"] == last.isoformat()
    assert not reading().problems
    assert "使う最後の日" in author.get(led).content.decode()
    assert any("終わりの日" in one for one in reading().changes)
    draft = Draft.objects.get()
    with pytest.raises(actions.NotReady, match="最後の日"):
        actions.propose(
            draft=draft, effective_date=last + timedelta(days=1), by=universe.specialist, at=now()
        )
    whole(author, led, effective_to="")
    assert "effective_to" not in reading().data["version"]


def test_a_last_day_before_the_first_leads_to_the_whole(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, SEAL)
    whole(author, led, effective_to="2001-01-01")
    page = author.get(led).content.decode()
    assert "始まりより前です" in page
    assert "parts/whole/?place=" in page


@pytest.mark.parametrize(
    "place", ["wording", "wording.", "wording.../x", "paper.minutes", "chapters", "wording." + "a" * 90]
)
def test_places_that_are_none_are_none(place: str) -> None:
    assert all(parts.read_place(kind, place) is None for kind in ("wording", "paper", "chapter"))
