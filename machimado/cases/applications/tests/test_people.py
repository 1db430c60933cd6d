"""Somebody who is named once in a life event is chosen in its other lists, and corrected everywhere at once."""

from typing import Any

import pytest

from machimado.cases.applications import actions
from machimado.cases.applications.actions.answering import ANY_PAGE
from machimado.cases.applications.models import Application, Lane
from machimado.cases.applications.rules.answers import PathRefused, take
from machimado.cases.applications.rules.laying_out import lay_out
from machimado.cases.applications.rules.sheet import Group, Line, Sheet, for_an_agent
from machimado.cases.applications.tests import claim
from machimado.cases.procedures.rules.bundle import AGREED, Bundle
from machimado.cases.register.actions import Record
from machimado.cases.register.models import Resident
from machimado.ground.people.models import Officer
from tests.universe import Universe

pytestmark = pytest.mark.django_db
NOW = claim.NOW
TRIAGE: dict[str, Any] = {
    "origin": "certificate",
    "move.date": "2026-04-04",
    "move.from": {"prefecture": "白嶺県", "city": "稲見市", "town": "東町"},
    "move.to": {"prefecture": "白嶺県", "city": "雪見市", "town": "雪見台"},
    "move.household": "new",
    "move.new_head": {"text": "佐野　亮", "kana": "サノ　リョウ"},
    "move.holdings": ["none"],
    "resident.birth_date": "1988-02-14",
    "health.kind": "national",
    "family": ["pupil"],
    "employment.kind": "self_employed",
    "single_parent": "no",
    "wishes": ["none"],
}
SANO = {
    "resident.name": {"text": "佐野　亮", "kana": "サノ　リョウ"},
    "spouse.exists": "yes",
    "spouse.living": "together",
    "spouse.name": {"text": "佐野　恵", "kana": "サノ　メグミ"},
    "spouse.birth_date": "1990-09-30",
}
ITSUKI = {"name": {"text": "佐野　樹", "kana": "サノ　イツキ"}, "birth_date": "2016-06-01", "sex": "1"}


def say(application: Application, by: Officer | None, answers: dict[str, Any]) -> Application:
    saved = actions.save_answers(application=application, raw=answers, by=by, at=NOW)
    assert [(one.path, one.refused) for one in saved if one.refused] == []
    return saved[0].application


def newcomers(officer: Officer) -> Application:
    """A couple who have just moved here with a child: who has moved is on the list, the child typed, its parents chosen."""
    case = actions.open_case(office=officer.office, lane=Lane.WITH_HELP, by=officer, at=NOW)
    actions.welcome(case=case, by=officer, at=NOW)
    case.refresh_from_db()
    application = actions.begin(case=case, procedure="moving-in", by=officer, at=NOW)
    application = say(application, officer, TRIAGE)
    agreed = actions.going(application=application, at=NOW)
    application = say(application, officer, {AGREED: agreed, **SANO})
    application = choose(application, "household.members", "resident", "spouse")
    members = {f"household.members.2.{leaf}": value for leaf, value in ITSUKI.items()}
    return say(application, officer, members)


def choose(application: Application, group: str, *places: str, drop: tuple[str, ...] = ()) -> Application:
    return actions.choose_people(application=application, group=group, add=places, drop=drop, by=None, at=NOW)


def sheet(application: Application) -> Sheet:
    form = actions.form_of(application)
    return lay_out(form, application.answers, application.sources, today=NOW.date())


def group(application: Application, path: str) -> Group:
    items = (item for section in sheet(application).sections for item in section.items)
    return next(item for item in items if isinstance(item, Group) and item.line.path == path)


def paths(application: Application) -> set[str]:
    return {line.path for line in sheet(application).lines()}


def names(application: Application, path: str) -> list[str]:
    return [row["name"]["text"] for row in take(application.answers, path)]


def test_whoever_was_named_can_be_chosen_and_is_not_asked_again(universe: Universe) -> None:
    application = newcomers(universe.officer)
    offered = group(application, "children").people
    # A child's parents are no children.
    assert [(one.name, one.is_chosen) for one in offered] == [("佐野　樹", False)]
    application = choose(application, "children", "household.members.2")
    row = application.answers["children"][0]
    assert {leaf: row[leaf] for leaf in ITSUKI} == ITSUKI
    assert row["living"] == "together"
    known = {f"children.0.{leaf}" for leaf in (*ITSUKI, "living")}
    assert not known & paths(application)
    assert "children.0.custody" in paths(application)
    shown = group(application, "children")
    assert "佐野　樹" in shown.rows[0].title
    assert shown.rows[0].named_at == ("household.members.2", "引っ越してこられた方（全員）")
    assert [one.is_chosen for one in shown.people] == [True]


