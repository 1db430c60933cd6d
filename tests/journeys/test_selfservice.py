"""Residents apply by themselves: on a telephone, on a terminal in the lobby, by the keyboard alone, and without scripts."""

import re
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Error, Page, Route, expect

from tests.journeys import alone
from tests.journeys.counter import end_open_cases, write_name
from tests.journeys.devices import stand_up
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey
NOTE = "予定日のわかるページを、もう一枚撮ってください。"
# Longer than nobody may touch a terminal before it asks, and then wipes.
ASKS_AFTER_MS, WIPES_AFTER_MS = 121_000, 31_000
# With the reading aids and seven languages.
MOST_TABS = 60
# In the list of eras: 令和, 平成, 昭和.
ERAS_DOWN = 3


# ---------------------------------------------------------------- on the telephone, to the counter and back


def attach(phone: Page, stage: Stage) -> None:
    """Choose a photograph; the page says that it is on its way until it is there."""
    stage.look_once(phone, "写真の質問")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    phone.route("**/q/attachments/", hold)
    phone.locator("input[type=file]").set_input_files(alone.photograph())
    sending = phone.get_by_text("送っています。そのままお待ちください。")
    expect(sending).to_be_visible()
    stage.look_once(phone, "写真を送っている間")
    held[0].continue_()
    expect(phone.locator(".apply-files")).to_contain_text("母子手帳.jpg")
    phone.unroute("**/q/attachments/")
    stage.look_once(phone, "写真が加わったところ")


def tell_of_birth(phone: Page, stage: Stage) -> None:
    """Answer what is asked before a birth, up to the photograph."""
    alone.say_who(phone, stage, stage.product.parent)
    stage.look_once(phone, "基礎年金番号の質問")
    alone.go_on(phone, "pension.number")
    stage.look_once(phone, "出産の前か後か")
    phone.get_by_label("出産の前").check()
    alone.go_on(phone, "timing")
    stage.look_once(phone, "予定日の質問")
    phone.get_by_label("元号").select_option(label="令和")
    for label, text in {"年": "9", "月": "1", "日": "20"}.items():
        phone.get_by_label(label, exact=True).fill(text)
    alone.go_on(phone, "due_date")
    stage.look_once(phone, "人数の質問")
    phone.get_by_label("単胎").check()
    alone.go_on(phone, "multiple")


def leave(phone: Page, stage: Stage) -> str:
    """Leave in the middle: the code is all that is taken along, and nothing is left behind. Return it."""
    phone.get_by_role("link", name="あとで続ける・窓口で続ける").click()
    stage.look_once(phone, "続きの控え")
    code = alone.code_on(phone)
    phone.get_by_role("button", name="この画面をおわる").click()
    phone.wait_for_url("**/apply/")
    phone.go_back()
    phone.reload()
    expect(phone.get_by_role("heading", name="再開コードを入れてください。")).to_be_visible()
    stage.look_once(phone, "再開コードを入れる")
    return code


def come_back(stage: Stage, code: str) -> Page:
    """Come in by the code on another browser."""
    phone = stage.visitor(**alone.PHONE)
    phone.goto(f"{stage.address}/apply/resume/")
    phone.get_by_label("再開コード").fill(code.lower().replace("-", " "))
    phone.get_by_role("button", name="続ける", exact=True).click()
    phone.wait_for_url("**/q/attachments/")
    return phone


def take_over(officer: Page, stage: Stage, code: str) -> None:
    """Scan the code, as a scanner types the address into the search, and say who it is."""
    officer.goto(f"{stage.address}/r/{code}/")
    expect(officer.get_by_role("heading", name="住民の方が始めた申請")).to_be_visible()
    stage.look_once(officer, "コードの申請")
    officer.goto(f"{stage.address}/counter/")
    officer.get_by_role("searchbox").fill(f"{stage.address}/r/{code}/")
    officer.get_by_role("button", name="続きを引き受ける").click()
    officer.wait_for_url("**/counter/?case=*")
    stage.look_once(officer, "引き受けた申請の、ご本人を探す")
    officer.get_by_role("searchbox").fill(stage.product.parent)
    officer.get_by_role("button", name="探す", exact=True).click()
    officer.locator("button[data-result]").first.click()
    officer.wait_for_url("**/counter/applications/*/")
    stage.look_once(officer, "引き受けた申請")


