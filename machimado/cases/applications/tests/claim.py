"""A 児童手当 認定請求 whose answers are complete: those of the definition's own first test case."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application, Lane
from machimado.cases.applications.rules.signature import Signature
from machimado.cases.procedures import queries as procedures
from machimado.cases.register.models import Resident
from machimado.ground.people.models import Officer

CLAIM = "child-allowance-claim"
NOW = datetime(2026, 4, 10, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
SIGNATURE = Signature(600, 200, (tuple((10.0 + 3 * step, 40.0 + (step % 5) * 8) for step in range(30)),))


def a_resident(number: int = 1, name: str = "佐藤　健太", kana: str = "サトウ　ケンタ") -> Resident:
    """Enter somebody into the index, as an import would."""
    return Resident.objects.create(
        resident_number=f"{number:015}",
        household_number=f"{number:015}",
        status="resident",
        name_text=name,
        name_kana=kana,
        birth_date="1992-08-14",
        sex="1",
        fingerprint=b"",
        indexed_at=NOW,
    )


def answers() -> dict[str, Any]:
    """Return complete answers by path, without the signature."""
    written = procedures.current(CLAIM, on=NOW.date()).procedure.tests[0].answers
    found: dict[str, Any] = {}
    for key, value in written.items():
        parts = value if isinstance(value, dict) and key not in {"account", "signature"} else None
        if parts is not None:
            found.update({f"{key}.{part}": answer for part, answer in parts.items()})
        elif key == "children":
            rows = enumerate(value)
            found.update(
                {f"children.{row}.{part}": answer for row, each in rows for part, answer in each.items()}
            )
        elif key != "signature":
            found[key] = value
    return found


def begun(officer: Officer, resident: Resident | None = None) -> Application:
    """Begin an application with nothing known."""
    case = actions.open_case(office=officer.office, lane=Lane.WITH_HELP, by=officer, at=NOW)
    actions.identify(case=case, resident=resident or a_resident(), by=officer, at=NOW)
    case.refresh_from_db()
    return actions.begin(case=case, procedure=CLAIM, by=officer, at=NOW)


def answered(officer: Officer, resident: Resident | None = None) -> Application:
    """Begin an application and answer everything."""
    application = begun(officer, resident)
    saved = actions.save_answers(application=application, raw=answers(), by=officer, at=NOW)
    assert not [one.refused for one in saved if one.refused]
    return saved[0].application


def signed(officer: Officer, resident: Resident | None = None) -> Application:
    """Answer everything, and let the resident sign."""
    application = answered(officer, resident)
    actions.to_review(application=application, by=officer, at=NOW)
    return actions.sign(application=application, signature=SIGNATURE, by=None, at=NOW)
