"""Lists in which the same people stand, and questions that ask one name, for officers who see no file."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.rules import editing
from machimado.cases.authoring.tests.drafting import SignIn, forget, now
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.saying import Words, say_rule, with_person
from tests.conformance.browser import Form, forms
from tests.universe import Universe

pytestmark = pytest.mark.django_db

CHILD = "!has(item.birth_date) || not_after(today, fiscal_year_end_of_age(item.birth_date, 18))"
TWINS = "national-health-childbirth.childbirth_others"


def begun(client: Client, event: str) -> str:
    return str(client.post("/authoring/begin/", {"procedure": event}).headers["Location"])


def reading() -> queries.Reading:
    return queries.read(Draft.objects.get().text)


def bundle() -> Bundle:
    shown = reading().shown
    assert isinstance(shown, Bundle)
    return shown


def written(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = reading().data[kind]
    return found


def form_at(client: Client, led: str, kind: str, query: str) -> Form:
    (form,) = [one for one in forms(client.get(f"{led}parts/{kind}/?{query}")) if "revision" in one.sent()]
    return form


def refused(client: Client, led: str) -> str:
    return client.get(led).content.decode().split("直すところ")[1].split("</section>")[0]


def without(universe: Universe, event: str, kind: str, number: int) -> None:
    """Take one entry out of a new draft's file."""
    draft = Draft.objects.get(procedure=event)
    text = editing.put(draft.text, (kind, number), None)
    actions.save(draft=draft, text=text, revision=None, by=universe.specialist, at=now())


# --- lists in which the same people stand --------------------------------------------------------------------------


def test_a_list_that_chooses_from_another_is_added_by_name_and_offers_its_people(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "birth")
    without(universe, "birth", "people", 2)  # older_children
    assert "older_children" not in {tie.group for tie in bundle().ties}
    page = author.get(f"{led}parts/people/?within=new").content.decode()
    assert '<option value="older_children">児童の兄姉等（大学生年代）</option>' in page
    assert "「世帯の方」の一覧の方</label>" in page
    assert "「お子さんを育てる方の氏名」で伺った方</label>" in page
    assert "大学生年代の方" in page
    chosen = next(
        one.rule
        for about in queries.conditions_at(reading(), {})
        for one in about.conditions
        if one.sentence.startswith("大学生年代")
    )
    given = {"within": "new", "list": "older_children", "from.0": "household.members", "who.chosen": chosen}
    assert author.post(f"{led}parts/people/", given).status_code == 302
    added = written("people")[-1]
    assert added == {"list": "older_children", "from": ["household.members"], "who": chosen}
    assert not reading().problems
    (tie,) = [one for one in bundle().ties if one.group == "older_children"]
    assert [one.place for one in tie.sources] == ["household.members"]
    did = Draft.objects.get().texts.latest("revision").what
    assert did == "同じ人が並ぶ一覧「児童の兄姉等（大学生年代）」を足す"
    # What it no longer says, and that it stands further down.
    assert any("一覧「児童の兄姉等（大学生年代）」の選べば決まる答え" in one for one in reading().changes)
    author.post(f"{led}undo/")
    assert "older_children" not in {tie.group for tie in bundle().ties}


def test_who_can_be_chosen_is_seen_in_the_preview(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "birth")
    draft = Draft.objects.get()
    test = next(one for one in written("tests") if "childcare-application" in one["procedures"])
    child = {"name": {"text": "見本　ハナ", "kana": "みほん　はな"}}
    place = ("tests", written("tests").index(test), "answers", "newborn")
    text = editing.put(draft.text, place, {**test["answers"].get("newborn", {}), **child})
    actions.save(draft=draft, text=text, revision=None, by=universe.specialist, at=now())

    def offered() -> str:
        seen = author.get(f"{led}frame/", {"channel": "counter", "test": test["name"]}).content.decode()
        return seen.split("<strong>お生まれになったお子さん</strong>")[1].split("<section")[0]

    assert "名前の出た方から選べます" in offered()
    assert "見本　ハナ" in offered()
    number = next(n for n, one in enumerate(written("people")) if one["list"] == "children")
    author.post(f"{led}remove/", {"place": f"people.{number}"})
    assert "名前の出た方から選べます" not in offered()


def test_what_follows_of_whoever_was_chosen_is_chosen_as_a_sentence(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "job-change")
    number = next(n for n, one in enumerate(written("people")) if one["list"] == "children")
    page = author.get(f"{led}parts/people/?place=people.{number}").content.decode()
    assert "は「同居」" in page
    form = form_at(author, led, "people", f"place=people.{number}")
    sent = {**form.sent(), "follows.0.drop": "yes", "follows.add.0": 'custody|"yes"'}
    author.post(f"{led}parts/people/", sent)
    assert written("people")[number]["follows"] == {"custody": '"yes"'}
    assert not reading().problems
    assert any("選べば決まる答え" in one for one in reading().changes)
    author.post(f"{led}undo/")
    assert written("people")[number]["follows"] == {"living": '"together"'}


