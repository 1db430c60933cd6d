"""The promise of the rules, tried by Hypothesis against a core system that loses replies and commits late."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from machimado.cases.delivery.rules import machine, words
from machimado.cases.delivery.rules.backoff import LONGEST_SECONDS, SPREAD, delay
from machimado.cases.delivery.rules.machine import (
    AUTOMATIC,
    FINAL,
    FOR_PERSON,
    Answer,
    Core,
    Impossible,
    Progress,
    State,
    Step,
    Verdict,
)

START = datetime(2025, 4, 1, 9, tzinfo=UTC)
LEASE = timedelta(seconds=15)
MARGIN = timedelta(seconds=5)
SETTLING = timedelta(seconds=60)
LATE = st.sampled_from([0, 3, 59])
VERDICT = st.sampled_from([Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.PENDING, Verdict.REJECTED])
NO_OFFER = Core(keyed=False, lookup=False, status=False, settling=SETTLING)


@dataclass
class Entry:
    """What the model core was given; it becomes visible, and so real, at `committed_at`."""

    reference: int
    committed_at: datetime
    verdict: Verdict


@dataclass
class ModelCore:
    """A core system as the rules must expect it: it answers, loses replies, commits late."""

    offers: Core
    entries: list[Entry] = field(default_factory=list)

    def receive(self, reference: int, at: datetime, late: timedelta, verdict: Verdict) -> Entry:
        kept = [entry for entry in self.entries if entry.reference == reference]
        if self.offers.keyed and kept:
            return kept[0]
        self.entries.append(Entry(reference, at + late, verdict))
        return self.entries[-1]

    def seen(self, reference: int, at: datetime) -> Entry | None:
        return next((e for e in self.entries if e.reference == reference and e.committed_at <= at), None)


@dataclass
class Worker:
    """A process that claimed a delivery. It may be stopped for any time at any point, or die."""

    claimed: Progress
    sent: Entry | None = None


def answer_of(reference: int, entry: Entry) -> Answer:
    return Answer(entry.verdict, f"K{reference}")


class Deliveries(RuleBasedStateMachine):
    """Several submissions, several workers, one core; time moves only when a rule moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.at = START
        self.rows: dict[int, Progress] = {}
        self.holders: dict[int, Worker] = {}  # the worker whose claim the row carries
        self.ghosts: list[Worker] = []  # workers that were buried but may still wake up
        self.core = ModelCore(NO_OFFER)

    @initialize(keyed=st.booleans(), lookup=st.booleans(), status=st.booleans())
    def begin(self, keyed: bool, lookup: bool, status: bool) -> None:
        self.core = ModelCore(Core(keyed, lookup, status, SETTLING))

    @precondition(lambda self: len(self.rows) < 3)
    @rule()
    def submit(self) -> None:
        number = len(self.rows) + 1
        self.rows[number] = machine.begin(number, self.at)

    @rule(seconds=st.sampled_from([0, 1, 5, 14, 16, 59, 61, 400]))
    def pass_time(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @precondition(lambda self: self.automatic())
    @rule(early=st.sampled_from([0, 0, 5]), seconds=st.sampled_from([0, 10]))
    def let_time_come(self, early: int, seconds: int) -> None:
        """Move to the next time at which something is due, or just before; then do what needs no sending."""
        coming = min(row.next_at for row in self.automatic() if row.next_at is not None)
        self.at = max(self.at, coming - timedelta(seconds=early))
        for row in self.rows.values():
            if early and row.state is State.UNKNOWN:
                self.rows[row.id] = machine.hurry(row, self.core.offers, at=self.at)
        self.bury()
        self.ask(seconds, reachable=True)
        self.hand_over()

    def automatic(self) -> list[Progress]:
        return [row for row in self.rows.values() if row.state in AUTOMATIC]

    def due(self, step: Step) -> list[Progress]:
        return [
            row
            for row in self.rows.values()
            if row.next_at is not None and row.next_at <= self.at
            and machine.next_step(row, self.core.offers) is step
        ]  # fmt: skip

    @precondition(lambda self: self.due(Step.SEND))
    @rule(fate=st.sampled_from(["heard", "lost", "lost", "unreached", "stopped before", "stopped after"]), late=LATE,
          verdict=VERDICT)  # fmt: skip
    def send(self, fate: str, late: int, verdict: Verdict) -> None:
        """Claim what is due and let one fate befall each; a stopped worker is left to `wake`, `end` and `bury`."""
        for row in self.due(Step.SEND):
            claimed = machine.claim(row, self.core.offers, at=self.at, until=self.at + LEASE)
            self.rows[row.id] = claimed
            self.holders[row.id] = Worker(claimed)
        if fate not in {"unreached", "stopped before"}:
            self.wake(late, verdict)
        if not fate.startswith("stopped"):
            self.end(heard=fate == "heard")

    @precondition(lambda self: any(worker.sent is None for worker in [*self.holders.values(), *self.ghosts]))
    @rule(late=LATE, verdict=VERDICT)
    def wake(self, late: int, verdict: Verdict) -> None:
        """Let those that were stopped before the bytes left go on, buried or not."""
        for worker in [*self.holders.values(), *self.ghosts]:
            until = worker.claimed.next_at
            assert until is not None
            if worker.sent is None and machine.may_still_send(until=until, at=self.at, margin=MARGIN):
                worker.sent = self.core.receive(worker.claimed.id, self.at, timedelta(seconds=late), verdict)

    @precondition(lambda self: self.holders)
    @rule(heard=st.booleans())
    def end(self, heard: bool) -> None:
        for number, worker in list(self.holders.items()):
            row = self.rows[number]
            if worker.sent is None:
                self.rows[number] = machine.not_received(row, at=self.at)
            elif heard:
                self.rows[number] = machine.answered(row, answer_of(number, worker.sent), at=self.at)
                # The core answers once it has committed.
                worker.sent.committed_at = min(worker.sent.committed_at, self.at)
            else:
                self.rows[number] = machine.no_reply(row, self.core.offers, at=self.at)
            del self.holders[number]

    @precondition(lambda self: self.due(Step.BURY))
    @rule()
    def bury(self) -> None:
        for row in self.due(Step.BURY):
            self.rows[row.id] = machine.bury(row, self.core.offers, at=self.at)
            self.ghosts.append(self.holders.pop(row.id))

    @precondition(lambda self: self.due(Step.ASK))
    @rule(seconds=st.sampled_from([0, 10]), reachable=st.booleans())
    def ask(self, seconds: int, reachable: bool) -> None:
        """Ask; the core looks when the question begins, the answer arrives later."""
        asked_at, asked = self.at, self.due(Step.ASK)
        self.at += timedelta(seconds=seconds)
        for row in asked:
            entry = self.core.seen(row.id, asked_at)
            if not reachable:
                self.rows[row.id] = machine.ask_failed(row, at=self.at)
            elif entry is None:
                self.rows[row.id] = machine.absent(row, self.core.offers, asked_at=asked_at, at=self.at)
            else:
                self.rows[row.id] = machine.answered(row, answer_of(row.id, entry), at=self.at)

    @precondition(lambda self: self.due(Step.HAND_OVER))
    @rule()
    def hand_over(self) -> None:
        for row in self.due(Step.HAND_OVER):
            self.rows[row.id] = machine.hand_over(row, at=self.at)

    @precondition(lambda self: self.rows)
    @rule()
    def hurry(self) -> None:
        for row in self.rows.values():
            if row.state in {State.WAITING, State.UNKNOWN, State.PENDING}:
                self.rows[row.id] = machine.hurry(row, self.core.offers, at=self.at)

    @precondition(lambda self: any(row.state in FOR_PERSON for row in self.rows.values()))
    @rule()
    def decide(self) -> None:
        """Let a person look into the core and tell the truth, as far as it can be seen."""
        for row in [row for row in self.rows.values() if row.state in FOR_PERSON]:
            entry = self.core.seen(row.id, self.at)
            try:
                self.rows[row.id] = self.person_says(row, entry)
            except Impossible:
                assert row.sent_until is not None
                assert self.at < row.sent_until + SETTLING

    def person_says(self, row: Progress, entry: Entry | None) -> Progress:
        if entry is None:
            return machine.person_sends_again(row, self.core.offers, at=self.at)
        if entry.verdict is Verdict.REJECTED:
            return machine.person_rejected(row, reason="口座名義の相違", at=self.at)
        return machine.person_found(row, core_number=f"K{row.id}", at=self.at)

    def teardown(self) -> None:
        """Let the faults end: then everything comes to its end by itself, or waits for a person."""
        if not self.rows:
            return
        for _ in range(60):
            self.at += timedelta(seconds=LONGEST_SECONDS * (1 + SPREAD))
            self.send(fate="heard", late=0, verdict=Verdict.ACCEPTED)
            self.bury()
            self.ask(seconds=0, reachable=True)
            self.hand_over()
            for entry in self.core.entries:
                entry.verdict = Verdict.ACCEPTED if entry.verdict is Verdict.PENDING else entry.verdict
        assert all(row.state in FINAL | FOR_PERSON for row in self.rows.values())
        if self.core.offers.lookup:
            assert all(row.state in FINAL for row in self.rows.values())
        self.effect_at_most_once()
        self.final_states_are_true()

    @invariant()
    def effect_at_most_once(self) -> None:
        references = [entry.reference for entry in self.core.entries]
        assert len(references) == len(set(references))

    @invariant()
    def final_states_are_true(self) -> None:
        for row in self.rows.values():
            if row.state in FINAL:
                entry = self.core.seen(row.id, self.at)
                assert entry is not None
                assert row.state is not State.REJECTED or entry.verdict is Verdict.REJECTED

    @invariant()
    def nothing_waits_silently(self) -> None:
        for row in self.rows.values():
            assert (row.next_at is not None) == (row.state in AUTOMATIC)
            told = words.tell(row)
            assert told.label and told.reason and told.next_step  # noqa: PT018 - three texts, one meaning
            assert row.since <= self.at


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=250, stateful_step_count=30)


