"""A draft is tried with answers; what comes of them becomes one of its tests, once an officer has seen that it is right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from machimado.cases.applications.rules.sheet import Refusal
from machimado.cases.authoring import actions, forms, queries
from machimado.cases.authoring.models import Draft
from machimado.cases.authoring.permissions import AUTHORS, State, WrongState
from machimado.cases.authoring.queries import Reading, Tried
from machimado.cases.authoring.rules import editing
from machimado.cases.authoring.views.draft import draft_or_404, revision_of
from machimado.cases.procedures.rules.definition import Channel
from machimado.cases.procedures.rules.saying import CHANNELS
from machimado.ground.people import permissions

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Try:
    """What is tried: the answers, when and where, and which test it is (nothing: a new one) or is built on."""

    answers: dict[str, Any]
    today: date
    channel: Channel
    name: str = ""
    test: int | None = None
    extends: str = ""
    is_whole: bool = False


@permissions.officers(*AUTHORS)
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ask the questions of a draft, show what comes of the answers, and keep both as a test where that is wanted."""
    draft = draft_or_404(draft_id)
    reading = queries.read(draft.text)
    if reading.shown is None or reading.form is None:
        messages.error(request, "先に「直すところ」を直してください。直ると、答えて試せます。")
        return redirect("authoring:draft", draft.pk)
    if request.method != "POST":
        return _page(request, draft, reading, _begun(request, reading), {})
    try:
        trying = _typed(request, reading)
    except forms.Unsealed as refusal:
        messages.error(request, str(refusal))
        return redirect("authoring:draft", draft.pk)
    asked = reading.shown if trying.is_whole else reading.form
    answers, refusals = forms.answered(request.POST, asked, trying.answers, trying.today)
    trying = Try(
        answers, trying.today, trying.channel, trying.name, trying.test, trying.extends, trying.is_whole
    )
    if "keep" in request.POST:
        return _kept(request, draft, reading, trying, refusals)
    return _page(request, draft, reading, trying, refusals)


def _begun(request: HttpRequest, reading: Reading) -> Try:
    """Return what is tried at first: a test that is changed, one that a new one is built on, or nothing."""
    test, base = (_number(request.GET.get(name, ""), reading) for name in ("test", "from"))
    number = test if test is not None else base
    if number is None:
        return Try({}, max(reading.first_day, timezone.localdate()), "counter")
    case = reading.cases[number]
    return Try(
        queries.answers_of(reading, number),
        date.fromisoformat(case.today),
        case.channel,
        case.name if test is not None else "",
        test,
        (case.extends or "") if test is not None else case.name,
        is_whole=_reaches_further(reading, number),
    )


def _reaches_further(reading: Reading, number: int) -> bool:
    """Tell whether a life event's test answers more than the first questions."""
    asked = {question.id for question in reading.form.questions} if reading.form else set()
    whole = reading.shown.questions if reading.is_event and reading.shown else ()
    answers = queries.answers_of(reading, number)
    return any(queries.is_answered(answers, one.id) for one in whole if one.id not in asked)


def _number(text: str, reading: Reading) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and int(text) < reading.tests):
        raise Http404
    return int(text)


def _typed(request: HttpRequest, reading: Reading) -> Try:
    post = request.POST
    return Try(
        forms.unseal(post.get("answers", "")),
        forms.day_of(post.get("today", ""), timezone.localdate()),
        forms.channel_of(post.get("channel", "")),
        post.get("name", "").strip()[:_LONGEST_NAME],
        _number(post.get("test", ""), reading),
        post.get("extends", "")[:_LONGEST_NAME],
        "whole" in post,
    )


def _page(
    request: HttpRequest,
    draft: Draft,
    reading: Reading,
    trying: Try,
    refusals: Mapping[str, Refusal],
    wrong: str = "",
) -> HttpResponse:
    seen = _tried(reading, trying, refusals)
    context = {
        "draft": draft,
        "title": (reading.data.get("title") or {}).get("ja", draft.procedure),
        "trying": trying,
        "sealed": forms.seal(trying.answers),
        "tried": seen,
        "ticked": _ticked(request, reading, trying, seen),
        "looked_at": [
            _looked_at(request, reading, trying, seen, name, legend) for name, legend in _LOOKED_AT.items()
        ],
        "channels": CHANNELS,
        "is_event": reading.is_event,
        "is_editing": draft.state == State.EDITING,
        "wrong": wrong,
    }
    return render(request, "authoring/try.html", context, status=422 if wrong else 200)


def _tried(reading: Reading, trying: Try, refusals: Mapping[str, Refusal]) -> Tried:
    found = queries.tried(
        reading,
        trying.answers,
        today=trying.today,
        channel=trying.channel,
        refusals=refusals,
        is_whole=trying.is_whole,
    )
    assert found is not None  # what cannot be read is not tried
    return found


def _ticked(request: HttpRequest, reading: Reading, trying: Try, seen: Tried) -> set[str]:
    """Return what the test is to expect: as it was ticked, as it does already, or what tests usually do."""
    if request.method == "POST":
        offered = set(request.POST.getlist("offered"))
        new = {one.name for one in seen.found if one.is_usual and one.name not in offered}
        return new | {name.removeprefix("expect.") for name in request.POST if name.startswith("expect.")}
    if trying.test is not None:
        return set(queries.expectations(reading.cases[trying.test]))
    return {one.name for one in seen.found if one.is_usual}


