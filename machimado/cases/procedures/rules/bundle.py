"""Several procedures asked as one: each meaning once, for all that need it; and each procedure judged by its own form.

The answers are one document. A question whose meaning is shared stands at its own id (`resident.name`), a procedure's own
one under the procedure (`national-health-loss.reason`), a procedure's own question in the rows of a shared group beside
the shared ones (`household.members.0.national-health-loss-reason`). `Member.view` gives a procedure its answers as it knows them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from machimado.cases.procedures.rules import definition
from machimado.cases.procedures.rules.cel.compile import Variables
from machimado.cases.procedures.rules.crosscheck import cross_check, is_rows, seen
from machimado.cases.procedures.rules.due import due_date
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import LifeEvent, Triage, step_id
from machimado.cases.procedures.rules.member import Member
from machimado.cases.procedures.rules.outcome import Finding, Outcome, Reason, Step
from machimado.cases.procedures.rules.people import (
    Role,
    Tie,
    candidates,
    known_before,
    offers,
    told_of_those_left,
)

ROUTE = "route"
# The route was looked at, and is gone; what is left for another day; what somebody was told of.
AGREED, PUT_OFF, TOLD = "route.agreed", "route.put_off", "route.told"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Bundle(Form):
    """A life event that is ready to use: a form whose evaluation asks the triage and each procedure that applies."""

    event: LifeEvent
    triage: Triage
    members: Mapping[str, Member]
    ties: tuple[Tie, ...] = ()
    roles: tuple[Role, ...] = ()

    def is_newer_than(self, other: Form) -> bool:
        """Tell whether the event or one of its procedures has a later version, or there is a procedure more."""
        if not isinstance(other, Bundle) or self.version > other.version:
            return True
        return any(
            name not in other.members or member.form.is_newer_than(other.members[name].form)
            for name, member in self.members.items()
        )

    def evaluate(
        self, answers: Mapping[str, Any], *, today: date, channel: definition.Channel = "counter"
    ) -> Outcome:
        """Tell what holds: for the triage alone until the route is agreed, then for all its procedures together."""
        given = answers if isinstance(answers, dict) else {}
        first = self.triage.form.evaluate(given, today=today, channel=channel)
        agreed, going = _agreed(given), self._going(first, given)
        each = self._each(first, [one for one in going if one.id in agreed], given, today, channel)
        # What came to the route or left it since then changes what was agreed to; what is put off does not.
        is_agreed = bool(going) and agreed - _put_off(given) == {one.id for one in going}
        route = self._steps(first, given, each, today, channel)
        together = _together(first, each, route, agreed=is_agreed)
        if not (self.checks or self.ties or self.roles):
            return together
        variables = self._seen(together, given, first.derived, today, channel)
        checked = self._with_roles(self._checked(together, variables), given, variables)
        return self._with_people(checked, given, variables)

    def _seen(
        self,
        together: Outcome,
        answers: Mapping[str, Any],
        derived: Mapping[str, Any],
        today: date,
        channel: definition.Channel,
    ) -> Variables:
        refused = [
            path for found in together.errors if _is_refusal(found, self.members) for path in found.fields
        ]
        return seen(answers, together.asked, refused, derived=derived, today=today, channel=channel)

    def _checked(self, together: Outcome, variables: Variables) -> Outcome:
        """Add what the event itself finds between its procedures."""
        found, undecided = cross_check(self.checks, variables)
        return replace(
            together,
            errors=(*together.errors, *(one for one in found if one.level == "error")),
            warnings=(*together.warnings, *(one for one in found if one.level == "warning")),
            undecided=(*together.undecided, *undecided),
        )

    def _with_roles(self, found: Outcome, answers: Mapping[str, Any], variables: Variables) -> Outcome:
        """Tell who was named before where one name is asked; of lists that choose them as well each once."""
        if not self.roles:
            return found
        asked = frozenset(found.asked)
        known = asked if _agreed(answers) else None
        named = {
            role.question: candidates(role, answers, known, variables)
            for role in self.roles
            if role.question in asked
        }
        return replace(found, candidates={question: each for question, each in named.items() if each})

    def _with_people(self, found: Outcome, answers: Mapping[str, Any], variables: Variables) -> Outcome:
        """Ask what is known of people who were named before only where they were named."""
        if not self.ties:
            return found
        left = told_of_those_left(self.ties, answers, found.asked)
        found = replace(found, warnings=(*found.warnings, *left))
        wrong = {*found.missing, *(path for one in found.errors for path in one.fields)}
        known = known_before(self.ties, answers, found.asked, wrong, variables)
        given = {path.rpartition(".")[0].rpartition(".")[0] for path in found.given}
        return replace(
            _asked_once(found, known),
            asked_at=known,
            offers={
                tie.group: offers(tie, answers, found.asked, variables)
                for tie in self.ties
                if tie.group in found.asked and tie.group not in given
            },
        )

    def variables(self, answers: Mapping[str, Any], *, today: date, channel: definition.Channel) -> Variables:
        """Return what rules between the procedures see of these answers."""
        first = self.triage.form.evaluate(answers, today=today, channel=channel)
        each = self._each(first, self._going(first, answers), answers, today, channel)
        together = _together(first, each, (), agreed=True)
        return self._seen(together, answers, first.derived, today, channel)

    def evaluate_each(
        self, answers: Mapping[str, Any], *, today: date, channel: definition.Channel = "counter"
    ) -> list[tuple[Member, Outcome]]:
        """Tell what holds for each procedure that these answers call for today, in their order, each by itself."""
        first = self.triage.form.evaluate(answers, today=today, channel=channel)
        return self._each(first, self._going(first, answers), answers, today, channel)

    def _each(
        self,
        first: Outcome,
        going: list[Member],
        answers: Mapping[str, Any],
        today: date,
        channel: definition.Channel,
    ) -> list[tuple[Member, Outcome]]:
        free = _free(going, first.derived)
        return [
            (one, one.form.evaluate(one.view(answers, first.derived, free), today=today, channel=channel))
            for one in going
        ]

    def going(
        self, answers: Mapping[str, Any], *, today: date, channel: definition.Channel = "counter"
    ) -> list[Member]:
        """Return the procedures that these answers call for today, in their order."""
        return self._going(self.triage.form.evaluate(answers, today=today, channel=channel), answers)

    def _going(self, first: Outcome, answers: Mapping[str, Any]) -> list[Member]:
        off = _put_off(answers)
        return [self.members[name] for name in first.documents if name in self.members and name not in off]

    def _steps(
        self,
        first: Outcome,
        answers: Mapping[str, Any],
        each: Iterable[tuple[Member, Outcome]],
        today: date,
        channel: definition.Channel,
    ) -> tuple[Step, ...]:
        points = {one.id: _open_points(its) for one, its in each}
        known = {step_id(step): step for step in self.event.steps}
        off = _put_off(answers)
        variables = {root: {} for root in self.triage.form.roots} | {
            **first.answers,
            "derived": first.derived,
        }
        variables |= {"today": today.isoformat(), "channel": channel}
        return tuple(
            Step(
                id=name,
                due_date=due_date(known[name].due, {**first.answers, "derived": first.derived}),
                because=self._because(name, first, variables),
                is_put_off=name in off,
                open_points=points.get(name, 0),
            )
            for name in first.documents
        )

    def _because(self, name: str, first: Outcome, variables: Variables) -> tuple[Reason, ...]:
        """Return the answers that decided a step: what was not asked, or left open, decided nothing."""
        asked = frozenset(first.asked)
        return tuple(one for one in self.triage.reasons[name](variables) if one.path in asked)


def _free(going: Iterable[Member], derived: Mapping[str, Any]) -> frozenset[str]:
    """Return the lists of which the event answers none: a row is the same person for all, so it answers for all or for none."""
    return frozenset().union(*(one.unanswered_lists(derived) for one in going))


def _is_refusal(finding: Finding, members: Iterable[str]) -> bool:
    """Return whether a value by itself was refused, by the triage or by one of the procedures."""
    owner, _, own = finding.id.partition(".")
    return (own if owner in members else finding.id).startswith("value.")


def _route(answers: Mapping[str, Any], name: str) -> Any:
    route = answers.get(ROUTE)
    return route.get(name) if isinstance(route, dict) else None


def _agreed(answers: Mapping[str, Any]) -> frozenset[str]:
    """Return the procedures that were agreed: what came to the route since then is agreed anew."""
    found = _route(answers, "agreed")
    return (
        frozenset(name for name in found if isinstance(name, str)) if isinstance(found, list) else frozenset()
    )


def not_yet_agreed(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers as they were before the route was agreed: the triage alone is asked."""
    route = answers.get(ROUTE)
    kept = {key: value for key, value in route.items() if key != "agreed"} if isinstance(route, dict) else {}
    return {**answers, ROUTE: kept}


