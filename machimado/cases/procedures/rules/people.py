"""Who stands in several lists of a life event: named once, chosen in the others, and corrected everywhere at once.

A row says in `person` who it is about; rows of different lists with the same word there are the same person. What a list
shares with where its people come from is kept in both, so that each procedure has whole rows, and is asked in one place.
Whoever stands there by themselves (`resident`, `spouse`, `newborn`) is known by that word, or by the one in `person` there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from machimado.cases.procedures.rules.cel.compile import Program, Variables
from machimado.cases.procedures.rules.cel.errors import EvaluationError
from machimado.cases.procedures.rules.definition import Text
from machimado.cases.procedures.rules.evaluation import holds
from machimado.cases.procedures.rules.outcome import Finding, Offer

PERSON = "person"
NAME = "name"
# By what a person is known, whatever the list is for.
FACTS = (NAME, "birth_date", "sex")

# Who was chosen from a row that was taken out: from then on their row stands by itself, and says so.
LEFT = "left"
_LEFT: Text = {
    "ja": "はじめの一覧から外した方です。ここでも要らなければ、外してください。",
    "ja-simple": "前（まえ）の ところから はずした 人（ひと）です。ここでも いらない ときは、はずして ください。",
    "en": "Taken off the list where this person was named first. If not needed here either, please remove them.",
    "zh-hans": "此人已从最初的名单中删除。如果这里也不需要，请删除。",
    "ko": "처음 명단에서 뺀 분입니다. 여기에도 필요 없으면 빼 주십시오.",
    "vi": "Người này đã được bỏ khỏi danh sách đầu tiên. Nếu ở đây cũng không cần, xin hãy bỏ ra.",
    "pt-br": "Pessoa retirada da lista em que foi citada primeiro. Se também não for necessária aqui, retire-a.",
}

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Where people of a list may have been named before: another list, or somebody who stands by themselves."""

    place: str
    is_list: bool
    # What is the same in both, by its name in the rows.
    alike: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """A list whose people may have been named before."""

    group: str
    sources: tuple[Source, ...]
    who: Program | None = None
    # What follows for this list from where somebody stands.
    follows: Mapping[str, Program] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Role:
    """A question that asks for the name of one person, who may have been named before.

    A source that shares nothing (`alike`) is a name by itself: whoever stands there today may not be the same tomorrow, so
    it can be chosen, and corrects nothing here.
    """

    question: str
    sources: tuple[Source, ...]
    who: Program | None = None


def value_at(answers: Any, path: str) -> Any:
    """Return what stands at a path; None where there is nothing."""
    for step in path.split("."):
        if isinstance(answers, list):
            answers = answers[int(step)] if step.isdecimal() and int(step) < len(answers) else None
        else:
            answers = answers.get(step) if isinstance(answers, Mapping) else None
    return answers


def key_of(answers: Answers, place: str) -> str | None:
    """Return who stands at a place, a row's or a person's own; None where a row does not say."""
    said = value_at(answers, f"{place}.{PERSON}")
    if isinstance(said, str) and said and said != LEFT:
        return said
    return None if place.rpartition(".")[2].isdecimal() else place


def places(answers: Answers, of: str, *, is_list: bool) -> Iterator[str]:
    """Yield the place of each row of a list, or of whoever stands by themselves."""
    if not is_list:
        yield of
        return
    rows = value_at(answers, of)
    yield from (f"{of}.{number}" for number, _ in enumerate(rows if isinstance(rows, list) else []))


def _by_key(answers: Answers, of: str, *, is_list: bool) -> dict[str, str]:
    """Return who stands in a list, or by themselves, and where."""
    found = ((key_of(answers, place), place) for place in places(answers, of, is_list=is_list))
    return {key: place for key, place in found if key is not None}


def _pairs(ties: Iterable[Tie], answers: Answers) -> Iterator[tuple[Tie, Source, str, str]]:
    """Yield each place that tells of the same person as one where they were named before: the tie, its source, both places."""
    for tie in ties:
        rows = _by_key(answers, tie.group, is_list=True)
        for source in tie.sources if rows else ():
            named = _by_key(answers, source.place, is_list=source.is_list)
            yield from ((tie, source, rows[key], named[key]) for key in rows if key in named)


# --- what is asked where -------------------------------------------------------------------------------------------


