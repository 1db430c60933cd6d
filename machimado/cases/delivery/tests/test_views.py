from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from machimado.cases.delivery import actions
from machimado.cases.delivery.attempting import Flight, send
from machimado.cases.delivery.models import Delivery
from machimado.cases.delivery.rules.machine import Answer, State, Verdict
from machimado.cases.delivery.tests.world import MemoryCore, submit
from machimado.ground.journal.models import Entry
from machimado.ground.people.models import Officer
from machimado.ground.systems import OutcomeUnknown, Unreachable
from tests.universe import Universe

pytestmark = pytest.mark.django_db
type_of_sign_in = Callable[[Officer], Client]


def lose() -> NoReturn:
    raise OutcomeUnknown("返事なし", cause="ReadTimeout")


def deliver(core: MemoryCore) -> Delivery:
    (claim,) = actions.claim_due(worker="a:1", at=timezone.now(), limit=10, everything=True)
    flight = Flight()
    flight.begin(claim)
    actions.conclude(claim=claim, result=send(core, claim, flight))
    return Delivery.objects.get(pk=claim.id)


@pytest.fixture
def undecided(universe: Universe, use_core: Callable[[MemoryCore], MemoryCore]) -> Delivery:
    core = use_core(MemoryCore(keyed=False, lookup=False, settling=timedelta(0)))
    submit(universe.officer)
    core.fates = [lose]
    return deliver(core)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_an_empty_list_teaches_what_will_be_there(universe: Universe, sign_in: type_of_sign_in) -> None:
    page = text_of(sign_in(universe.officer).get(reverse("delivery:home")))
    assert "まだ送った申請はありません" in page
    assert "配送係が動いていません" in page