def _put_off(answers: Mapping[str, Any]) -> frozenset[str]:
    found = _route(answers, "put_off")
    return (
        frozenset(name for name in found if isinstance(name, str)) if isinstance(found, list) else frozenset()
    )


def _open_points(outcome: Outcome) -> int:
    wrong = {path for finding in outcome.errors for path in finding.fields}
    return len({*outcome.missing, *wrong} - {"signature"})


def _together(
    first: Outcome,
    each: list[tuple[Member, Outcome]],
    route: tuple[Step, ...],
    *,
    agreed: bool,
) -> Outcome:
    """Return one outcome of all: what any of them asks is asked, what any of them lacks is missing."""
    # What the event answers is not asked, unless the procedure finds something missing or wrong in it.
    free = _free((one for one, _ in each), first.derived)
    given = {one.id: _given_paths(one, first.derived, its, free) for one, its in each}
    asked = [one.path(path) for one, its in each for path in its.asked if path not in given[one.id]]
    rows = {
        one.path(path): value
        for one, its in each
        for path, value in given[one.id].items()
        if one.form.question(path) is not None and path not in one.given
    }
    missing = [one.path(path) for one, its in each for path in its.missing]
    required = {one.path(path) for one, its in each for path in its.required}
    findings = [
        (one.renamed(found), found.level) for one, its in each for found in (*its.errors, *its.warnings)
    ]
    return Outcome(
        asked=tuple(dict.fromkeys((*first.asked, AGREED, PUT_OFF, TOLD, *asked))),
        missing=tuple(dict.fromkeys((*first.missing, *([] if agreed else [AGREED]), *missing))),
        required=first.required | required,
        errors=(*first.errors, *_each_once(found for found, level in findings if level == "error")),
        warnings=(*first.warnings, *_each_once(found for found, level in findings if level == "warning")),
        undecided=(*first.undecided, *(f"{one.id}.{name}" for one, its in each for name in its.undecided)),
        derived={one.id: its.derived for one, its in each},
        delivers={},
        documents=tuple(f"{one.id}.{name}" for one, its in each for name in its.documents),
        fee=sum(its.fee or 0 for _, its in each),
        answers={},
        route=route,
        askers=_askers(each),
        given={path: value for path, value in rows.items() if path not in frozenset(asked)},
    )


