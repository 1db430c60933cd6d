"""From a draft to a version in force: two officers, one file, and nothing that has begun is changed."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from machimado.cases.applications.tests import claim
from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft, Hand
from machimado.cases.authoring.rules import editing, packing
from machimado.cases.procedures import catalogue
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.load import load
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer
from tests.universe import Universe

pytestmark = pytest.mark.django_db

SEAL = "seal-certificate"
SignIn = Callable[[Officer], Client]
NEW = {"ja": "登録の番号"}


@pytest.fixture(autouse=True)
def published(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Return where this test's published versions stand."""
    settings.PUBLISHED_FOLDER = tmp_path / "published"
    forget()
    yield settings.PUBLISHED_FOLDER
    forget()


def forget() -> None:
    procedures._in_this_second.cache_clear()
    catalogue._read.cache_clear()


def now() -> datetime:
    return timezone.now()


def drafted(by: Officer) -> Draft:
    """Begin a draft and change the label of a question."""
    draft = actions.begin(procedure=SEAL, by=by, at=now())
    text = editing.put(draft.text, ("sections", 1, "questions", 1, "label"), NEW)
    return actions.save(draft=draft, text=text, revision=0, by=by, at=now())


def proposed(by: Officer, day: date | None = None) -> Draft:
    return actions.propose(draft=drafted(by), effective_date=day or timezone.localdate(), by=by, at=now())


def test_a_second_officer_lets_it_become_a_file_that_takes_effect(
    universe: Universe, published: Path
) -> None:
    draft = actions.approve(draft=proposed(universe.specialist), by=universe.supervisor, at=now())
    file = published / "procedures" / f"{SEAL}.v2.yaml"
    assert draft.state == "published"
    assert file.read_text("utf-8") == draft.text
    assert load(file.read_bytes(), file.name).version == 2
    forget()
    current = procedures.current(SEAL, on=timezone.localdate())
    assert current.version == 2
    question = current.question("seal.number")
    assert question is not None
    assert question.label["ja"] == "登録の番号"


def test_before_its_day_the_old_version_is_in_force(universe: Universe) -> None:
    later = timezone.localdate() + timedelta(days=30)
    actions.approve(draft=proposed(universe.specialist, later), by=universe.supervisor, at=now())
    forget()
    assert procedures.current(SEAL, on=timezone.localdate()).version == 1
    assert procedures.current(SEAL, on=later).version == 2


def test_what_has_begun_stays_with_its_version(universe: Universe) -> None:
    from machimado.cases.applications import actions as cases

    case = claim.begun(universe.officer).case
    application = cases.begin(case=case, procedure=SEAL, by=universe.officer, at=now())
    actions.approve(draft=proposed(universe.specialist), by=universe.supervisor, at=now())
    forget()
    assert cases.form_of(application).version == 1
    newer = cases.newer_form(application, on=timezone.localdate())
    assert newer is not None
    assert newer.version == 2


def test_nobody_lets_through_what_they_wrote(universe: Universe, published: Path) -> None:
    draft = proposed(universe.specialist)
    with pytest.raises(Exception, match="自分が書いた手続は承認できません"):
        actions.approve(draft=draft, by=universe.specialist, at=now())
    assert not published.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(approver=universe.specialist)


def test_nor_what_they_changed_in_another_s_draft(universe: Universe) -> None:
    draft = drafted(universe.specialist)
    text = editing.put(draft.text, ("notes", 0, "ja"), "ゆっくり伺ってください。")
    actions.save(draft=draft, text=text, revision=draft.revision, by=universe.supervisor, at=now())
    actions.propose(draft=draft, effective_date=timezone.localdate(), by=universe.specialist, at=now())
    with pytest.raises(Exception, match="自分が書いた"):
        actions.approve(draft=draft, by=universe.supervisor, at=now())


def test_five_clicks_publish_one_file(universe: Universe, published: Path) -> None:
    draft = proposed(universe.specialist)
    actions.approve(draft=draft, by=universe.supervisor, at=now())
    for _ in range(4):
        with pytest.raises(Exception, match="もう公開されています"):
            actions.approve(draft=draft, by=universe.supervisor, at=now())
    assert [file.name for file in (published / "procedures").iterdir()] == [f"{SEAL}.v2.yaml"]


