"""A life event with two procedures, small enough to be read at once."""

from textwrap import dedent
from typing import Any

from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.load import bundle, load, load_event

EVENT = """\
id: farewell
title: {ja: お別れ}
summary: {ja: まとめて行います。}
version: {number: 1, effective_from: "2025-04-01"}
channels: [counter]
applicants: [household, agent]
sections:
  - id: situation
    title: {ja: はじめに}
    questions:
      - {id: death.date, required: true, ask: {ja: いつですか。}}
      - {id: insured, kind: choice, options: yes_no, label: {ja: 保険に入っていた}, required: true}
      - {id: reason, kind: text, label: {ja: 事情}}
derived: {is_insured: insured == "yes"}
procedures:
  - procedure: leave-insurance
    when: derived.is_insured
    why: {ja: 資格がなくなります。}
    legal_basis: {law: 見本法, article: 第1条}
    source: 手引き
    due: {days: 14, from: death.date}
    given: {cause: '"death"'}
  - procedure: name-heirs
    why: {ja: 代表を決めます。}
    legal_basis: {law: 見本法, article: 第2条}
    source: 手引き
    due: {months: 3, from: death.date}
elsewhere:
  - id: court
    title: {ja: 家庭裁判所}
    when: insured == "no"
    where: {ja: 裁判所}
    why: {ja: 放棄するとき。}
    legal_basis: {law: 民法, article: 第938条}
    source: 手引き
chapters:
  - {id: who, title: {ja: 来た方}, meanings: [agent, applicant]}
wording:
  resident.name: {label: {ja: 亡くなった方}}
tests:
  - {name: 保険あり, today: "2026-04-10", answers: {death: {date: "2026-04-01"}, insured: "yes"}, missing: [],
     procedures: [leave-insurance, name-heirs], elsewhere: []}
"""


def procedure(name: str, questions: str, more: str = "") -> bytes:
    head = f"""\
        id: {name}
        title: {{ja: 手続{name}}}
        business_id: "024"
        version: {{number: 1, effective_from: "2025-04-01"}}
        channels: [counter]
        applicants: [household, agent]
        sections:
          - id: only
            title: {{ja: 質問}}
            questions:
        """
    inside = "\n".join(f"      {line}" for line in dedent(questions).strip("\n").split("\n"))
    return f"{dedent(head)}{inside}\n{dedent(more)}".encode()


LEAVE = procedure(
    "leave-insurance",
    """
    - {id: resident.name, required: true}
    - {id: agent.name, required: true}
    - {id: death.date, required: true}
    - id: cause
      kind: choice
      label: {ja: 事由}
      required: true
      options: [{code: death, label: {ja: 死亡}}, {code: other, label: {ja: 他}}]
    - {id: reason, kind: text, label: {ja: 理由}, when: cause == "death", required: true, max: 10}
    - id: household.members
      questions:
        - {id: name, required: true}
        - {id: since, kind: date, label: {ja: いつから}, required: true}
    - {id: declaration, required: true}
    - {id: signature, required: true}
    """,
    """
    checks:
      - {id: long, assert: reason != "長い", message: {ja: 短くしてください。}, fields: [reason]}
      - id: member
        assert: household.members.all(m, m.since != today)
        message: {ja: 今日ではありません。}
        fields: ["household.members[].since"]
    delivery:
      system: "024"
      message: leave.now
      fields:
        - {to: who, from: resident.name.text}
        - {to: why, from: reason}
        - {to: cause, from: cause}
        - {to: members, from: household.members}
    """,
)
HEIRS = procedure(
    "name-heirs",
    """
    - {id: agent.name, required: true}
    - {id: resident.name, required: true, label: {ja: 本人}}
    - {id: reason, kind: text, label: {ja: わけ}, when: death.date != today}
    - {id: death.date, required: true, exact: true}
    - id: household.members
      questions:
        - {id: name, required: true}
        - {id: share, kind: number, label: {ja: 持分}, required: true}
    - {id: signature, required: true}
    """,
    "fee: 300\n",
)


def made(text: str = EVENT) -> Bundle:
    """Return the event as it is used, with its two procedures."""
    triage, _ = load_event(text.encode(), "events/farewell.yaml")
    forms = {form.id: form for form in (load(LEAVE, "a.yaml"), load(HEIRS, "b.yaml"))}
    return bundle(triage, forms)


BUNDLE = made()
NAME = {"text": "佐藤　一", "kana": "サトウ　ハジメ"}
SIGNED = {"file_id": "f", "sha256": "0" * 64, "signed_at": "2026-04-10T10:00:00+09:00"}
WHOLE: dict[str, Any] = {
    "death": {"date": "2026-04-01"},
    "insured": "yes",
    "reason": "はじめの事情",
    "route": {"agreed": ["leave-insurance", "name-heirs"]},
    "resident": {"name": NAME},
    "agent": {"name": NAME},
    "leave-insurance": {"reason": "死亡"},
    "household": {
        "members": [{"name": NAME, "leave-insurance-since": "2020-01-01", "name-heirs-share": 2}],
    },
    "declaration": True,
    "signature": SIGNED,
}
