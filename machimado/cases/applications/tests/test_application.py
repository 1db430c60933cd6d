import threading
from typing import Any

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from machimado.cases.applications import actions
from machimado.cases.applications.models import Application, Submission
from machimado.cases.applications.permissions import State, WrongState
from machimado.cases.applications.rules.answers import PathRefused
from machimado.cases.applications.tests import claim
from machimado.cases.applications.tests.claim import NOW
from machimado.cases.register.actions import Record
from machimado.cases.register.models import Resident
from machimado.ground.journal.models import Entry
from machimado.ground.people.permissions import Refused
from tests.universe import Universe


def test_what_the_register_knows_is_filled_in_and_said_to_be_from_there(universe: Universe) -> None:
    data = {
        "resident_number": "000000000000001",
        "name": {"text": "佐藤　健太", "kana": "サトウ　ケンタ"},
        "birth_date": "1992-08-14",
        "household": [],
    }
    empty = claim.begun(universe.officer)
    actions.cancel(application=empty, by=universe.officer, at=NOW)
    case, resident = empty.case, empty.case.resident
    assert resident is not None
    record = Record(resident, NOW, data, is_complete=True)
    application = actions.begin(
        case=case, procedure=claim.CLAIM, by=universe.officer, at=NOW, resident_record=record
    )
    assert application.answers["resident"]["name"]["text"] == "佐藤　健太"
    assert application.sources["resident.birth_date"]["source"] == "record"


def test_what_was_said_in_the_case_is_not_asked_again(universe: Universe) -> None:
    first = claim.answered(universe.officer)
    second = actions.begin(case=first.case, procedure="child-allowance-change", by=universe.officer, at=NOW)
    shared = [path for path, kept in second.sources.items() if kept["source"] == "case"]
    assert {"contact.phone", "identity.documents", "applicant.role"} <= set(shared)
    assert second.answers["contact"]["phone"] == first.answers["contact"]["phone"]
    assert "declaration" not in second.answers  # each application is declared by itself


def test_a_withdrawn_application_says_nothing_to_the_next(universe: Universe) -> None:
    first = claim.answered(universe.officer)
    actions.cancel(application=first, by=universe.officer, at=NOW)
    second = actions.begin(case=first.case, procedure=claim.CLAIM, by=universe.officer, at=NOW)
    assert not second.answers


def test_a_refused_answer_is_told_and_the_others_are_kept(universe: Universe) -> None:
    application = claim.begun(universe.officer)
    raw = {"event_date": "2月30日", "contact.phone": "0235-00-0000", "nothing.like.that": "x"}
    saved = actions.save_answers(application=application, raw=raw, by=universe.officer, at=NOW)
    refused = {one.path: one.refused for one in saved}
    assert refused["contact.phone"] == ""
    assert refused["event_date"]
    assert refused["nothing.like.that"]
    assert saved[0].application.answers["contact"] == {"phone": "0235-00-0000"}


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(universe: Universe) -> None:
    application = claim.begun(universe.officer)
    mine, theirs = actions.Page("mine", revision=0), actions.Page("theirs", revision=0)

    def save(phone: str, page: actions.Page) -> None:
        actions.save_answers(
            application=application, raw={"contact.phone": phone}, by=universe.officer, at=NOW, page=page
        )

    save("0235-00-0001", theirs)
    with pytest.raises(actions.Conflict) as conflict:
        save("0235-00-0002", mine)
    assert conflict.value.theirs == "0235-00-0001"
    save("0235-00-0003", theirs)  # one's own earlier change is no conflict
    application.refresh_from_db()
    assert application.answers["contact"]["phone"] == "0235-00-0003"


CHANGES = st.lists(
    st.sampled_from(["contact.phone", "event", "children.0.name", "has_older_children", "+row", "-row"]),
    max_size=8,
)
RAW: dict[str, Any] = {
    "contact.phone": "0235-00-0000",
    "event": "birth",
    "children.0.name": {"text": "佐藤　灯", "kana": "サトウ　アカリ"},
    "has_older_children": "no",
}


def but_for_moves(sources: dict[str, Any]) -> dict[str, Any]:
    """Return the sources without when rows last moved: going back moves them as well."""
    rows = sources.get("children", {}).get("source", "")
    return {**{path: kept for path, kept in sources.items() if path != "children"}, "children": rows}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES)
