"""A procedure comes with its form on paper: told, seen, printed with from its day; what cannot be printed is refused."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from machimado.cases.applications import paper
from machimado.cases.authoring import actions, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.rules import editing, packing
from machimado.cases.authoring.tests.drafting import SEAL, SignIn, forget, now
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.tests.city import CITY
from tests.universe import Universe

pytestmark = pytest.mark.django_db

FORM = f"{SEAL}.typ"
TEXT = (CITY / "procedures" / f"{SEAL}.yaml").read_text("utf-8")
HERE = (CITY / "forms" / FORM).read_text("utf-8")
OTHER = HERE.replace("使いみち・提出先", "お使いみち")


def upload(client: Client, layouts: dict[str, str], text: str = TEXT) -> Any:
    content = packing.pack(
        f"procedures/{SEAL}.yaml", text, {name: one.encode() for name, one in layouts.items()}
    )
    return client.post("/authoring/import/", {"file": SimpleUploadedFile("x.zip", content)})


def test_a_form_is_seen_before_it_is_taken_over_and_its_version_is_printed_with_it(
    universe: Universe, sign_in: SignIn, published: Path
) -> None:
    author = sign_in(universe.specialist)
    seen = upload(author, {FORM: OTHER}, editing.put(TEXT, ("title", "ja"), "印鑑の証明書"))
    page = seen.content.decode()
    assert f"紙の様式「{FORM}」は、このまちの様式と違います。この版の印刷に使います。" in page
    packed = {"packed": seen.context["packed"]}
    assert author.post("/authoring/import/form/", packed).content.startswith(b"%PDF")
    assert not Draft.objects.exists()
    led = author.post("/authoring/import/", packed).headers["Location"]
    draft = Draft.objects.get()
    # What it takes in and did not bring along is the city's own.
    assert set(queries.layouts_of(draft)) == {FORM, "_layout.typ"}
    assert "data:image/png" in author.get(f"{led}frame/?channel=paper").content.decode()
    assert author.get(f"{led}frame/?channel=paper&as=pdf").content.startswith(b"%PDF")
    later = timezone.localdate() + timedelta(days=1)
    draft = actions.propose(draft=draft, effective_date=later, by=universe.specialist, at=now())
    actions.approve(draft=draft, by=universe.supervisor, at=now())
    assert (published / "layouts" / f"{SEAL}.v2" / FORM).read_text("utf-8") == OTHER
    forget()
    old, new = procedures.versions(SEAL)
    assert paper._layout(old) == CITY / "forms" / FORM
    assert paper._layout(new) == published / "layouts" / f"{SEAL}.v2" / FORM
    assert paper.specimen(form=new, at=now()).pdf.startswith(b"%PDF")
    again = packing.unpack(author.get(f"/authoring/procedures/{SEAL}/2.zip").content)
    assert again.layouts[FORM].decode() == OTHER
    # Its next version goes on with it.
    following = actions.begin(procedure=SEAL, by=universe.specialist, at=now())
    assert queries.layouts_of(following)[FORM].decode() == OTHER


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#nothing-here()", "印刷できないため、取り込めません"),
        ('#read("/etc/hostname")', "印刷できないため、取り込めません"),
        ('#import "@preview/cetz:0.3.1": *', "印刷できないため、取り込めません"),
        (HERE.replace('"seal.number"', '"seal_colour"'), "この手続にない「answers.seal_colour」"),
    ],
)
def test_a_form_that_cannot_be_printed_is_refused_with_a_sentence(
    universe: Universe, sign_in: SignIn, text: str, said: str
) -> None:
    author = sign_in(universe.specialist)
    seen = upload(author, {FORM: text})
    assert said in seen.content.decode()
    answer = author.post("/authoring/import/", {"packed": seen.context["packed"]})
    assert said in " ".join(map(str, get_messages(answer.wsgi_request)))
    assert not Draft.objects.exists()


def test_a_draft_that_its_form_no_longer_fits_is_not_proposed(universe: Universe, sign_in: SignIn) -> None:
    author = sign_in(universe.specialist)
    seen = upload(author, {FORM: OTHER})
    author.post("/authoring/import/", {"packed": seen.context["packed"]})
    draft = Draft.objects.get()
    text = draft.text.replace("holder_confirmed", "holder_agreed")
    draft = actions.save(draft=draft, text=text, revision=None, by=universe.specialist, at=now())
    with pytest.raises(actions.NotReady, match="紙の様式"):
        actions.propose(draft=draft, effective_date=timezone.localdate(), by=universe.specialist, at=now())


def test_each_form_of_the_city_reads_what_its_procedure_has(universe: Universe) -> None:
    folder = CITY / "forms"
    for *_, form in procedures.everything():
        name = paper.layout_name(form)
        if (folder / name).is_file():
            paths = paper.read_by(form=form, layout=folder / name)
            assert [path for path in paths if not queries.is_known(form, path)] == []


@pytest.mark.parametrize("packed", ["", "x", "UEsDBA==", "!!!"])
def test_what_comes_back_broken_is_told(universe: Universe, sign_in: SignIn, packed: str) -> None:
    author = sign_in(universe.specialist)
    for address in ("/authoring/import/", "/authoring/import/form/"):
        assert author.post(address, {"packed": packed}).status_code in {302, 404}
    assert not Draft.objects.exists()


def test_a_form_that_is_no_text_is_refused() -> None:
    for content in (b"\xff\xfe", b"a\0b", b"x" * (packing.LARGEST_LAYOUT + 1)):
        raw = packing.pack(f"procedures/{SEAL}.yaml", TEXT, {FORM: content})
        with pytest.raises(packing.Unreadable, match="紙の様式"):
            packing.unpack(raw)
