"""What a version changes against another, in sentences for those who have to decide: nobody reads two files side by side."""

from collections.abc import Iterator, Mapping
from typing import Any

from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.definition import Check, Document, Procedure, QuestionPart, Section
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.questions import Question

# What a question says beside its rules, in the order in which it is told.
_TOLD = {
    "kind": "答え方の種類",
    "ask": "職員の言い方",
    "hint": "記入の例",
    "officer_note": "職員への注意",
    "alone": "ひとりで手続する方への言い方",
    "minimum": "下限",
    "maximum": "上限",
    "format": "書き方の決まり",
    "exact": "日付に不詳を認めるか",
    "not_future": "今日より後の日付を認めるか",
    "prefill": "住民記録から入れる場所",
}
_RULES = {"when": "聞く条件", "required": "必須にする条件", "prefill_where": "記録から入れる人の条件"}
_WHOLE = {"title": "手続名", "summary": "説明", "channels": "受け付ける方法", "applicants": "申請できる方"}


def differences(old: Form, new: Form) -> tuple[str, ...]:
    """Return what `new` changes against `old`, a sentence each; nothing where they ask and deliver the same."""
    if isinstance(old, Bundle) and isinstance(new, Bundle):
        return tuple(_of_bundle(old, new))
    return tuple(_of_procedure(old, new))


def _of_bundle(old: Bundle, new: Bundle) -> Iterator[str]:
    yield from _of_procedure(old.triage.form, new.triage.form)
    for name in new.members:
        title = new.members[name].form.procedure.title["ja"]
        if name not in old.members:
            yield f"手続「{title}」が道すじに加わりました。"
        else:
            changes = _of_procedure(old.members[name].form, new.members[name].form)
            yield from (f"「{title}」{change}" for change in changes)
    for name in old.members.keys() - new.members:
        yield f"手続「{old.members[name].form.procedure.title['ja']}」が道すじからなくなりました。"


def _of_procedure(old: Form, new: Form) -> Iterator[str]:
    yield from _whole(old.procedure, new.procedure)
    yield from _questions(old, new)
    yield from _named("検査", _checks(old), _checks(new))
    yield from _named("書類", _documents(old), _documents(new))
    yield from _delivered(old.procedure, new.procedure)


def _whole(old: Procedure, new: Procedure) -> Iterator[str]:
    for name, called in _WHOLE.items():
        if getattr(old, name) != getattr(new, name):
            yield f"{called}が変わりました。"
    if old.fee != new.fee:
        yield f"手数料が「{_yen(old.fee)}」から「{_yen(new.fee)}」に変わりました。"
    for note in _texts(new.notes) - _texts(old.notes):
        yield f"職員への知らせが加わりました：{note}"
    for note in _texts(old.notes) - _texts(new.notes):
        yield f"職員への知らせがなくなりました：{note}"


def _texts(notes: tuple[Mapping[str, str], ...]) -> set[str]:
    return {note["ja"] for note in notes}


def _yen(fee: int | str) -> str:
    return f"{fee:,}円" if isinstance(fee, int) else fee


# ---------------------------------------------------------------- questions


def _questions(old: Form, new: Form) -> Iterator[str]:
    before, after = dict(old.walk()), dict(new.walk())
    for path, question in after.items():
        if path not in before:
            yield f"質問「{question.label['ja']}」が加わりました。"
        else:
            rules = _rules(old.procedure).get(path, {}), _rules(new.procedure).get(path, {})
            yield from _question(before[path], question, *rules)
    for path in before.keys() - after:
        yield f"質問「{before[path].label['ja']}」がなくなりました。"


def _question(
    old: Question, new: Question, old_rules: Mapping[str, Any], new_rules: Mapping[str, Any]
) -> Iterator[str]:
    name = f"質問「{new.label['ja']}」"
    if old.label["ja"] != new.label["ja"]:
        yield f"{name}は、「{old.label['ja']}」から名前が変わりました。"
    for field, called in _TOLD.items():
        if getattr(old, field) != getattr(new, field):
            yield f"{name}の{called}が変わりました。"
    yield from _options(name, old, new)
    for field, called in _RULES.items():
        was, now = old_rules.get(field), new_rules.get(field)
        if was != now:
            yield f"{name}の{called}が「{_rule(was)}」から「{_rule(now)}」に変わりました。"


def _rule(rule: Any) -> str:
    return (
        {None: "なし", False: "なし", True: "いつも"}.get(rule, str(rule))
        if not isinstance(rule, str)
        else rule
    )


def _options(name: str, old: Question, new: Question) -> Iterator[str]:
    before = {option.code: option.label["ja"] for option in old.options}
    after = {option.code: option.label["ja"] for option in new.options}
    for code in after.keys() - before:
        yield f"{name}に選択肢「{after[code]}」が加わりました。"
    for code in before.keys() - after:
        yield f"{name}から選択肢「{before[code]}」がなくなりました。"
    for code in before.keys() & after:
        if before[code] != after[code]:
            yield f"{name}の選択肢「{before[code]}」は「{after[code]}」になりました。"


def _rules(procedure: Procedure) -> dict[str, dict[str, Any]]:
    """Return each question's rules as they are written, by its path; a section's condition is that of its questions."""
    found: dict[str, dict[str, Any]] = {}
    for section in procedure.sections:
        for question in section.questions:
            found[question.id] = _written(question, section)
            for row in question.questions:
                found[f"{question.id}[].{row.id}"] = _written(row, None)
    return found


def _written(question: QuestionPart, section: Section | None) -> dict[str, Any]:
    whens = [part.when for part in (section, question) if part is not None and part.when is not None]
    required = question.required or None
    return {
        "when": " && ".join(f"({when})" for when in whens)
        if len(whens) > 1
        else (whens[0] if whens else None),
        "required": required,
        "prefill_where": question.prefill_where,
    }


# ---------------------------------------------------------------- checks, documents, delivery


def _checks(form: Form) -> dict[str, Check]:
    return {check.id: check for check in form.procedure.checks}


def _documents(form: Form) -> dict[str, Document]:
    return {document.id: document for document in form.procedure.documents}


def _named(
    kind: str, old: Mapping[str, Check | Document], new: Mapping[str, Check | Document]
) -> Iterator[str]:
    for name, each in new.items():
        if name not in old:
            yield f"{kind}「{_said(each)}」が加わりました。"
        elif old[name] != each:
            yield f"{kind}「{_said(each)}」が変わりました。"
    for name in old.keys() - new:
        yield f"{kind}「{_said(old[name])}」がなくなりました。"


def _said(each: Check | Document) -> str:
    return each.message["ja"] if isinstance(each, Check) else each.title["ja"]


def _delivered(old: Procedure, new: Procedure) -> Iterator[str]:
    before = {field.to: field.source for field in (old.delivery.fields if old.delivery else ())}
    after = {field.to: field.source for field in (new.delivery.fields if new.delivery else ())}
    if old.delivery and new.delivery and old.delivery.message != new.delivery.message:
        yield f"基幹システムへの電文が「{old.delivery.message}」から「{new.delivery.message}」に変わりました。"
    for name in after.keys() - before:
        yield f"基幹システムへ「{name}」も渡すようになりました。"
    for name in before.keys() - after:
        yield f"基幹システムへ「{name}」を渡さなくなりました。"
    for name in before.keys() & after:
        if before[name] != after[name]:
            yield f"基幹システムへ渡す「{name}」の中身が変わりました。"