def check_position_is_gone(officer: Page, stage: Stage) -> None:
    """Look at the photograph that arrived: it does not say where it was taken."""
    link = officer.get_by_role("link", name="母子手帳.jpg").get_attribute("href")
    shown = Image.open(BytesIO(officer.request.get(f"{stage.address}{link}").body()))
    assert shown.size == (1600, 1200)
    assert not shown.getexif().get_ifd(ExifTags.IFD.GPSInfo)


def hand_back(officer: Page, stage: Stage) -> None:
    """Let the resident go on, with something to look at."""
    officer.locator("summary", has_text="コードと一緒にお伝えすること").click()
    officer.get_by_label("コードと一緒にお伝えすること").fill(NOTE)
    officer.keyboard.press("Alt+h")
    expect(officer.get_by_role("heading", name="住民の方に続きを渡しました")).to_be_visible()
    expect(officer.get_by_role("status")).to_contain_text("いちばん上に出ています")
    stage.look_once(officer, "住民に渡したところ")


def sign(phone: Page, stage: Stage) -> None:
    """Read everything once more and sign with a finger."""
    phone.wait_for_url("**/check/")
    stage.look_once(phone, f"内容の確認{alone.where(phone)}")
    phone.get_by_role("button", name="これでよい・署名へ").click()
    phone.wait_for_url("**/sign/")
    stage.look_once(phone, f"自分で署名する{alone.where(phone)}")
    phone.locator("signature-pad").scroll_into_view_if_needed()
    write_name(phone)
    phone.get_by_role("button", name="これで申請します").click()
    phone.wait_for_url("**/state/")


def test_from_the_telephone_to_the_counter_and_back_to_the_end(stage: Stage) -> None:
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    first = stage.visitor(**alone.PHONE)
    alone.choose(first, stage, "産前", "national-pension-maternity")
    tell_of_birth(first, stage)
    attach(first, stage)
    code = leave(first, stage)

    phone = come_back(stage, code)
    expect(phone.locator(".apply-files")).to_contain_text("母子手帳.jpg")
    phone.get_by_role("button", name="わからないので、職員に続けてもらう").click()
    expect(phone.get_by_role("heading", name="職員に続きを頼みました。")).to_be_visible()
    alone.look_at_what_looks_again(phone, stage, "職員に頼んだところ")
    take_over(officer, stage, code)
    check_position_is_gone(officer, stage)
    expect(phone.get_by_role("heading", name="職員が続きを進めています。")).to_be_visible()
    alone.look_at_what_looks_again(phone, stage, "職員が進めている間")

    hand_back(officer, stage)
    # The page that waits goes on by itself, and says at once what was written.
    expect(phone.get_by_role("button", name=alone.NEXT, exact=True)).to_be_visible()
    expect(phone.get_by_text(NOTE)).to_be_visible()
    stage.look_once(phone, "職員からの連絡")
    alone.go_on(phone, "attachments")
    phone.get_by_label("はい").check()
    stage.look_once(phone, "申告")
    alone.go_on(phone, "declaration")
    sign(phone, stage)
    stage.look_once(phone, "届いた申請の状況")

    officer.goto(f"{stage.address}/counter/")
    stage.look_once(officer, "届いた申請のある窓口")
    reference = re.findall(r"申請番号 (\S+)", phone.locator(".apply-rows").inner_text())[0]
    officer.get_by_role("button", name=re.compile(rf"{reference} を\s*受け取る")).click()
    officer.wait_for_url("**/counter/applications/*/")
    officer.get_by_role("button", name="基幹システムへ送る").click()
    expect(officer.get_by_text("基幹システム受理済")).to_be_visible()
    phone.reload()
    expect(phone.get_by_text("手続が終わりました。")).to_be_visible()
    stage.look_once(phone, "終わった申請の状況")
    end_open_cases(officer, stage)


def test_a_page_that_was_left_open_overnight_loses_nothing(stage: Stage) -> None:
    stage.expected_statuses |= {403}
    phone = stage.visitor(**alone.PHONE)
    alone.choose(phone, stage, "住民票", "residence-certificate")
    stage.look_once(phone, "選ぶ質問")
    place = phone.url
    phone.get_by_role("link", name="あとで続ける・窓口で続ける").click()
    stage.look_once(phone, "続きの控え")
    code = alone.code_on(phone)
    phone.goto(place)
    phone.get_by_label("本人", exact=True).check()
    phone.context.clear_cookies(name="machimado_apply")  # the sitting has ended
    phone.get_by_role("button", name=alone.NEXT, exact=True).click()
    expect(phone.get_by_text("いま入力した内容から続けられます")).to_be_visible()
    stage.look_once(phone, "一度しまった後に、コードを入れる")
    phone.get_by_label("再開コード").fill(code)
    phone.get_by_role("button", name="続ける", exact=True).click()
    expect(phone.get_by_role("heading", name="おかえりなさい。")).to_be_visible()
    stage.look_once(phone, "しまった内容を送る")
    phone.get_by_role("button", name="送って続ける").click()
    phone.wait_for_url("**/q/resident.name/")
    stage.look_once(phone, "名前の質問")