def test_the_list_names_nobody_and_costs_few_queries(
    universe: Universe, memory: MemoryCore, sign_in: type_of_sign_in, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        submit(universe.officer)
        deliver(memory)
    client = sign_in(universe.officer)
    client.get(reverse("delivery:home"))
    with django_assert_max_num_queries(10):
        page = text_of(client.get(reverse("delivery:home")))
    assert page.count("基幹システム受理済") >= 3
    assert "髙橋" not in page


def test_the_list_is_filtered_and_refreshed_as_a_fragment(
    universe: Universe, memory: MemoryCore, sign_in: type_of_sign_in
) -> None:
    submit(universe.officer)
    row = deliver(memory)
    client, address = sign_in(universe.officer), reverse("delivery:home")
    assert row.reference in text_of(
        client.get(address, {"reference": row.reference[:4], "state": "accepted"})
    )
    assert "この条件に合う申請はありません" in text_of(client.get(address, {"state": "unknown"}))
    fragment = text_of(client.get(address, headers={"HX-Request": "true", "HX-Target": "deliveries"}))
    assert fragment.startswith('<div id="deliveries"')


@pytest.mark.parametrize("query", ["state=%00", "before=x", "before=-1", "reference=" + "x" * 500])
def test_absurd_filters_show_the_whole_list(universe: Universe, sign_in: type_of_sign_in, query: str) -> None:
    assert sign_in(universe.officer).get(f"{reverse('delivery:home')}?{query}").status_code == 200


def test_a_look_at_a_delivery_is_in_the_journal(
    universe: Universe, memory: MemoryCore, sign_in: type_of_sign_in
) -> None:
    submit(universe.officer)
    row = deliver(memory)
    page = text_of(sign_in(universe.officer).get(reverse("delivery:detail", args=[row.pk])))
    assert "K-1" in page
    assert "これまでの試行" in page
    assert Entry.objects.get(action="delivery.viewed").actor == str(universe.officer.pk)


def test_who_may_not_look(universe: Universe, undecided: Delivery, sign_in: type_of_sign_in) -> None:
    address = reverse("delivery:detail", args=[undecided.pk])
    assert sign_in(universe.outsider).get(address).status_code == 403
    assert sign_in(universe.auditor).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert sign_in(universe.officer).get(reverse("delivery:detail", args=[99999])).status_code == 404


def test_a_decision_is_made_on_the_page(
    universe: Universe, undecided: Delivery, sign_in: type_of_sign_in
) -> None:
    client = sign_in(universe.officer)
    page = text_of(client.get(reverse("delivery:detail", args=[undecided.pk])))
    assert "入っていない。もう一度送る" in page
    empty = client.post(reverse("delivery:found", args=[undecided.pk]), {"core_number": " "})
    assert (empty.status_code, "基幹システムの画面に出ている受付番号" in text_of(empty)) == (422, True)
    done = client.post(reverse("delivery:found", args=[undecided.pk]), {"core_number": "001-7"}, follow=True)
    assert "基幹システムに入っていることを記録しました" in text_of(done)
    undecided.refresh_from_db()
    assert (undecided.state, undecided.core_number) == (State.ACCEPTED, "001-7")


def test_a_second_click_says_how_it_stands(
    universe: Universe, undecided: Delivery, sign_in: type_of_sign_in
) -> None:
    client, address = sign_in(universe.officer), reverse("delivery:send-again", args=[undecided.pk])
    assert "もう一度送ります" in text_of(client.post(address, follow=True))
    assert "職員の判断を待っていません" in text_of(client.post(address, follow=True))
    assert Delivery.objects.get().state == State.WAITING


def test_a_rejection_is_noted_with_its_reason(
    universe: Universe, undecided: Delivery, sign_in: type_of_sign_in
) -> None:
    client, address = sign_in(universe.supervisor), reverse("delivery:rejected", args=[undecided.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert "口座名義の相違" in text_of(client.post(address, {"reason": "口座名義の相違"}, follow=True))


def test_an_outsider_decides_nothing(
    universe: Universe, undecided: Delivery, sign_in: type_of_sign_in
) -> None:
    for name in ("found", "rejected", "send-again", "hurry"):
        response = sign_in(universe.outsider).post(
            reverse(f"delivery:{name}", args=[undecided.pk]), {"core_number": "1", "reason": "x"}
        )
        assert response.status_code == 403
    undecided.refresh_from_db()
    assert undecided.state == State.UNDECIDED


def test_the_next_check_can_be_brought_forward(
    universe: Universe, memory: MemoryCore, sign_in: type_of_sign_in
) -> None:
    submit(universe.officer)
    memory.fates = [lose]
    row = deliver(memory)
    client = sign_in(universe.officer)
    assert "今すぐもう一度確認" in text_of(client.get(reverse("delivery:detail", args=[row.pk])))
    assert "すぐに確認します" in text_of(client.post(reverse("delivery:hurry", args=[row.pk]), follow=True))


def test_reconciliation_lists_differences_with_what_to_do(
    universe: Universe, memory: MemoryCore, sign_in: type_of_sign_in
) -> None:
    client, address = sign_in(universe.officer), reverse("delivery:reconcile")
    assert "まだ突き合わせていません" in text_of(client.get(address))
    assert "すべて一致しています" in text_of(client.post(address))
    submit(universe.officer)
    row = deliver(memory)
    memory.entries.append((memory.entries[0][0], Answer(Verdict.ACCEPTED, "K-2")))
    page = text_of(client.post(address))
    assert "基幹システムに二重に登録されています" in page
    assert "取消しを依頼" in page
    assert row.reference in page
    assert Entry.objects.filter(action="delivery.reconciled").count() == 2


def test_reconciliation_without_the_core_says_so(
    universe: Universe, memory: MemoryCore, sign_in: type_of_sign_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down() -> NoReturn:
        raise Unreachable("基幹システムにつながりません。", cause="ConnectError")

    monkeypatch.setattr(memory, "ledger", down)
    response = sign_in(universe.officer).post(reverse("delivery:reconcile"))
    assert (response.status_code, "つながりません" in text_of(response)) == (503, True)


def test_a_my_number_in_the_reason_of_a_rejection_is_refused(
    undecided: Delivery, universe: Universe, sign_in: type_of_sign_in
) -> None:
    address = reverse("delivery:rejected", args=[undecided.pk])
    answer = sign_in(universe.officer).post(address, {"reason": "番号 123456789018 が違う"})
    assert answer.status_code == 422
    assert "個人番号" in answer.content.decode()
    undecided.refresh_from_db()
    assert not undecided.reasons


def test_a_number_that_no_store_has_is_not_found(universe: Universe, sign_in: type_of_sign_in) -> None:
    assert sign_in(universe.officer).get(f"/delivery/{10**30}/").status_code == 404
