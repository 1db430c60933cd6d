"""The form of the journey: 3 steps of 12 questions with 20 rules, and the answers that are typed.

8 conditions, 2 conditional requirements, 4 derived values, 6 checks. Nothing is prefilled and every condition holds,
so all 36 answers are typed, sent, checked and kept: more than a real case, where the register knows most of them.
"""

from typing import Any

ID = "bench-journey"
STEPS = 3

HEAD = """\
id: bench-journey
title: {ja: 測定用の届出}
business_id: "027"
version: {number: 1, effective_from: "2024-04-01"}
channels: [counter]
applicants: [self]
sections:
"""
STEP = """\
  - id: step_N
    title: {ja: 第N章}
    questions:
      - {id: yes_N, kind: choice, options: yes_no, label: {ja: 有無}, ask: {ja: ありますか。}, required: true}
      - {id: name_N, kind: name, label: {ja: 氏名}, ask: {ja: お名前をお願いします。}, required: true}
      - {id: born_N, kind: date, label: {ja: 生年月日}, ask: {ja: 生年月日をお願いします。}, required: true, not_future: true}
      - {id: address_N, kind: address, label: {ja: 住所}, ask: {ja: ご住所をお願いします。}, required: true}
      - {id: phone_N, kind: text, format: phone, label: {ja: 電話番号}, ask: {ja: お電話番号をお願いします。}, required: true}
      - {id: count_N, kind: number, min: 0, max: 20, label: {ja: 人数}, ask: {ja: 何人ですか。}, required: true}
      - {id: income_N, kind: money, label: {ja: 収入}, ask: {ja: 収入はいくらですか。}, required: true}
      - {id: papers_N, kind: choices, options: identity, label: {ja: 書類}, ask: {ja: 書類を見せていただけますか。}, required: true}
      - {id: text_N, kind: text, max: 200, label: {ja: 内容}, ask: {ja: 内容を教えてください。}, required: true, when: yes_N == "yes"}
      - {id: more_N, kind: number, label: {ja: 数}, ask: {ja: いくつですか。}, required: REQUIRED, when: count_N > 1 && yes_N == "yes"}
      - {id: day_N, kind: date, exact: true, label: {ja: 日付}, ask: {ja: いつですか。}, required: true, when: DAY}
      - {id: sex_N, kind: choice, options: sex, label: {ja: 区分}, ask: {ja: どちらですか。}}
"""
REST = """\
derived:
  total: income_1 + count_1 * 1000
  rest: derived.total - 100000
  band: 'income_2 < 1000000 ? "low" : income_2 < 5000000 ? "middle" : "high"'
  shown: papers_3.size()
checks:
  - id: papers
    assert: 'derived.shown >= 2 || papers_3.exists(p, p in ["passport", "driving_licence"])'
    fields: [papers_3]
    message: {ja: 書類が足りません。}
  - {id: band, assert: derived.band != "high" || count_2 > 0, fields: [count_2], message: {ja: 人数を確かめてください。}}
  - {id: kana, assert: 'name_1.kana.contains("　")', fields: [name_1], message: {ja: 姓と名の間を空けてください。}}
  - {id: address, assert: 'address_2.city != "" || phone_2 != ""', fields: [address_2], message: {ja: 連絡先がありません。}}
  - {id: more, assert: more_3 <= 100, fields: [more_3], message: {ja: 100までです。}}
  - {id: rest, assert: derived.rest > 0, fields: [income_1], message: {ja: 収入を確かめてください。}}
delivery:
  system: "027"
  message: child_allowance.end
  fields:
    - {to: recipient_name, from: name_1.text}
    - {to: recipient_kana, from: name_1.kana}
    - {to: recipient_birth_date, from: born_1}
    - {to: recipient_address, from: address_1}
    - {to: recipient_phone, from: phone_1}
    - {to: reason, from: '"other"'}
    - {to: reason_date, from: day_1}
    - {to: reason_detail, from: text_1}
    - {to: new_address, from: address_2}
    - {to: workplace, from: text_2}
    - {to: next_recipient, from: name_3.text}
    - {to: notified_on, from: today}
"""
# Third step: unconditional, so that the conditions are eight.
DAY = {1: "'\"passport\" in papers_1'", 2: 'has(text_2) && text_2 != ""', 3: "true"}
REQUIRED = {1: "income_1 > 0", 2: 'yes_2 == "yes"', 3: "true"}


def yaml() -> str:
    """Return the procedure's file."""
    return HEAD + "".join(map(_step, range(1, STEPS + 1))) + REST


def _step(step: int) -> str:
    written = STEP.replace("DAY", DAY[step]).replace("REQUIRED", REQUIRED[step])
    return written.replace(", when: true", "").replace("第N章", f"第{step}章").replace("_N", f"_{step}")


def typed(step: int, journey: int) -> list[tuple[str, str]]:
    """Return the fields of one step as a page posts them; `journey` makes them differ from one to the next."""
    values: dict[str, Any] = {
        "yes": "yes",
        "name.text": f"佐藤　健太{'一二三四五六七八九'[journey % 9]}",
        "name.kana": "サトウ　ケンタ",
        "born": f"1992-08-{journey % 28 + 1:02}",
        "address.postal_code": "9970401",
        "address.prefecture": "山形県",
        "address.city": "鶴岡市",
        "address.town": "中野新田",
        "address.block": f"{journey % 300 + 1}番地",
        "address.building": "",
        "phone": f"090-0000-{journey % 10_000:04}",
        "count": str(journey % 18 + 2),
        "income": str(3_200_000 + journey),
        "papers": "passport",
        "text": f"{journey}回目の測定",
        "more": str(journey % 90),
        "day": "2026-03-01",
        "sex": "1",
    }
    return [*((("path", f"{name}_{step}")) for name in _questions(values)), *_fields(values, step)]


def _questions(values: dict[str, Any]) -> dict[str, None]:
    return dict.fromkeys(name.partition(".")[0] for name in values)


def _fields(values: dict[str, Any], step: int) -> list[tuple[str, str]]:
    """Return the values by the names of their fields: `address_1.city`."""
    return [
        (f"{name.partition('.')[0]}_{step}{''.join(name.partition('.')[1:])}", value)
        for name, value in values.items()
    ]