def test_undo_goes_back_step_by_step_to_the_beginning(universe: Universe, changes: list[str]) -> None:
    application = claim.begun(universe.officer, resident=Resident.objects.first())
    by: dict[str, Any] = {"application": application, "by": universe.officer, "at": NOW}
    states = []
    for change in changes:
        before = (application.answers, application.sources)
        try:
            if change == "+row":
                actions.add_row(group="children", **by)
            elif change == "-row":
                actions.drop_row(group="children", index=0, **by)
            else:
                actions.save_answers(raw={change: RAW[change]}, **by)
        except PathRefused:
            continue
        application.refresh_from_db()
        if (application.answers, application.sources) != before:
            states.append(before)
    for answers, sources in reversed(states):
        undone = actions.undo(**by)
        assert (undone.answers, but_for_moves(undone.sources)) == (answers, but_for_moves(sources))


def test_review_waits_until_everything_is_answered(universe: Universe) -> None:
    application = claim.begun(universe.officer)
    with pytest.raises(actions.NotReady) as refusal:
        actions.to_review(application=application, by=universe.officer, at=NOW)
    assert "contact.phone" in refusal.value.missing
    assert "signature" not in refusal.value.missing


def test_a_signature_does_not_outlive_a_change_of_the_answers(universe: Universe) -> None:
    application = claim.signed(universe.officer)
    again = actions.back_to_interview(application=application, by=universe.officer, at=NOW)
    assert again.state == State.INTERVIEW
    assert "signature" not in again.answers
    assert not again.files.exists()


def test_answers_under_a_signature_cannot_be_changed(universe: Universe) -> None:
    application = claim.signed(universe.officer)
    with pytest.raises(WrongState):
        actions.save_answers(application=application, raw={"event": "other"}, by=universe.officer, at=NOW)


def test_submitting_again_and_again_submits_once(universe: Universe) -> None:
    application = claim.signed(universe.officer)
    first = actions.submit(application=application, by=universe.officer, at=NOW)
    for _ in range(4):
        assert actions.submit(application=application, by=universe.officer, at=NOW) == first
    assert Submission.objects.count() == 1
    payload = first.submissions.get().payload
    assert payload["resident_number"] == "000000000000001"
    assert payload["claimant_name"] == "佐藤　健太"


@pytest.mark.django_db(transaction=True)
def test_five_clicks_at_the_same_moment_submit_once(universe: Universe) -> None:
    application = claim.signed(universe.officer)
    start, failures = threading.Barrier(5), []

    def click() -> None:
        try:
            start.wait(10)
            actions.submit(application=application, by=universe.officer, at=NOW)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in a thread fails the test
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    assert Submission.objects.filter(application=application).count() == 1


def test_an_application_keeps_the_definition_it_was_begun_with(
    universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = claim.begun(universe.officer)
    application.refresh_from_db()
    form = actions.form_of(application)
    assert form.id == claim.CLAIM
    assert form.evaluate({}, today=NOW.date()).missing
    assert application.definition.definition["procedure"]["id"] == claim.CLAIM


def test_another_offices_case_is_refused_and_a_specialist_may(universe: Universe) -> None:
    application = claim.begun(universe.officer)
    with pytest.raises(Refused):
        actions.begin(case=application.case, procedure=claim.CLAIM, by=universe.outsider, at=NOW)
    assert actions.begin(case=application.case, procedure=claim.CLAIM, by=universe.specialist, at=NOW)


def test_each_change_leaves_a_line_that_names_nobody(universe: Universe) -> None:
    before = Entry.objects.count()
    application = claim.answered(universe.officer)
    lines = list(Entry.objects.order_by("seq")[before:])
    assert [line.action for line in lines][-1] == "application.answered"
    assert {line.case for line in lines if line.case} == {str(application.case_id)}
    assert not any("佐藤" in "".join(map(str, vars(line).values())) for line in lines)


def test_constraints_hold_what_must_never_break(universe: Universe) -> None:
    from django.db import IntegrityError, transaction

    application = claim.begun(universe.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=application.pk).update(state="somewhere")
    assert connection.vendor in {"sqlite", "postgresql"}
