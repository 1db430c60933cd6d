"""A draft's own tests on the screen: seen in words, added by answering, changed, taken out; nothing is expected unseen."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from machimado.cases.authoring import queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.tests.drafting import SEAL, SignIn
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.cases import beyond, merged
from tests.conformance.browser import Form, form_to
from tests.universe import Universe

pytestmark = pytest.mark.django_db

leaves = st.one_of(st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=2))
documents = st.recursive(
    st.dictionaries(st.sampled_from("abc"), leaves, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), st.one_of(leaves, inner), max_size=3),
    max_leaves=8,
)


@given(documents, documents)
def test_what_lies_beyond_makes_the_whole_again(base: dict[str, Any], whole: dict[str, Any]) -> None:
    assert merged(base, beyond(base, whole)) == whole
    assert beyond(whole, whole) == {}


def file_of(procedure: str) -> str:
    return procedures.text_of(procedures.versions(procedure)[-1])


def begun(client: Client, procedure: str = SEAL) -> str:
    return str(client.post("/authoring/begin/", {"procedure": procedure}).headers["Location"])


def reading() -> queries.Reading:
    return queries.read(Draft.objects.get().text)


def written() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = reading().data["tests"]
    return found


def trying(client: Client, led: str, query: str = "") -> Form:
    return form_to(client.get(f"{led}try/{query}"), "/try/")


def test_an_officer_answers_sees_what_comes_of_it_and_makes_it_a_test(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led, before = begun(author), len(written())
    page = author.get(f"{led}try/")
    form = form_to(page, "/try/")
    form.check("applicant.role", "self")
    form.check("card_shown", "registration_card")
    page = form.press(author)
    said = page.content.decode()
    assert "こうなります" in said
    assert len(written()) == before  # looking writes nothing
    form = form_to(page, "/try/")
    form.write("certificate.copies", "3通")
    page = form.press(author)
    assert "900円" in page.content.decode()
    form = form_to(page, "/try/")
    form.write("name", "本人が3通")
    page = form.press(author, "keep", "yes")
    added = written()[-1]
    assert added["name"] == "本人が3通"
    assert added["answers"]["certificate"] == {"copies": 3}
    assert added["fee"] == 900
    assert "extends" not in added
    assert not reading().failures
    assert "試験「本人が3通」を書き込みました" in page.content.decode()
    assert "本人が3通" in page.content.decode()
    assert list(Draft.objects.get().texts.values_list("what", flat=True))[-1] == "試験「本人が3通」を足す"


def test_a_document_is_called_by_its_own_name_even_where_a_check_has_the_same_id(universe: Universe) -> None:
    found = queries.read(file_of(SEAL))
    assert found.form is not None
    documents = {one.id: one.title["ja"] for one in found.form.procedure.documents}
    checks = {one.id: one.message["ja"] for one in found.form.procedure.checks}
    both = set(documents) & set(checks)
    assert both
    for name in both:
        assert queries.expected_words(found, "documents", [name])[1] == documents[name]
        assert queries.expected_words(found, "errors", [name])[1] == checks[name]


def test_one_is_built_on_another_and_holds_only_what_is_otherwise(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author)
    first = written()[0]["name"]
    form = trying(author, led, "?from=0")
    form.write("certificate.copies", "4")
    form.write("name", "4通のとき")
    form.press(author, "keep", "yes")
    added = written()[-1]
    assert added["extends"] == first
    assert added["answers"] == {"certificate": {"copies": 4}}
    assert not reading().failures


def test_a_test_is_changed_in_its_place_and_those_built_on_it_follow(
    universe: Universe, sign_in: SignIn
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author)
    cases = reading().cases
    number = next(n for n, one in enumerate(cases) if queries.users(reading(), one.name))
    built = queries.users(reading(), cases[number].name)
    form = trying(author, led, f"?test={number}")
    form.write("name", "新しい名前")
    form.press(author, "keep", "yes")
    after = reading()
    assert after.cases[number].name == "新しい名前"
    assert queries.users(after, "新しい名前") == built
    assert not after.problems
    assert not after.failures
    assert set(queries.expectations(after.cases[number])) == set(queries.expectations(cases[number]))


@pytest.mark.parametrize("procedure", [SEAL, "child-allowance-claim", "death"])
def test_writing_a_test_back_unchanged_leaves_what_it_says(
    universe: Universe, sign_in: SignIn, procedure: str
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, procedure)
    before = reading()
    for number in (0, before.tests - 1) if procedure == SEAL else (0,):
        trying(author, led, f"?test={number}").press(author, "keep", "yes")
    after = reading()
    assert [case.name for case in after.cases] == [case.name for case in before.cases]
    for number in range(before.tests):
        assert queries.answers_of(after, number) == queries.answers_of(before, number)
        assert queries.expectations(after.cases[number]) == queries.expectations(before.cases[number])
    assert not after.failures


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "試験の名前を入れてください"),
        ({"name": "本人がカードを持って2通"}, "もうあります"),
        ({"certificate.copies": "たくさん"}, "読めない答えがあります"),
    ],
)
def test_what_is_no_test_yet_is_told_and_nothing_typed_is_lost(
    universe: Universe, sign_in: SignIn, typed: dict[str, str], said: str
) -> None:
    author = sign_in(universe.specialist)
    led = begun(author)
    before = Draft.objects.get().text
    form = trying(author, led, "?from=0")
    form.write("name", "残る名前")
    for name, text in typed.items():
        form.write(name, text)
    answer = form.press(author, "keep", "yes")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert next(iter(typed.values())) in page
    assert Draft.objects.get().text == before


def test_a_test_that_others_are_built_on_is_not_taken_out(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author)
    cases = reading().cases
    number = next(n for n, one in enumerate(cases) if queries.users(reading(), one.name))
    answer = author.post(f"{led}remove-test/", {"test": str(number)})
    assert "先にそちらを外してください" in " ".join(map(str, get_messages(answer.wsgi_request)))
    assert reading().cases == cases
    free = next(n for n, one in enumerate(cases) if not queries.users(reading(), one.name))
    author.post(f"{led}remove-test/", {"test": str(free)})
    assert cases[free].name not in [one.name for one in reading().cases]


def test_rows_are_added_and_taken_out(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "child-allowance-claim")
    form = trying(author, led, "?from=0")
    before = len(queries.answers_of(reading(), 0)["children"])
    added = form.press(author, "row", "add:children")
    assert f"children.{before}.name.text" in added.content.decode()
    dropped = form_to(added, "/try/").press(author, "row", f"drop:children.{before}")
    assert f"children.{before}.name.text" not in dropped.content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"answers": "x:y:z"},
        {"answers": "", "row": "add:nothing"},
        {"answers": "", "row": "drop:children.9999"},
        {"answers": "", "today": "x", "channel": "nowhere"},
        {"answers": "", "path": "resident.name.0.x", "resident.name.0.x": "y"},
    ],
)
def test_hostile_answers_break_nothing(universe: Universe, sign_in: SignIn, sent: dict[str, str]) -> None:
    author = sign_in(universe.specialist)
    led = begun(author)
    before = Draft.objects.get().text
    assert author.post(f"{led}try/", sent).status_code in {200, 302}
    assert author.get(f"{led}try/?test=999").status_code == 404
    assert author.post(f"{led}remove-test/", {"test": "x"}).status_code == 404
    assert Draft.objects.get().text == before


def test_which_questions_are_asked_becomes_part_of_a_test(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author)
    form = trying(author, led)
    form.check("applicant.role", "self")
    page = form.press(author)
    assert "この質問を聞くことも確かめる" in page.content.decode()
    form = form_to(page, "/try/")
    form.check("asked", "card_shown")
    form.check("not_asked", "agent.name")
    form.write("name", "本人には代理人を聞かない")
    form.press(author, "keep", "yes")
    added = written()[-1]
    assert added["asked"] == ["card_shown"]
    assert added["not_asked"] == ["agent.name"]
    assert not reading().failures
    assert "聞かない質問" in author.get(led).content.decode()


def test_what_would_not_hold_from_the_beginning_is_told(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led, before = begun(author), len(written())
    form = trying(author, led)
    form.check("applicant.role", "agent")
    form = form_to(form.press(author), "/try/")
    form.check("asked", "agent.name")
    form.check("applicant.role", "self")
    form.write("name", "本人なのに代理人を聞く")
    answer = form.press(author, "keep", "yes")
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "この答えでは聞きません。印を外すか" in said
    assert "この答えでは聞きません</span>" in said
    assert len(written()) == before
    form = form_to(answer, "/try/")
    form.check("asked")
    form.press(author, "keep", "yes")
    assert "asked" not in written()[-1]


def test_rows_and_their_questions_can_be_looked_at(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = begun(author, "child-allowance-claim")
    number = next(n for n, one in enumerate(written()) if "children.0.address" in one.get("not_asked", ()))
    name, looked_at = written()[number]["name"], written()[number]["not_asked"]
    form = trying(author, led, f"?test={number}")
    form.check("not_asked", *(one for one in looked_at if one != "children.0.address"))
    form.press(author, "keep", "yes")
    changed = next(one for one in written() if one["name"] == name)
    assert changed["not_asked"] == [one for one in looked_at if one != "children.0.address"]
