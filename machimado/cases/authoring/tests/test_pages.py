"""A procedure is changed on the pages: parts, what is lacking, how it looks, who may."""

import re
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.rules import editing
from machimado.cases.authoring.tests.drafting import NEW, SEAL, SignIn, drafted, forget, now, proposed
from machimado.ground.journal.models import Entry
from tests.universe import Universe

pytestmark = pytest.mark.django_db


def test_the_whole_way_on_the_pages(universe: Universe, sign_in: SignIn) -> None:
    author, second = sign_in(universe.specialist), sign_in(universe.supervisor)
    led = author.post("/authoring/begin/", {"procedure": SEAL}).headers["Location"]
    assert "まだありません。" in author.get(led).content.decode()
    form = author.get(f"{led}parts/question/?place=sections.1.questions.1").content.decode()
    assert "カードの番号を確認します。" in form
    given = {
        "place": "sections.1.questions.1",
        "revision": "0",
        "label.ja": "登録の番号",
        "ask.ja": "番号を見せてください。",
        "max": "20",
        "required": "はい",
    }
    assert author.post(f"{led}parts/question/", given).status_code == 302
    page = author.get(led).content.decode()
    assert "登録の番号" in page
    assert (
        "職員の言い方が「カードの番号を確認します。」から「番号を見せてください。」に変わりました。" in page
    )
    author.post(f"{led}propose/", {"effective_date": timezone.localdate().isoformat()})
    assert "自分が書いた手続は承認できません" in author.get(led).content.decode()
    page = second.get(f"{led}review/").content.decode()
    assert "自分が書いた手続は承認できません" not in page
    assert (
        "職員の言い方が「カードの番号を確認します。」から「番号を見せてください。」に変わりました。" in page
    )
    assert universe.specialist.name in page
    assert "今の版" in page
    second.post(f"{led}approve/")
    assert Draft.objects.get().state == "published"
    assert [entry.action for entry in Entry.objects.filter(action__startswith="draft.").order_by("pk")] == [
        "draft.begun", "draft.changed", "draft.changed", "draft.proposed", "draft.published",
    ]  # fmt: skip