def test_a_file_that_cannot_be_written_publishes_nothing(universe: Universe, published: Path) -> None:
    published.write_text("no folder")
    draft = proposed(universe.specialist)
    with pytest.raises(actions.NotReady, match="情報政策課"):
        actions.approve(draft=draft, by=universe.supervisor, at=now())
    draft.refresh_from_db()
    assert draft.state == "proposed"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text, "何も変わっていません"),
        (lambda text: editing.put(text, ("fee",), "copies * 300"), "読めないところ"),
        (lambda text: editing.put(text, ("fee",), 500), "試験に合わない"),
        (lambda text: editing.put(text, ("id",), "another-one"), "記号（id）"),
    ],
)
def test_what_is_not_sound_is_not_proposed(
    universe: Universe, change: Callable[[str], str], said: str
) -> None:
    draft = actions.begin(procedure=SEAL, by=universe.specialist, at=now())
    draft = actions.save(draft=draft, text=change(draft.text), revision=0, by=universe.specialist, at=now())
    with pytest.raises(actions.NotReady, match=re.escape(said)):
        actions.propose(draft=draft, effective_date=timezone.localdate(), by=universe.specialist, at=now())


def test_a_day_that_has_passed_is_refused(universe: Universe) -> None:
    with pytest.raises(actions.NotReady, match="今日からあと"):
        proposed(universe.specialist, timezone.localdate() - timedelta(days=1))


def test_two_officers_do_not_overwrite_each_other(universe: Universe) -> None:
    draft = drafted(universe.specialist)
    text = editing.put(draft.text, ("fee",), 400)
    actions.save(draft=draft, text=text, revision=draft.revision, by=universe.supervisor, at=now())
    with pytest.raises(actions.Conflict):
        actions.save(draft=draft, text=draft.text, revision=draft.revision, by=universe.specialist, at=now())


def test_of_each_procedure_one_draft_is_open(universe: Universe) -> None:
    first = actions.begin(procedure=SEAL, by=universe.specialist, at=now())
    assert actions.begin(procedure=SEAL, by=universe.supervisor, at=now()) == first
    actions.withdraw(draft=first, by=universe.specialist, at=now())
    actions.withdraw(draft=first, by=universe.specialist, at=now())
    assert actions.begin(procedure=SEAL, by=universe.supervisor, at=now()) != first


def undone(draft: Draft, by: Officer) -> Draft:
    return actions.undo(draft=draft, revision=None, by=by, at=now())


def redone(draft: Draft, by: Officer) -> Draft:
    return actions.redo(draft=draft, revision=None, by=by, at=now())


def test_a_change_is_taken_back_and_done_again_and_nothing_is_forgotten(universe: Universe) -> None:
    by = universe.specialist
    draft = drafted(by)
    first, second = (each.text for each in draft.texts.order_by("revision"))
    assert undone(draft, by).text == first
    with pytest.raises(actions.NotReady, match="これより前には戻せません"):
        undone(draft, by)
    assert redone(draft, by).text == second
    with pytest.raises(actions.NotReady, match="やり直せる変更はもうありません"):
        redone(draft, by)
    assert [each.text for each in draft.texts.order_by("revision")] == [first, second, first, second]
    said = Entry.objects.filter(action__startswith="draft.").order_by("pk").values_list("action", flat=True)
    assert list(said) == ["draft.begun", "draft.changed", "draft.undone", "draft.redone"]


def test_after_another_change_there_is_nothing_to_do_again(universe: Universe) -> None:
    by = universe.specialist
    draft = undone(drafted(by), by)
    actions.save(
        draft=draft, text=editing.put(draft.text, ("fee",), 400), revision=draft.revision, by=by, at=now()
    )
    with pytest.raises(actions.NotReady):
        redone(draft, by)


def test_a_page_that_is_out_of_date_takes_nothing_back(universe: Universe) -> None:
    draft = drafted(universe.specialist)
    with pytest.raises(actions.Conflict):
        actions.undo(draft=draft, revision=0, by=universe.specialist, at=now())


def test_whoever_took_a_change_back_wrote_as_well(universe: Universe) -> None:
    draft = drafted(universe.specialist)
    undone(draft, universe.supervisor)
    redone(draft, universe.specialist)
    actions.propose(draft=draft, effective_date=timezone.localdate(), by=universe.specialist, at=now())
    with pytest.raises(Exception, match="あなたが書いたところがあります"):
        actions.approve(draft=draft, by=universe.supervisor, at=now())


