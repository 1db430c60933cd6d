"""The route of a life event as a person sees it: what is done here today, what is done elsewhere, why, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from machimado.cases.applications.rules.answers import take
from machimado.cases.applications.rules.wording import day_in_words, in_words, say
from machimado.cases.procedures.rules.bundle import AGREED, TOLD, Bundle
from machimado.cases.procedures.rules.life_event import Called, Errand, step_id
from machimado.cases.procedures.rules.outcome import Outcome, Reason, Step


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing to be done; `because` are the answers from which it follows, as (question, answer) in words."""

    id: str
    title: str
    why: str
    because: tuple[tuple[str, str], ...]
    law: str
    source: str
    due: str
    is_late: bool
    is_put_off: bool = False
    open_points: int = 0


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is done at another window of this city hall (`is_here`) or somewhere else."""

    stop: Stop
    is_here: bool
    where: str
    contact: str
    bring: str
    is_told: bool


@dataclass(frozen=True, slots=True)
class Route:
    """Everything that a life event calls for."""

    stops: tuple[Stop, ...]
    elsewhere: tuple[Elsewhere, ...]
    is_agreed: bool
    # What was agreed before and is no longer to be done, and what came since then; nothing before anything was agreed.
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    # How many questions of the triage are still open.
    questions_left: int = 0

    @property
    def going(self) -> tuple[Stop, ...]:
        """What is done today."""
        return tuple(stop for stop in self.stops if not stop.is_put_off)

    @property
    def later(self) -> tuple[Stop, ...]:
        """What is left for another day."""
        return tuple(stop for stop in self.stops if stop.is_put_off)


def lay_out_route(
    form: Bundle, answers: Mapping[str, Any], outcome: Outcome, today: date, language: str
) -> Route:
    """Return the route that follows from the answers."""
    maker = _Maker(form, dict(answers), today, language)
    steps = {step_id(step): step for step in form.event.steps}
    found = [(steps[now.id], now) for now in outcome.route]
    steps_now = {now.id for now in outcome.route}
    agreed: Sequence[str] = take(dict(answers), AGREED) or ()

    def title(name: str) -> str:
        return say(form.members[name].form.procedure.title, language)

    return Route(
        stops=tuple(
            maker.stop(step, now, title(now.id))
            for step, now in found
            if isinstance(step, Called) and now.id in form.members
        ),
        elsewhere=tuple(maker.elsewhere(step, now) for step, now in found if isinstance(step, Errand)),
        is_agreed=AGREED not in outcome.missing,
        gone=tuple(title(name) for name in agreed if name in form.members and name not in steps_now),
        added=tuple(title(now.id) for step, now in found if _is_added(now, form, agreed)),
        questions_left=len(_open(form, outcome)),
    )


def _is_added(now: Step, form: Bundle, agreed: Sequence[str]) -> bool:
    return bool(agreed) and now.id in form.members and now.id not in agreed and not now.is_put_off


def _open(form: Bundle, outcome: Outcome) -> set[str]:
    """Return the questions of the triage that are missing or wrong."""
    wrong = (path for finding in outcome.errors for path in finding.fields)
    return {path for path in (*outcome.missing, *wrong) if form.triage.form.question(path) is not None}


@dataclass(frozen=True, slots=True)
class _Maker:
    form: Bundle
    answers: dict[str, Any]
    today: date
    language: str

    def stop(self, step: Called | Errand, now: Step, title: str) -> Stop:
        return Stop(
            id=now.id,
            title=title,
            why=say(step.why, self.language),
            because=tuple(filter(None, map(self._because, now.because))),
            law=f"{step.legal_basis.law} {step.legal_basis.article}",
            source=step.source,
            due="" if now.due_date is None else day_in_words(now.due_date.isoformat(), self.language),
            is_late=now.due_date is not None and now.due_date < self.today,
            is_put_off=now.is_put_off,
            open_points=now.open_points,
        )

    def _because(self, reason: Reason) -> tuple[str, str] | None:
        """Return the question and its answer; of a list, what of it the rule looked for."""
        question, value = self.form.question(reason.path), take(self.answers, reason.path)
        if isinstance(value, list) and reason.codes is not None:
            value = [code for code in value if code in reason.codes]
        words = in_words(question, value, self.language) if question else ""
        return (say(question.label, self.language), words) if question and words else None

    def elsewhere(self, step: Errand, now: Step) -> Elsewhere:
        told = take(self.answers, TOLD) or []
        return Elsewhere(
            stop=self.stop(step, now, say(step.title, self.language)),
            is_here=step.here,
            where=say(step.where, self.language),
            contact=say(step.contact, self.language),
            bring=say(step.bring, self.language),
            is_told=step.id in told,
        )


UNAVAILABLE = {
    "ja": "手続「{}」には、いま使える版がありません。この手続だけは、担当の窓口で紙で受け付けてください。",
    "ja-simple": "手続（てつづ）き「{}」は、いま ここで できません。窓口（まどぐち）で 聞（き）いて ください。",
    "en": "The procedure “{}” cannot be done here now. Please ask at the counter.",
    "zh-hans": "手续“{}”现在不能在此办理。请到窗口询问。",
    "ko": "수속 ‘{}’은(는) 지금 여기에서 할 수 없습니다. 창구에 문의해 주십시오.",
    "vi": "Thủ tục “{}” hiện không làm được ở đây. Xin hỏi ở quầy.",
    "pt-br": "O procedimento “{}” não pode ser feito aqui agora. Pergunte no balcão.",
}


def unavailable(form: Bundle, outcome: Outcome, language: str = "ja") -> tuple[str, ...]:
    """Return which procedures a life event calls for that have no version in force."""
    known = {step.id for step in form.event.elsewhere} | set(form.members)
    return tuple(say(UNAVAILABLE, language).format(step.id) for step in outcome.route if step.id not in known)
