"""The ways in: at the counter with the resident's tablet, on the web, on a terminal in the lobby, and from hand to hand."""

from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from machimado.cases.applications import actions as cases
from machimado.cases.applications.models import RESUMPTIONS, Application, Submission
from machimado.cases.register.models import Resident
from machimado.frontyard.counter import actions as desks
from machimado.frontyard.counter.models import Desk
from machimado.frontyard.selfservice.tests.filling import SIGNATURE as STROKES
from machimado.ground.people.models import Officer
from tests.conformance.browser import Form, form_to, forms, pressed
from tests.conformance.told import Told
from tests.devices import connected

NOTHING = frozenset({"group", "signature", "files"})
MOST_PAGES = 400
UNKNOWN = "X"


# ---------------------------------------------------------------- what a resident says, in the fields of a page


def fill_in(form: Form, line: Any, value: Any, *, by_parts: bool) -> None:
    """Put an answer into the fields of its question; a date in its parts where the page asks so."""
    path = line.path
    if value is None or line.kind in NOTHING or path.startswith("route."):
        return  # rows, files, the signature and the route of a life event have buttons of their own
    if line.kind == "choice":
        form.check(path, str(value))
    elif line.kind == "choices":
        form.check(path, *value)
    elif line.kind == "declaration":
        form.check(path, *(["yes"] if value else []))
    elif line.kind == "date" and by_parts:
        _date(form, path, str(value))
    elif isinstance(value, dict):
        for part, text in value.items():
            form.write(f"{path}.{part}", str(text or ""))
    else:
        form.write(path, str(value))


def choose_name(form: Form, line: Any, value: Any) -> bool:
    """Choose whoever was named before where one name is asked; return whether they could be."""
    same = [one.place for one in line.people if isinstance(value, dict) and one.name == value.get("text")]
    if line.people:
        form.check(f"whose.{line.path}", *(same or [""]))
    return bool(same)


def _date(form: Form, path: str, value: str) -> None:
    year, month, day = (*("" if UNKNOWN in part else part for part in value.split("-")), "", "")[:3]
    for part, text in {"era": "W", "year": year, "month": month, "day": day}.items():
        form.write(f"{path}.{part}", text)


def paper(path: str, number: int) -> bytes:
    """Return the file that goes with a question: the same one whichever way it comes."""
    return f"%PDF-1.7\n%{path} {number}\n%%EOF\n".encode()


# ---------------------------------------------------------------- the resident, one page after the other


class Alone:
    """A resident who goes on alone, on their own browser or on a terminal."""

    application: Application

    def __init__(self, client: Client, told: Told, office: str = "") -> None:
        self.client, self.told, self.office = client, told, office

    def begin(self) -> Application:
        """Choose the procedure and begin it."""
        about = self.client.get(f"/apply/{self.told.form.id}/")
        form = form_to(about, "/begin/")
        if about.context["offices"]:
            form.write("office", self.office)
        self.page = form.press(self.client)
        self.application = self.page.context["application"]
        return self.application

    def come_by(self, code: str) -> None:
        """Come in by the code."""
        shown = self.client.get("/apply/resume/")
        form = form_to(shown, "/apply/resume/")
        form.write("code", code)
        self.page = form.press(self.client)

    def answer(self, most: int = MOST_PAGES) -> int:
        """Answer page after page until everything is said, or as many as this; return how many that were."""
        for number in range(most):
            if self.page.request["PATH_INFO"].endswith("/check/"):
                return number
            self.page = self._answered(self.page)
        assert most < MOST_PAGES, f"never ends: {self.page.request['PATH_INFO']}"
        return most

    def _answered(self, page: Any) -> Any:
        stop = page.context["stop"]
        form = form_to(page, f"/q/{stop.place}/")
        if stop.kind == "group":
            rows, asked = self.told.at(stop.place) or [], stop.group
            chosen = _choose(form, rows[len(asked.rows) :], asked.people)
            if len(asked.rows) + chosen < len(rows):
                return self._went_on(page, form.press(self.client, "add", stop.place))
            return self._went_on(page, form.press(self.client))
        for line in stop.lines:
            if not choose_name(form, line, self.told.at(line.path)):
                fill_in(form, line, self.told.at(line.path), by_parts=True)
            if file := self._next_file(line):
                return form.press(self.client, "attach", line.path, files={f"file.{line.path}": file})
        return self._went_on(page, form.press(self.client))

    def _next_file(self, line: Any) -> bytes | None:
        if line.kind != "files":
            return None
        here = len(line.value or [])
        return paper(line.path, here) if here < self.told.papers(line.path) else None

    def _went_on(self, before: Any, after: Any) -> Any:
        """Return the page that came; it may be the same one only where it asks something more."""
        if after.status_code == 422:
            same = [line.path for line in before.context["stop"].lines] == [
                line.path for line in after.context["stop"].lines
            ]
            assert not same, _refusals(after)
        assert after.status_code in {200, 422}, after.content.decode()
        return after

    def sign(self) -> None:
        """Check everything once more, and sign by drawing."""
        assert not self.page.context["open"], _open(self.page)
        form = form_to(form_to(self.page, "/check/").press(self.client), "/sign/")
        form.write("strokes", STROKES)
        done = form.press(self.client)
        assert done.request["PATH_INFO"].endswith("/state/"), done.content.decode()


