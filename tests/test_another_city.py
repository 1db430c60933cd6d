"""A city is replaced by pointing at another folder: everything that people see comes from there, and nothing of the sample is left."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import ROOT, Core, answers, free_port, own_database, start
from tests.visitor import Visitor, found_in

pytestmark = pytest.mark.processes
CITY = {
    "city.yaml": """
        name: 川辺市
        kana: カワベシ
        prefecture: 白嶺県
        city_code: "992020"
        """,
    "sites.yaml": """
        offices:
          - {id: hall, name: 川辺市役所, short_name: 市役所, kind: head, counters: 2}
          - {id: port, name: 川辺市 港出張所, short_name: 港出張所, kind: outpost, parent: hall, counters: 1}
        sections:
          - {id: window, office: hall, name: 総合窓口課}
        """,
    "staff.yaml": """
        officers:
          - login: kimura
            name: {text: 木村　渚, kana: キムラ　ナギサ}
            office: hall
            section: window
            roles: [specialist, supervisor]
        """,
    "procedures/boat-mooring.yaml": """
        id: boat-mooring
        title: {ja: 係留場所の利用届}
        business_id: "001"
        version: {number: 1, effective_from: "2026-04-01"}
        channels: [counter]
        applicants: [self]
        sections:
          - id: boat
            title: {ja: 船}
            questions:
              - id: boat_name
                kind: text
                label: {ja: 船の名前}
                required: true
                ask: {ja: 船のお名前を教えてください。}
        delivery:
          system: "001"
          message: boat_mooring
          fields:
            - {to: boat_name, from: boat_name}
        tests:
          - name: 名前を聞く
            today: "2026-04-10"
            answers: {boat_name: 第三渚丸}
            asked: [boat_name]
            delivers: {boat_name: 第三渚丸}
        """,
}
OF_THE_SAMPLE = re.compile(r"雪見|川上庁舎|沢口|大杉|児童手当|印鑑登録|見本")


@dataclass(frozen=True, slots=True)
class City:
    """A city of its own: its folder, its data, and the pages that are served of it."""

    folder: Path
    data: Path
    environment: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "machimado.site.cli", *words]
        places = ["--city", str(self.folder), "--data", str(self.data)]
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            [*command, *places], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def city(core_process: Core, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Write the folder and make the city's store; its core system is the running reference one."""
    place = tmp_path_factory.mktemp("kawabe")
    for name, text in CITY.items():
        file = place / "city" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(re.sub(r"(?m)^ {8}", "", text), "utf-8")
    with own_database() as database:
        made = City(place / "city", place / "data", {**database, "MACHIMADO_CORE": core_process.address})
        for words in (("migrate",), ("register", "import")):
            done = made.run(*words)
            assert done.returncode == 0, done.stdout + done.stderr
        yield made


@pytest.fixture(scope="module")
def officer(city: City) -> Iterator[Visitor]:
    """Return the browser of the city's officer, signed in with the password that the terminal gave out."""
    port = free_port()
    command = ["serve", "--city", str(city.folder), "--data", str(city.data), "--port", str(port)]
    running = start(
        ["-m", "machimado.site.cli", *command], log=city.data / "log", environment=city.environment
    )
    password = found_in(city.run("password", "kimura").stdout, r"新しいパスワード: (\S+)")
    try:
        running.wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"))
        with Visitor(f"http://127.0.0.1:{port}") as officer:
            assert not OF_THE_SAMPLE.search(officer.open("/accounts/login/"))
            officer.sign_in("kimura", password)
            assert "木村　渚" in officer.page.text
            yield officer
    finally:
        running.stop()


def test_the_terminal_speaks_of_this_city(city: City) -> None:
    procedures = str(city.folder / "procedures")
    for words in (("procedures", "check", procedures), ("procedures", "test", procedures), ("check",)):
        said = city.run(*words)
        assert said.returncode == 0, said.stdout + said.stderr
        assert not OF_THE_SAMPLE.search(said.stdout)
    assert "ono" in city.run("password", "ono").stderr  # an officer of the sample is nobody here


@pytest.mark.parametrize(
    "place", ["/counter/", "/counter/desk/", "/reception/", "/figures/", "/screen/", "/trust/"]
)
def test_its_pages_bear_its_name_and_nothing_of_the_sample(officer: Visitor, place: str) -> None:
    page = officer.open(place)
    assert officer.page.status_code == 200
    assert "川辺市" in page
    assert 'class="sample"' not in page
    assert not OF_THE_SAMPLE.search(page)


def test_its_own_offices_are_there(officer: Visitor) -> None:
    page = officer.open("/figures/")
    assert "港出張所" in page
    assert "市役所" in page


def test_its_own_procedure_is_offered_and_asked(officer: Visitor) -> None:
    officer.find("さとう")
    case = officer.page.text
    assert "係留場所の利用届" in case
    assert re.findall(r'name="procedure" value="([\w-]+)"', case) == ["boat-mooring"]
    officer.submit(officer.address("begin/"), {"procedure": "boat-mooring"})
    assert "船のお名前を教えてください。" in officer.page.text
    # A procedure without a form on paper offers none.
    assert "PDF" not in case + officer.page.text
    assert officer.get(f"{officer.here}paper/").status_code == 404
    assert officer.get("/counter/procedures/boat-mooring/paper/").status_code == 404
    assert officer.get("/p/child-allowance-claim/").status_code == 404
