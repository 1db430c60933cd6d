"""Nothing of one resident's session can be reached in the next one."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Application
from machimado.cases.applications.tests import claim
from machimado.cases.register.models import Resident
from machimado.frontyard.counter import actions
from machimado.frontyard.counter.actions import pairing
from machimado.frontyard.counter.models import Desk, Screen
from machimado.frontyard.counter.tests.conftest import at_step, paired
from tests.universe import Universe

STROKES = json.dumps(
    {"width": 600, "height": 200, "strokes": [[[10 + 3 * step, 40 + (step % 5) * 8] for step in range(30)]]}
)
# Words that stand in the first resident's case and nowhere else.
SECRETS = ("佐藤", "健太", "サトウ", "陽葵", "雪見精機", "0000-1234", "2026-04-05", "令和8年4月5日")


def test_a_new_tablet_shows_a_code_and_nothing_else(db: None) -> None:
    page = Client().get("/screen/")
    assert "この画面を窓口につなぎます" in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert page.cookies["machimado_screen"]["httponly"]


def test_a_code_pairs_once_and_not_for_a_wrong_number(desk: Desk, universe: Universe) -> None:
    tablet = Client()
    code = tablet.get("/screen/").context["code"]
    now = timezone.now()
    with pytest.raises(actions.PairingRefused):
        actions.pair_by_code(desk=desk, code="not a code", by=universe.officer, at=now)
    actions.pair_by_code(desk=desk, code=f"{code[:3]} {code[3:]}", by=universe.officer, at=now)
    with pytest.raises(actions.PairingRefused):
        actions.pair_by_code(desk=desk, code=code, by=universe.officer, at=now)
    assert "こんにちは" in tablet.get("/screen/").content.decode()


def test_codes_cannot_be_tried_one_after_the_other(desk: Desk, universe: Universe) -> None:
    code = Client().get("/screen/").context["code"]
    wrong = [f"{number:06}" for number in range(actions.WRONG_CODES + 1) if f"{number:06}" != code]
    now = timezone.now()
    for guess in wrong[: actions.WRONG_CODES]:
        with pytest.raises(actions.PairingRefused):
            actions.pair_by_code(desk=desk, code=guess, by=universe.officer, at=now)
    with pytest.raises(actions.PairingRefused, match="5分ほど待つ"):
        actions.pair_by_code(desk=desk, code=code, by=universe.officer, at=now)
    actions.pair_by_code(desk=desk, code=code, by=universe.colleague, at=now)


def test_nobody_can_fill_the_room_of_codes(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "MOST_WAITING_SCREENS", 3)
    tablets = [Client() for _ in range(3)]
    assert [tablet.get("/screen/").status_code for tablet in tablets] == [200] * 3
    for address in ("/screen/", "/screen/join/x/"):
        late = Client().get(address)
        assert late.status_code in {410, 429}
        assert "多すぎる" in late.content.decode()
    assert tablets[0].get("/screen/").status_code == 200
    left = timezone.now() - timedelta(minutes=actions.WAITING_MINUTES + 1)
    Screen.objects.update(seen_at=left)
    assert Client().get("/screen/").status_code == 200
    assert Screen.objects.count() == 1


def test_an_invitation_is_used_up(desk: Desk) -> None:
    secret = actions.invite(desk=desk, at=timezone.now())
    assert Client().get(f"/screen/join/{secret}/").status_code == 302
    late = Client().get(f"/screen/join/{secret}/")
    assert late.status_code == 410
    assert "新しい QR コード" in late.content.decode()


def test_pairing_another_tablet_takes_the_first_away(desk: Desk, universe: Universe, tablet: Client) -> None:
    paired(desk, universe.officer)
    assert "この画面を窓口につなぎます" in tablet.get("/screen/").content.decode()


def test_the_screen_shows_the_question_that_is_talked_about(
    desk: Desk, tablet: Client, universe: Universe
) -> None:
    application = claim.answered(universe.officer)
    actions.show(desk=desk, application=application, at=timezone.now(), question="contact.phone")
    shown = tablet.get("/screen/now/").content.decode()
    assert "090-0000-1234" in shown
    assert "陽葵" not in shown  # one thing at a time


def test_the_screen_answers_nothing_new_with_nothing(desk: Desk, tablet: Client, universe: Universe) -> None:
    actions.show(desk=desk, application=claim.begun(universe.officer), at=timezone.now())
    version = tablet.get("/screen/now/").context["version"]
    assert tablet.get("/screen/now/", {"seen": version}).status_code == 204


def test_what_was_changed_since_is_read_from_the_start(
    desk: Desk, tablet: Client, universe: Universe
) -> None:
    application = in_review(desk, universe)
    at_the_end = at_step(tablet, 99)
    place = {"step": at_the_end.context["step"], "of": at_the_end.context["of"]}
    assert "signature-pad" in tablet.get("/screen/now/", place).content.decode()
    by: dict[str, Any] = {"application": application, "by": universe.officer, "at": claim.NOW}
    cases.back_to_interview(**by)
    cases.save_answers(raw={"contact.phone": "0235-99-9999"}, **by)
    cases.to_review(**by)
    assert tablet.get("/screen/now/", place).context["step"] == 1
    assert tablet.get("/screen/", place).context["step"] == 1


def test_how_far_one_has_read_is_nothing_to_the_next(desk: Desk, tablet: Client, universe: Universe) -> None:
    in_review(desk, universe)
    of = at_step(tablet, 3).context["of"]
    actions.wipe(desk=desk)
    second = claim.answered(universe.officer, claim.a_resident(2, "高橋　誠", "タカハシ　マコト"))
    cases.to_review(application=second, by=universe.officer, at=claim.NOW)
    actions.show(desk=desk, application=second, at=timezone.now())
    assert tablet.get("/screen/", {"step": "3", "of": of}).context["step"] == 1


def test_the_resident_checks_chapter_by_chapter_and_signs(
    desk: Desk, tablet: Client, universe: Universe
) -> None:
    application = in_review(desk, universe)
    first = tablet.get("/screen/now/")
    assert first.context["part"].id == "visitor"
    last = at_step(tablet, first.context["steps"])
    assert "signature-pad" in last.content.decode()
    seen = {"showing": desk.showing, "revision": last.context["application"].revision}
    done = tablet.post("/screen/sign/", {**seen, "strokes": STROKES}, headers={"HX-Request": "true"})
    assert "ありがとうございました" in done.content.decode()
    application.refresh_from_db()
    assert application.state == "signed"


def test_whoever_cannot_draw_types_the_name(desk: Desk, tablet: Client, universe: Universe) -> None:
    application = in_review(desk, universe)
    last = at_step(tablet, 99).context
    seen = {"showing": desk.showing, "revision": last["application"].revision, "step": "99", "of": last["of"]}
    htmx = {"HX-Request": "true"}
    nameless = tablet.post("/screen/sign/", {**seen, "typed_name": "　", "strokes": ""}, headers=htmx)
    assert 'role="alert"' in nameless.content.decode()
    done = tablet.post("/screen/sign/", {**seen, "typed_name": "見本 <花子>", "strokes": ""}, headers=htmx)
    assert "ありがとうございました" in done.content.decode()
    application.refresh_from_db()
    assert application.state == "signed"
    assert "見本 &lt;花子&gt;" in bytes(application.files.get(purpose="signature").content).decode()


def test_an_empty_signature_is_asked_again(desk: Desk, tablet: Client, universe: Universe) -> None:
    in_review(desk, universe)
    sent = {"showing": desk.showing, "strokes": "{}", "step": "99", "of": at_step(tablet, 99).context["of"]}
    page = tablet.post("/screen/sign/", sent, headers={"HX-Request": "true"})
    assert "もう一度お書きください" in page.content.decode()


def test_what_the_resident_objects_to_reaches_the_officer(
    desk: Desk, tablet: Client, at_desk: Client, universe: Universe
) -> None:
    application = in_review(desk, universe)
    tablet.post("/screen/wrong/", {"showing": desk.showing, "section": "children"})
    application.refresh_from_db()
    assert application.state == "interview"
    page = at_desk.get(f"/counter/applications/{application.pk}/").content.decode()
    assert "直したいところがあるとのことです" in page


def test_a_page_made_for_one_resident_cannot_act_on_the_next(
    desk: Desk, tablet: Client, universe: Universe
) -> None:
    in_review(desk, universe)
    old = str(desk.showing)
    actions.wipe(desk=desk)
    second = claim.answered(universe.officer, claim.a_resident(2, "鈴木　花", "スズキ　ハナ"))
    cases.to_review(application=second, by=universe.officer, at=claim.NOW)
    actions.show(desk=desk, application=second, at=timezone.now())
    for address in ("/screen/sign/", "/screen/wrong/"):
        tablet.post(address, {"showing": old, "strokes": STROKES, "revision": second.revision})
    second.refresh_from_db()
    assert second.state == "review"


ADDRESSES = [
    "/screen/",
    "/screen/now/",
    "/screen/now/?step=1",
    "/screen/now/?step=5",
    "/screen/?step=9",
    "/screen/now/?seen=x",
    "/screen/join/x/",
]
STEPS = st.lists(
    st.sampled_from(["get", "sign", "wrong", "guess", "review", "second"]), min_size=1, max_size=8
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    STEPS, st.sampled_from(["interview", "review", "signed", "submitted"]), st.randoms(use_true_random=False)
)
def test_after_the_wipe_nothing_of_the_first_resident_can_be_reached(
    desk: Desk, tablet: Client, universe: Universe, steps: list[str], reached: str, luck: Any
) -> None:
    first = brought_to(reached, desk, universe)
    seen = [str(desk.showing), str(first.pk), str(first.case_id), first.reference]
    tablet.get("/screen/now/")
    actions.wipe(desk=desk)
    for step in steps:
        for response in _try(step, tablet, desk, universe, seen, luck):
            assert response.headers["Cache-Control"] == "no-store"
            body = response.content.decode()
            assert not [word for word in (*SECRETS, *seen) if word in body]


def _try(step: str, tablet: Client, desk: Desk, universe: Universe, seen: list[str], luck: Any) -> list[Any]:
    """Do what somebody at the tablet could do, and return what the tablet got."""
    if step in {"sign", "wrong"}:
        fields = {"showing": luck.choice(seen), "strokes": STROKES, "section": "children", "revision": "1"}
        return [
            tablet.post(
                f"/screen/{step}/", fields, headers=luck.choice([{}, {"HX-Request": "true"}]), follow=True
            )
        ]
    if step == "guess":
        key = luck.choice(seen)
        places = [
            f"applications/{key}/",
            f"applications/{key}/paper/",
            f"applications/{key}/status/",
            f"cases/{key}/",
        ]
        return [tablet.get(f"/counter/{place}", follow=False) for place in places]
    if step in {"review", "second"}:
        second = claim.answered(universe.officer, _somebody_else())
        actions.show(desk=desk, application=second, at=timezone.now())
    return [tablet.get(luck.choice(ADDRESSES))]


def _somebody_else() -> Any:
    number = Resident.objects.count() + 1
    return claim.a_resident(number, "鈴木　花", "スズキ　ハナ")


def in_review(desk: Desk, universe: Universe) -> Application:
    """Bring an application to the review, shown at the desk."""
    application = claim.answered(universe.officer)
    cases.to_review(application=application, by=universe.officer, at=claim.NOW)
    actions.show(desk=desk, application=application, at=timezone.now())
    desk.refresh_from_db()
    return application


def brought_to(state: str, desk: Desk, universe: Universe) -> Application:
    """Bring a new application of 佐藤 健太 to a state, shown at the desk."""
    person = claim.a_resident(Resident.objects.count() + 1)
    application = claim.answered(universe.officer, person)
    if state != "interview":
        cases.to_review(application=application, by=universe.officer, at=claim.NOW)
    if state in {"signed", "submitted"}:
        cases.sign(application=application, signature=claim.SIGNATURE, by=None, at=claim.NOW)
    if state == "submitted":
        cases.submit(application=application, by=universe.officer, at=claim.NOW)
    actions.show(desk=desk, application=application, at=timezone.now())
    desk.refresh_from_db()
    return application