def _choose(form: Form, rows: list[Any], people: Iterable[Any]) -> int:
    """Tick whoever was named before and comes next; return how many those are."""
    offered = {one.name: one.place for one in people if not one.is_chosen}
    names = [(row.get("name") or {}).get("text") for row in rows]
    chosen = list(takewhile(lambda name: name in offered, names))
    if chosen:
        already = (one.place for one in people if one.is_chosen)
        form.check("person", *already, *(offered[name] for name in chosen))
    return len(chosen)


def _refusals(page: Any) -> str:
    lines = page.context["stop"].lines
    said = [(line.path, line.refused, line.errors, line.missing) for line in lines]
    return f"{page.request['PATH_INFO']}: {said}"


def _open(page: Any) -> str:
    return f"{page.context['open']}"


# ---------------------------------------------------------------- the officer


class Counter:
    """An officer at a desk, with the resident's tablet beside it."""

    application: Application

    def __init__(self, client: Client, desk: Desk, officer: Officer, told: Told) -> None:
        self.client, self.told = client, told
        client.post("/counter/desk/", {"desk": desk.pk})
        self.tablet = Client()
        code = self.tablet.get("/screen/").context["code"]
        desks.pair_by_code(desk=desk, code=code, by=officer, at=timezone.now())

    def receive(self, resident: Resident | None, **more: str) -> Any:
        """Open a case for somebody, or say whose case one is; without a resident it is a newcomer's."""
        address = f"/counter/open/{resident.pk}/" if resident else "/counter/newcomer/"
        return self.client.post(address, {"key": str(uuid4()), **more}, follow=True)

    def begin(self, resident: Resident | None) -> Application:
        """Begin the procedure for the resident who stands here."""
        page = self.receive(resident)
        self.page = self.client.post(
            f"{page.request['PATH_INFO']}begin/", {"procedure": self.told.form.id}, follow=True
        )
        self.application = self.page.context["application"]
        self._open()
        return self.application

    def take_over(self, code: str, resident: Resident | None) -> None:
        """Scan the code and say who it is."""
        brought = self.client.get(f"/counter/code/{code}/")
        form_to(brought, "/take-over/").press(self.client)
        self.application.refresh_from_db()
        self.receive(resident, case=str(self.application.case_id))
        self._open()

    def accept(self, resident: Resident | None) -> None:
        """Take up what was signed elsewhere, and say whose it is where nobody has."""
        shown = self.client.get("/counter/")
        form_to(shown, f"{self.application.pk}/accept/").press(self.client)
        self.application.refresh_from_db()
        case = self.application.case
        if case.resident_id is None and not case.newcomer:
            self.receive(resident, case=str(case.pk))
        self._open()

    def hand_back(self) -> None:
        """Let the resident go on."""
        pressed(self.client, self.page, "/hand-back/")

    def _open(self) -> None:
        self.page = self.client.get(f"/counter/applications/{self.application.pk}/")
        assert self.page.status_code == 200

    def answer(self) -> None:
        """Type everything that the page asks, as often as it asks for more, and agree to the route of a life event."""
        known: set[str] = set()
        for _ in range(30):
            sheet = self.page.context["sheet"]
            lines = [line for line in sheet.lines() if line.path not in known]
            known |= {line.path for line in lines}
            if lines:
                self._type(lines)
            elif sheet.route is not None and not sheet.route.is_agreed:
                self.page = pressed(self.client, self.page, "/agree/")
            elif not self._row() and not self._file():
                return
        raise AssertionError("the page asks for more and more")

    def _type(self, lines: list[Any]) -> None:
        form = self._form()
        for line in lines:
            fill_in(form, line, self.told.at(line.path), by_parts=False)
        self.page = form.press(self.client)
        assert self.page.status_code == 200
        refused = [(one.path, one.refused) for one in self.page.context["sheet"].lines() if one.refused]
        assert not refused

    def _form(self) -> Form:
        return next(one for one in forms(self.page) if one.action.endswith("/answers/"))

    def _row(self) -> bool:
        """Add a row that is told of and missing, or take out one of which nobody tells: the register's own household."""
        for line in self.page.context["sheet"].lines():
            if line.kind != "group":
                continue
            here, told = len(line.value or []), len(self.told.at(line.path) or [])
            if here != told:
                button = ("group", line.path) if here < told else ("row", f"{line.path}.{here - 1}")
                self.page = self._form().press(self.client, *button)
                return True
        return False

    def _file(self) -> bool:
        for line in self.page.context["sheet"].lines():
            if line.kind != "files":
                continue
            here = len(line.value or [])
            if here < self.told.papers(line.path):
                file = {f"file.{line.path}": paper(line.path, here)}
                self.page = self._form().press(self.client, "attach", line.path, files=file)
                return True
        return False

    def let_sign(self) -> None:
        """Let the resident check and sign on the tablet."""
        reviewed = pressed(self.client, self.page, "/review/")
        assert reviewed.context["application"].state == "review", reviewed.context["not_ready"]
        shown = self.tablet.get("/screen/now/")
        steps, of = shown.context["steps"], shown.context["of"]
        form = form_to(self.tablet.get("/screen/", {"step": steps, "of": of}), "/screen/sign/")
        form.write("strokes", STROKES)
        form.press(self.tablet)

    def send(self) -> list[dict[str, Any]]:
        """Send it to the core system; return what is delivered."""
        self._open()
        pressed(self.client, self.page, "/submit/")
        return delivered(self.application)