def known_before(
    ties: Sequence[Tie], answers: Answers, asked: Iterable[str], wrong: Iterable[str], variables: Variables
) -> dict[str, str]:
    """Return what of the rows is asked where their people were named, by its path; nothing stands for what follows from there.

    Where the two differ it is asked in both.
    """
    open_to_all, refused = frozenset(asked), frozenset(wrong)
    at: dict[str, str] = {}
    for tie, source, row, named in _pairs(ties, answers):
        for leaf in source.alike:
            here, there = f"{row}.{leaf}", f"{named}.{leaf}"
            if here not in at and {here, there} <= open_to_all and _same(answers, here, there):
                at[here] = there
        if f"{named}.{NAME}" in open_to_all:
            at |= dict.fromkeys(_following(tie, answers, row, named, variables) - refused - at.keys(), "")
    return {here: _first(at, here) for here in at}


def _first(at: Mapping[str, str], path: str) -> str:
    """Return where a question is asked: there the person may have been chosen as well."""
    while path in at:
        path = at[path]
    return path


def _same(answers: Answers, one: str, other: str) -> bool:
    return bool(value_at(answers, one) == value_at(answers, other))


def _following(tie: Tie, answers: Answers, row: str, named: str, variables: Variables) -> set[str]:
    """Return which questions of a row have the answer that follows from where the person was named."""
    values = _derived(tie, answers, named, variables)
    return {f"{row}.{leaf}" for leaf, value in values.items() if value_at(answers, f"{row}.{leaf}") == value}


def _derived(tie: Tie, answers: Answers, named: str, variables: Variables) -> dict[str, Any]:
    found = {}
    seen = {**variables, "item": value_at(answers, named) or {}}
    for leaf, program in tie.follows.items():
        try:
            value = program(seen)
        except EvaluationError:
            continue  # what it follows from is not answered yet
        if value is not None:
            found[leaf] = value
    return found


# --- who can be chosen ---------------------------------------------------------------------------------------------


def offers(tie: Tie, answers: Answers, asked: Iterable[str], variables: Variables) -> tuple[Offer, ...]:
    """Return who was named before and can be chosen for a list: each once, and whoever was chosen in any case."""
    open_to_all = frozenset(asked)
    rows = _by_key(answers, tie.group, is_list=True)
    there = {str(value_at(answers, f"{place}.{NAME}.text")): key for key, place in rows.items()}
    found: dict[str, Offer] = {}
    for source in tie.sources:
        for place in places(answers, source.place, is_list=source.is_list):
            name, key = value_at(answers, f"{place}.{NAME}"), key_of(answers, place) or place
            text = name.get("text") if isinstance(name, Mapping) else None
            if not isinstance(text, str) or not text.strip() or f"{place}.{NAME}" not in open_to_all:
                continue
            # Of the same name and known otherwise: they stand there already.
            if there.get(text, key) != key:
                continue
            item = {**variables, "item": value_at(answers, place)}
            if key not in found and (key in rows or holds(tie.who, item)):
                found[key] = Offer(place, name, int(rows[key].rpartition(".")[2]) if key in rows else None)
    return tuple(found.values())


def taken_over(tie: Tie, answers: Answers, place: str, variables: Variables) -> dict[str, Any]:
    """Return the beginning of a row for somebody who was named at a place."""
    source = next(one for one in tie.sources if place == one.place or place.rpartition(".")[0] == one.place)
    alike = {leaf: value_at(answers, f"{place}.{leaf}") for leaf in source.alike}
    return {leaf: value for leaf, value in alike.items() if value is not None} | _derived(
        tie, answers, place, variables
    )


def candidates(
    role: Role, answers: Answers, asked: Iterable[str] | None, variables: Variables
) -> tuple[Offer, ...]:
    """Return whose name can be chosen for a question: each once.

    Of what is not `asked` nothing is offered; before anything but the first questions is asked (None), all that is known.
    """
    open_to_all = None if asked is None else frozenset(asked)
    own = key_of(answers, role.question.removesuffix(f".{NAME}"))
    found: dict[str, Offer] = {}
    for source in role.sources:
        for place in places(answers, source.place, is_list=source.is_list):
            path = name_path(source, place)
            name = value_at(answers, path)
            text = name.get("text") if isinstance(name, Mapping) else None
            if not isinstance(text, str) or not text.strip() or text in found:
                continue
            if key_of(answers, place) == own:
                continue  # it is their own name that is asked
            item = value_at(answers, place) if source.alike else {NAME: name}
            if (open_to_all is None or path in open_to_all) and holds(role.who, {**variables, "item": item}):
                found[text] = Offer(place, name, None)
    return tuple(found.values())


def name_path(source: Source, place: str) -> str:
    """Return where the name of somebody of a role's source stands."""
    return f"{place}.{NAME}" if source.alike else place


# --- one correction for all ----------------------------------------------------------------------------------------


