"""The order of the queue, whoever comes when."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from machimado.frontyard.reception.rules import duties, queue
from machimado.frontyard.reception.rules.duties import Asked, Serving
from machimado.frontyard.reception.rules.queue import GRACE, Place

NINE = datetime(2026, 4, 6, 9, tzinfo=UTC)
moments = st.integers(0, 480).map(lambda minutes: NINE + timedelta(minutes=minutes))
places = st.builds(Place, queued_at=moments, number=st.integers(1, 99), booked_at=st.none() | moments)


@given(st.lists(places), moments)
def test_due_bookings_go_first_and_nobody_is_called_before_the_booked_time(
    found: list[Place], at: datetime
) -> None:
    ordered = queue.in_order(found, at)
    kinds = [(one.booked_at is None, one.is_due(at)) for one in ordered]
    assert kinds == sorted(kinds, key=[(False, True), (True, True), (False, False)].index)


@given(st.lists(places), moments)
def test_among_those_who_walk_in_the_earlier_goes_first(found: list[Place], at: datetime) -> None:
    walk_ins = [one for one in queue.in_order(found, at) if one.booked_at is None]
    assert walk_ins == sorted(walk_ins, key=lambda one: (one.queued_at, one.number))


@given(moments, moments)
def test_who_misses_the_booked_time_stands_where_they_arrived(arrived: datetime, booked: datetime) -> None:
    found = queue.place(arrived_at=arrived, number=1, booked_at=booked)
    assert found.queued_at == arrived
    assert (found.booked_at is None) == (arrived - booked > GRACE)


@given(places, places)
def test_who_lets_one_go_first_is_behind_that_one_and_not_further_forward(own: Place, first: Place) -> None:
    since = queue.behind(own, first)
    moved = Place(since, own.number)
    assert since >= own.queued_at
    assert queue.in_order([moved, first], NINE + timedelta(days=1))[0] == first
    assert queue.behind(own, None) == own.queued_at


businesses = st.sampled_from(["001", "023", "024", "027"])
officers = st.builds(Serving, st.none() | st.frozensets(businesses), st.integers(1, 3))
wishes = st.builds(Asked, businesses | st.just(""), st.none() | st.integers(1, 4))


@given(st.lists(officers, min_size=1), wishes)
def test_somebody_can_always_call_whoever_waits(staff: list[Serving], asked: Asked) -> None:
    here = duties.served_together(staff)
    assert any(officer.can(asked, here) for officer in staff)


@given(st.lists(officers, min_size=1), businesses)
def test_who_serves_it_goes_before_who_does_not(staff: list[Serving], business: str) -> None:
    here = duties.served_together(staff)
    able = [one for one in staff if one.businesses is None or business in one.businesses]
    may = [one for one in staff if one.can(Asked(business), here)]
    assert may == (able or staff)


def test_skills_that_are_none_of_the_businesses_are_no_businesses() -> None:
    assert duties.served_by(None, ["027", "英語"], ["001"]) == frozenset({"027"})
    assert duties.served_by(None, ["監査"], []) == frozenset()
    assert duties.served_by(None, [], ["001"]) == frozenset({"001"})
    assert duties.served_by(None, [], []) is None
    assert duties.served_by([], ["027"], ["001"]) == frozenset()
