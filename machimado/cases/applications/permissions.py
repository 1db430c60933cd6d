"""Who may do what with a case, and in which state. Buttons ask the same functions as actions."""

from machimado.cases.applications.models import Application, Case
from machimado.ground.people.models import Officer, Role
from machimado.ground.people.permissions import Refused, can_role

SERVING = (Role.OFFICER, Role.SPECIALIST, Role.SUPERVISOR)
State = Application.State
# Begun, and neither sent nor withdrawn.
RUNNING = (State.INTERVIEW, State.REVIEW, State.SIGNED)


class WrongState(Refused):
    """The application is in a state in which this cannot be done; the message says what can."""


def check_serve(officer: Officer, case: Case) -> None:
    """Check that the officer may work on the case: staff of its office, or a specialist for every office.

    Raises: Refused.
    """
    if can_role(officer, Role.SPECIALIST, Role.SUPERVISOR):
        return
    if not can_role(officer, *SERVING) or officer.office_id != case.office_id:
        raise Refused("この受付は別の拠点のものです。その拠点の職員か、専門職員に引き継いでください。")


def can_serve(officer: Officer, case: Case) -> bool:
    """Return whether the officer may work on the case."""
    try:
        check_serve(officer, case)
    except Refused:
        return False
    return True


def check_state(application: Application, *states: str) -> None:
    """Check that the application is in one of the states.

    Raises: WrongState.
    """
    if application.state not in states:
        raise WrongState(_WHAT_NOW[State(application.state)])


_WHAT_NOW = {
    State.INTERVIEW: "まだ聞取り中です。残りの質問に答えてから進んでください。",
    State.REVIEW: "住民の方が確認中です。直すときは「聞取りに戻る」を押してください。",
    State.SIGNED: "署名済みです。直すときは「聞取りに戻る」を押してください（署名はもう一度いただきます）。",
    State.SUBMITTED: "すでに送信済みです。直すときは、基幹システムの回答を待ってから「直して送り直す」を使ってください。",
    State.CANCELLED: "この申請は取り下げられています。必要なときは新しく受け付けてください。",
}
