"""A life event: asked and signed as one application, sent as one for each of its procedures."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from benchmarks.bundle import document
from machimado.cases.applications import actions, paper
from machimado.cases.applications.models import Application, Lane, Submission, Tally
from machimado.cases.applications.rules import answers as documents
from machimado.cases.applications.rules.laying_out import lay_out
from machimado.cases.applications.rules.sheet import Group
from machimado.cases.applications.tests import attached, claim
from machimado.cases.procedures import queries as procedures
from machimado.cases.procedures.rules import load
from machimado.cases.procedures.rules.bundle import Bundle
from machimado.cases.procedures.rules.cases import merged
from machimado.cases.register.models import Resident
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer
from tests.universe import Universe

pytestmark = pytest.mark.django_db

DEATH = "death"
NOW = claim.NOW


def bundle() -> Bundle:
    found = procedures.current(DEATH, on=NOW.date())
    assert isinstance(found, Bundle)
    return found


def begun(officer: Officer, resident: Resident | None = None) -> Application:
    case = actions.open_case(office=officer.office, lane=Lane.WITH_HELP, by=officer, at=NOW)
    actions.identify(case=case, resident=resident or claim.a_resident(), by=officer, at=NOW)
    case.refresh_from_db()
    return actions.begin(case=case, procedure=DEATH, by=officer, at=NOW)


def by_path(answers: dict[str, Any]) -> dict[str, Any]:
    """Return a document's answers by the paths at which the life event asks them."""
    form = bundle()
    asked = form.evaluate(answers, today=NOW.date()).asked
    kinds = {path: question.kind for path in asked if (question := form.question(path)) is not None}
    given = (path for path, kind in kinds.items() if kind not in {"group", "signature", "files"})
    return {path: value for path in given if (value := documents.take(answers, path)) is not None}


def answered(officer: Officer) -> Application:
    """Answer everything as the event's first test case does."""
    application = begun(officer)
    form = bundle()
    raw = by_path(document(form, form.event.tests[0].answers, date(2026, 4, 10)))
    saved = actions.save_answers(application=application, raw=raw, by=officer, at=NOW)
    assert [(one.path, one.refused) for one in saved if one.refused] == []
    return saved[0].application


def signed(officer: Officer) -> Application:
    application = answered(officer)
    actions.to_review(application=application, by=officer, at=NOW)
    return actions.sign(application=application, signature=claim.SIGNATURE, by=None, at=NOW)


def test_each_procedure_becomes_an_application_of_its_own(universe: Universe) -> None:
    lead = actions.submit(application=signed(universe.officer), by=universe.officer, at=NOW)
    parts = list(lead.parts.all())
    assert lead.state == "submitted"
    assert len(parts) == len(bundle().event.tests[0].procedures or ()) == 12
    assert {part.state for part in parts} == {"submitted"}
    assert len({part.reference for part in (lead, *parts)}) == 13
    assert Submission.objects.filter(application__in=parts).count() == 12
    assert not lead.submissions.exists()
    assert {part.definition.procedure for part in parts} == {part.procedure for part in parts}


def test_each_is_delivered_as_if_it_had_been_asked_alone(universe: Universe) -> None:
    lead = actions.submit(application=signed(universe.officer), by=universe.officer, at=NOW)
    for part in lead.parts.all():
        outcome = actions.form_of(part).evaluate(part.answers, today=NOW.date())
        assert outcome.complete, part.procedure
        payload = part.submissions.get().payload
        assert payload == {"resident_number": "000000000000001", **outcome.delivers}


def test_what_was_said_once_stands_in_each_with_its_source(universe: Universe) -> None:
    lead = actions.submit(application=signed(universe.officer), by=universe.officer, at=NOW)
    for part in lead.parts.all():
        assert part.answers["agent"]["name"]["text"] == "見本　和子"
        assert part.sources["agent.name"]["source"] == "officer"
        assert not any(path.startswith(part.procedure) for path in part.sources)


def test_each_carries_the_signature_and_can_be_printed(universe: Universe) -> None:
    lead = actions.submit(application=signed(universe.officer), by=universe.officer, at=NOW)
    part = lead.parts.get(procedure="care-loss")
    kept = part.files.get(purpose="signature")
    assert part.answers["signature"]["file_id"] == str(kept.pk)
    assert [file["name"] for file in part.submissions.get().attachments] == ["signature.svg"]
    assert paper.filled(application=part, by=universe.officer, at=NOW).pdf.startswith(b"%PDF")


