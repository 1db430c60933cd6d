"""Setting up a tablet: the page that explains the office's own certificate, before one was made and after."""

import shutil

import pytest
from playwright.sync_api import expect

from machimado.site import tls
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey


def test_trust_is_explained_on_the_tablet_itself(stage: Stage) -> None:
    tablet = stage.visitor()
    tablet.goto(f"{stage.address}/trust/")
    expect(tablet.get_by_text("まだ作っていません")).to_be_visible()
    stage.look(tablet, "証明書を作る前")
    folder = stage.product.data / tls.FOLDER
    tls.make(folder, ["madoguchi.example"])
    try:
        tablet.reload()
        expect(tablet.get_by_text(tls.fingerprint(tls.authority_of(folder)))).to_be_visible()
        stage.look(tablet, "端末に証明書を入れる")
    finally:
        shutil.rmtree(folder)
