from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from machimado.cases.applications.models import Stamp, Step, Submission
from machimado.cases.delivery import actions, queries
from machimado.cases.delivery.actions import Claim, Outcome, Result
from machimado.cases.delivery.attempting import Flight, ask, send
from machimado.cases.delivery.models import Append, Attempt, Delivery
from machimado.cases.delivery.permissions import NotNow
from machimado.cases.delivery.rules.machine import Answer, State, Verdict
from machimado.cases.delivery.rules.machine import Step as Next
from machimado.cases.delivery.tests.world import MemoryCore, submit, submit_again
from machimado.ground.journal.models import Entry
from machimado.ground.people.permissions import Refused
from machimado.ground.systems import OutcomeUnknown, Unreachable
from tests.universe import Universe

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def claim(worker: str = "a:1", **options: Any) -> list[Claim]:
    return actions.claim_due(worker=worker, at=options.pop("at", timezone.now()), limit=10, everything=True)


def one(claims: list[Claim]) -> Claim:
    (found,) = claims
    return found


def go(claim: Claim, core: MemoryCore) -> Result:
    """Do what a worker does with a claim, here and now."""
    flight = Flight()
    flight.begin(claim)
    result = send(core, claim, flight) if claim.message else ask(core, claim)
    actions.conclude(claim=claim, result=result)
    return result


def lose() -> NoReturn:
    raise OutcomeUnknown("返事なし", cause="ReadTimeout")


def down() -> NoReturn:
    raise Unreachable("不通", cause="ConnectError")


def due_at(row: Delivery) -> Any:
    row.refresh_from_db()
    assert row.next_at is not None
    return row.next_at


def status_of(application: UUID, at: datetime | None = None) -> queries.Status:
    """Return how it stands with an application that was submitted."""
    found = queries.status_of(application, at=at)
    assert found is not None
    return found


def test_what_is_submitted_is_received_and_the_case_stamped(universe: Universe, memory: MemoryCore) -> None:
    submission = submit(universe.officer)
    (claimed,) = claim()
    assert Delivery.objects.get().state == State.SENDING
    go(claimed, memory)
    row = Delivery.objects.get()
    assert (row.state, row.core_number, row.next_at, row.holder) == ("accepted", "K-1", None, "")
    assert memory.entries[0][0].fields == submission.payload
    assert memory.entries[0][0].key == str(submission.key)
    assert Stamp.objects.filter(case=submission.application.case, step=Step.DELIVERED).count() == 1
    assert Attempt.objects.get().outcome == "accepted"
    assert Entry.objects.filter(action="delivery.accepted").count() == 1


def test_a_case_with_two_applications_is_stamped_after_both(universe: Universe, memory: MemoryCore) -> None:
    first, second = submit(universe.officer), submit(universe.officer)
    second.application.case = first.application.case
    second.application.save(update_fields=["case"])
    one, other = claim()
    go(one, memory)
    assert not Stamp.objects.filter(step=Step.DELIVERED).exists()
    go(other, memory)
    assert Stamp.objects.filter(step=Step.DELIVERED).count() == 1