# Of which questions a test looks whether they are asked.
_LOOKED_AT = {"asked": "この質問を聞くこと", "not_asked": "この質問を聞かないこと"}


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Questions of which a test may look whether they are asked: (path, what it is called, whether the test does).

    `otherwise` are those that the test looks at, though with these answers it is not so.
    """

    name: str
    legend: str
    ticks: tuple[tuple[str, str, bool], ...]
    otherwise: tuple[tuple[str, str], ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        """What the test looks at."""
        return (*(path for path, _, ticked in self.ticks if ticked), *(path for path, _ in self.otherwise))


def _looked_at(
    request: HttpRequest, reading: Reading, trying: Try, seen: Tried, name: str, legend: str
) -> LookedAt:
    if request.method == "POST":
        wanted = set(request.POST.getlist(name))
    elif trying.test is not None:
        wanted = set(queries.expectations(reading.cases[trying.test]).get(name, ()))
    else:
        wanted = set()
    offered = seen.asked if name == "asked" else seen.not_asked
    here, other = dict(offered), dict(seen.not_asked if name == "asked" else seen.asked)
    return LookedAt(
        name,
        legend,
        tuple((path, label, path in wanted) for path, label in here.items()),
        tuple((path, other.get(path, path)) for path in sorted(wanted - here.keys())),
    )


def _looks_at(request: HttpRequest, reading: Reading, trying: Try, seen: Tried) -> dict[str, list[str]]:
    """Return of which questions the test looks whether they are asked, as the file says it."""
    found = (_looked_at(request, reading, trying, seen, name, words) for name, words in _LOOKED_AT.items())
    before = {} if trying.test is None else queries.expectations(reading.cases[trying.test])
    # What stood there stays in its order.
    return {
        one.name: sorted(one.chosen, key=_place_in(before.get(one.name, ()))) for one in found if one.chosen
    }


def _place_in(written: Sequence[str]) -> Callable[[str], int]:
    places = {path: place for place, path in enumerate(written)}
    return lambda path: places.get(path, len(places))


def _kept(
    request: HttpRequest, draft: Draft, reading: Reading, trying: Try, refusals: Mapping[str, Refusal]
) -> HttpResponse:
    """Write the answers and what came of them as a test of the draft."""
    wrong = _why_not(request, reading, trying, refusals)
    if wrong:
        return _page(request, draft, reading, trying, refusals, wrong)
    seen = _tried(reading, trying, refusals)
    ticked = _ticked(request, reading, trying, seen)
    expected = {one.name: one.value for one in seen.found if one.name in ticked}
    expected |= _looks_at(request, reading, trying, seen)
    if trying.test is not None:
        written = queries.expectations(reading.cases[trying.test])
        expected |= {
            name: _same_keys(written[name], expected[name])
            for name in ("delivers", "derived")
            if name in written and name in expected
        }
    try:
        actions.keep_test(
            draft=draft,
            test=trying.test,
            value=queries.as_case(
                reading,
                trying.answers,
                name=trying.name,
                extends=trying.extends,
                today=trying.today,
                channel=trying.channel,
                expected=expected,
            ),
            revision=revision_of(request),
            by=permissions.by(request),
            at=timezone.now(),
        )
    except (actions.Conflict, actions.NotReady, editing.NoSuchPlace, WrongState) as refusal:
        return _page(request, draft, reading, trying, refusals, str(refusal))
    messages.success(request, f"試験「{trying.name}」を書き込みました。「元に戻す」で取り消せます。")
    return redirect("authoring:draft", draft.pk)


def _same_keys(written: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return of what came out the entries that the test looks at."""
    return {name: found[name] for name in written if name in found}


def _why_not(request: HttpRequest, reading: Reading, trying: Try, refusals: Mapping[str, Refusal]) -> str:
    if refusals:
        return "読めない答えがあります。赤い字のところを直してください。"
    if not trying.name:
        return "試験の名前を入れてください。例　代理の方が来て、証明書を2通"
    others = [case.name for number, case in enumerate(reading.cases) if number != trying.test]
    if trying.name in others:
        return f"「{trying.name}」という試験は、もうあります。別の名前にしてください。"
    seen = _tried(reading, trying, refusals)
    if not _ticked(request, reading, trying, seen) and not _looks_at(request, reading, trying, seen):
        return "確かめることを、ひとつは選んでください。"
    return _otherwise(request, reading, trying, seen)


def _otherwise(request: HttpRequest, reading: Reading, trying: Try, seen: Tried) -> str:
    """Return what the test would look at in vain, as a sentence: it would not hold from the beginning."""
    for name, words in _LOOKED_AT.items():
        found = _looked_at(request, reading, trying, seen, name, words).otherwise
        if found:
            labels = "」「".join(label for _, label in found)
            what = "聞きません" if name == "asked" else "聞いています"
            return f"「{labels}」は、この答えでは{what}。印を外すか、答えを直してください。"
    return ""


@permissions.officers(*AUTHORS)
@require_POST
def remove(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Take a test out, where no other is built on it."""
    draft = draft_or_404(draft_id)
    test = _number(request.POST.get("test", ""), queries.read(draft.text))
    if test is None:
        raise Http404
    try:
        by, now = permissions.by(request), timezone.now()
        actions.drop_test(draft=draft, test=test, revision=revision_of(request), by=by, at=now)
        messages.success(request, "試験を外しました。「元に戻す」で取り消せます。")
    except (actions.Conflict, actions.NotReady, editing.NoSuchPlace, WrongState) as refusal:
        messages.error(request, str(refusal))
    return redirect("authoring:draft", draft_id)
