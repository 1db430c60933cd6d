"""What a version changes against another, in sentences for those who have to decide: nobody reads two files side by side.

Both are laid out as plain data with everything inherited, and compared entry by entry: what no sentence is made for
cannot be passed over, because there is one for every entry. Each names the part, and what stood and stands there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.called import CALLED, CALLED_IN, CODES, LANGUAGES
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.laid_out import laid_out, whole, written
from machimado.cases.procedures.rules.life_event import ChosenName, SamePeople, Triage, form_of
from machimado.cases.procedures.rules.naming import Names
from machimado.cases.procedures.rules.saying import (
    Words,
    say_claim,
    say_rule,
    say_value,
    with_person,
    words_between,
    words_of,
)

_RULES = {"when", "required", "prefill_where", "who"}
_CLAIMS = {"assert"}
_VALUES = {"fee", "from"}


def differences(old: Form, new: Form) -> tuple[str, ...]:
    """Return what `new` changes against `old` for whoever applies or serves, a sentence each.

    Tests, the paper baseline and the days in force are no matter of theirs.
    """
    if isinstance(old, Bundle) and isinstance(new, Bundle):
        return tuple(_of_bundle(old, new))
    teller = _Teller(words_of(old), words_of(new))
    return tuple(teller.object("", laid_out(old), laid_out(new)))


def every_difference(
    old: Form | Triage, new: Form | Triage, *, names: Names | None = None
) -> tuple[str, ...]:
    """Return all that `new` changes against `old`, a sentence each; none only where they are the same but for number and first day.

    `names` knows what the procedures of a life event ask.
    """
    known = names or Names(())
    teller = _Teller(_words(old, known), _words(new, known), tells_whole=True)
    found = tuple(teller.object("", whole(old, known), whole(new, known)))
    if not found and written(old) != written(new):
        return ("書き方だけが変わりました。聞くこと、確かめること、渡す中身は同じです。",)
    return found


def _words(one: Form | Triage, names: Names) -> Words:
    own = words_of(form_of(one))
    if not isinstance(one, Triage):
        return own
    between = words_between(names.questions, own.derived)
    chosen: tuple[SamePeople | ChosenName, ...] = (*one.event.people, *one.event.chosen)
    known = replace(own, questions={**between.questions, **own.questions})
    return with_person(known, names.leaves(dict.fromkeys(name for each in chosen for name in each.sources)))


def _of_bundle(old: Bundle, new: Bundle) -> Iterator[str]:
    yield from differences(old.triage.form, new.triage.form)
    for name in new.members:
        title = new.members[name].form.procedure.title["ja"]
        if name not in old.members:
            yield f"手続「{title}」が道すじに加わりました。"
        else:
            changes = differences(old.members[name].form, new.members[name].form)
            yield from (f"「{title}」{change}" for change in changes)
    for name in old.members.keys() - new.members:
        yield f"手続「{old.members[name].form.procedure.title['ja']}」が道すじからなくなりました。"


# ---------------------------------------------------------------- comparing


@dataclass(frozen=True, slots=True)
class _List:
    """A list whose entries have names: what one is called, its own name, and what follows the word in a sentence."""

    word: str
    key: str
    says: str


_LISTS = {
    "sections": _List("章", "id", "title"),
    "questions": _List("質問", "id", "label"),
    "options": _List("選択肢", "code", "label"),
    "checks": _List("検査", "id", "message"),
    "documents": _List("書類", "id", "title"),
    "fields": _List("基幹へ渡す項目", "to", "to"),
    "tests": _List("試験", "name", "name"),
    "procedures": _List("手続", "procedure", "procedure"),
    "elsewhere": _List("用事", "id", "title"),
    "chapters": _List("共通の章", "id", "title"),
    "people": _List("同じ人が並ぶ一覧", "list", "title"),
    "chosen": _List("名前の出た方から選ぶ質問", "question", "title"),
}
_HOLDERS = {"delivery": "基幹へ渡すときの", "paper": "紙のときの", "due": "期限の"}


@dataclass(frozen=True, slots=True)
class _Teller:
    old: Words
    new: Words
    # Whether what came is told with what it says: who approves reads it whole.
    tells_whole: bool = False

    def object(self, part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
        """Tell what is different between two objects of the same part; `part` ends in の, or is nothing for the whole."""
        for name in dict.fromkeys((*new, *old)):
            was, now = old.get(name), new.get(name)
            if was != now:
                yield from self.entry(part, name, was, now)

    def entry(self, part: str, name: str, was: Any, now: Any) -> Iterator[str]:
        """Tell what is different in one entry of a part."""
        if name == "section" and was and now:
            # A chapter that is called otherwise is told once, not with each of its questions.
            if was[0] != now[0]:
                yield _became(f"{part}入っている章", was[1], now[1])
        elif _is_named(name, was) or _is_named(name, now):
            # What is delivered, and a question, are told by themselves; an option within its question.
            holder = part if name == "options" else ""
            yield from self.named(holder, _LISTS[name], was or [], now or [])
        elif name in {"derived", "wording", "given", "follows"} and not part.startswith("試験"):
            yield from self.by_name(part, name, was or {}, now or {})
        elif name in _HOLDERS:
            yield from self.object(f"{part}{_HOLDERS[name]}", was or {}, now or {})
        elif _is_text(was) or _is_text(now):
            yield from self.text(part, _called(name, part), was or {}, now or {})
        elif name in {"notes", "legal_basis"} and not isinstance(was or now, dict):
            yield from self.loose(part, name, was or [], now or [])
        elif isinstance(was, dict) or isinstance(now, dict):
            yield from self.leaves(part, _called(name), was or {}, now or {})
        else:
            yield self.changed(part, name, was, now)

    def changed(self, part: str, name: str, was: Any, now: Any) -> str:
        """Tell that one value became another."""
        before, after = self.say(name, was, self.old), self.say(name, now, self.new)
        if before == after:  # two rules for which there are the same words
            before, after = str(was), str(now)
        word = "聞く条件" if name == "when" and part.startswith("質問") else _called(name, part)
        return _became(f"{part}{word}", before, after)

    def say(self, name: str, value: Any, words: Words) -> str:
        """Return a value as people read it."""
        if name in _RULES:
            return say_rule(value or None, words)
        if value is None or value in ([], ""):
            return "なし"
        if name in _CLAIMS:
            return say_claim(value, words)
        if name in _VALUES:
            return f"{say_value(value, words)}{'円' if name == 'fee' else ''}"
        return "、".join(_code(name, one) for one in (value if isinstance(value, list) else [value]))

    def text(self, part: str, word: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
        """Tell in which languages a text is another."""
        for language in dict.fromkeys((*new, *old)):
            was, now = old.get(language), new.get(language)
            if was != now:
                tongue = LANGUAGES.get(language, f"（{language}）")
                yield _became(f"{part}{word}{tongue}", was or "なし", now or "なし")

    def named(self, part: str, of: _List, old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
        """Tell which entries of a list came, went, were changed or stand elsewhere."""
        before, after = ({one[of.key]: one for one in each} for each in (old, new))
        for key, one in after.items():
            if key not in before:
                yield f"{_in(part)}{of.word}「{_title(of, one)}」が加わりました。{self._within(key).content(of, one)}"
            elif before[key] != one:
                yield from self._within(key).object(
                    f"{part}{of.word}「{_title(of, one)}」の", before[key], one
                )
        for key, one in before.items():
            if key not in after:
                yield f"{_from(part)}{of.word}「{_title(of, one)}」がなくなりました。"
        yield from _moved(part, of, [*before], [*after], after)

    def _within(self, key: str) -> "_Teller":
        """Return who tells of an entry: the rules of a question of a group speak of its rows."""
        group, is_of_row, _ = key.partition("[].")
        if not is_of_row:
            return self
        return replace(self, old=self.old.within(group), new=self.new.within(group))

    def content(self, of: _List, one: Mapping[str, Any]) -> str:
        """Return what there is to know of an entry that came."""
        if not self.tells_whole:
            return ""
        told = {
            "質問": (("kind", "答え方"), ("ask", "言い方"), ("when", "聞く条件"), ("required", "必須")),
            "検査": (("assert", "成り立つはずのこと"), ("when", "条件")),
            "書類": (("when", "条件"), ("how", "扱い")),
            "基幹へ渡す項目": (("from", "中身"),),
            "同じ人が並ぶ一覧": (("sources", "選べる方"), ("who", "選べる方の条件")),
            "名前の出た方から選ぶ質問": (("sources", "選べる方"), ("who", "選べる方の条件")),
        }.get(of.word, ())
        said = []
        for name, word in told:
            value = one.get(name)
            if value:
                said.append(f"{word}：{value['ja'] if _is_text(value) else self.say(name, value, self.new)}")
        return f"（{'／'.join(said)}）" if said else ""

    def by_name(self, part: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
        """Tell what is different in a map of names to rules or to words."""
        word = {
            "derived": "計算",
            "wording": "言いかえ",
            "given": "決まっている答え",
            "follows": "選べば決まる答え",
        }[name]
        for key in dict.fromkeys((*new, *old)):
            was, now = old.get(key), new.get(key)
            if was == now:
                continue
            if isinstance(was or now, dict):
                yield from self.object(f"{part}{word}「{key}」の", was or {}, now or {})
            else:
                before, after = self._value(was, self.old), self._value(now, self.new)
                told = (before, after) if before != after else (str(was), str(now))
                yield _became(f"{part}{word}「{key}」", *told)

    def _value(self, value: Any, words: Words) -> str:
        return "なし" if value is None else _one_line(say_value(value, words))

    def loose(self, part: str, name: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
        """Tell which entries of a list without names came and went."""
        word, say = _LOOSE[name]
        came = [one for one in new if one not in old]
        went = [one for one in old if one not in new]
        for one in came:
            yield f"{part}{word}が加わりました：{say(one)}"
        for one in went:
            yield f"{part}{word}がなくなりました：{say(one)}"
        if not came and not went:
            before, after = ("、".join(map(say, each)) for each in (old, new))
            yield _became(f"{part}{word}の並び", before, after)

    def leaves(self, part: str, word: str, old: Any, new: Any, way: str = "") -> Iterator[str]:
        """Tell each value that is another in data of any shape, such as the answers of a test."""
        if isinstance(old, dict) and isinstance(new, dict):
            for key in dict.fromkeys((*new, *old)):
                if old.get(key, ...) != new.get(key, ...):
                    yield from self.leaves(
                        part, word, old.get(key), new.get(key), f"{way}.{key}" if way else key
                    )
        else:
            spot = f"「{self._question_name(way)}」" if way else ""
            yield _became(f"{part}{word}{spot}", _plain(old), _plain(new))

    def _question_name(self, way: str) -> str:
        for end in range(len(way.split(".")), 0, -1):
            path = ".".join(way.split(".")[:end])
            asked = self.new.questions.get(path) or self.old.questions.get(path)
            if asked:
                rest = way[len(path) :]
                return f"{asked.label}{rest}"
        return way


def _is_named(name: str, value: Any) -> bool:
    """Tell whether a value is a list of entries that have names of their own (a test names documents, a file has them)."""
    return (
        name in _LISTS
        and isinstance(value, list)
        and bool(value)
        and isinstance(value[0], dict)
        and _LISTS[name].key in value[0]
    )


def _is_text(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and "ja" in value
        and all(isinstance(one, str) for one in value.values())
    )


def _title(of: _List, one: Mapping[str, Any]) -> str:
    said = one[of.says]
    return str(said["ja"]) if isinstance(said, dict) else str(said)


def _in(part: str) -> str:
    return f"{part.removesuffix('の')}に" if part else ""


def _from(part: str) -> str:
    return f"{part.removesuffix('の')}から" if part else ""


def _moved(
    part: str, of: _List, old: list[str], new: list[str], entries: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """Tell which entries stand elsewhere: as few as explain the order."""
    before, after = [one for one in old if one in entries], [one for one in new if one in set(old)]
    kept: set[str] = set()
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        kept |= set(after[block.b : block.b + block.size])
    for key in after:
        if key not in kept:
            was, now = (_place(of, each, key, entries) for each in (before, after))
            yield _became(f"{part}{of.word}「{_title(of, entries[key])}」の場所", was, now)


def _place(of: _List, order: list[str], key: str, entries: Mapping[str, Mapping[str, Any]]) -> str:
    number = order.index(key)
    return f"{_title(of, entries[order[number - 1]])}の次" if number else "いちばん上"


def _became(what: str, before: str, after: str) -> str:
    opened, closed = "『』" if "「" in before + after else "「」"
    return f"{what}が{opened}{before}{closed}から{opened}{after}{closed}に変わりました。"


def _called(name: str, part: str = "") -> str:
    return CALLED_IN.get((part, name), CALLED.get(name, name))


def _code(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return CODES.get(name, {}).get(str(value), str(value))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain(value: Any) -> str:
    if value is None:
        return "なし"
    if isinstance(value, dict):
        return "、".join(f"{key}：{_plain(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "、".join(map(_plain, value)) or "なし"
    return str(value)


def _law(basis: Mapping[str, Any]) -> str:
    return " ".join(str(each) for each in basis.values() if each)


_LOOSE: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "notes": ("職員への知らせ", lambda note: " ／ ".join(note.values())),
    "legal_basis": ("根拠の法令", _law),
}