def delivered(application: Application) -> list[dict[str, Any]]:
    """Return what the core system gets of an application, of a life event for each of its procedures."""
    found = Submission.objects.filter(application__case=application.case_id)
    return [dict(_without_times(one)) for one in found.order_by("message", "application__procedure")]


def _without_times(submission: Submission) -> Iterator[tuple[str, Any]]:
    yield "procedure", submission.application.procedure
    yield "system", submission.system
    yield "message", submission.message
    yield "payload", submission.payload
    kept = [one for one in submission.attachments if one["name"] != "signature.svg"]
    yield "attachments", [(one["name"], one["sha256"]) for one in kept]


# ---------------------------------------------------------------- the four ways


def terminal(officer: Officer) -> Client:
    """Return the browser of a terminal in the officer's lobby."""
    return connected(officer, "lobby")


Way = Callable[[Told, Counter, Resident | None, Officer], list[dict[str, Any]]]


def by_tablet(
    told: Told, counter: Counter, resident: Resident | None, officer: Officer
) -> list[dict[str, Any]]:
    """Everything is said to the officer, who types; the resident checks and signs on the tablet."""
    counter.begin(resident)
    counter.answer()
    counter.let_sign()
    return counter.send()


def _alone(
    client: Client, told: Told, counter: Counter, resident: Resident | None, officer: Officer
) -> list[dict[str, Any]]:
    person = Alone(client, told, officer.office.code)
    counter.application = person.begin()
    person.answer()
    person.sign()
    counter.accept(resident)
    return counter.send()


def by_web(told: Told, counter: Counter, resident: Resident | None, officer: Officer) -> list[dict[str, Any]]:
    """Everything is answered and signed at home."""
    return _alone(Client(), told, counter, resident, officer)


def by_kiosk(
    told: Told, counter: Counter, resident: Resident | None, officer: Officer
) -> list[dict[str, Any]]:
    """Everything is answered and signed on a terminal in the lobby."""
    return _alone(terminal(officer), told, counter, resident, officer)


def by_hand_over(
    told: Told, counter: Counter, resident: Resident | None, officer: Officer
) -> list[dict[str, Any]]:
    """Half of it at home; an officer goes on by the code and hands it back; the resident signs, the officer sends."""
    person = Alone(Client(), told, officer.office.code)
    counter.application = person.begin()
    person.answer(most=6)
    code = cases.code_of(RESUMPTIONS.get(person.application.pk))
    counter.take_over(code, resident)
    counter.answer()
    counter.hand_back()
    again = Alone(Client(), told)
    again.application = person.application
    again.come_by(code)
    again.answer()
    again.sign()
    counter.accept(resident)
    return counter.send()
