"""Lists in which the same people stand, and questions that ask one name, as an officer chooses and reads them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from machimado.cases.authoring.queries.offered import Choices, Groups, Known, Pairs
from machimado.cases.authoring.queries.reading import Reading
from machimado.cases.authoring.rules.conditions import About, conditions_of, conditions_of_person, in_words
from machimado.cases.authoring.rules.saying import listed_in
from machimado.cases.procedures.rules.cel.errors import ExpressionError
from machimado.cases.procedures.rules.cel.parse import parse
from machimado.cases.procedures.rules.cel.syntax import Literal
from machimado.cases.procedures.rules.naming import Names
from machimado.cases.procedures.rules.people import FACTS
from machimado.cases.procedures.rules.questions import Question
from machimado.cases.procedures.rules.saying import Words, say_value, with_person, words_between

Part = Mapping[str, Any]
_LISTS, _SINGLES = "一覧に並ぶ方", "おひとりで伺う方"
_FOLLOWS_NAME = "（氏名を直すと、ここも直ります）"
_NAMES = "名前だけ（世帯主のように、あとで別の方に変わることがあるとき。直しても、ここは変わりません）"
_GONE = "いまはないもの"


# --- what can be chosen ----------------------------------------------------------------------------------------------


def of_people(reading: Reading, value: Part) -> Choices:
    """Return what can be chosen in the form of a list in which the same people stand."""
    names, own = reading.names, str(value.get("list", ""))
    tied = [str(one.get("list", "")) for one in listed_in(reading.data, "people")]
    shared = [one for one in names.lists if one == own or one not in tied]
    # Whoever stands in a list that is filled later cannot be chosen yet.
    later = tied[tied.index(own) :] if own in tied else []
    lists = [one for one in names.lists if one not in later and one != own]
    groups = [(_SINGLES, _people(names, names.singles, own or "-")), (_LISTS, _people(names, lists))]
    follows = value.get("follows")
    return Choices(
        shared=tuple((one, names.called(one)) for one in _with(shared, own)),
        several={"from": _kept(names, groups, value.get("from"))},
        known=tuple(_known(reading, value, follows if isinstance(follows, dict) else {})),
        may_be_known=tuple(_may_follow(reading, value)),
        questions=tuple(
            (leaf, one.label["ja"]) for leaf, one in names.leaves([own]).items() if leaf not in FACTS
        ),
    )


def of_chosen(reading: Reading, value: Part) -> Choices:
    """Return what can be chosen in the form of questions that ask one name."""
    names, own = reading.names, _strings(value.get("names"))
    taken = {name for one in listed_in(reading.data, "chosen") for name in _strings(one.get("names"))}
    asked = [(one, names.called(one)) for one in names.names if one in own or one not in taken]
    groups: Groups = [
        (f"{_SINGLES}{_FOLLOWS_NAME}", _people(names, names.singles)),
        (f"{_LISTS}{_FOLLOWS_NAME}", _people(names, names.lists)),
        (_NAMES, [(one, f"「{names.called(one)}」") for one in names.names]),
    ]
    return Choices(
        several={
            "names": _kept(names, [("", asked)], own),
            "from": _kept(names, groups, value.get("from")),
        }
    )


def _people(names: Names, sources: Iterable[str], group: str = "") -> Pairs:
    return [(one, names.bearers(one, group)) for one in sources]


def _kept(names: Names, groups: Groups, chosen: Any) -> Groups:
    """Return the groups with what was chosen and is not there: it must not be lost by looking at it."""
    known = {code for _, pairs in groups for code, _ in pairs}
    gone = [(one, names.bearers(one)) for one in _strings(chosen) if one not in known]
    return [*(each for each in groups if each[1]), *([(_GONE, gone)] if gone else [])]


def _with(found: list[str], own: str) -> list[str]:
    return [*found, *([own] if own and own not in found else [])]


def _strings(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


# --- what follows of whoever was chosen ------------------------------------------------------------------------------


def _known(reading: Reading, value: Part, follows: Part) -> Iterator[Known]:
    rows, words = reading.names.leaves([str(value.get("list", ""))]), words_of_person(reading, value)
    for leaf, rule in follows.items():
        question = rows.get(leaf)
        label = question.label["ja"] if question else leaf
        yield Known(leaf, str(rule), f"「{label}」は{said_in_words(str(rule), question, words)}")


def said_in_words(rule: str, question: Question | None, words: Words) -> str:
    """Return what an answer is that is known already: an option by what it is called."""
    try:
        tree = parse(rule)
    except ExpressionError:
        return rule
    if question is not None and isinstance(tree, Literal):
        labels = {option.code: option.label["ja"] for option in question.options}
        return f"「{labels.get(str(tree.value), 'はい' if tree.value is True else tree.value)}」"
    return say_value(rule, words)


def _may_follow(reading: Reading, value: Part) -> Iterator[tuple[str, tuple[Known, ...]]]:
    """Yield for each question of the list what can follow: one of its options, or what is known of whoever is chosen."""
    names, sources = reading.names, _strings(value.get("from"))
    known = {leaf: one for leaf, one in names.leaves(sources).items() if leaf not in FACTS}
    for leaf, question in names.leaves([str(value.get("list", ""))]).items():
        label = question.label["ja"]
        found = [
            Known(leaf, f'"{option.code}"', f"「{label}」は「{option.label['ja']}」")
            for option in (question.options if question.kind == "choice" else ())
        ]
        found += [
            Known(leaf, f"item.{other}", f"「{label}」は、選ぶ方の「{one.label['ja']}」と同じ")
            for other, one in known.items()
            if "-" not in other and one.kind == question.kind and one.codes <= question.codes
        ]
        if found and leaf not in FACTS:
            yield label, tuple(found)


# --- in words ----------------------------------------------------------------------------------------------------------


def words_of_person(reading: Reading, part: Part) -> Words:
    """Return what the rules of a part speak of, in which `item` is whoever can be chosen."""
    derived = reading.data.get("derived")
    kept = {str(name): str(rule) for name, rule in derived.items()} if isinstance(derived, dict) else {}
    words = words_between(reading.names.questions, kept)
    return with_person(words, _of_whom(reading, part))


def conditions_at(reading: Reading, part: Part) -> tuple[About, ...]:
    """Return the conditions that can be chosen: of whoever can be chosen, and of what is asked."""
    leaves, questions = _of_whom(reading, part), reading.names.questions
    words = words_of_person(reading, part)
    return (*conditions_of_person(leaves, questions, words), *conditions_of(questions))


def who_in_words(reading: Reading, part: Part) -> str:
    """Return who can be chosen: as the form says it, where it offers the condition; otherwise in the words of any rule."""
    rule, words = part.get("who"), words_of_person(reading, part)
    about = conditions_of_person(_of_whom(reading, part), reading.names.questions, words)
    offered = {one.rule: one.sentence for each in about for one in each.conditions}
    both = {
        f"({first}) && ({second})": f"{said}で、{also}"
        for first, said in offered.items()
        for second, also in offered.items()
    }
    return offered.get(str(rule)) or both.get(str(rule)) or in_words(rule, words)


def _of_whom(reading: Reading, part: Part) -> dict[str, Question]:
    """Return what is known of whoever can be chosen; before anything was chosen, by what anybody is known."""
    sources, names = _strings(part.get("from")), reading.names
    if sources:
        return names.leaves(sources)
    return {leaf: one for leaf, one in names.leaves((*names.lists, *names.singles)).items() if leaf in FACTS}


def title_of(reading: Reading, part: Part) -> str:
    """Return what a list, or the questions that ask a name, are called."""
    if "list" in part:
        return reading.names.called(str(part["list"]))
    return "、".join(map(reading.names.called, _strings(part.get("names"))))


def note_of(reading: Reading, part: Part) -> str:
    """Return who can be chosen, under which condition, and what follows."""
    group = str(part.get("list", ""))
    who = "、".join(reading.names.bearers(one, group) for one in _strings(part.get("from")))
    told = [f"選べる方　{who}"]
    told += [f"条件　{who_in_words(reading, part)}"] if part.get("who") else []
    follows = part.get("follows")
    if isinstance(follows, dict) and follows:
        told.append(f"決まる答え　{'、'.join(one.words for one in _known(reading, part, follows))}")
    return "。".join(told)