def test_writing_and_approving_exclude_each_other_in_the_store(universe: Universe) -> None:
    draft = drafted(universe.specialist)
    actions.save(draft=draft, text=draft.text + "# a\n", revision=None, by=universe.supervisor, at=now())
    for writer in (universe.specialist, universe.supervisor):
        with pytest.raises(IntegrityError), transaction.atomic():
            Hand.objects.create(draft=draft, officer=writer, role="approved")
    Hand.objects.create(draft=draft, officer=universe.administrator, role="approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        Hand.objects.create(draft=draft, officer=universe.colleague, role="approved")


def test_a_file_from_elsewhere_becomes_a_draft_with_its_difference(
    universe: Universe, sign_in: SignIn
) -> None:
    text = editing.put(procedures.text_of(procedures.versions(SEAL)[-1]), ("fee",), 350)
    client = sign_in(universe.specialist)
    upload = SimpleUploadedFile("seal.yaml", text.encode())
    seen = client.post("/authoring/import/", {"file": upload})
    assert "『350円』に変わりました。" in seen.content.decode()
    assert not Draft.objects.exists()
    # As a browser sends it: lines end as the web has them.
    web = seen.context["text"].replace("\n", "\r\n")
    led = client.post("/authoring/import/", {"text": web}).headers["Location"]
    page = client.get(led).content.decode()
    assert "\r" not in Draft.objects.get().text
    assert "手数料が『「通数」 × 300円』から『350円』に変わりました。" in page
    assert queries.read(Draft.objects.get().text).data["version"]["number"] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "このファイルは読めません"),
        (b"\xff\xfe\x00", "文字として読めません"),
        (b"id: x\n", "このファイルは読めません"),
        (b"a: &x [*x, *x]\n", "このファイルは読めません"),
        (b"x" * 600_000, "このファイルは読めません"),
    ],
)
def test_what_is_no_procedure_is_refused_with_a_sentence(
    universe: Universe, sign_in: SignIn, content: bytes, said: str
) -> None:
    answer = sign_in(universe.specialist).post(
        "/authoring/import/", {"file": SimpleUploadedFile("x.yaml", content)}
    )
    assert said in " ".join(map(str, get_messages(answer.wsgi_request)))
    assert not Draft.objects.exists()


def test_a_version_is_handed_out_as_one_file(universe: Universe, sign_in: SignIn) -> None:
    answer = sign_in(universe.specialist).get(f"/authoring/procedures/{SEAL}/1.zip")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{SEAL}.v1.zip"'
    text = packing.unpack(answer.content).text
    assert text == procedures.text_of(procedures.versions(SEAL)[0])
    assert load(text.encode(), "x.yaml").id == SEAL
    assert sign_in(universe.specialist).get(f"/authoring/procedures/{SEAL}/9.zip").status_code == 404


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
    given = {
        "place": "procedures.0",
        "why.ja": "初めてのお子さんです。",
        "source": "窓口案内",
        "when": 'birth_allowance == "first"',
    }
    assert author.post(f"{led}parts/called/", given).status_code == 302
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


def test_a_version_is_kept_from_taking_effect_before_its_day(universe: Universe, published: Path) -> None:
    later = timezone.localdate() + timedelta(days=30)
    draft = actions.approve(draft=proposed(universe.specialist, later), by=universe.supervisor, at=now())
    with pytest.raises(actions.NotReady, match="理由を書いてください"):
        actions.recall(draft=draft, note=" ", by=universe.specialist, at=now())
    actions.recall(draft=draft, note="条例の改正が見送られたため", by=universe.specialist, at=now())
    forget()
    assert procedures.current(SEAL, on=later).version == 1
    assert (published / "recalled" / f"{SEAL}.v2.yaml").is_file()
    with pytest.raises(Exception, match="取りやめています"):
        actions.recall(draft=draft, note="もう一度", by=universe.specialist, at=now())
    # Its number stays taken: nothing else was ever second.
    again = actions.begin(procedure=SEAL, by=universe.specialist, at=now())
    assert queries.read(again.text).data["version"]["number"] == 3


def test_what_is_in_force_is_not_kept_from_it(universe: Universe) -> None:
    draft = actions.approve(draft=proposed(universe.specialist), by=universe.supervisor, at=now())
    with pytest.raises(Exception, match="施行日が来ている"):
        actions.recall(draft=draft, note="やめる", by=universe.specialist, at=now())


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


@pytest.mark.django_db(transaction=True)
def test_two_officers_begin_at_the_same_moment(universe: Universe) -> None:
    def begin(by: Officer) -> Any:
        try:
            return actions.begin(procedure=SEAL, by=by, at=now()).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        found = set(pool.map(begin, [universe.specialist, universe.supervisor]))
    assert len(found) == 1
    assert Draft.objects.count() == 1