def test_five_clicks_choose_once(universe: Universe) -> None:
    application = newcomers(universe.officer)
    for _ in range(5):
        application = choose(application, "children", "household.members.2")
    assert names(application, "children") == ["佐野　樹"]


@pytest.mark.parametrize("path", ["household.members.2", "children.0"])
def test_a_correction_holds_in_every_list_and_is_taken_back_in_every_list(
    path: str, universe: Universe
) -> None:
    application = choose(newcomers(universe.officer), "children", "household.members.2")
    said = {
        f"{path}.name": {"text": "佐野　一樹", "kana": "サノ　カズキ"},
        f"{path}.birth_date": "2016-06-10",
    }
    application = say(application, universe.officer, said)
    for row in (application.answers["children"][0], application.answers["household"]["members"][2]):
        assert row["name"]["text"] == "佐野　一樹"
        assert row["birth_date"] == "2016-06-10"
    application = actions.undo(application=application, by=universe.officer, at=NOW)
    assert names(application, "children") == ["佐野　樹"]
    assert names(application, "household.members")[2] == "佐野　樹"


def test_the_person_themselves_is_corrected_on_the_list_as_well(universe: Universe) -> None:
    application = newcomers(universe.officer)
    application = say(application, universe.officer, {"resident.birth_date": "1988-02-15"})
    assert application.answers["household"]["members"][0]["birth_date"] == "1988-02-15"


def test_whoever_is_taken_out_stays_in_the_other_list_with_a_remark(universe: Universe) -> None:
    application = choose(newcomers(universe.officer), "children", "household.members.2")
    application = say(application, universe.officer, {"children.0.custody": "yes"})
    application = actions.drop_row(
        application=application, group="household.members", index=2, by=universe.officer, at=NOW
    )
    assert names(application, "household.members") == ["佐野　亮", "佐野　恵"]
    # The child may live elsewhere: nothing of what was said is lost, and it is asked here from now on.
    assert names(application, "children") == ["佐野　樹"]
    assert application.answers["children"][0]["custody"] == "yes"
    line = next(line for line in sheet(application).lines() if line.path == "children.0.name")
    assert any("外した方です" in warning for warning in line.warnings)
    application = actions.undo(application=application, by=universe.officer, at=NOW)
    assert names(application, "household.members") == ["佐野　亮", "佐野　恵", "佐野　樹"]
    assert "children.0.name" not in paths(application)


def test_a_row_before_that_is_taken_out_makes_nobody_another(universe: Universe) -> None:
    application = choose(newcomers(universe.officer), "children", "household.members.2")
    application = choose(application, "household.members", drop=("spouse",))
    application = say(application, universe.officer, {"household.members.1.sex": "2"})
    assert application.answers["children"][0]["sex"] == "2"
    assert application.answers["children"][0]["name"] == ITSUKI["name"]


def test_chosen_again_nothing_that_was_answered_is_lost(universe: Universe) -> None:
    application = choose(newcomers(universe.officer), "children", "household.members.2")
    answer = {"children.0.school-transfer-previous_school": "稲見市立東小学校"}
    application = say(application, universe.officer, answer)
    application = choose(application, "children", drop=("household.members.2",))
    assert not take(application.answers, "children")
    application = choose(application, "children", "household.members.2")
    row = application.answers["children"][0]
    assert row["school-transfer-previous_school"] == "稲見市立東小学校"


def test_whoever_was_typed_before_is_the_same_when_chosen(universe: Universe) -> None:
    application = newcomers(universe.officer)
    typed = {"children.0.name": ITSUKI["name"], "children.0.custody": "yes"}
    application = choose(say(application, universe.officer, typed), "children", "household.members.2")
    assert names(application, "children") == ["佐野　樹"]
    assert application.answers["children"][0]["custody"] == "yes"
    assert application.answers["children"][0]["birth_date"] == "2016-06-01"


def test_where_rows_have_moved_meanwhile_nobody_else_is_chosen(universe: Universe) -> None:
    application = newcomers(universe.officer)
    page = actions.Page("other", application.revision)
    actions.drop_row(application=application, group="household.members", index=0, by=universe.officer, at=NOW)
    with pytest.raises(actions.Conflict):
        actions.choose_people(
            application=application,
            group="children",
            add=["household.members.2"],
            by=None,
            at=NOW,
            page=page,
        )