# ---------------------------------------------------------------- a terminal in the lobby


def connect(stage: Stage, officer: Page, name: str = "正面ロビー1") -> Page:
    """Connect a terminal by the number that it shows; its clock is the journey's."""
    terminal = stand_up(stage, officer, "ロビーの端末", name, **alone.KIOSK)
    terminal.clock.install()
    terminal.wait_for_url("**/apply/")
    terminal.reload()
    return terminal


def call_an_officer(stage: Stage, officer: Page, terminal: Page) -> None:
    """Call somebody, who says that they are coming."""
    terminal.get_by_role("button", name="職員を呼ぶ").click()
    expect(terminal.get_by_role("heading", name="職員を呼びました。")).to_be_visible()
    stage.look_once(terminal, "職員を呼んだところ")
    officer.goto(f"{stage.address}/counter/")
    officer.get_by_role("button", name="向かいます").click()
    expect(officer.get_by_role("button", name="済みました")).to_be_visible()
    stage.look_once(officer, "ロビーで職員を呼んでいる窓口")
    terminal.clock.run_for(5_000)
    expect(terminal.get_by_role("heading", name="小野　美咲が向かっています。")).to_be_visible()
    officer.get_by_role("button", name="済みました").click()
    terminal.goto(f"{stage.address}/apply/called/")
    terminal.wait_for_url("**/apply/")


def settled(page: Page) -> str:
    """Return the page as it is once it stays: what the browser had kept asks for itself anew, and some look again by themselves."""
    for _ in range(20):
        with suppress(Error):
            page.wait_for_load_state("networkidle")
            return page.content()
    raise AssertionError("the page goes on and on")


def check_nothing_left(terminal: Page, stage: Stage, *traces: str) -> None:
    """Check that the back button leads to nothing of whoever was here before."""
    for _ in range(6):
        # What came in answer to a post the browser has not kept: it says so instead of showing it.
        with suppress(Error):
            terminal.go_back()
        content = settled(terminal)
        assert [trace for trace in traces if trace in content] == []
    terminal.goto(f"{stage.address}/apply/resume/")
    stage.look_once(terminal, "再開コードを入れる（ロビー）")
    assert not [one for one in terminal.context.cookies() if one["name"] == "machimado_apply"]


def test_in_the_lobby_with_help_and_nothing_is_left(stage: Stage) -> None:
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    terminal = connect(stage, officer)
    stage.look_once(terminal, "ご自分で手続（ロビー）")
    call_an_officer(stage, officer, terminal)
    alone.choose(terminal, stage, "住民票", "residence-certificate")
    alone.say_who(terminal, stage, "見本 花子")
    terminal.get_by_role("textbox").fill("運転免許の更新")
    asks = terminal.get_by_role("dialog", name="まだお使いですか。")
    terminal.clock.run_for(ASKS_AFTER_MS)
    expect(asks).to_be_visible()
    stage.look(terminal, "まだお使いですか")
    terminal.get_by_role("button", name="まだ使う").click()
    expect(asks).to_be_hidden()
    expect(terminal.get_by_role("textbox")).to_have_value("運転免許の更新")
    terminal.clock.run_for(ASKS_AFTER_MS)
    expect(asks).to_be_visible()
    terminal.clock.run_for(WIPES_AFTER_MS)
    expect(terminal.get_by_role("heading", name="今日は、どのようなご用ですか。")).to_be_visible()
    check_nothing_left(terminal, stage, "花子", alone.TELEPHONE, "中野新田")

    # Whoever sits down next goes through to the end, and ends by the button.
    alone.choose(terminal, stage, "住民票", "residence-certificate")
    alone.say_who(terminal, stage, "見本 花子")
    alone.say_what(terminal, stage)
    sign(terminal, stage)
    stage.look_once(terminal, "届いた申請の状況（ロビー）")
    terminal.get_by_role("button", name="おわる", exact=True).click()
    terminal.wait_for_url("**/apply/")
    check_nothing_left(terminal, stage, "花子", alone.TELEPHONE, "中野新田")
    officer.goto(f"{stage.address}/counter/")
    expect(officer.get_by_text("ロビーの端末")).to_be_visible()