def test_five_clicks_divide_it_once(universe: Universe) -> None:
    application = signed(universe.officer)
    for _ in range(5):
        actions.submit(application=application, by=universe.officer, at=NOW)
    assert Application.objects.filter(within=application).count() == 12


def test_a_file_goes_with_the_procedure_for_which_it_was_attached(universe: Universe) -> None:
    application = answered(universe.officer)
    for path in ("resident-tax-heir.attachments", "property-heir.attachments"):
        upload = SimpleUploadedFile(f"{path}.pdf", attached.PDF)
        actions.attach(application=application, path=path, upload=upload, by=universe.officer, at=NOW)
    actions.to_review(application=application, by=universe.officer, at=NOW)
    actions.sign(application=application, signature=claim.SIGNATURE, by=None, at=NOW)
    lead = actions.submit(application=application, by=universe.officer, at=NOW)
    for procedure in ("resident-tax-heir", "property-heir"):
        part = lead.parts.get(procedure=procedure)
        names = [file["name"] for file in part.submissions.get().attachments]
        assert names == [f"{procedure}.attachments.pdf", "signature.svg"]
    assert not lead.files.exclude(purpose="signature").exists()


def test_what_is_put_off_is_not_sent_and_stays_on_the_route(universe: Universe) -> None:
    application = answered(universe.officer)
    raw = {"route.put_off": ["property-heir", "vehicle-disposal"]}
    actions.save_answers(application=application, raw=raw, by=universe.officer, at=NOW)
    actions.to_review(application=application, by=universe.officer, at=NOW)
    actions.sign(application=application, signature=claim.SIGNATURE, by=None, at=NOW)
    lead = actions.submit(application=application, by=universe.officer, at=NOW)
    assert lead.parts.count() == 10
    assert not lead.parts.filter(procedure__in=raw["route.put_off"]).exists()


def test_nothing_to_be_done_cannot_be_signed(universe: Universe) -> None:
    application = answered(universe.officer)
    everything = [step.procedure for step in bundle().event.procedures]
    actions.save_answers(
        application=application, raw={"route.put_off": everything}, by=universe.officer, at=NOW
    )
    with pytest.raises(actions.NotReady, match="ひとつもありません"):
        actions.to_review(application=application, by=universe.officer, at=NOW)


def test_before_the_triage_is_answered_the_route_is_not_begun(universe: Universe) -> None:
    with pytest.raises(actions.NotReady) as caught:
        actions.check_route(application=begun(universe.officer), at=NOW)
    assert "death.date" in caught.value.missing
    assert "route.agreed" not in caught.value.missing


def test_a_route_that_has_changed_is_agreed_anew_before_its_questions_are_answered(
    universe: Universe,
) -> None:
    """What the procedures still ask, the signature among it, stands after the route and does not hold it up."""
    application = begun(universe.officer)
    form = bundle()
    raw = by_path(document(form, form.event.tests[0].answers, date(2026, 4, 10)))
    first = {path: value for path, value in raw.items() if form.triage.form.question(path) is not None}
    actions.save_answers(application=application, raw=first, by=universe.officer, at=NOW)
    actions.check_route(application=Application.objects.get(pk=application.pk), at=NOW)
    going = actions.going(application=Application.objects.get(pk=application.pk), at=NOW)
    actions.save_answers(application=application, raw={"route.agreed": going}, by=universe.officer, at=NOW)
    without_seal = [one for one in first["death.holdings"] if one != "seal"]
    actions.save_answers(
        application=application, raw={"death.holdings": without_seal}, by=universe.officer, at=NOW
    )
    actions.check_route(application=Application.objects.get(pk=application.pk), at=NOW)


def test_what_it_cost_adds_up_over_its_applications(universe: Universe) -> None:
    application = signed(universe.officer)
    Application.objects.filter(pk=application.pk).update(typed_characters=100, rekeyed_fields=5)
    actions.submit(application=application, by=universe.officer, at=NOW.replace(hour=11))
    tallies = list(Tally.objects.all())
    assert len(tallies) == 12
    assert sum(one.typed_characters for one in tallies) == 100
    assert sum(one.rekeyed_fields for one in tallies) == 5
    assert sum(one.officer_seconds or 0 for one in tallies) == 3600