@pytest.mark.parametrize("path", ["resident", "applicant", "nothing", "children.0"])
def test_nobody_is_chosen_for_what_is_no_such_list(path: str, universe: Universe) -> None:
    with pytest.raises(PathRefused):
        choose(newcomers(universe.officer), path, "household.members.2")


def test_only_whoever_is_offered_is_chosen(universe: Universe) -> None:
    application = newcomers(universe.officer)
    before = application.revision
    application = choose(application, "children", "household.members.0", "agent", "household.members.77")
    assert take(application.answers, "children") is None
    assert application.revision == before


def test_each_procedure_gets_whole_rows(universe: Universe) -> None:
    application = choose(newcomers(universe.officer), "children", "household.members.2")
    form = actions.form_of(application)
    assert isinstance(form, Bundle)
    its = {
        member.id: outcome for member, outcome in form.evaluate_each(application.answers, today=NOW.date())
    }
    child = its["child-medical"].answers["children"][0]
    assert child["name"] == ITSUKI["name"]
    assert "person" not in child


def household(resident: Resident) -> Record:
    """A household of a father and his child, as the core system tells it."""
    child = {
        "resident_number": "000000000000002",
        "name": {"text": "佐藤　陽菜", "kana": "サトウ　ハルナ"},
        "birth_date": "2017-05-05",
        "sex": "2",
        "relationship": "子",
        "status": "resident",
    }
    father = {
        "resident_number": resident.resident_number,
        "name": {"text": "佐藤　健太", "kana": "サトウ　ケンタ"},
        "birth_date": "1992-08-14",
        "sex": "1",
        "relationship": "世帯主",
        "head": True,
        "status": "resident",
    }
    return Record(resident, NOW, {**father, "household": [father, child]}, is_complete=True)


def of_the_register(officer: Officer) -> Application:
    """Begin a move for somebody whose household the register knows."""
    resident = claim.a_resident()
    case = actions.open_case(office=officer.office, lane=Lane.WITH_HELP, by=officer, at=NOW)
    actions.identify(case=case, resident=resident, by=officer, at=NOW)
    case.refresh_from_db()
    record = household(resident)
    return actions.begin(case=case, procedure="moving-within", by=officer, at=NOW, resident_record=record)


def test_of_whom_the_register_knows_one_correction_is_enough(universe: Universe) -> None:
    officer = universe.officer
    application = of_the_register(officer)
    said = {"household.members.1.name": {"text": "佐藤　春菜", "kana": "サトウ　ハルナ"}}
    application = say(application, officer, said)
    assert names(application, "children") == ["佐藤　春菜"]


def test_an_agent_is_not_told_whom_the_register_knows(universe: Universe) -> None:
    application = choose(newcomers(universe.officer), "children", "household.members.2")
    for path in ("household.members.2.name", "children.0.name"):
        application.sources[path] = {"source": "record", "revision": 0}
    veiled = for_an_agent(sheet(application))
    items = [item for section in veiled.sections for item in section.items if isinstance(item, Group)]
    children = next(item for item in items if item.line.path == "children")
    assert children.rows[0].called == "児童 1"
    assert children.people == ()


# --- where one name is asked ---------------------------------------------------------------------------------------

HEAD, BEFORE = "move.new_head", "move-in.previous_head"
MEGUMI = {"text": "佐野　恵", "kana": "サノ　メグミ"}


def line(application: Application, path: str) -> Line:
    return next(line for line in sheet(application).lines() if line.path == path)


def choose_name(
    application: Application, path: str, place: str, page: actions.Page = ANY_PAGE
) -> Application:
    return actions.choose_name(application=application, path=path, place=place, by=None, at=NOW, page=page)


def test_where_one_name_is_asked_whoever_was_named_is_chosen(universe: Universe) -> None:
    application = newcomers(universe.officer)
    # The child of nine is offered as nobody's head of household.
    offered = [(one.name, one.is_chosen) for one in line(application, BEFORE).people]
    assert offered == [("佐野　亮", False), ("佐野　恵", False)]
    application = choose_name(application, BEFORE, "spouse")
    assert take(application.answers, BEFORE) == MEGUMI
    assert [(one.name, one.is_chosen) for one in line(application, BEFORE).people][1] == ("佐野　恵", True)


def test_before_the_route_is_agreed_whoever_is_known_can_be_chosen(universe: Universe) -> None:
    begun = of_the_register(universe.officer)
    known = line(begun, HEAD).people
    assert ("resident", "佐藤　健太") in [(one.place, one.name) for one in known]


