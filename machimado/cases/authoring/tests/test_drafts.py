"""From a draft to a version in force: two officers, one file, and nothing that has begun is changed."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from machimado.cases.applications.tests import claim
from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft, Hand
from machimado.cases.authoring.rules import editing, packing
from machimado.cases.authoring.tests.drafting import SEAL, SignIn, drafted, forget, now, proposed
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.load import load
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer
from tests.universe import Universe

pytestmark = pytest.mark.django_db


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
    led = client.post("/authoring/import/", {"packed": seen.context["packed"]}).headers["Location"]
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