def test_two_workers_never_both_claim(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    assert len(claim("a:1")) == 1
    assert claim("b:2") == []


def test_a_lost_reply_is_asked_for_and_not_sent_again(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)

    def enter_and_lose() -> NoReturn:
        memory.enter(memory.sent[-1])
        lose()

    memory.fates = [enter_and_lose]
    go(one(claim()), memory)
    row = Delivery.objects.get()
    assert row.state == State.UNKNOWN
    (question,) = claim(at=due_at(row))
    assert question.step is Next.ASK
    go(question, memory)
    row.refresh_from_db()
    assert (row.state, len(memory.sent)) == (State.ACCEPTED, 1)


def test_what_never_arrived_is_sent_again_after_settling(universe: Universe, memory: MemoryCore) -> None:
    memory.settling = timedelta(0)
    submit(universe.officer)
    memory.fates = [lose]
    go(one(claim()), memory)
    row = Delivery.objects.get()
    go(one(claim(at=due_at(row))), memory)
    go(one(claim(at=due_at(row))), memory)
    row.refresh_from_db()
    assert (row.state, len(memory.sent), len(memory.entries)) == (State.ACCEPTED, 2, 1)
    assert memory.sent[0].key == memory.sent[1].key


def test_nothing_is_sent_again_before_settling(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    memory.fates = [lose]
    go(one(claim()), memory)
    row = Delivery.objects.get()
    go(one(claim(at=due_at(row))), memory)
    row.refresh_from_db()
    assert (row.state, len(memory.sent)) == (State.UNKNOWN, 1)


def test_a_core_that_is_down_is_tried_again_later(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    memory.fates = [down]
    go(one(claim()), memory)
    row = Delivery.objects.get()
    assert (row.state, row.sends, row.misses) == (State.WAITING, 0, 1)
    assert actions.wake_waiting(system=row.system, at=timezone.now()) == 1
    go(one(claim()), memory)
    row.refresh_from_db()
    assert row.state == State.ACCEPTED


def test_a_dead_sender_is_buried_and_its_late_answer_still_counts(
    universe: Universe, memory: MemoryCore
) -> None:
    submit(universe.officer)
    (dead,) = claim("a:1")
    later = due_at(Delivery.objects.get()) + SECOND
    assert claim("b:2", at=later) == []
    row = Delivery.objects.get()
    assert (row.state, row.holder) == (State.UNKNOWN, "")
    assert row.sent_until == dead.claimed.next_at
    answer = Answer(Verdict.ACCEPTED, "K-9")
    actions.conclude(claim=dead, result=Result(Outcome.ACCEPTED, later, later, answer))
    row.refresh_from_db()
    assert (row.state, row.core_number) == (State.ACCEPTED, "K-9")
    assert list(Attempt.objects.values_list("outcome", flat=True)) == ["sender_lost", "accepted"]


def test_a_buried_sender_that_heard_nothing_changes_nothing(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    (dead,) = claim("a:1")
    later = due_at(Delivery.objects.get()) + SECOND
    claim("b:2", at=later)
    actions.conclude(claim=dead, result=Result(Outcome.NOT_RECEIVED, later, later))
    assert Delivery.objects.get().state == State.UNKNOWN


def test_a_sender_that_slept_too_long_does_not_send(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    (claimed,) = claim(at=timezone.now() - actions.lease())
    assert go(claimed, memory).outcome is Outcome.NOT_RECEIVED
    assert memory.sent == []


def test_a_claim_is_kept_alive_only_while_it_holds(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    (claimed,) = claim()
    until = due_at(Delivery.objects.get())
    actions.keep_alive(tokens=[claimed.token], at=until + SECOND)
    assert due_at(Delivery.objects.get()) == until
    actions.keep_alive(tokens=[claimed.token], at=until - SECOND)
    assert due_at(Delivery.objects.get()) > until


def test_reasons_of_a_rejection_name_the_question(universe: Universe, memory: MemoryCore) -> None:
    memory.verdict = Verdict.REJECTED
    submission = submit(universe.officer)
    go(one(claim()), memory)
    status = status_of(submission.application_id)
    assert (status.label, status.is_rejected, status.may_correct, status.is_final) == (
        "差戻し",
        True,
        True,
        True,
    )
    (reason,) = status.field_reasons
    assert (reason.field, reason.reason) == ("purpose", "使いみちを書いてください")
    assert reason.label not in {"", "purpose"}


def test_a_new_round_has_a_key_and_a_reference_of_its_own(universe: Universe, memory: MemoryCore) -> None:
    memory.verdict = Verdict.REJECTED
    first = submit(universe.officer)
    go(one(claim()), memory)
    memory.verdict = Verdict.ACCEPTED
    submit_again(first.application, universe.officer)
    go(one(claim()), memory)
    status = status_of(first.application_id)
    assert status.label == "基幹システム受理済"
    references = [message.reference for message, _ in memory.entries]
    assert references == [first.application.reference, f"{first.application.reference}-2"]


def test_pending_is_asked_for_until_it_is_decided(universe: Universe, memory: MemoryCore) -> None:
    memory.verdict = Verdict.PENDING
    submit(universe.officer)
    go(one(claim()), memory)
    row = Delivery.objects.get()
    assert row.state == State.PENDING
    memory.entries[0] = (memory.entries[0][0], Answer(Verdict.ACCEPTED, "K-1"))
    go(one(claim(at=due_at(row))), memory)
    row.refresh_from_db()
    assert row.state == State.ACCEPTED


@pytest.fixture
def undecided(universe: Universe, use_core: Callable[[MemoryCore], MemoryCore]) -> Delivery:
    """A delivery whose fate only a person can find out."""
    core = use_core(MemoryCore(keyed=False, lookup=False, settling=timedelta(0)))
    submit(universe.officer)
    core.fates = [lose]
    go(one(claim()), core)
    return Delivery.objects.get()


def test_without_key_and_look_up_a_person_decides(universe: Universe, undecided: Delivery) -> None:
    assert undecided.state == State.UNDECIDED
    assert claim(at=timezone.now() + timedelta(days=365)) == []
    actions.decide_found(delivery=undecided, core_number="027-1", by=universe.officer, at=timezone.now())
    undecided.refresh_from_db()
    assert (undecided.state, undecided.core_number) == (State.ACCEPTED, "027-1")
    decided = Entry.objects.get(action="delivery.decided")
    assert decided.actor == str(universe.officer.pk)
    assert Stamp.objects.filter(step=Step.DELIVERED).exists()


def test_a_person_lets_it_be_sent_again(universe: Universe, undecided: Delivery) -> None:
    actions.decide_to_send_again(delivery=undecided, by=universe.supervisor, at=timezone.now())
    assert len(claim()) == 1


def test_a_person_cannot_send_again_too_early(
    universe: Universe, undecided: Delivery, use_core: Callable[[MemoryCore], MemoryCore]
) -> None:
    use_core(MemoryCore(keyed=False, lookup=False))
    with pytest.raises(NotNow, match="遅れて登録"):
        actions.decide_to_send_again(delivery=undecided, by=universe.officer, at=timezone.now())


def test_a_person_notes_a_rejection(universe: Universe, undecided: Delivery) -> None:
    actions.decide_rejected(
        delivery=undecided, reason="口座名義の相違", by=universe.officer, at=timezone.now()
    )
    undecided.refresh_from_db()
    assert undecided.reasons == [{"field": "", "reason": "口座名義の相違"}]


def test_an_outsider_may_not_decide(universe: Universe, undecided: Delivery) -> None:
    with pytest.raises(Refused, match="別の拠点"):
        actions.decide_found(delivery=undecided, core_number="1", by=universe.outsider, at=timezone.now())


def test_a_number_belongs_to_one_delivery(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    submit(universe.officer)
    same = Answer(Verdict.ACCEPTED, "K-1")
    memory.fates = [lambda: same, lambda: same]
    for claimed in claim():
        go(claimed, memory)
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [State.ACCEPTED, State.UNDECIDED]


def test_a_decision_must_be_waited_for(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    go(one(claim()), memory)
    with pytest.raises(NotNow):
        actions.decide_found(
            delivery=Delivery.objects.get(), core_number="2", by=universe.officer, at=timezone.now()
        )


def test_hurrying_brings_the_question_forward(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    memory.fates = [lose]
    go(one(claim()), memory)
    row = Delivery.objects.get()
    go(one(claim(at=due_at(row))), memory)
    at = timezone.now()
    assert due_at(row) > at
    actions.hurry(delivery=row, by=universe.officer, at=at)
    assert due_at(row) == at


def test_attempts_are_written_once(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    go(one(claim()), memory)
    line = Attempt.objects.get()
    line.note = "…"
    with pytest.raises(Append):
        line.save()


@pytest.mark.parametrize(
    "lie",
    [
        {"state": "accepted", "next_at": None, "core_number": ""},
        {"state": "waiting", "next_at": None},
        {"state": "undecided"},
        {"state": "sending"},
        {"state": "unknown"},
        {"state": "lost"},
    ],
)
def test_the_store_refuses_what_cannot_be_true(
    universe: Universe, memory: MemoryCore, lie: dict[str, Any]
) -> None:
    submission = submit(universe.officer)
    actions._take_over([submission.pk], timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(**lie)


def test_submissions_that_became_visible_late_are_found(universe: Universe, memory: MemoryCore) -> None:
    first, second = submit(universe.officer), submit(universe.officer)
    actions._take_over([second.pk], timezone.now())
    Submission.objects.filter(pk=second.pk).exists()
    found = queries.candidates(at=timezone.now(), limit=10)
    assert first.pk in found.new


def test_the_overview_counts_and_says_when_nobody_delivers(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    at = timezone.now()
    before = queries.overview(at=at)
    assert (before.untaken, before.states) == (1, [])
    assert "配送係が動いていません" in before.worker
    actions.beat(worker="a:1", started_at=at, at=at)
    go(one(claim()), memory)
    after = queries.overview(at=at)
    assert [(state.state, state.count) for state in after.states] == [("accepted", 1)]
    assert (after.untaken, after.worker) == (0, "")
    assert "応答がありません" in queries.overview(at=at + timedelta(minutes=1)).worker


def test_what_lasts_too_long_is_late(universe: Universe, memory: MemoryCore) -> None:
    submission = submit(universe.officer)
    memory.fates = [down]
    go(one(claim()), memory)
    later = timezone.now() + timedelta(minutes=11)
    assert queries.overview(at=later).late == 1
    status = status_of(submission.application_id, at=later)
    assert (status.is_late, status.age, status.label) == (True, "11分", "送信待ち")
    assert "つながりません" in status.reason


def test_the_status_costs_one_query(
    universe: Universe, memory: MemoryCore, django_assert_num_queries: Any
) -> None:
    application = submit(universe.officer).application_id
    with django_assert_num_queries(1):
        assert status_of(application).label == "送信待ち"
    assert queries.status_of(uuid4()) is None


def test_under_load_neither_the_new_nor_the_waiting_starve(universe: Universe, memory: MemoryCore) -> None:
    submit(universe.officer)
    memory.fates = [down]
    go(one(claim()), memory)
    later = due_at(Delivery.objects.get())
    for _ in range(3):
        submit(universe.officer)
    waiting = Delivery.objects.get().pk
    claimed = actions.claim_due(worker="a:1", at=later, limit=1, new_first=False)
    assert [found.id for found in claimed] == [waiting]
    Delivery.objects.filter(pk=waiting).update(holder="", state="waiting", next_at=later)
    claimed = actions.claim_due(worker="a:1", at=later, limit=2)
    assert waiting in [found.id for found in claimed]