@pytest.mark.parametrize("by", ["officer", None])
def test_a_correction_of_the_person_holds_where_their_name_was_chosen(
    by: str | None, universe: Universe
) -> None:
    application = choose_name(newcomers(universe.officer), BEFORE, "spouse")
    corrected = {"text": "佐野　惠", "kana": "サノ　メグミ"}
    who = universe.officer if by else None
    application = say(application, who, {"spouse.name": corrected})
    assert take(application.answers, BEFORE) == corrected
    assert application.answers["household"]["members"][1]["name"] == corrected
    # The father's name is nobody's business here.
    assert take(application.answers, HEAD) == TRIAGE[HEAD]
    application = actions.undo(application=application, by=universe.officer, at=NOW)
    assert take(application.answers, BEFORE) == MEGUMI


def test_somebody_else_in_a_role_makes_nobody_another(universe: Universe) -> None:
    """The head of household is another person now: those who bear the earlier head's name keep theirs."""
    application = say(newcomers(universe.officer), universe.officer, {HEAD: MEGUMI})
    assert take(application.answers, "resident.name") == SANO["resident.name"]
    assert take(application.answers, HEAD) == MEGUMI


def test_a_row_taken_out_or_moved_up_renames_nobody(universe: Universe) -> None:
    application = newcomers(universe.officer)
    grown = {"household.members.3.name": {"text": "佐野　昇", "kana": "サノ　ノボル"}}
    application = say(application, universe.officer, grown)
    application = choose_name(application, BEFORE, "household.members.3")
    application = actions.drop_row(
        application=application, group="household.members", index=2, by=universe.officer, at=NOW
    )
    assert take(application.answers, BEFORE)["text"] == "佐野　昇"
    application = actions.drop_row(
        application=application, group="household.members", index=2, by=universe.officer, at=NOW
    )
    # What was said stays said.
    assert take(application.answers, BEFORE)["text"] == "佐野　昇"


def test_where_somebody_still_bears_the_name_it_stays(universe: Universe) -> None:
    application = newcomers(universe.officer)
    namesake = {"household.members.3.name": MEGUMI}
    application = choose_name(say(application, universe.officer, namesake), BEFORE, "spouse")
    renamed = {"household.members.3.name": {"text": "佐野　愛", "kana": "サノ　アイ"}}
    application = say(application, universe.officer, renamed)
    assert take(application.answers, BEFORE) == MEGUMI


def test_nobody_is_chosen_who_is_not_offered(universe: Universe) -> None:
    application = newcomers(universe.officer)
    for path, place in (
        (BEFORE, "agent"),
        (BEFORE, "household.members.77"),
        ("origin", "resident"),
        (BEFORE, ""),
    ):
        with pytest.raises(PathRefused):
            choose_name(application, path, place)


def test_a_name_that_somebody_else_has_just_said_or_rows_that_moved_are_told(universe: Universe) -> None:
    application = newcomers(universe.officer)
    page = actions.Page("mine", application.revision)
    say(application, universe.officer, {BEFORE: MEGUMI})
    with pytest.raises(actions.Conflict):
        choose_name(application, BEFORE, "resident", page)
    application = say(application, universe.officer, {"household.members.3.name": SANO["resident.name"]})
    page = actions.Page("mine", application.revision)
    actions.drop_row(application=application, group="household.members", index=0, by=universe.officer, at=NOW)
    with pytest.raises((actions.Conflict, PathRefused)):
        choose_name(application, HEAD, "household.members.1", page)


def test_what_could_not_be_read_is_gone_once_somebody_is_chosen(universe: Universe) -> None:
    application = newcomers(universe.officer)
    wrong = {BEFORE: {"text": "佐野　恵", "kana": "サノ" * 200}}
    actions.save_answers(application=application, raw=wrong, by=universe.officer, at=NOW)
    application.refresh_from_db()
    assert BEFORE in application.refused
    assert BEFORE not in choose_name(application, BEFORE, "spouse").refused


def test_an_agent_is_not_told_whose_name_the_register_knows(universe: Universe) -> None:
    application = choose_name(newcomers(universe.officer), BEFORE, "spouse")
    application.sources["spouse.name"] = {"source": "record", "revision": 0}
    application.sources["household.members.1.name"] = {"source": "record", "revision": 0}
    veiled = next(line for line in for_an_agent(sheet(application)).lines() if line.path == BEFORE)
    assert "佐野　恵" not in [one.name for one in veiled.people]
    assert veiled.value is None
    assert veiled.words == "登録されているとおり"