def test_a_question_is_added_moved_and_taken_out_on_the_pages(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = author.post("/authoring/begin/", {"procedure": SEAL}).headers["Location"]
    given = {
        "within": "sections.3",
        "id": "leaflet",
        "kind": "choice",
        "label.ja": "案内",
        "ask.ja": "案内をお渡ししましたか。",
        "options.shared": "yes_no",
        "required": "はい",
    }
    assert author.post(f"{led}parts/question/", given).status_code == 302
    reading = queries.read(Draft.objects.get().text)
    assert reading.form is not None
    question = reading.form.question("leaflet")
    assert question is not None
    assert question.required is True
    number = len(reading.data["sections"][3]["questions"]) - 1
    author.post(f"{led}move/", {"place": f"sections.3.questions.{number}", "by": "up"})
    assert (
        queries.read(Draft.objects.get().text).data["sections"][3]["questions"][number - 1]["id"] == "leaflet"
    )
    author.post(f"{led}remove/", {"place": f"sections.3.questions.{number - 1}"})
    assert "leaflet" not in Draft.objects.get().text
    author.post(f"{led}undo/")
    assert "leaflet" in Draft.objects.get().text


@pytest.mark.parametrize(
    "given",
    [
        {"within": "sections.0", "id": "x", "ask.ja": "", "ask.en": "x"},
        {"within": "sections.0", "id": "x", "ask.ja": ""},
    ],
)
def test_what_is_lacking_is_said_and_what_was_typed_stays(
    universe: Universe, sign_in: SignIn, given: dict[str, str]
) -> None:
    author = sign_in(universe.specialist)
    led = author.post("/authoring/begin/", {"procedure": SEAL}).headers["Location"]
    answer = author.post(f"{led}parts/question/", {**given, "label.ja": "残る言葉"})
    assert answer.status_code == 422
    assert "を入れてください。" in answer.content.decode()
    assert "残る言葉" in answer.content.decode()


@pytest.mark.parametrize(
    "place", ["", "sections.99", "tests.0", "../x", "sections.0.questions.0.questions.0.questions.0"]
)
def test_places_that_are_none_change_nothing(universe: Universe, sign_in: SignIn, place: str) -> None:
    author = sign_in(universe.specialist)
    led = author.post("/authoring/begin/", {"procedure": SEAL}).headers["Location"]
    before = Draft.objects.get().text
    author.post(f"{led}remove/", {"place": place})
    assert Draft.objects.get().text == before
    assert author.get(f"{led}parts/question/?place={place}").status_code == 404


@pytest.mark.parametrize("channel", ["counter", "tablet", "remote", "web", "kiosk"])
@pytest.mark.parametrize("language", ["ja", "ja-simple", "en", "xx"])
def test_it_is_seen_on_each_channel_in_each_language(
    universe: Universe, sign_in: SignIn, channel: str, language: str
) -> None:
    author = sign_in(universe.specialist)
    led = author.post("/authoring/begin/", {"procedure": SEAL}).headers["Location"]
    query = {
        "channel": channel,
        "language": language,
        "test": "本人がカードを持って2通",
        "where": "card_shown",
    }
    answer = author.get(f"{led}frame/", query)
    page = answer.content.decode()
    # At home it is one question a page, on the tablet a chapter a page, for officers the whole.
    expected = {
        "tablet": {"ja": "手続をする方", "ja-simple": "手続（てつづき）", "en": "Who is applying"},
        "web": {"ja": "どのカードを持って", "ja-simple": "どの カードを", "en": "Which card will"},
    }
    words = expected.get(
        "web" if channel == "kiosk" else channel,
        {"ja": "印鑑登録証", "ja-simple": "はんこの カード", "en": "Registration card"},
    )
    assert words.get(language, words["ja"]) in page
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    if language == "ja" and channel in {"counter", "remote"}:
        assert "ご本人を確認できる物" in page


def test_at_home_each_page_leads_to_the_next(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = author.post("/authoring/begin/", {"procedure": SEAL}).headers["Location"]
    seen: list[str] = []
    found: re.Match[str] | None = None
    while not seen or (found and len(seen) < 40):
        where = found[1] if found else ""
        seen.append(author.get(f"{led}frame/?channel=web&language=ja&test=-&where={where}").content.decode())
        found = re.search(r'is-main" href="[^"]*where=([^"]+)"', seen[-1])
    # Whoever proves who they are does so at a window.
    assert len(seen) > 5
    assert not any("ご本人を確認できる物" in page for page in seen)


def test_the_version_in_force_is_seen_beside_the_draft(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    draft = drafted(universe.specialist)
    before, after = (
        author.get(
            f"/authoring/drafts/{draft.pk}/frame/?channel=counter&which={which}&test=-"
        ).content.decode()
        for which in ("before", "after")
    )
    assert NEW["ja"] not in before
    assert NEW["ja"] in after
    assert "変わるところ" not in before
    assert after.count("変わるところ") == 1


def test_the_review_opens_where_something_changed(universe: Universe, sign_in: SignIn) -> None:
    draft = proposed(universe.specialist)
    second = sign_in(universe.supervisor)
    assert "#q-seal-number" in second.get(f"/authoring/drafts/{draft.pk}/review/").content.decode()
    at_home = second.get(f"/authoring/drafts/{draft.pk}/review/?channel=web").content.decode()
    assert "where=seal.number" in at_home


def test_on_paper_it_is_a_pdf(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = author.post("/authoring/begin/", {"procedure": SEAL}).headers["Location"]
    answer = author.get(f"{led}frame/", {"channel": "paper", "as": "pdf"})
    assert answer.headers["Content-Type"] == "application/pdf"
    page = author.get(f"{led}frame/", {"channel": "paper"}).content.decode()
    pictures = re.findall(r"data:image/png;base64,([^\"]+)", page)
    assert pictures
    assert b64decode(pictures[0]).startswith(b"\x89PNG")
    assert author.get(f"{led}frame/", {"channel": "nothing"}).status_code == 404


def test_each_problem_leads_to_the_part_where_it_is_put_right(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    draft = actions.begin(procedure=SEAL, by=universe.specialist, at=now())
    text = editing.put(draft.text, ("sections", 1, "questions", 0, "when"), "nobody == 1")
    text = editing.put(text, ("checks", 0, "assert"), "nobody")
    text = editing.put(text, ("fee",), "copies")
    actions.save(draft=draft, text=text, revision=0, by=universe.specialist, at=now())
    page = author.get(f"/authoring/drafts/{draft.pk}/").content.decode()
    for place, words in [
        ("question/?place=sections.1.questions.0", "質問「提示された物」を直す"),
        ("check/?place=checks.0", "答えの確かめ「印鑑登録証の提示がなければ"),
        ("whole/?place=", "手続そのものを直す"),
    ]:
        assert f'{place}">{words}' in page
        assert author.get(f"/authoring/drafts/{draft.pk}/parts/{place}").status_code == 200


def test_what_came_out_of_a_test_is_taken_over_where_it_was_meant(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    draft = actions.begin(procedure=SEAL, by=universe.specialist, at=now())
    text = editing.put(draft.text, ("fee",), "certificate.copies * 400")
    actions.save(draft=draft, text=text, revision=0, by=universe.specialist, at=now())
    page = author.get(f"/authoring/drafts/{draft.pk}/").content.decode()
    assert "手数料が「600円」のはずが「800円」になりました。" in page
    author.post(f"/authoring/drafts/{draft.pk}/accept-results/", {"test": "0", "revision": "1"})
    reading = queries.read(Draft.objects.get().text)
    assert reading.failures == ()
    assert (
        "試験「本人がカードを持って2通」の手数料が「600円」から「800円」に変わりました。" in reading.changes
    )
    again = author.post(f"/authoring/drafts/{draft.pk}/accept-results/", {"test": "0"})
    assert "もう合っています" in " ".join(map(str, get_messages(again.wsgi_request)))
    assert author.post(f"/authoring/drafts/{draft.pk}/accept-results/", {"test": "x"}).status_code == 404


def test_the_list_tells_what_waits_and_what_comes_when(
    universe: Universe, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    later = timezone.localdate() + timedelta(days=30)
    draft = proposed(universe.specialist, later)
    second = sign_in(universe.supervisor)
    page = second.get("/authoring/").content.decode()
    assert "承認を待っている申し出　1件" in page
    assert "確かめて承認する" in page
    assert "確かめて承認する" not in sign_in(universe.specialist).get("/authoring/").content.decode()
    actions.approve(draft=draft, by=universe.supervisor, at=now())
    forget()
    # Each procedure has one row, and no query of its own.
    with django_assert_max_num_queries(12):
        page = second.get("/authoring/").content.decode()
    assert "これから使われる版　1件" in page
    assert f"/authoring/drafts/{draft.pk}/" in page
    assert "承認を待っている申し出　0件" in page


def test_whoever_comes_second_is_told_what_changed_meanwhile(universe: Universe, sign_in: SignIn) -> None:
    slow = actions.begin(procedure=SEAL, by=universe.specialist, at=now())
    text = editing.put(slow.text, ("notes", 0, "ja"), "ゆっくり伺ってください。")
    slow = actions.save(draft=slow, text=text, revision=0, by=universe.specialist, at=now())
    assert actions.begin(procedure=SEAL, by=universe.supervisor, at=now()) == slow
    quick = actions.begin(procedure=SEAL, by=universe.supervisor, at=now(), beside=True)
    assert quick != slow
    assert actions.begin(procedure=SEAL, by=universe.supervisor, at=now(), beside=True) == quick
    text = editing.put(quick.text, ("sections", 1, "questions", 1, "label"), NEW)
    quick = actions.save(draft=quick, text=text, revision=0, by=universe.supervisor, at=now())
    quick = actions.propose(
        draft=quick, effective_date=timezone.localdate(), by=universe.supervisor, at=now()
    )
    actions.approve(draft=quick, by=universe.specialist, at=now())
    forget()
    author = sign_in(universe.specialist)
    page = author.get(f"/authoring/drafts/{slow.pk}/").content.decode()
    assert "書いているあいだに、第2版が公開されました" in page
    assert "「登録の番号」に変わりました。" in page
    with pytest.raises(actions.NotReady, match="第2版が公開されました"):
        actions.propose(draft=slow, effective_date=timezone.localdate(), by=universe.specialist, at=now())
    author.post(f"/authoring/drafts/{slow.pk}/catch-up/", {"revision": str(slow.revision)})
    slow = actions.propose(draft=slow, effective_date=timezone.localdate(), by=universe.specialist, at=now())
    reading = queries.read(slow.text)
    assert reading.data["version"]["number"] == 3
    # What the other brought would go again: whoever approves reads it.
    assert any("登録の番号" in change for change in reading.changes)


def test_a_draft_that_cannot_be_read_is_shown_with_what_is_wrong(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    draft = actions.begin(procedure=SEAL, by=universe.specialist, at=now())
    text = editing.put(draft.text, ("sections", 0, "questions", 0, "when"), "nobody == 1")
    actions.save(draft=draft, text=text, revision=0, by=universe.specialist, at=now())
    page = author.get(f"/authoring/drafts/{draft.pk}/").content.decode()
    assert "直すところ　1件" in page
    assert "手続をする方" in page
    assert author.get(f"/authoring/drafts/{draft.pk}/preview/").status_code == 200


@pytest.mark.parametrize("who", ["officer", "auditor"])
def test_others_do_not_write_procedures(universe: Universe, sign_in: SignIn, who: str) -> None:
    client = sign_in(getattr(universe, who))
    assert client.get("/authoring/").status_code == 403
    assert client.post("/authoring/begin/", {"procedure": SEAL}).status_code == 403
