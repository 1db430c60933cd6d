"""Who may write a procedure, and who may let it become one. Buttons ask the same functions as actions."""

from datetime import date

from machimado.cases.authoring.models import Draft
from machimado.ground.people.models import Officer, Role
from machimado.ground.people.permissions import Refused

AUTHORS = (Role.SPECIALIST, Role.SUPERVISOR, Role.ADMINISTRATOR)
State = Draft.State
_WHAT_NOW = {
    State.EDITING: "まだ作成中です。公開を申し出てから進んでください。",
    State.PROPOSED: "承認を待っています。直すときは、いったん作成に戻してください。",
    State.PUBLISHED: "もう公開されています。直すときは、新しい下書きを始めてください。",
    State.RECALLED: "この版は公開を取りやめています。必要なときは、新しい下書きを始めてください。",
    State.WITHDRAWN: "この下書きは取り下げられています。必要なときは、新しい下書きを始めてください。",
}


class WrongState(Refused):
    """The draft is in a state in which this cannot be done; the message says what can."""


def check_state(draft: Draft, *states: State) -> None:
    """Check that the draft is in one of the states.

    Raises: WrongState.
    """
    if draft.state not in states:
        raise WrongState(_WHAT_NOW[State(draft.state)])


def check_approve(officer: Officer, draft: Draft) -> None:
    """Check that the officer may let the draft become a version: it is proposed, and others wrote all of it.

    Raises: WrongState, Refused.
    """
    check_state(draft, State.PROPOSED)
    if draft.hands.filter(officer=officer, role="wrote").exists():
        raise Refused(OWN_WORK)


def check_recall(draft: Draft, today: date) -> None:
    """Check that a version can still be kept from taking effect.

    Raises: WrongState, Refused.
    """
    check_state(draft, State.PUBLISHED)
    if draft.effective_date is None or draft.effective_date <= today:
        raise Refused(
            "施行日が来ているので、取りやめることはできません。元の内容に直した次の版を公開してください。"
        )


def can_recall(draft: Draft, today: date) -> bool:
    """Return whether a version can still be kept from taking effect."""
    try:
        check_recall(draft, today)
    except Refused:
        return False
    return True


OWN_WORK = (
    "この下書きには、あなたが書いたところがあります。自分が書いた手続は承認できません。"
    "書いていない別の職員に、この画面を開いて承認するよう頼んでください。"
)


def why_not_approve(officer: Officer, draft: Draft) -> str:
    """Return why the officer may not let the draft become a version; nothing where they may."""
    try:
        check_approve(officer, draft)
    except Refused as refusal:
        return str(refusal)
    return ""