def test_a_list_without_whom_to_choose_is_not_written(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "birth")
    before = Draft.objects.get().text
    for given, said in (
        ({"list": "supporters"}, "を入れてください。"),
        ({"from.0": "household.members"}, "を入れてください。"),
        ({"list": "supporters", "from.0": "supporters"}, "選ぶもとの一覧が同じです"),
    ):
        answer = author.post(f"{led}parts/people/", {"within": "new", **given})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert Draft.objects.get().text == before


def test_a_list_is_offered_once_and_nobody_who_is_named_later(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "birth")
    value = queries.choices(reading(), "people", {})
    assert not {code for code, _ in value.shared} & {one["list"] for one in written("people")}
    offered = queries.choices(reading(), "people", written("people")[1]).several or {}
    codes = {code for _, pairs in offered["from"] for code, _ in pairs}
    assert {"household.members", "newborn", "resident"} <= codes
    assert not codes & {"children", "older_children", "supporters"}
    assert author.get(f"{led}parts/people/?place=people.1").status_code == 200


def test_an_order_that_cannot_be_is_told_in_words_at_its_part(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "birth")
    author.post(f"{led}move/", {"place": "people.1", "by": "up"})
    told = refused(author, led)
    assert "「世帯の方」を「お生まれになったお子さん」より先に置いてください" in told
    assert "parts/people/?place=people.0" in told
    assert "household.members" not in told
    author.post(f"{led}move/", {"place": "people.1", "by": "up"})
    assert not reading().problems


def test_a_list_whose_procedure_left_the_route_is_told_by_its_name_and_not_lost_by_looking(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "birth")
    number = next(
        n for n, one in enumerate(written("procedures")) if one["procedure"] == "national-health-childbirth"
    )
    author.post(f"{led}remove/", {"place": f"procedures.{number}"})
    author.post(f"{led}prune-tests/")
    told = refused(author, led)
    assert "一覧「多胎のときのほかの子（" in told
    place = next(n for n, one in enumerate(written("people")) if one["list"] == TWINS)
    assert f"parts/people/?place=people.{place}" in told
    before = Draft.objects.get().text
    author.post(f"{led}parts/people/", form_at(author, led, "people", f"place=people.{place}").sent())
    assert Draft.objects.get().text == before
    author.post(f"{led}remove/", {"place": f"people.{place}"})
    assert not [one for one in reading().problems if one.loc[0] == "people"]


def test_a_condition_that_speaks_of_what_nobody_has_leads_to_its_part(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "birth")
    form = form_at(author, led, "people", "place=people.0")
    form.write("who", "item.nam.text != resident.name.text")
    author.post(f"{led}parts/people/", form.sent())
    assert "parts/people/?place=people.0" in refused(author, led)


# --- questions that ask one name -----------------------------------------------------------------------------------


def test_a_question_that_asks_one_name_is_added_and_offers_whoever_was_named(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "birth")
    number = next(n for n, one in enumerate(written("chosen")) if "agent.name" in one["names"])
    author.post(f"{led}remove/", {"place": f"chosen.{number}"})
    assert "agent.name" not in {role.question for role in bundle().roles}
    page = author.get(f"{led}parts/chosen/?within=new").content.decode()
    assert 'value="agent.name"> 手続をする方の氏名</label>' in page
    assert 'value="resident.name"> お子さんを育てる方の氏名</label>' not in page.split("names.")[1]
    but = "!has(newborn.name) || item.name.text != newborn.name.text"
    given = {
        "within": "new",
        "names.0": "agent.name",
        "from.0": "spouse",
        "from.1": "household.members",
        "from.2": "head.name",
        "who.chosen": but,
    }
    assert author.post(f"{led}parts/chosen/", given).status_code == 302
    assert written("chosen")[-1] == {
        "names": ["agent.name"],
        "from": ["spouse", "household.members", "head.name"],
        "who": but,
    }
    assert not reading().problems
    (role,) = [one for one in bundle().roles if one.question == "agent.name"]
    assert [one.place for one in role.sources] == ["spouse", "household.members", "head.name"]
    page = author.get(led).content.decode()
    assert (
        "選べる方　「配偶者の氏名」で伺った方、「世帯の方」の一覧の方、「世帯主の氏名」に入った名前" in page
    )
    assert "条件　「生まれた子の氏名」の方を除いた方" in page
    assert (
        Draft.objects.get().texts.latest("revision").what
        == "名前の出た方から選ぶ質問「手続をする方の氏名」を足す"
    )
    told = [one for one in reading().changes if "名前の出た方から選ぶ質問「手続をする方の氏名」" in one]
    assert told
    assert not any("household.members" in one or "item." in one for one in told)
    form = form_at(author, led, "chosen", f"place=chosen.{len(written('chosen')) - 1}")
    form.write("who.chosen", "いいえ")
    author.post(f"{led}parts/chosen/", form.sent())
    assert "who" not in written("chosen")[-1]