def test_one_of_them_is_put_right_by_itself(universe: Universe) -> None:
    lead = actions.submit(application=signed(universe.officer), by=universe.officer, at=NOW)
    part = lead.parts.get(procedure="care-loss")
    actions.correct(application=part, by=universe.officer, at=NOW)
    raw = {"contact.phone": "0235-11-1111"}
    actions.save_answers(application=part, raw=raw, by=universe.officer, at=NOW)
    actions.to_review(application=part, by=universe.officer, at=NOW)
    actions.sign(application=part, signature=claim.SIGNATURE, by=None, at=NOW)
    again = actions.submit(application=part, by=universe.officer, at=NOW)
    assert again.rounds == 2
    assert again.submissions.get(round=2).payload["phone"] == "0235-11-1111"
    other = lead.parts.get(procedure="late-elderly-heir")
    assert other.answers["contact"]["phone"] != "0235-11-1111"


def test_the_journal_tells_which_applications_it_became(universe: Universe) -> None:
    actions.submit(application=signed(universe.officer), by=universe.officer, at=NOW)
    actions_done = list(Entry.objects.values_list("action", flat=True))
    assert actions_done.count("application.fanned_out") == 1
    assert actions_done.count("application.submitted") == 12


def test_what_was_said_in_the_case_is_not_asked_again(universe: Universe) -> None:
    first = claim.answered(universe.officer)
    application = actions.begin(case=first.case, procedure=DEATH, by=universe.officer, at=NOW)
    assert application.sources["contact.phone"]["source"] == "case"


def test_a_version_more_of_one_procedure_leaves_it_as_it_was_begun(universe: Universe) -> None:
    application = begun(universe.officer)
    frozen = application.definition.definition
    assert set(frozen["procedures"]) == {step.procedure for step in bundle().event.procedures}
    assert actions.newer_form(application, on=NOW.date()) is None


def test_rows_that_another_page_has_moved_are_told_also_under_a_dotted_path(universe: Universe) -> None:
    application = answered(universe.officer)
    page = actions.Page(key="one", revision=application.revision)
    group = "household-change.household.members"
    actions.drop_row(application=application, group=group, index=0, by=universe.officer, at=NOW)
    with pytest.raises(actions.Conflict, match="行が入れ替わっています"):
        actions.save_answers(
            application=application,
            raw={f"{group}.0.relationship": "長女"},
            by=universe.colleague,
            at=NOW,
            page=page,
        )


def route_of(application: Application) -> Any:
    """Return the route as the officer sees it."""
    form = actions.form_of(application)
    route = lay_out(form, application.answers, application.sources, today=NOW.date()).route
    assert route is not None
    return route


def test_what_left_the_route_after_it_was_agreed_is_told_and_agreed_anew(universe: Universe) -> None:
    application = answered(universe.officer)
    assert route_of(application).is_agreed
    kinds = [code for code in application.answers["death"]["holdings"] if code != "property"]
    changed = actions.save_answers(
        application=application, raw={"death.holdings": kinds}, by=universe.officer, at=NOW
    )[0].application
    route = route_of(changed)
    assert not route.is_agreed
    assert route.gone == ("固定資産 現所有者の申告・相続人代表者の届出",)
    assert route.added == ()
    with pytest.raises(actions.NotReady):
        actions.to_review(application=changed, by=universe.officer, at=NOW)


def test_what_came_to_the_route_after_it_was_agreed_is_told_and_agreed_anew(universe: Universe) -> None:
    application = answered(universe.officer)
    agreed = [name for name in application.answers["route"]["agreed"] if name != "care-loss"]
    changed = actions.save_answers(
        application=application, raw={"route.agreed": agreed}, by=universe.officer, at=NOW
    )[0].application
    assert route_of(changed).added == ("介護保険 資格喪失届・被保険者証の返還",)
    with pytest.raises(actions.NotReady) as caught:
        actions.to_review(application=changed, by=universe.officer, at=NOW)
    assert "route.agreed" in caught.value.missing


def test_what_is_put_off_changes_nothing_that_was_agreed(universe: Universe) -> None:
    application = answered(universe.officer)
    changed = actions.save_answers(
        application=application, raw={"route.put_off": ["property-heir"]}, by=universe.officer, at=NOW
    )[0].application
    assert route_of(changed).is_agreed


def test_the_route_tells_how_many_of_the_first_questions_are_open(universe: Universe) -> None:
    application = answered(universe.officer)
    assert route_of(application).questions_left == 0
    taken_back = actions.save_answers(
        application=application, raw={"death.date": None}, by=universe.officer, at=NOW
    )
    assert route_of(taken_back[0].application).questions_left == 1


