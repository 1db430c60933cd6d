"""Who calls whom: skills are respected, nobody is called twice, and nobody waits for a skill that the office lacks."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import Case, Lane, Step
from machimado.frontyard.reception import actions
from machimado.frontyard.reception.models import Ticket
from machimado.frontyard.reception.tests.test_calling import at_the_same_moment
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer
from machimado.ground.people.permissions import Refused
from tests.universe import Universe

SignIn = Callable[[Officer], Client]
CARE, CHILD = "023", "027"


def come(universe: Universe, business: str = "", at: datetime | None = None) -> Ticket:
    return actions.arrive(
        office=universe.branch,
        lane=Lane.WITH_HELP,
        by=universe.officer,
        at=at or timezone.now(),
        business_id=business,
    )


def serves(officer: Officer, *businesses: str) -> None:
    actions.take_duties(officer=officer, business_ids=businesses, at=timezone.now())


def called(officer: Officer, at: datetime | None = None) -> int | None:
    case = actions.call_next(by=officer, at=at or timezone.now())
    if case is None:
        return None
    cases.welcome(case=case, by=officer, at=timezone.now())  # they have come to the desk
    return case.number


def test_the_longest_waiting_of_those_that_the_officer_serves_is_called(universe: Universe) -> None:
    serves(universe.officer, CHILD)
    serves(universe.colleague, CARE, CHILD)
    for business in (CARE, CHILD, "", CHILD):
        come(universe, business)
    assert [called(universe.officer) for _ in range(4)] == [2, 3, 4, None]
    assert called(universe.colleague) == 1


def test_what_nobody_at_the_office_serves_everybody_may_call(universe: Universe) -> None:
    for officer in (universe.officer, universe.colleague, universe.supervisor):
        serves(officer, CHILD)
    come(universe, "012")
    assert called(universe.officer) == 1


def test_whoever_works_elsewhere_or_serves_nobody_is_no_reason_to_wait(universe: Universe) -> None:
    for officer in (universe.officer, universe.colleague, universe.supervisor):
        serves(officer, CHILD)
    serves(universe.outsider, CARE)
    serves(universe.specialist, CARE)
    come(universe, CARE)
    assert called(universe.officer) == 1


def test_another_office_calls_nobody_here(universe: Universe) -> None:
    come(universe)
    assert actions.call_next(by=universe.outsider, at=timezone.now()) is None


def test_one_whom_the_officer_does_not_serve_is_not_called_by_number_either(universe: Universe) -> None:
    serves(universe.officer, CHILD)
    serves(universe.colleague, CARE)
    ticket = come(universe, CARE)
    with pytest.raises(Refused, match="受け持ちに入っていません"):
        actions.call(case=ticket.case, by=universe.officer, at=timezone.now())
    assert actions.call(case=ticket.case, by=universe.colleague, at=timezone.now())


def test_pressed_again_the_key_calls_the_same_person_until_they_have_come(universe: Universe) -> None:
    first, _ = come(universe), come(universe)
    for _ in range(5):
        assert actions.call_next(by=universe.officer, at=timezone.now()) == first.case
    assert Entry.objects.filter(action="case.called").count() == 1


def test_words_of_the_staff_list_decide_until_the_officer_says_otherwise(universe: Universe) -> None:
    universe.officer.skills.create(name=CHILD)
    universe.officer.skills.create(name="英語")
    serves(universe.colleague, CARE)
    come(universe, CARE)
    assert called(universe.officer) is None
    serves(universe.officer, CARE, "no-business")
    assert called(universe.officer) == 1
    actions.take_duties(officer=universe.officer, business_ids=None, at=timezone.now())
    come(universe, CARE)
    assert called(universe.officer) is None


@pytest.mark.django_db(transaction=True)
def test_two_officers_who_press_the_key_at_once_never_call_the_same_person(universe: Universe) -> None:
    officers = [universe.officer, universe.colleague, universe.supervisor]
    for _ in range(4):
        tickets = {come(universe).pk for _ in range(3)}
        found = at_the_same_moment(*(pressing(officer) for officer in officers))
        assert {case.pk for case in found if case} == tickets
        assert {case.officer_id for case in Case.objects.filter(pk__in=tickets)} == {
            officer.pk for officer in officers
        }
        for case in Case.objects.filter(pk__in=tickets):
            assert case.stamps.filter(step=Step.CALLED).count() == 1
            assert case.officer is not None
            cases.close(case=case, by=case.officer, at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_one_person_and_three_officers_one_calls_and_the_others_get_nobody(universe: Universe) -> None:
    officers = [universe.officer, universe.colleague, universe.supervisor]
    ticket = come(universe)
    found = at_the_same_moment(*(pressing(officer) for officer in officers))
    assert [case.pk for case in found if case] == [ticket.pk]


@pytest.mark.django_db(transaction=True)
def test_one_officer_with_two_clicks_at_once_calls_one_person(universe: Universe) -> None:
    for _ in range(3):
        come(universe)
    found = at_the_same_moment(*[pressing(universe.officer)] * 4)
    assert len({case.pk for case in found if case}) == 1
    assert Case.objects.exclude(officer=None).count() == 1


def pressing(officer: Officer) -> Callable[[], Case | None]:
    return lambda: actions.call_next(by=officer, at=timezone.now())


def test_the_key_says_so_where_nobody_waits_for_this_officer(universe: Universe, sign_in: SignIn) -> None:
    serves(universe.officer, CHILD)
    serves(universe.colleague, CARE)
    come(universe, CARE, at=timezone.now() - timedelta(minutes=3))
    client = sign_in(universe.officer)
    page = client.get(reverse("reception:home")).content.decode()
    assert "受け持ちの外" in page
    assert "受け持つ業務でお待ちの方はいません" in page
    answer = client.post(reverse("counter:call-next"), follow=True)
    assert "受け持つ業務でお待ちの方は、いまいません" in answer.content.decode()


def test_an_officer_says_what_they_serve(universe: Universe, sign_in: SignIn) -> None:
    client, address = sign_in(universe.officer), reverse("reception:duties")
    client.post(address, {"business": [CHILD, "999"]})
    chosen = [one.id for one in client.get(address).context["businesses"] if one.is_mine]
    assert chosen == [CHILD]
    client.post(address, {"as_listed": "1"})
    assert all(one.is_mine for one in client.get(address).context["businesses"])
    assert Entry.objects.filter(action="duty.taken").count() == 2