def test_a_name_that_two_entries_ask_is_told_in_words(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "birth")
    author.post(
        f"{led}parts/chosen/", {"within": "new", "names.0": "head.name", "from.0": "household.members"}
    )
    told = refused(author, led)
    assert "質問「世帯主の氏名」は、名前の出た方から選ぶ質問（chosen）に二度あります" in told
    assert f"parts/chosen/?place=chosen.{len(written('chosen')) - 1}" in told


# --- both --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event", [versions[-1].event.id for versions in procedures.every_event()]
)  # all life events of the sample city
def test_each_part_looked_at_and_written_back_changes_nothing(
    event: str, universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, event)
    before = Draft.objects.get().text
    for kind in ("people", "chosen"):
        for number in range(len(written(kind))):
            sent = form_at(author, led, kind, f"place={kind}.{number}").sent()
            assert author.post(f"{led}parts/{kind}/", sent).status_code == 302
    assert Draft.objects.get().text == before


@pytest.mark.parametrize("event", [versions[-1].event.id for versions in procedures.every_event()])
def test_every_list_and_name_of_the_sample_city_has_words(event: str, universe: Universe) -> None:
    actions.begin(procedure=event, by=universe.specialist, at=now())
    found = queries.contents(reading())
    for entry in (*found["people"], *found["chosen"]):
        told = f"{entry.title}{entry.note}"
        assert entry.title
        assert "選べる方　" in entry.note
        for code in ("item.", "_", "==", "!has", "members", ".name"):
            assert code not in told, told


def test_conditions_of_people_are_sentences() -> None:
    born = next(
        one for one in procedures.event_versions("birth")[-1].form.questions if one.id == "newborn.birth_date"
    )
    words = with_person(Words({}, {}), {"birth_date": born})
    assert say_rule(CHILD, words) == (
        "「選ぶ方の生年月日」に答えがない、または、"
        "今日が「選ぶ方の生年月日」で見て18歳に達する年度の末日以前のとき"
    )


def test_conditions_that_the_form_offers_are_read_as_it_offers_them(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "birth")
    form = form_at(author, led, "people", "place=people.1")
    form.write("who.chosen", CHILD)
    form.write("who.second", "!has(spouse.name) || item.name.text != spouse.name.text")
    author.post(f"{led}parts/people/", form.sent())
    assert not reading().problems
    page = author.get(f"{led}parts/people/?place=people.1").content.decode()
    both = (
        "18歳に達する年度の末日までの方（生年月日をまだ伺っていない方も）で、「配偶者の氏名」の方を除いた方"
    )
    assert f"<strong>{both}</strong>" in page
    assert "同じ人が並ぶ一覧「お生まれになったお子さん」" in page


def test_changes_of_lists_are_told_in_words(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "marriage")
    author.post(f"{led}remove/", {"place": "people.1"})
    form = form_at(author, led, "people", "place=people.0")
    form.write("who.chosen", "!has(spouse.name) || item.name.text != spouse.name.text")
    author.post(f"{led}parts/people/", form.sent())
    told = [one for one in reading().changes if one.startswith("同じ人が並ぶ一覧")]
    assert "同じ人が並ぶ一覧「変更後の世帯の方（全員）（世帯変更届）」がなくなりました。" in told
    assert any("「引っ越した方（全員）（転居届）」の選べる方の条件が" in one for one in told)
    assert not any("household" in one or "item." in one for one in told)


def test_what_was_published_meanwhile_is_told_in_words_too(universe: Universe, sign_in: SignIn) -> None:
    slow = actions.begin(procedure="marriage", by=universe.specialist, at=now())
    quick = actions.begin(procedure="marriage", by=universe.supervisor, at=now(), beside=True)
    text = editing.put(quick.text, ("people", 1), None)
    quick = actions.save(draft=quick, text=text, revision=0, by=universe.supervisor, at=now())
    quick = actions.propose(
        draft=quick, effective_date=timezone.localdate(), by=universe.supervisor, at=now()
    )
    actions.approve(draft=quick, by=universe.specialist, at=now())
    forget()
    newer = queries.meanwhile("marriage", slow.based_on, queries.read(slow.text))
    assert newer is not None
    assert newer.changes == ("同じ人が並ぶ一覧「変更後の世帯の方（全員）（世帯変更届）」がなくなりました。",)
