"""A resident signs in by the city's identity provider, applies and signs out; whoever comes next sees nothing of it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.fakes import identity_provider
from tests.fakes.identity_provider import ASSURANCE, SECRET, IdentityProvider
from tests.journeys import alone
from tests.journeys.devices import stand_up
from tests.journeys.stage import Stage
from tests.processes import Product, demo, own_database

pytestmark = pytest.mark.journey
CERTIFICATE = "/apply/residence-certificate/"


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    """Run the identity provider of the city's residents."""
    with identity_provider.running() as found:
        yield found


@pytest.fixture(scope="module")
def product(provider: IdentityProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Start a product of a city that has an identity provider."""
    named = {
        "MACHIMADO_RESIDENT_ISSUER": provider.address,
        "MACHIMADO_RESIDENT_SECRET": SECRET,
        "MACHIMADO_RESIDENT_SUFFICIENT": ASSURANCE,
    }
    with (
        own_database() as environment,
        demo(tmp_path_factory.mktemp("signing-in"), environment={**environment, **named}) as running,
    ):
        yield running


def sign_in(page: Page, name: str) -> None:
    """Sign in at the provider, which asks who one is."""
    page.get_by_role("link", name="本人確認サービスでサインイン").click()
    page.get_by_role("button", name=name).click()


def look_at_the_way_out(
    stage: Stage, page: Page, *, place: str = "sign-out", button: str = "サインアウト"
) -> None:
    """Sign out by hand: the page that leads on to the provider by itself is kept from doing so, and looked at."""

    def keep(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r"<meta http-equiv=.refresh[^>]*>", "", answer.text()))

    page.route(f"**/apply/{place}/", keep)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("heading", name="サインアウト中です。")).to_be_visible()
    stage.look(page, f"サインアウトしている（{button}）")
    page.unroute(f"**/apply/{place}/")
    page.get_by_role("link", name="本人確認サービスからもサインアウトする").click()
    page.wait_for_url(re.compile("/apply/(signed-out/)?$"))


def begin(page: Page) -> str:
    """Begin the certificate; return where its pages are."""
    page.get_by_role("button", name="はじめる").click()
    page.wait_for_url(re.compile("/q/"))
    found = re.search(r"/apply/a/[0-9a-f-]{36}/", page.url)
    assert found
    return found[0]


def test_signed_in_filled_in_sent_and_nothing_left_for_the_next_one(
    stage: Stage, provider: IdentityProvider
) -> None:
    stage.neighbours = (provider.address,)
    page = stage.visitor(viewport={"width": 390, "height": 844})
    page.goto(stage.address + CERTIFICATE)
    stage.look(page, "はじめる前に、サインインできる")
    sign_in(page, "見本 花子")
    page.wait_for_url("**" + CERTIFICATE)
    own = begin(page)
    expect(page.get_by_role("link", name="わたしの申請")).to_be_visible()
    stage.look(page, "ひとつめの質問、サインインしている")
    page.get_by_label("本人", exact=True).check()
    page.get_by_role("button", name="つぎへ").click()
    # The name is known: the next question is one that nobody has answered.
    page.wait_for_url(lambda where: "applicant.role" not in where)
    assert "resident." not in page.url
    stage.look_once(page, "つぎの質問、サインインしている")
    page.goto(stage.address + own + "q/resident.name/")
    expect(page.get_by_label("フリガナ")).to_have_value("ミホン　ハナコ")
    expect(page.get_by_text("本人確認サービスから入れました")).to_be_visible()
    stage.look_once(page, "本人確認サービスから入った氏名")
    fill_in_the_rest(page, stage, own)
    page.goto(stage.address + own + "check/")
    expect(page.get_by_text("本人確認サービスから").first).to_be_visible()
    stage.look(page, "内容の確認、サインインしている")
    page.get_by_role("button", name="これでよい・署名へ").click()
    page.get_by_text("書けないときは、お名前を入力する").click()
    page.locator("[name=typed_name]").fill("見本 花子")
    stage.look(page, "署名、サインインしている")
    page.get_by_role("button", name="これで申請します").click()
    page.wait_for_url("**/state/")
    stage.look(page, "送った、サインインしている")
    page.get_by_role("link", name="わたしの申請").click()
    expect(page.get_by_text("市役所に届きました")).to_be_visible()
    stage.look(page, "わたしの申請")
    page.get_by_role("button", name="サインアウト").click()
    page.wait_for_url("**/apply/signed-out/")
    stage.look(page, "サインアウトした")
    assert not provider.sessions
    assert_nothing_is_left(page, stage, own)
    sign_in(page, "試験 太郎")
    page.wait_for_url("**/apply/mine/")
    expect(page.get_by_text("まだありません")).to_be_visible()
    stage.look(page, "わたしの申請、まだない")
    look_at_the_way_out(stage, page)
    assert not provider.sessions
    the_officer_sees_who_was_confirmed(stage)


def fill_in_the_rest(page: Page, stage: Stage, own: str) -> None:
    """Answer what is open, one page after the other."""
    answers = {"contact.phone": "090-1111-2222", "certificate.purpose": "勤務先", "certificate.copies": "1"}
    for place, answer in answers.items():
        page.goto(f"{stage.address}{own}q/{place}/")
        stage.look_once(page, f"サインインしている、{place}")
        page.locator(f"[name='{place}']").fill(answer)
        page.get_by_role("button", name="つぎへ").click()
        page.wait_for_load_state()
    page.goto(f"{stage.address}{own}q/scope/")
    stage.look_once(page, "サインインしている、だれの分")
    page.locator("[name=scope]").first.check(force=True)
    page.get_by_role("button", name="つぎへ").click()
    page.wait_for_load_state()
    stage.look_once(page, "質問の続き、サインインしている")


def assert_nothing_is_left(page: Page, stage: Stage, own: str) -> None:
    """The back button, and addresses that somebody has seen, show nothing."""
    for _ in range(4):
        page.go_back()
        page.wait_for_load_state()
        assert "花子" not in page.content()
        stage.look_once(page, f"サインアウトの後にもどる、{page.title()}")
    for place in ("", "check/", "q/resident.name/", "state/", "leave/"):
        page.goto(stage.address + own + place)
        page.wait_for_url("**/apply/resume/")
        assert "花子" not in page.content()
    stage.look_once(page, "再開コード、サインインできる")


def the_officer_sees_who_was_confirmed(stage: Stage) -> None:
    """Take up what has arrived: who it is, is asked of the register; who was confirmed stands beside it."""
    officer = stage.enter("sato")
    officer.goto(stage.address + "/counter/")
    expect(officer.get_by_text("本人確認サービスで確認済み")).to_be_visible()
    stage.look(officer, "窓口、本人確認済みの申請が届いた")
    officer.get_by_role("button", name=re.compile("受け取る")).click()
    officer.wait_for_url(re.compile(r"case="))
    expect(officer.locator("#q")).to_have_value(re.compile("ミホン"))
    stage.look(officer, "窓口、受け取った方を探す")
    officer.get_by_role("button", name=re.compile("住民記録にない方")).click()
    expect(officer.get_by_text(ASSURANCE)).to_be_visible()
    expect(officer.get_by_text("住民記録との照合は、職員が行ってください。")).to_be_visible()
    stage.look(officer, "聞取り、本人確認サービスで確認済み")


def test_a_certificate_in_the_lobby_with_no_officer_but_for_the_fee(
    stage: Stage, provider: IdentityProvider
) -> None:
    stage.neighbours = (provider.address,)
    provider.people["lobby"] = stage.product.claims_of_a_resident()
    officer = stage.enter("ono")
    kiosk = stand_up(stage, officer, "ロビーの端末", "正面ロビー2", **alone.KIOSK)
    kiosk.goto(stage.address + CERTIFICATE)
    expect(kiosk.get_by_text("職員を待たずに、この端末で受け取れます")).to_be_visible()
    stage.look(kiosk, "証明書をはじめる前、サインインすればここで受け取れる")
    sign_in(kiosk, provider.people["lobby"]["name"])
    kiosk.wait_for_url("**" + CERTIFICATE)
    expect(kiosk.get_by_text("ご本人であることを確かめてあります")).to_be_visible()
    stage.look(kiosk, "証明書をはじめる前、サインインした")
    own = begin(kiosk)
    stage.look_once(kiosk, "ひとつめの質問、サインインしている（ロビー）")
    kiosk.get_by_label("本人", exact=True).check()
    kiosk.get_by_role("button", name="つぎへ").click()
    fill_in_the_rest(kiosk, stage, own)
    kiosk.goto(stage.address + own + "check/")
    stage.look_once(kiosk, "内容の確認、サインインしている（ロビー）")
    kiosk.get_by_role("button", name="これでよい・署名へ").click()
    kiosk.get_by_text("書けないときは、お名前を入力する").click()
    stage.look_once(kiosk, "署名、サインインしている（ロビー）")
    kiosk.locator("[name=typed_name]").fill(provider.people["lobby"]["name"])
    kiosk.get_by_role("button", name="これで申請します").click()
    kiosk.wait_for_url("**/state/")
    expect(kiosk.get_by_text("職員にお支払いください")).to_be_visible(timeout=60_000)
    alone.look_at_what_looks_again(kiosk, stage, "手数料を待つ（ロビー）")
    the_officer_receives_the_fee(stage, officer)
    expect(kiosk.get_by_role("button", name="印刷する")).to_be_visible()
    alone.look_at_what_looks_again(kiosk, stage, "証明書を印刷できる（ロビー）")
    it_is_printed(kiosk)
    officer.goto(stage.address + "/counter/")
    expect(officer.get_by_text("端末で印刷しました")).to_be_visible()
    stage.look(officer, "窓口、ロビーで受け取られた証明書")
    look_at_the_way_out(stage, kiosk, place="done", button="おわる")
    stage.look_once(kiosk, "ご自分で手続（ロビー）")
    assert not provider.sessions


def the_officer_receives_the_fee(stage: Stage, officer: Page) -> None:
    """Take the money of whoever comes from the terminal with the number of their application."""
    officer.goto(stage.address + "/counter/")
    expect(officer.get_by_role("heading", name="ロビーの端末の証明書")).to_be_visible()
    stage.look(officer, "窓口、ロビーの証明書の手数料")
    officer.get_by_role("button", name="現金で受け取った").click()
    expect(officer.get_by_role("button", name="領収書")).to_be_visible()
    with officer.context.expect_page() as receipt:
        officer.get_by_role("button", name="領収書").click()
    receipt.value.close()


def it_is_printed(kiosk: Page) -> None:
    """Print from the browser, since this terminal has no printer of its own; its page tells that it was."""
    with kiosk.context.expect_event("response", lambda one: one.url.endswith("/print/")) as answer:
        kiosk.get_by_role("button", name="印刷する").click()
    assert answer.value.headers["content-type"] == "application/pdf"
    kiosk.reload()
    expect(kiosk.get_by_text("印刷しました。お取りください。")).to_be_visible()
    expect(kiosk.get_by_role("button", name="印刷する")).to_be_hidden()


def test_whoever_thinks_again_at_the_provider_goes_on_without(
    stage: Stage, provider: IdentityProvider
) -> None:
    stage.neighbours = (provider.address,)
    page = stage.visitor(viewport={"width": 390, "height": 844})
    page.goto(stage.address + CERTIFICATE)
    stage.look_once(page, "はじめる前に、サインインできる")
    sign_in(page, "やめる")
    expect(page.get_by_role("heading", name="サインインをやめました。")).to_be_visible()
    stage.look(page, "サインインをやめた")
    page.get_by_role("link", name="このまま続ける").click()
    page.wait_for_url("**/apply/")
    stage.look_once(page, "ご自分で手続、サインインできる")
