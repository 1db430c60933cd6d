from datetime import date

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application, StoredFile, Submission, Tally
from machimado.cases.applications.tests import claim
from machimado.ground.journal import queries as journal
from tests.universe import Universe


def test_after_its_time_nothing_of_the_person_is_left_and_the_chain_holds(universe: Universe) -> None:
    old = claim.signed(universe.officer)
    actions.submit(application=old, by=universe.officer, at=claim.NOW)
    actions.close(case=old.case, by=universe.officer, at=claim.NOW)
    assert actions.forget(today=date(2031, 4, 10)) == 0  # five years are not over before the day has passed
    assert actions.forget(today=date(2031, 4, 11)) == 1
    assert actions.forget(today=date(2031, 4, 11)) == 0
    left = Application.objects.select_related("case").get()
    assert (left.answers, left.sources, left.case.resident_id) == ({}, {}, None)
    assert not StoredFile.objects.exists()
    assert Submission.objects.get().payload == {}
    assert Tally.objects.count() == 1  # what it cost stays
    assert not list(journal.verify())


def test_a_leap_day_is_no_trap(universe: Universe) -> None:
    assert actions.forget(today=date(2028, 2, 29)) == 0
