"""The parts of a draft as its page lists them, and what a part can be made of."""

from dataclasses import dataclass
from typing import Any

from machimado.cases.authoring.queries.choosing import meant, words_of_checks
from machimado.cases.authoring.queries.people import note_of, title_of
from machimado.cases.authoring.queries.reading import Reading
from machimado.cases.authoring.rules.conditions import in_words, words_in
from machimado.cases.authoring.rules.saying import listed_in, said
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules.businesses import BUSINESSES
from machimado.cases.procedures.rules.called import CODES
from machimado.cases.procedures.rules.load import vocabulary
from machimado.cases.procedures.rules.saying import Words, say_claim, say_value
from machimado.ground.japanese.eras import wareki

SPAN_WORDS = {"years": "年", "months": "か月", "days": "日"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One part in the list of a draft: where it stands, and what it is called."""

    place: str
    title: str
    note: str = ""
    inner: "tuple[Entry, ...]" = ()


def contents(reading: Reading) -> dict[str, list[Entry]]:
    """Return a draft's parts with their places, whether or not it can be loaded."""
    data = reading.data
    known = words_in(data, vocabulary())
    judged = words_of_checks(reading) or known
    return {
        "sections": [
            Entry(
                f"sections.{number}",
                said(section, "title"),
                _note(section, known),
                _questions(section, f"sections.{number}", known),
            )
            for number, section in enumerate(listed_in(data, "sections"))
        ],
        "checks": [
            Entry(f"checks.{number}", said(check, "message"), say_claim(check.get("assert", ""), judged))
            for number, check in enumerate(listed_in(data, "checks"))
        ],
        "documents": [
            Entry(f"documents.{number}", said(document, "title"), _note(document, known))
            for number, document in enumerate(listed_in(data, "documents"))
        ],
        "notes": [
            Entry(f"notes.{number}", str(note.get("ja", "")))
            for number, note in enumerate(listed_in(data, "notes"))
        ],
        "procedures": [
            Entry(f"procedures.{number}", _procedure_title(called), _step_note(called, known))
            for number, called in enumerate(listed_in(data, "procedures"))
        ],
        "elsewhere": [
            Entry(f"elsewhere.{number}", said(errand, "title"), _step_note(errand, known))
            for number, errand in enumerate(listed_in(data, "elsewhere"))
        ],
        "chapters": [
            Entry(f"chapters.{number}", said(chapter, "title"), _meant(chapter, reading))
            for number, chapter in enumerate(listed_in(data, "chapters"))
        ],
        "wording": [
            Entry(f"wording.{name}", _called(str(name)), _said_instead(words))
            for name, words in _mapping(data.get("wording")).items()
        ],
        **{
            kind: [
                Entry(f"{kind}.{number}", title_of(reading, part), note_of(reading, part))
                for number, part in enumerate(listed_in(data, kind))
            ]
            for kind in ("people", "chosen")
        },
        "paper": _paper(data),
        "delivered": [
            Entry(
                f"delivery.fields.{number}", str(field.get("to", "")), say_value(field.get("from", ""), known)
            )
            for number, field in enumerate(listed_in(data.get("delivery") or {}, "fields"))
        ],
    }


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _meant(chapter: dict[str, Any], reading: Reading) -> str:
    """Return which questions stand in a chapter, by what they are called."""
    names = chapter.get("meanings")
    return "、".join(meant(reading, str(one)) for one in names) if isinstance(names, list) else ""


def _said_instead(words: Any) -> str:
    told = (
        f"{what}「{said(_mapping(words), key)}」" for key, what in _WORDED.items() if _mapping(words).get(key)
    )
    return "　".join(told)


_WORDED = {"label": "呼び方", "ask": "職員", "alone": "ひとりの方"}


def _paper(data: dict[str, Any]) -> list[Entry]:
    found = _mapping(data.get("paper"))
    if not found:
        return []
    what = f"1件に {found.get('minutes', '')}分、書き写す項目 {found.get('fields', '')}"
    return [Entry("paper", what, said(found, "source"))]


def _procedure_title(called: dict[str, Any]) -> str:
    name = str(called.get("procedure", ""))
    found = procedures.versions(name)
    return found[-1].procedure.title["ja"] if found else name


def _questions(holder: dict[str, Any], place: str, known: Words, group: str = "") -> tuple[Entry, ...]:
    return tuple(
        Entry(
            f"{place}.questions.{number}",
            said(question, "label") or _called(str(question.get("id", "")), group),
            _note(question, known),
            _questions(
                question,
                f"{place}.questions.{number}",
                known.within(str(question.get("id", ""))),
                f"{question.get('id', '')}[].",
            ),
        )
        for number, question in enumerate(listed_in(holder, "questions"))
    )


def _note(part: dict[str, Any], known: Words) -> str:
    words = in_words(part.get("when"), known)
    return f"条件　{words}" if words else ""


def _step_note(step: dict[str, Any], known: Words) -> str:
    """Return when a step is to be done, and until when."""
    when = in_words(step.get("when"), known) or "いつも"
    return "　".join(["条件　" + when, *([f"期限　{said_due}"] if (said_due := _due(step, known)) else [])])


def _due(step: dict[str, Any], known: Words) -> str:
    due = step.get("due")
    if not isinstance(due, dict):
        return ""
    spans = [f"{due[part]}{unit}" for part, unit in SPAN_WORDS.items() if due.get(part)]
    return f"{say_value(str(due.get('from', '')), known)}から{'と'.join(spans)}" if spans else ""


def _called(name: str, group: str = "") -> str:
    meanings = vocabulary().meanings
    meaning = meanings.get(f"{group}{name}") or meanings.get(f"{name}[]")
    return meaning.label["ja"] if meaning else name


def inherited(name: str) -> dict[str, Any]:
    """Return what a shared question says where a procedure says nothing else, as a file would say it."""
    meanings = vocabulary().meanings
    meaning = meanings.get(name) or meanings.get(f"{name}[]")
    return {"label": dict(meaning.label), "options": meaning.options or ""} if meaning else {}


def meanings() -> list[tuple[str, str]]:
    """Return the shared questions: (id, what it is called)."""
    found = [(name, each.label["ja"]) for name, each in vocabulary().meanings.items() if "[]" not in name]
    return sorted(found, key=lambda one: one[1])


def option_sets() -> list[tuple[str, str]]:
    """Return the options that all procedures share: (name, what they say)."""
    return [
        (name, "・".join(option.label["ja"] for option in options))
        for name, options in sorted(vocabulary().option_sets.items())
    ]


def offered_in_words(data: dict[str, Any]) -> dict[str, str]:
    """Return how and to whom a procedure is offered, and on which law it rests, in words."""
    told = {name: _codes(data, key) for name, key in _OFFERED.items()}
    laws = (f"{one.get('law', '')} {one.get('article', '')}" for one in listed_in(data, "legal_basis"))
    fee = data.get("fee")
    told["手数料"] = (
        say_value(fee, words_in(data, vocabulary())) + ("円" if isinstance(fee, int) else "") if fee else ""
    )
    told["根拠の法令"] = "、".join(laws)
    told["業務"] = BUSINESSES.get(str(data.get("business_id", "")), "")
    last = _mapping(data.get("version")).get("effective_to")
    told["使う最後の日"] = _day(last)
    return {name: words for name, words in told.items() if words}


def _day(written: Any) -> str:
    try:
        return wareki(str(written)) if written else ""
    except ValueError:
        return str(written)


_OFFERED = {"受け付ける方法": "channels", "手続できる方": "applicants"}


def _codes(data: dict[str, Any], key: str) -> str:
    chosen = data.get(key)
    return "・".join(CODES[key].get(str(one), str(one)) for one in chosen) if isinstance(chosen, list) else ""