def receive_what_was_signed(officer: Page, stage: Stage, reference: str) -> None:
    """Take up what has arrived, say whose it is, and send it: the core system gives the certificate out."""
    officer.goto(f"{stage.address}/counter/")
    stage.look_once(officer, "届いた申請のある窓口")
    officer.get_by_role("button", name=re.compile(f"{reference}.*受け取る")).click()
    officer.wait_for_url("**/counter/?case=*")
    stage.look_once(officer, "引き受けた申請の、ご本人を探す")
    officer.get_by_role("searchbox").fill(stage.product.parent)
    officer.get_by_role("button", name="探す", exact=True).click()
    officer.locator("button[data-result]").first.click()
    officer.wait_for_url("**/counter/applications/*/")
    officer.get_by_role("button", name="基幹システムへ送る").click()
    expect(officer.get_by_text("基幹システム受理済")).to_be_visible(timeout=60_000)
    stage.look_once(officer, "証明書の手数料をいただく")


def test_a_certificate_whose_fee_was_given_back_is_not_printed(stage: Stage) -> None:
    stage.expected_statuses |= {409}
    officer = stage.enter("ono")
    end_open_cases(officer, stage)
    terminal = connect(stage, officer, "正面ロビー2")
    alone.choose(terminal, stage, "住民票", "residence-certificate")
    alone.say_who(terminal, stage, "見本 花子")
    alone.say_what(terminal, stage)
    sign(terminal, stage)
    found = re.search(r"申請番号 ([0-9A-Z-]+)", terminal.inner_text("main"))
    assert found
    receive_what_was_signed(officer, stage, found[1])
    terminal.reload()
    expect(terminal.get_by_text("職員にお支払いください。")).to_be_visible()
    stage.look_once(terminal, "手数料を払う（ロビー）")
    officer.get_by_role("button", name="現金で受け取った").click()
    officer.wait_for_load_state()
    terminal.reload()
    expect(terminal.get_by_role("button", name="印刷する")).to_be_visible()
    stage.look_once(terminal, "証明書を印刷する（ロビー）")
    officer.get_by_role("button", name="受取りを取り消す").click()
    officer.wait_for_load_state()
    stage.look_once(officer, "手数料を返したところ")
    # In the same window: what a window that is opened gets first is seen by nobody.
    terminal.locator("form[action$='/print/']").evaluate("form => form.removeAttribute('target')")
    terminal.get_by_role("button", name="印刷する").click()
    expect(terminal.get_by_role("heading", name="印刷できませんでした。")).to_be_visible()
    stage.look(terminal, "印刷できない（ロビー）")
    terminal.get_by_role("link", name="もどる").click()
    expect(terminal.get_by_text("職員にお支払いください。")).to_be_visible()
    terminal.get_by_role("button", name="おわる", exact=True).click()
    terminal.wait_for_url("**/apply/")


# ---------------------------------------------------------------- by the keyboard alone


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, and check that one can see where it is."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            drawn = page.evaluate(
                "() => [document.activeElement, document.activeElement.closest('label')].filter(Boolean)"
                ".some(one => getComputedStyle(one).outlineStyle !== 'none')"
            )
            assert drawn, f"the focus on {selector} is not to be seen"
            return
    raise AssertionError(f"{selector} is more than {MOST_TABS} Tabs away")


