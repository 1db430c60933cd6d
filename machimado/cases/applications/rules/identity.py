"""What an identity provider says of somebody who signed in, as answers: kept within bounds, and never a My Number.

Source: OpenID Connect Core 1.0 section 5.1 (standard claims), 5.1.1 (address), 5.2 (claims in several scripts).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from unicodedata import category, normalize

from machimado.cases.applications.rules.answers import Document, take
from machimado.cases.applications.rules.card import Filling, plain
from machimado.cases.procedures.rules.form import Form
from machimado.cases.procedures.rules.questions import Question
from machimado.cases.procedures.rules.reading import read_value
from machimado.cases.procedures.rules.refusals import ValueRefusedError
from machimado.ground.japanese.addresses import split_address
from machimado.ground.japanese.eras import is_edtf
from machimado.ground.japanese.individual_number import contains_individual_number

# Of one claim; what is longer is no name and no address.
LONGEST = 300
SEX = {"male": "1", "female": "2", "other": "9", "1": "1", "2": "2", "9": "9", "男": "1", "女": "2"}
# An address in one line, as the register has it.
LINE = ("prefecture", "city", "town", "block", "building")
ROLE = "applicant.role"
SELF = "self"
NO_READING = "フリガナを入れてください。"


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as the provider knows them; any part may be blank."""

    name: str = ""
    kana: str = ""
    birth_date: str = ""
    sex: str = ""
    address: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return what is kept while they are signed in."""
        return asdict(self)

    @property
    def confirmed(self) -> str:
        """Who was confirmed, as one text: by it one tells whether answers are about the same person."""
        return told_person({"text": self.name}, self.birth_date)


def is_registered(identity: Identity, *, name: str, birth_date: str, sex: str, address: str) -> bool:
    """Return whether a person of the register is whom the provider knows: all four items are told, and each says the same."""
    told = (
        identity.name,
        identity.birth_date,
        identity.sex,
        "".join(identity.address.get(part, "") for part in LINE),
    )
    known = (name, birth_date, sex, address)
    return all(told) and [plain(one) for one in told] == [plain(one) for one in known]


def told_person(name: Any, birth_date: Any) -> str:
    """Return the name and birth date of answers so that only what they say counts; nothing where either is missing."""
    text = "".join(normalize("NFKC", str((name or {}).get("text", ""))).split())
    return f"{text} {birth_date}" if text and birth_date else ""


def identity_of(claims: Mapping[str, Any], names: Mapping[str, str]) -> Identity:
    """Return what the claims say, by the city's names for them; whatever is not plain, or holds a My Number, is left out."""
    return Identity(
        name=_joined(claims, names.get("name", "")),
        kana=_joined(claims, names.get("kana", "")),
        birth_date=_born(_joined(claims, names.get("birth_date", ""))),
        sex=SEX.get(_joined(claims, names.get("sex", "")).lower(), ""),
        address=_address(claims.get(names.get("address", ""))),
    )


def _joined(claims: Mapping[str, Any], names: str) -> str:
    """Return the text of a claim, or of several (`family_name+given_name`) with a blank between them."""
    found = [_plain(claims.get(name.strip())) for name in names.split("+")]
    text = " ".join(found) if all(found) else ""
    return "" if contains_individual_number(text) else text


def _plain(value: Any) -> str:
    """Return a text of one line without anything invisible; nothing where it is none, too long, or holds a My Number."""
    if not isinstance(value, str) or len(value) > LONGEST:
        return ""
    visible = "".join(" " if sign.isspace() else sign for sign in value if not _is_invisible(sign))
    return "" if contains_individual_number(visible) else " ".join(visible.split())


def _is_invisible(sign: str) -> bool:
    # Variation selectors (Mn) stay: they say which form of a character is meant.
    return category(sign) in {"Cc", "Cf", "Cs", "Cn"} and not sign.isspace()


def _born(text: str) -> str:
    """Return a birth date as EDTF; a year of 0000, or a year alone, says less than somebody would type."""
    found = re.fullmatch(r"(\d{4})-?(\d{2})-?(\d{2})", text, re.ASCII)
    born = "-".join(found.groups()) if found else ""
    return born if is_edtf(born) and not born.startswith("0000") else ""


def _address(claim: Any) -> dict[str, str]:
    """Return the parts of an address: by its own parts where they are given, else of its one line."""
    if not isinstance(claim, Mapping):
        return {}
    parts = {
        name: _plain(claim.get(name)) for name in ("postal_code", "region", "locality", "street_address")
    }
    line = _plain(claim.get("formatted")).removeprefix("〒").strip()
    whole = parts["region"] + parts["locality"] + parts["street_address"] or re.sub(
        r"^\d{3}-?\d{4} ?", "", line
    )
    found = {**split_address(whole), "postal_code": parts["postal_code"]} if whole else {}
    return {} if contains_individual_number("".join(found.values())) else found


def kept_identity(kept: Mapping[str, Any]) -> Identity:
    """Return the identity of what `as_dict` gave."""
    return Identity(**kept)


def answers_of(form: Form, identity: Identity, *, document: Document, today: date) -> Filling | None:
    """Return what the identity answers in a form: about the person themselves, or about the agent who applies for them.

    Nothing yet while the form has not been told who applies.
    """
    whose = _whose(form, document)
    if not whose:
        return None
    values: dict[str, Any] = {}
    halves: dict[str, dict[str, Any]] = {}
    for question, raw in _said(form, identity, whose):
        try:
            value = read_value(question, raw, today=today.isoformat())
        except ValueRefusedError as refusal:
            if question.kind in {"name", "address"}:
                is_unread = question.kind == "name" and not identity.kana
                halves[question.id] = {"typed": raw, "reason": NO_READING if is_unread else str(refusal)}
        else:
            values |= {question.id: value} if value is not None else {}
    return Filling(values, halves)


def _whose(form: Form, document: Document) -> str:
    """Return the beginning of the questions about whoever sits there."""
    if form.question(ROLE) is None:
        return "resident"
    role = take(document, ROLE)
    return "" if not role else "resident" if role == SELF else "agent"


def _said(form: Form, identity: Identity, whose: str) -> Iterable[tuple[Question, Any]]:
    raws = {
        "name": {"text": identity.name, "kana": identity.kana} if identity.name else None,
        "birth_date": identity.birth_date,
        "sex": identity.sex,
        "address": dict(identity.address),
    }
    for part, raw in raws.items():
        question = form.question(f"{whose}.{part}")
        if question is not None and raw:
            yield question, raw
