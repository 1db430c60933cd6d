"""What an officer may have overlooked is told beside its part, and never where nothing is odd."""

from typing import Any

import pytest

from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.rules import editing
from machimado.cases.authoring.rules.hints import hints
from machimado.cases.authoring.tests.drafting import SEAL, SignIn, now
from machimado.cases.procedures.rules.source import Source
from machimado.cases.procedures.tests.city import CITY
from tests.conformance.browser import form_to
from tests.universe import Universe


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            {"title": {"ja": "証明書（350円）"}, "fee": 300},
            ["「証明書（350円）」とありますが、手数料は300円です。"],
        ),
        ({"title": {"ja": "証明書（300円）"}, "fee": 300}, []),
        (
            {"summary": {"ja": "手数料は1,200円です。"}, "fee": 300},
            ["「手数料は1,200円です。」とありますが、手数料は300円です。"],
        ),
        ({"summary": {"ja": "1通３００円です。"}, "fee": "copies * 300"}, []),
        (
            {"notes": [{"ja": "1通400円いただきます。"}], "fee": "copies * 300"},
            ["「1通400円いただきます。」とありますが、手数料は式（copies * 300）です。"],
        ),
        (
            {"summary": {"ja": "手数料は無料です。"}, "fee": 300},
            ["「手数料は無料です。」とありますが、手数料は300円です。"],
        ),
        ({"summary": {"ja": "手数料は無料です。"}}, []),
        # An allowance or a premium is no fee.
        ({"sections": [{"questions": [{"ask": {"ja": "付加保険料（月400円）も納めますか。"}}]}]}, []),
        ({"title": "x", "sections": "y", "notes": [1]}, []),
    ],
)
def test_a_text_that_names_another_fee_is_told(data: dict[str, Any], told: list[str]) -> None:
    assert [one.words for one in hints(data)] == told


@pytest.mark.parametrize("file", sorted((CITY / "procedures").glob("*.yaml")), ids=lambda file: file.stem)
def test_the_city_s_own_procedures_have_nothing_to_be_told(file: Any) -> None:
    assert hints(Source(file.read_bytes(), file.name).data) == []


@pytest.mark.django_db
def test_the_hint_leads_to_its_part(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = author.post("/authoring/begin/", {"procedure": SEAL}).headers["Location"]
    draft = Draft.objects.get()
    text = editing.put(draft.text, ("summary", "ja"), "1通350円です。")
    actions.save(draft=draft, text=text, revision=None, by=universe.specialist, at=now())
    page = author.get(led).content.decode()
    assert "「1通350円です。」とありますが" in page
    assert "parts/whole/?place=" in page
    assert "「1通350円です。」とありますが" in author.get(f"{led}review/").content.decode()


@pytest.mark.django_db
def test_what_is_gone_is_taken_out_of_the_tests_in_one_step(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    led = author.post("/authoring/begin/", {"procedure": "marriage"}).headers["Location"]
    names = [one["procedure"] for one in queries.read(Draft.objects.get().text).data["procedures"]]
    author.post(f"{led}remove/", {"place": f"procedures.{names.index('seal-abolition')}"})
    page = author.get(led)
    assert "試験が、もうないものを待っています。" in page.content.decode()
    form_to(page, "/prune-tests/").press(author)
    reading = queries.read(Draft.objects.get().text)
    assert not reading.problems
    assert not [one for one in reading.failures if one.loc[2] == "procedures"]
    assert any("試験" in one for one in reading.changes)
    author.post(f"{led}prune-tests/")  # there is nothing left of the kind
    assert queries.read(Draft.objects.get().text).data == reading.data


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "word"), [("zh-hans", "印"), ("ko", "인감"), ("vi", "dấu"), ("pt-br", "carimbo")]
)
def test_each_language_of_the_screen_is_previewed_with_the_city_s_words(
    universe: Universe, sign_in: SignIn, language: str, word: str
) -> None:
    author = sign_in(universe.specialist)
    led = author.post("/authoring/begin/", {"procedure": SEAL}).headers["Location"]
    page = author.get(f"{led}frame/", {"channel": "counter", "language": language}).content.decode()
    assert word in page
    assert (
        "このことばには、まだない文" not in author.get(f"{led}preview/?language={language}").content.decode()
    )
    draft = Draft.objects.get()
    text = editing.put(draft.text, ("title", "ja"), "だれも訳していない題")
    actions.save(draft=draft, text=text, revision=None, by=universe.specialist, at=now())
    told = author.get(f"{led}preview/?language={language}").content.decode()
    assert "このことばには、まだない文が" in told
    assert "だれも訳していない題" in told