def carried(
    ties: Sequence[Tie], before: Answers, after: Answers, variables: Callable[[], Variables]
) -> dict[str, Any]:
    """Return what else is to be written, by its path, after something was said of somebody who stands in several lists.

    What was changed at one place holds at all; None takes an answer away. Where both were changed, the place where the
    person was named first has the word.
    """
    found: dict[str, Any] = {}

    def now(path: str) -> Any:
        return found[path] if path in found else value_at(after, path)

    for tie, source, row, named in _pairs(ties, after):
        earlier = _earlier(before, tie.group, is_list=True, key=key_of(after, row))
        first = _earlier(before, source.place, is_list=source.is_list, key=key_of(after, named))
        for leaf in source.alike:
            here, there = f"{row}.{leaf}", f"{named}.{leaf}"
            if now(here) == now(there):
                continue
            if first and value_at(before, f"{first}.{leaf}") != now(there):
                found[here] = now(there)
            elif earlier and value_at(before, f"{earlier}.{leaf}") != now(here):
                found[there] = now(here)
        if tie.follows and first and value_at(before, first) != value_at(after, named):
            derived = _derived(tie, after, named, variables())
            found |= {f"{row}.{leaf}": each for leaf, each in derived.items() if now(f"{row}.{leaf}") != each}
    return found


def renamed(roles: Iterable[Role], before: Answers, after: Answers) -> dict[str, Any]:
    """Return which names are to be written otherwise, by their path, after those of the people who bear them were corrected.

    Whoever bears exactly the name that stood there is meant; where somebody still bears it, nothing changes.
    """
    found = {}
    for role in roles:
        stood = value_at(after, role.question)
        if stood and stood == value_at(before, role.question):
            bearers = dict(_bearers(role, before, after))
            names = [now for was, now in bearers.values() if was == stood and now]
            if names and stood not in [now for _, now in bearers.values()]:
                found[role.question] = names[0]
    return found


def _bearers(role: Role, before: Answers, after: Answers) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Yield by the place what everybody of whom a name may be is called, before and now."""
    for source in (one for one in role.sources if one.alike):
        for place in places(after, source.place, is_list=source.is_list):
            earlier = _same_place(source, before, after, place)
            was = value_at(before, f"{earlier}.{NAME}") if earlier else None
            yield place, (was, value_at(after, f"{place}.{NAME}"))


def _same_place(source: Source, before: Answers, after: Answers, place: str) -> str | None:
    """Return where whoever stands at a place stood before; nothing where that is not known for sure."""
    key = key_of(after, place)
    if key is not None:
        return _earlier(before, source.place, is_list=source.is_list, key=key)
    rows = [value_at(answers, source.place) for answers in (before, after)]
    is_same = all(isinstance(each, list) for each in rows) and len(rows[0]) == len(rows[1])
    return place if is_same and key_of(before, place) is None else None


def _earlier(before: Answers, of: str, *, is_list: bool, key: str | None) -> str | None:
    """Return where somebody stood before."""
    return _by_key(before, of, is_list=is_list).get(key or "")


def left_behind(ties: Iterable[Tie], answers: Answers, place: str) -> list[str]:
    """Return the rows of other lists that were chosen from a row, and from no other: it is about to be taken out."""
    key, of = key_of(answers, place), place.rpartition(".")[0]
    followers = [
        (tie, row)
        for tie, source, row, named in _pairs(ties, answers)
        if named == place and key is not None and source.place == of
    ]
    return [row for tie, row in followers if not _stands_elsewhere(tie, answers, key, of)]


def _stands_elsewhere(tie: Tie, answers: Answers, key: str | None, but: str) -> bool:
    others = (source for source in tie.sources if source.place != but)
    return any(key in _by_key(answers, one.place, is_list=one.is_list) for one in others)


def told_of_those_left(ties: Iterable[Tie], answers: Answers, asked: Iterable[str]) -> Iterator[Finding]:
    """Yield a remark for each row that was chosen from one that is there no longer: whether it stays is for people to say."""
    open_to_all = frozenset(asked)
    for tie in ties:
        for row in places(answers, tie.group, is_list=True):
            if value_at(answers, f"{row}.{PERSON}") == LEFT and f"{row}.{NAME}" in open_to_all:
                yield Finding("people.left", "warning", (f"{row}.{NAME}",), _LEFT, alone=_LEFT)


def roots(ties: Iterable[Tie], roles: Iterable[Role] = ()) -> frozenset[str]:
    """Return the first words of all places that are tied to each other."""
    tied = [(tie.group, tie.sources) for tie in ties] + [(role.question, role.sources) for role in roles]
    return frozenset(
        place.partition(".")[0]
        for target, sources in tied
        for place in (target, *(source.place for source in sources))
    )
