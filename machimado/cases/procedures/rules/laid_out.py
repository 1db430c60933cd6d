"""A definition as plain data with everything that it inherits, so that two of them can be compared entry by entry."""

from typing import Any

from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.life_event import Triage, form_of
from machimado.cases.procedures.rules.naming import Names


def laid_out(form: Form) -> dict[str, Any]:
    """Return what a form says, with everything that its questions inherit; what is told of other parts by their names."""
    data = form.procedure.model_dump(mode="json", by_alias=True)
    for name in ("id", "version", "tests", "paper"):
        del data[name]
    data["questions"] = _questions(form, data["sections"])
    for section in data["sections"]:
        del section["questions"]
    return data


def whole(one: Form | Triage, names: Names) -> dict[str, Any]:
    """Return all that a procedure or a life event says, with its tests and its last day; `names` knows what lists are called."""
    form = form_of(one)
    data = laid_out(form)
    source = one.event if isinstance(one, Triage) else one.procedure
    everything = source.model_dump(mode="json", by_alias=True)
    more = {name: everything[name] for name in ("tests", "paper") if name in everything}
    data |= more | {"effective_to": everything["version"]["effective_to"]}
    if isinstance(one, Triage):
        # The triage is judged as a form whose documents are the steps: here they are told as what they are.
        own = {
            name: everything[name]
            for name in (
                "derived",
                "procedures",
                "elsewhere",
                "chapters",
                "wording",
                "about",
            )
        }
        of_event = {name: everything[name] for name in ("words", "standings", "summary")}
        data |= own | of_event | {"documents": []}
        data |= {"people": _people(one, names), "chosen": _chosen(one, names)}
    return data


def _people(one: Triage, names: Names) -> list[dict[str, Any]]:
    """Return the lists in which the same people stand, as people call what they name."""
    return [
        {
            "list": each.group,
            "title": names.called(each.group),
            "sources": [names.bearers(name, group=each.group) for name in each.sources],
            "who": each.who,
            "follows": {names.called_in(each.group, leaf): rule for leaf, rule in each.follows.items()},
        }
        for each in one.event.people
    ]


def _chosen(one: Triage, names: Names) -> list[dict[str, Any]]:
    """Return each question that asks one name by itself: which of them stand in one entry of the file is no matter."""
    return [
        {
            "question": name,
            "title": names.called(name),
            "sources": [names.bearers(source) for source in each.sources],
            "who": each.who,
        }
        for each in one.event.chosen
        for name in each.names
    ]


def written(one: Form | Triage) -> dict[str, Any]:
    """Return what stands in the file, but for number and first day."""
    source = one.event if isinstance(one, Triage) else one.procedure
    data = source.model_dump(mode="json", by_alias=True)
    return {**data, "version": data["version"]["effective_to"]}


def _questions(form: Form, sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for section in sections:
        for question in section["questions"]:
            place = {"section": (section["id"], section["title"]["ja"])}
            found.append({**_question(form, question, question["id"]), **place})
            found += [
                {**_question(form, row, f"{question['id']}[].{row['id']}"), **place}
                for row in question["questions"]
            ]
    return found


def _question(form: Form, written: dict[str, Any], path: str) -> dict[str, Any]:
    """Return a question as it is written, and what it inherits in its place."""
    known = form.by_path[path]
    inherited = {
        "kind": known.kind,
        "label": dict(known.label),
        "options": [option.model_dump(mode="json") for option in known.options],
        "prefill": known.prefill,
        "prefill_each": dict(known.prefill_each) if known.prefill_each else None,
        "format": known.format,
        "not_future": known.not_future,
        "personal": known.personal,
        "agreement": known.agreement,
        "min": known.minimum,
        "max": known.maximum,
    }
    own = {name: value for name, value in written.items() if name != "questions"}
    return {**own, **inherited, "id": path}
