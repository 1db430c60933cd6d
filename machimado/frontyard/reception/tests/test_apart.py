"""Whoever steps out, or does not come, or is sent on keeps what they have waited, and everything can be undone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Case, Lane, Step, Transfer
from machimado.frontyard.reception import actions, queries
from machimado.frontyard.reception.models import Ticket
from machimado.frontyard.reception.tests.test_calling import at_the_same_moment
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer, Section
from tests.universe import Universe, employ

SignIn = Callable[[Officer], Client]
MINUTE = timedelta(minutes=1)


def come(universe: Universe, count: int = 1) -> list[Case]:
    """Let so many come, one each minute, the last just now."""
    now = timezone.now()
    return [
        actions.arrive(
            office=universe.branch, lane=Lane.ALONE, by=universe.officer, at=now - MINUTE * (count - place)
        ).case
        for place in range(1, count + 1)
    ]


def waiting(universe: Universe) -> list[int]:
    return [one.number for one in queries.waiting_at(universe.branch, timezone.now())]


def call(officer: Officer) -> Case:
    case = actions.call_next(by=officer, at=timezone.now(), window=3)
    assert case is not None
    return case


def journal(case: Case) -> list[str]:
    return list(Entry.objects.filter(case=str(case.pk)).values_list("action", flat=True))


def test_who_steps_out_is_not_called_and_comes_back_at_the_old_place(universe: Universe) -> None:
    first, *_ = come(universe, 3)
    for _ in range(2):
        actions.hold(case=first, by=universe.officer, at=timezone.now())
    assert waiting(universe) == [2, 3]
    for _ in range(2):
        actions.come_back(case=first, by=universe.officer, at=timezone.now())
    assert waiting(universe) == [1, 2, 3]
    assert journal(first) == ["case.opened", "ticket.held", "ticket.come_back"]


def test_who_comes_back_may_let_the_next_one_go_first(universe: Universe) -> None:
    first, *_ = come(universe, 3)
    actions.hold(case=first, by=universe.officer, at=timezone.now())
    actions.come_back(case=first, by=universe.officer, at=timezone.now(), is_behind=True)
    assert waiting(universe) == [2, 1, 3]


def test_who_does_not_come_is_called_again_put_aside_and_brought_back(universe: Universe) -> None:
    come(universe, 2)
    case = call(universe.officer)
    actions.call_again(case=case, by=universe.officer, at=timezone.now(), window=3)
    actions.put_aside(case=case, by=universe.officer, at=timezone.now())
    hall = queries.hall(universe.branch, titles={}, at=timezone.now(), me=universe.officer)
    assert ([one.number for one in hall.missing], waiting(universe)) == ([1], [2])
    assert call(universe.officer).number == 2
    actions.come_back(case=case, by=universe.officer, at=timezone.now())
    assert waiting(universe) == [1]
    assert journal(case) == [
        "case.opened",
        "case.called",
        "ticket.called_again",
        "case.let_go",
        "ticket.missing",
        "ticket.come_back",
    ]


def test_a_call_by_mistake_leaves_nothing_behind(universe: Universe) -> None:
    (case,) = come(universe)
    actions.call(case=case, by=universe.officer, at=timezone.now())
    actions.put_back(case=case, by=universe.officer, at=timezone.now())
    case.refresh_from_db()
    assert (case.officer, case.wait_seconds) == (None, None)
    assert list(case.stamps.values_list("step", flat=True)) == [Step.ARRIVED]
    assert waiting(universe) == [1]


def test_nobody_takes_a_person_out_of_a_colleagues_hands_but_who_answers_for_the_office(
    universe: Universe,
) -> None:
    come(universe)
    case = call(universe.officer)
    with pytest.raises(cases.NotReady, match="ほかの職員が対応しています"):
        actions.hold(case=case, by=universe.colleague, at=timezone.now())
    with pytest.raises(cases.NotReady, match="呼び出していません"):
        actions.call_again(case=case, by=universe.colleague, at=timezone.now())
    actions.hold(case=case, by=universe.supervisor, at=timezone.now())
    assert waiting(universe) == []


def test_a_person_is_sent_to_another_section_with_the_wait_and_the_applications(universe: Universe) -> None:
    come(universe, 2)
    case = call(universe.officer)
    cases.welcome(case=case, by=universe.officer, at=timezone.now())
    begun = cases.begin(case=case, procedure="move-in", by=universe.officer, at=timezone.now())
    case.refresh_from_db()
    waited = case.wait_seconds
    child = Section.objects.get(code="child")
    there = employ("saito", "齋藤　修", "サイトウ　オサム", "head", *universe.officer.role_codes())  # type: ignore[arg-type]
    Officer.objects.filter(pk=there.pk).update(section=child)
    there = Officer.objects.get(pk=there.pk)
    actions.transfer(
        case=case,
        office=universe.head,
        section=child,
        note="保育園も",
        by=universe.officer,
        at=timezone.now(),
    )
    assert waiting(universe) == [2]
    (arrival,) = queries.hall(universe.head, titles={}, at=timezone.now(), me=there).waiting
    assert (arrival.number, arrival.is_mine, arrival.section) == (1, True, "子育て支援課")
    assert arrival.passed is not None
    assert (arrival.passed.note, arrival.passed.officer) == ("保育園も", "小野　美咲")
    assert arrival.minutes >= 1
    assert actions.call_next(by=there, at=timezone.now()) == case
    case.refresh_from_db()
    assert (case.applications.get(), case.wait_seconds, case.officer) == (begun, waited, there)


def test_a_number_taken_along_is_given_to_nobody_else(universe: Universe) -> None:
    come(universe)
    case = call(universe.officer)
    sent = actions.transfer(
        case=case, office=universe.head, section=None, note="", by=universe.officer, at=timezone.now()
    )
    assert come(universe)[0].number == 2
    back = actions.take_back(transfer=sent, by=universe.officer, at=timezone.now())
    assert (back.office, back.number, back.officer) == (universe.branch, 1, universe.officer)
    assert Ticket.objects.get(case=back).section is None
    assert actions.take_back(transfer=sent, by=universe.officer, at=timezone.now()) == back


def test_what_was_sent_to_a_section_is_called_by_that_section(universe: Universe) -> None:
    (case,) = come(universe)
    citizens = Section.objects.get(code="citizens")
    args = {"section": citizens, "note": "", "by": universe.officer, "at": timezone.now()}
    actions.transfer(case=case, office=universe.head, **args)  # type: ignore[arg-type]
    Officer.objects.filter(pk=universe.specialist.pk).update(section=Section.objects.get(code="child"))
    elsewhere = Officer.objects.get(pk=universe.specialist.pk)
    there = employ("sato", "佐藤　大輔", "サトウ　ダイスケ", "head", *universe.officer.role_codes())  # type: ignore[arg-type]
    assert actions.call_next(by=elsewhere, at=timezone.now()) is None
    assert actions.call_next(by=there, at=timezone.now()) == case


@pytest.mark.django_db(transaction=True)
def test_taking_back_and_calling_there_never_both_happen(universe: Universe) -> None:
    for _ in range(4):
        case = come(universe)[0]
        args = {"section": None, "note": "", "by": universe.officer, "at": timezone.now()}
        sent = actions.transfer(case=case, office=universe.outpost, **args)  # type: ignore[arg-type]
        called, back = at_the_same_moment(calling(universe.outsider), taking_back(sent, universe.officer))
        case.refresh_from_db()
        assert called != back
        assert case.office == (universe.outpost if called else universe.branch)
        cases.close(case=case, by=universe.supervisor, at=timezone.now())


def calling(officer: Officer) -> Callable[[], bool]:
    return lambda: actions.call_next(by=officer, at=timezone.now()) is not None


def taking_back(sent: Transfer, officer: Officer) -> Callable[[], bool]:
    def take_back() -> bool:
        try:
            actions.take_back(transfer=sent, by=officer, at=timezone.now())
        except cases.NotReady:
            return False
        return True

    return take_back


def test_who_was_put_on_hold_a_moment_ago_is_not_called(universe: Universe, sign_in: SignIn) -> None:
    (case,) = come(universe)
    actions.hold(case=case, by=universe.colleague, at=timezone.now())
    assert not actions.call(case=case, by=universe.officer, at=timezone.now())
    answer = sign_in(universe.officer).post(reverse("counter:call", args=[case.pk]), follow=True)
    assert "いま列にいません" in answer.content.decode()


def test_the_pages_do_it_and_undo_it(universe: Universe, sign_in: SignIn) -> None:
    come(universe)
    client, case = sign_in(universe.officer), Case.objects.get()
    address = {name: reverse(f"counter:{name}", args=[case.pk]) for name in ("hold", "come-back", "pass-on")}
    assert "保留にしました" in client.post(address["hold"], follow=True).content.decode()
    assert "元の順番" in client.post(address["come-back"], follow=True).content.decode()
    client.post(reverse("counter:call-next"))
    assert "番の方をお呼びしています" in client.get("/counter/").content.decode()
    client.post(reverse("counter:call-again", args=[case.pk]))
    page = client.get(address["pass-on"]).content.decode()
    assert "子育て支援課" in page
    assert client.post(address["pass-on"], {"to": "section:x"}).status_code == 422
    note = {"to": f"office:{universe.head.pk}", "note": "番号は 6214 9832 0257"}
    assert "マイナンバー" in client.post(address["pass-on"], note).content.decode()
    sent = client.post(address["pass-on"], {**note, "note": "よろしく"}, follow=True).content.decode()
    assert "引き継ぎました" in sent
    assert "「よろしく」" in sent
    back = reverse("counter:transfer-back", args=[Transfer.objects.get().pk])
    assert sign_in(universe.outsider).post(back).status_code == 404
    assert "取り戻しました" in client.post(back, follow=True).content.decode()


def test_an_aside_person_comes_by_the_page_and_a_supervisor_may_do_it(
    universe: Universe, sign_in: SignIn
) -> None:
    come(universe)
    case = call(universe.officer)
    refused = sign_in(universe.colleague).post(reverse("counter:aside", args=[case.pk]), follow=True)
    assert "ほかの職員が対応しています" in refused.content.decode()
    done = sign_in(universe.supervisor).post(reverse("counter:aside", args=[case.pk]), follow=True)
    assert "脇に置きました" in done.content.decode()
    assert "呼んでも来なかった方" in done.content.decode()


def test_what_an_officer_wrote_about_a_person_is_forgotten_with_the_case(universe: Universe) -> None:
    (case,) = come(universe)
    args = {"section": None, "note": "母の介護", "by": universe.officer, "at": timezone.now()}
    actions.transfer(case=case, office=universe.head, **args)  # type: ignore[arg-type]
    six_years = timezone.localdate() + timedelta(days=6 * 366)
    assert cases.forget(today=six_years) == 1
    assert Transfer.objects.get().note == ""