def type_in(page: Page, stage: Stage, title: str, texts: dict[str, str]) -> None:
    """Type into the fields of these names, one after the other, and go on."""
    stage.look_once(page, title)
    for name, text in texts.items():
        tab_to(page, f"[name='{name}']")
        if name.endswith(".era"):
            for _ in range(ERAS_DOWN):
                page.keyboard.press("ArrowDown")
        else:
            page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_by_the_keyboard_alone(stage: Stage) -> None:
    resident = stage.visitor()
    resident.goto(f"{stage.address}/apply/residence-certificate/")
    stage.look_once(resident, "はじめる前に")
    tab_to(resident, "form.stack button.is-main")
    resident.keyboard.press("Enter")
    resident.wait_for_url("**/q/applicant.role/")
    stage.look_once(resident, "選ぶ質問")
    tab_to(resident, "[name='applicant.role']")
    resident.keyboard.press("Space")
    with resident.expect_navigation():
        resident.keyboard.press("Enter")
    name, birth, home = "resident.name", "resident.birth_date", "resident.address"
    type_in(resident, stage, "名前の質問", {f"{name}.text": "見本 花子", f"{name}.kana": "ミホン ハナコ"})
    date = {"era": "昭和", "year": "33", "month": "5", "day": "6"}
    type_in(resident, stage, "日付の質問", {f"{birth}.{part}": text for part, text in date.items()})
    type_in(resident, stage, "住所の質問", {f"{home}.postal_code": "997-0401"})
    type_in(resident, stage, "町の名前まで入った住所", {f"{home}.block": "1番2号"})
    type_in(resident, stage, "電話番号の質問", {"contact.phone": alone.TELEPHONE})
    stage.look_once(resident, "文字の質問")
    tab_to(resident, "textarea")
    resident.keyboard.type("免許")
    tab_to(resident, "button.is-main")
    resident.keyboard.press("Enter")
    resident.wait_for_url("**/q/scope/")
    stage.look_once(resident, "選ぶ質問")
    tab_to(resident, "[name=scope]")
    resident.keyboard.press("ArrowDown")
    resident.keyboard.press("Enter")
    resident.wait_for_url("**/q/items/")
    stage.look_once(resident, "いくつも選ぶ質問")
    tab_to(resident, "button.is-main")
    resident.keyboard.press("Enter")
    resident.wait_for_url("**/q/certificate.copies/")
    type_in(resident, stage, "数の質問", {"certificate.copies": "1"})
    resident.wait_for_url("**/check/")
    stage.look_once(resident, "内容の確認")
    tab_to(resident, "main form button.is-main")
    resident.keyboard.press("Enter")
    resident.wait_for_url("**/sign/")
    stage.look_once(resident, "自分で署名する")
    tab_to(resident, "main summary")
    resident.keyboard.press("Enter")
    type_in(resident, stage, "自分で署名する", {"typed_name": "見本 花子"})
    expect(resident.get_by_text("市役所に届きました。")).to_be_visible()
    stage.look_once(resident, "届いた申請の状況")


# ---------------------------------------------------------------- without scripts


def test_without_scripts_all_but_drawing_works(stage: Stage) -> None:
    # Not one of the stage's visitors: axe is a script, and looks at the same pages in the other journeys.
    plain = stage.browser.new_page(
        java_script_enabled=False, locale="ja-JP", viewport={"width": 390, "height": 844}
    )
    plain.goto(f"{stage.address}/apply/national-pension-maternity/")
    plain.get_by_label("近くの庁舎").select_option(alone.OFFICE)
    plain.get_by_role("button", name="はじめる", exact=True).click()
    plain.get_by_label("本人", exact=True).check()
    texts = {"お名前（姓と名のあいだを空ける）": "見本 花子", "フリガナ": "ミホン ハナコ"}
    date = {"年": "1992", "月": "8", "日": "14"}
    pages = (texts, date, {"郵便番号": "997-0401"}, {"番地": "1番2号"})
    for fields in pages:
        plain.get_by_role("button", name=alone.NEXT, exact=True).click()
        for label, text in fields.items():
            plain.get_by_label(label, exact=True).fill(text)
        if "年" in fields:
            plain.get_by_label("元号").select_option(label="西暦")
    plain.get_by_role("button", name=alone.NEXT, exact=True).click()
    plain.get_by_role("textbox").fill(alone.TELEPHONE)
    plain.get_by_role("button", name=alone.NEXT, exact=True).click()
    plain.get_by_role("button", name=alone.NEXT, exact=True).click()
    plain.get_by_label("出産の前").check()
    plain.get_by_role("button", name=alone.NEXT, exact=True).click()
    plain.get_by_label("元号").select_option(label="令和")
    for label, text in {"年": "9", "月": "1", "日": "20"}.items():
        plain.get_by_label(label, exact=True).fill(text)
    plain.get_by_role("button", name=alone.NEXT, exact=True).click()
    plain.get_by_label("単胎").check()
    plain.get_by_role("button", name=alone.NEXT, exact=True).click()
    plain.locator("input[type=file]").set_input_files(alone.photograph())
    plain.get_by_role("button", name="これを加える").click()
    expect(plain.locator(".apply-files")).to_contain_text("母子手帳.jpg")
    plain.get_by_role("button", name=alone.NEXT, exact=True).click()
    plain.get_by_label("はい").check()
    plain.get_by_role("button", name=alone.NEXT, exact=True).click()
    plain.get_by_role("button", name="これでよい・署名へ").click()
    plain.get_by_text("書けないときは、お名前を入力する").click()
    plain.get_by_label("お名前", exact=True).fill("見本 花子")
    plain.get_by_role("button", name="これで申請します").click()
    expect(plain.get_by_text("市役所に届きました。")).to_be_visible()
    plain.context.close()