def test_a_procedure_that_this_case_has_sent_already_is_not_sent_again(universe: Universe) -> None:
    first = actions.submit(application=signed(universe.officer), by=universe.officer, at=NOW)
    again = actions.begin(case=first.case, procedure=DEATH, by=universe.officer, at=NOW)
    raw = by_path(document(bundle(), bundle().event.tests[0].answers, date(2026, 4, 10)))
    actions.save_answers(application=again, raw=raw, by=universe.officer, at=NOW)
    with pytest.raises(actions.NotReady, match="別に進んでいるか、もう送っています"):
        actions.to_review(application=again, by=universe.officer, at=NOW)


def test_files_of_what_is_put_off_stay(universe: Universe) -> None:
    application = answered(universe.officer)
    upload = SimpleUploadedFile("deed.pdf", attached.PDF)
    actions.attach(
        application=application, path="property-heir.attachments", upload=upload, by=universe.officer, at=NOW
    )
    raw = {"route.put_off": ["property-heir"]}
    actions.save_answers(application=application, raw=raw, by=universe.officer, at=NOW)
    actions.to_review(application=application, by=universe.officer, at=NOW)
    actions.sign(application=application, signature=claim.SIGNATURE, by=None, at=NOW)
    lead = actions.submit(application=application, by=universe.officer, at=NOW)
    assert [file.name for file in lead.files.exclude(purpose="signature")] == ["deed.pdf"]


def test_what_each_procedure_means_by_a_declaration_is_said(universe: Universe) -> None:
    application = answered(universe.officer)
    form = actions.form_of(application)
    sheet = lay_out(form, application.answers, application.sources, today=NOW.date())
    line = next(line for line in sheet.lines() if line.path == "declaration")
    said = line.statements
    assert len(said) > 1
    assert len(set(said)) == len(said)
    # What is put before them all is none of them.
    assert line.wording.ask == "次のことを、すべて確かめてください。"
    assert line.wording.ask not in said


def test_a_definition_kept_with_its_keys_in_another_order_is_the_same_form(
    universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = begun(universe.officer).definition.definition
    shuffled = {**kept, "procedures": dict(sorted(kept["procedures"].items()))}
    # Another process, which has compiled nothing yet; its store (PostgreSQL's jsonb) keeps no order of keys.
    monkeypatch.setattr(load, "_thawed", {})
    assert list(load.thaw(shuffled).by_path) == list(bundle().by_path)


def test_in_a_row_that_the_event_knows_the_rest_is_answered_and_sent(universe: Universe) -> None:
    """Of a newborn who is to go to nursery the triage knows who it is; where it shall go is kept in its row."""
    officer = universe.officer
    case = actions.open_case(office=officer.office, lane=Lane.WITH_HELP, by=officer, at=NOW)
    actions.identify(case=case, resident=claim.a_resident(), by=officer, at=NOW)
    case.refresh_from_db()
    application = actions.begin(case=case, procedure="birth", by=officer, at=NOW)
    form = procedures.current("birth", on=NOW.date())
    assert isinstance(form, Bundle)
    case_of = next(one for one in form.event.tests if one.name == "初めてのお子さんの保育も、一緒に申し込む")
    before = next(one for one in form.event.tests if one.name == case_of.extends)
    said = merged(before.answers, case_of.answers)
    raw = {
        path: value
        for path, _ in form.triage.form.walk()
        if (value := documents.take(said, path)) is not None
    }
    raw["route.agreed"] = ["child-allowance-claim", "child-medical", "childcare-application"]
    application = actions.save_answers(application=application, raw=raw, by=officer, at=NOW)[0].application
    page = actions.Page(key="one", revision=application.revision)
    choice = "children.0.childcare-application-first_choice"
    saved = actions.save_answers(
        application=application, raw={choice: "雪見台こども園"}, by=officer, at=NOW, page=page
    )
    assert [one.refused for one in saved] == [""]
    application = saved[0].application
    sent = {
        member.id: its.answers["children"]
        for member, its in form.evaluate_each(application.answers, today=NOW.date())
    }
    assert [row["name"] for row in sent["child-medical"]] == [said["newborn"]["name"]]
    assert sent["childcare-application"][0]["first_choice"] == "雪見台こども園"
    sheet = lay_out(form, application.answers, application.sources, today=NOW.date())
    groups = [item for section in sheet.sections for item in section.items if isinstance(item, Group)]
    (children,) = (one for one in groups if one.line.path == "children")
    assert [row.title for row in children.rows] == ["お生まれになったお子さん 1　見本　陽太"]
    assert not children.may_add
    assert not children.may_drop