def sending(core: Core) -> Progress:
    return machine.claim(machine.begin(1, START), core, at=START, until=START + LEASE)


def test_neither_key_nor_look_up_is_for_a_person() -> None:
    now = machine.no_reply(sending(NO_OFFER), NO_OFFER, at=START)
    assert now.state is State.UNDECIDED
    assert machine.next_step(now, NO_OFFER) is None


def test_a_key_alone_sends_again_only_after_settling() -> None:
    core = replace(NO_OFFER, keyed=True)
    now = machine.no_reply(sending(core), core, at=START)
    assert now.state is State.UNKNOWN
    assert now.next_at == START + SETTLING
    again = machine.claim(now, core, at=START + SETTLING, until=START + SETTLING + LEASE)
    # The core was down: that tells nothing about the first message.
    assert machine.not_received(again, at=START + SETTLING).state is State.UNKNOWN


def test_a_dead_sender_settles_from_the_end_of_its_time() -> None:
    core = replace(NO_OFFER, lookup=True)
    now = machine.bury(sending(core), core, at=START + timedelta(days=1))
    asked = machine.absent(now, core, asked_at=START + timedelta(days=1), at=START + timedelta(days=1))
    assert asked.state is State.WAITING


def test_absence_before_settling_is_no_proof() -> None:
    core = replace(NO_OFFER, lookup=True)
    now = machine.no_reply(sending(core), core, at=START)
    late = START + SETTLING
    assert machine.absent(now, core, asked_at=late - MARGIN, at=late + MARGIN).state is State.UNKNOWN
    assert machine.absent(now, core, asked_at=late, at=late + MARGIN).state is State.WAITING


def test_a_rejected_delivery_is_final() -> None:
    now = machine.answered(sending(NO_OFFER), Answer(Verdict.REJECTED, "K1"), at=START)
    assert now.state is State.REJECTED
    assert machine.answered(now, Answer(Verdict.REJECTED, "K1"), at=START) == now


@given(st.integers(1, 10**9), st.integers(0, 500), st.booleans())
def test_delays_are_bounded_and_repeatable(number: int, misses: int, slow: bool) -> None:
    assert (
        timedelta(0) < delay(number, misses, slow=slow) <= timedelta(seconds=LONGEST_SECONDS * (1 + SPREAD))
    )
    assert delay(number, misses, slow=slow) == delay(number, misses, slow=slow)
