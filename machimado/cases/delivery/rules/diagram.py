"""The state diagram, found by trying every event in every state: it shows what the rules do, not what was meant."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

from machimado.cases.delivery.rules import machine
from machimado.cases.delivery.rules.machine import (
    Answer,
    Cause,
    Core,
    FieldReason,
    Impossible,
    Progress,
    State,
    Verdict,
)
from machimado.cases.delivery.rules.words import LABELS

AT = datetime(2025, 4, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)

type_of_event = Callable[[Progress, Core], Progress]


def _answers(verdict: Verdict) -> type_of_event:
    answer = Answer(verdict, "1", (FieldReason("a", "b"),))
    return lambda now, _: machine.answered(now, answer, at=AT)


EVENTS: dict[str, type_of_event] = {
    "送る": lambda now, core: machine.claim(now, core, at=AT, until=AT + SECOND),
    "つながらない": lambda now, _: machine.not_received(now, at=AT),
    "電文を受け付けない": lambda now, _: machine.refused(now, at=AT),
    "返事がない": lambda now, core: machine.no_reply(now, core, at=AT),
    "配送係が止まった": lambda now, core: machine.bury(now, core, at=AT),
    "受理": _answers(Verdict.ACCEPTED),
    "審査中": _answers(Verdict.PENDING),
    "差戻し": _answers(Verdict.REJECTED),
    "見当たらない": lambda now, core: machine.absent(now, core, asked_at=AT, at=AT),
    "問い合わせられない": lambda now, core: machine.cannot_ask(now, core, at=AT),
    "番号が重なる": lambda now, _: machine.number_taken(now, at=AT),
    "職員: 入っている": lambda now, _: machine.person_found(now, core_number="1", at=AT),
    "職員: 差戻されている": lambda now, _: machine.person_rejected(now, reason="a", at=AT),
    "職員: 入っていない": lambda now, core: machine.person_sends_again(now, core, at=AT),
}


def mermaid() -> str:
    """Return the diagram in Mermaid's language, one line for each pair of states."""
    lines = [
        "stateDiagram-v2",
        *(f"    {state}: {LABELS[state]}" for state in State),
        f"    [*] --> {State.WAITING}",
    ]
    pairs: dict[tuple[State, State], list[str]] = {}
    for source, event, target in edges():
        pairs.setdefault((source, target), []).append(event)
    lines += [f"    {source} --> {target}: {'・'.join(events)}" for (source, target), events in pairs.items()]
    return "\n".join([*lines, *(f"    {state} --> [*]" for state in State if state in machine.FINAL)])


def edges() -> Iterator[tuple[State, str, State]]:
    """Yield each (state, event, next state) that is possible with some core and some past, and changes the state."""
    for source, (event, apply) in product(State, EVENTS.items()):
        targets = {target for now, core in _pasts(source) if (target := _try(apply, now, core))} - {source}
        yield from ((source, event, target) for target in State if target in targets)


def _pasts(state: State) -> Iterator[tuple[Progress, Core]]:
    """Yield representatives of all pasts that matter: was something sent before, has it settled, what the core offers."""
    cores = [Core(*offers, SECOND) for offers in product((True, False), (True, False), (True, False))]
    for sent, core in product((None, AT, AT - SECOND), cores):
        yield Progress(1, state, Cause.NEW, AT, AT, sends=1, sent_until=_sent(state, sent)), core


def _sent(state: State, sent: datetime | None) -> datetime | None:
    if state is State.UNKNOWN:
        return sent or AT
    return None if state is State.WAITING else sent


def _try(apply: type_of_event, now: Progress, core: Core) -> State | None:
    try:
        return apply(now, core).state
    except Impossible:
        return None
