"""The steps of a resident who applies alone, for journeys that do so with a finger, by the keyboard or without scripts."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image
from playwright.sync_api import FilePayload, Page, expect

from tests.journeys.stage import Stage

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
KIOSK: dict[str, Any] = {"viewport": {"width": 1080, "height": 1920}, "has_touch": True}
OFFICE = "kawakami"
NEXT = "つぎへ"
# Of each kind a question, by its place, with its page's title.
KINDS = {
    "resident.name": "名前の質問",
    "resident.birth_date": "日付の質問",
    "resident.address": "住所の質問",
    "attachments": "写真の質問",
}
TELEPHONE = "090-1111-2222"


def photograph() -> FilePayload:
    """Return a photograph as a telephone takes it: with where it was taken."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Telephone"
    position = exif.get_ifd(ExifTags.IFD.GPSInfo)
    position[ExifTags.GPS.GPSLatitudeRef], position[ExifTags.GPS.GPSLatitude] = "N", (38.0, 43.0, 12.5)
    kept = BytesIO()
    Image.effect_noise((1600, 1200), 40).convert("RGB").save(kept, "JPEG", exif=exif)
    return {"name": "母子手帳.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


def choose(page: Page, stage: Stage, words: str, procedure: str) -> None:
    """Find a procedure by a word of one's own, and begin it."""
    page.goto(f"{stage.address}/apply/")
    stage.look_once(page, f"ご自分で手続{where(page)}")
    page.get_by_label("ことばで さがす").fill(words)
    page.locator(f"a[href='/apply/{procedure}/']").click()
    page.wait_for_url(f"**/apply/{procedure}/")
    stage.look_once(page, f"はじめる前に{where(page)}")
    if page.get_by_label("近くの庁舎").count():
        page.get_by_label("近くの庁舎").select_option(OFFICE)
    page.get_by_role("button", name="はじめる", exact=True).click()
    page.wait_for_url("**/apply/a/*/q/**")


def questions(page: Page, stage: Stage) -> Iterator[str]:
    """Begin a procedure and go through its kinds of questions to the check; yield the title of each page that is shown."""
    choose(page, stage, "産前", "national-pension-maternity")
    own = re.sub("/q/.*", "", page.url)
    yield "選ぶ質問"
    for place, title in KINDS.items():
        page.goto(f"{own}/q/{place}/")
        yield title
    page.goto(f"{own}/check/")
    yield "内容の確認"


def where(page: Page) -> str:
    """Return where the page stands, for the title of what is looked at."""
    return "（ロビー）" if page.locator("html.is-lobby").count() else ""


def go_on(page: Page, here: str, *, button: str = NEXT) -> None:
    """Press the button and wait for the page that comes after this question."""
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(lambda address: not address.rstrip("/").endswith(f"/q/{here}"))


def say_who(page: Page, stage: Stage, name: str) -> None:
    """Say who one is: a role, the name, a birth date that is put right, and an address of which the postal code brings the town."""
    page.get_by_label("本人", exact=True).check()
    stage.look_once(page, f"選ぶ質問{where(page)}")
    go_on(page, "applicant.role")
    page.get_by_label(re.compile("お名前")).fill(name)
    page.get_by_label("フリガナ").fill("みほん　はなこ")
    stage.look_once(page, f"名前の質問{where(page)}")
    go_on(page, "resident.name")
    stage.look_once(page, f"日付の質問{where(page)}")
    page.get_by_label("元号").select_option(label="平成")
    for label, text in {"年": "4", "月": "13", "日": "１４"}.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name=NEXT, exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    stage.look_once(page, f"日付のまちがい{where(page)}")
    page.get_by_label("月", exact=True).fill("８")
    go_on(page, "resident.birth_date")
    page.get_by_label("郵便番号").fill("997-0401")
    stage.look_once(page, f"住所の質問{where(page)}")
    page.get_by_role("button", name=NEXT, exact=True).click()
    expect(page.get_by_label("町・字")).to_have_value("中野新田")
    stage.look_once(page, f"町の名前まで入った住所{where(page)}")
    page.get_by_label("番地").fill("1番2号")
    go_on(page, "resident.address")
    stage.look_once(page, f"電話番号の質問{where(page)}")
    page.get_by_role("textbox").fill(TELEPHONE)
    go_on(page, "contact.phone")


def look_at_what_looks_again(page: Page, stage: Stage, title: str) -> None:
    """Look at a page that loads itself anew every few seconds: it holds still meanwhile."""
    page.evaluate("() => { for (let timer = 0; timer < 1000; timer++) clearInterval(timer); }")
    stage.look_once(page, title)
    page.reload()


def code_on(page: Page) -> str:
    """Return the code that the page shows."""
    return page.locator(".apply-code").inner_text().strip()


def say_what(page: Page, stage: Stage) -> None:
    """Answer what a certificate of residence asks besides."""
    page.get_by_role("textbox").fill("運転免許の更新")
    stage.look_once(page, f"文字の質問{where(page)}")
    go_on(page, "certificate.purpose")
    stage.look_once(page, f"選ぶ質問{where(page)}")
    page.get_by_label("世帯全員").check()
    go_on(page, "scope")
    page.get_by_label("本籍・筆頭者").check()
    stage.look_once(page, f"いくつも選ぶ質問{where(page)}")
    go_on(page, "items")
    page.get_by_role("textbox").fill("1")
    stage.look_once(page, f"数の質問{where(page)}")
    go_on(page, "certificate.copies")
    page.wait_for_url("**/check/")
    stage.look_once(page, f"内容の確認{where(page)}")