def _given_paths(
    one: Member, derived: Mapping[str, Any], its: Outcome, free: frozenset[str]
) -> dict[str, Any]:
    """Return what the event answers of a procedure, by the procedure's paths: a list with all that stands in its rows.

    What the procedure finds missing or wrong is asked all the same; a list with a row of which something is asked, is too.
    """
    wrong = {path for found in its.errors for path in found.fields}
    found: dict[str, Any] = {}
    for name in one.answered(derived, free):
        value = derived[one.given[name]]
        if name in wrong or (name in its.missing):
            continue
        leaves = _leaves_of(name, value)
        closed = frozenset(its.asked) - wrong.union(its.missing)
        found |= {path: each for path, each in leaves.items() if path in closed}
        if all(path in found for path in its.asked if path.startswith(f"{name}.")):
            found[name] = value
    return found


def _leaves_of(name: str, value: Any) -> dict[str, Any]:
    """Return what stands in given rows by its path; nothing where it is no list of rows."""
    if not is_rows(value):
        return {}
    return {f"{name}.{place}.{leaf}": each for place, row in enumerate(value) for leaf, each in row.items()}


def _asked_once(found: Outcome, known: Mapping[str, str]) -> Outcome:
    """Return the outcome with what is known of people asked at one place; what is wrong or missing of it is told there."""

    def told_at(paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(known.get(path, path) for path in paths if known.get(path, path)))

    def told(findings: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(_each_once(replace(one, fields=told_at(one.fields)) for one in findings))

    return replace(
        found,
        asked=tuple(path for path in found.asked if path not in known),
        missing=told_at(found.missing),
        required=frozenset(told_at(found.required)),
        errors=told(found.errors),
        warnings=told(found.warnings),
    )


def _askers(each: list[tuple[Member, Outcome]]) -> dict[str, tuple[str, ...]]:
    """Return which procedures ask each shared question, by its path."""
    found: dict[str, tuple[str, ...]] = {}
    for one, its in each:
        for path in its.asked:
            if path in one.shared:
                found[path] = (*found.get(path, ()), one.id)
    return found


def _each_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out what another procedure has said already: the same sentence at the same places."""
    seen = set()
    for found in findings:
        key = (found.message["ja"], found.fields)
        if key not in seen:
            seen.add(key)
            yield found
