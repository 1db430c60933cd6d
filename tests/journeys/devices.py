"""Screens that stand by themselves, as an officer connects them."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage


def stand_up(stage: Stage, officer: Page, kind: str, name: str, *, script: str = "", **options: Any) -> Page:
    """Open a new screen, and connect it by the number that it shows; `script` runs in it before its pages' own."""
    screen = stage.visitor(**options)
    if script:
        screen.add_init_script(script)
    screen.goto(f"{stage.address}/device/")
    stage.look_once(screen, "端末をつなぐ番号")
    officer.goto(f"{stage.address}/devices/")
    stage.look_once(officer, "端末")
    officer.get_by_role("radio", name=kind).check()
    officer.get_by_label("名前").fill(name)
    officer.get_by_label("接続番号").fill(screen.locator(".pair-code").inner_text())
    officer.get_by_role("button", name="つなぐ", exact=True).click()
    expect(officer.get_by_role("status")).to_contain_text(f"「{name}」をつなぎました")
    screen.wait_for_url(lambda address: "/device/" not in address)
    return screen
