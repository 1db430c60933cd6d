from machimado.cases.delivery.models import Delivery
from machimado.cases.delivery.rules import machine
from machimado.cases.delivery.rules.machine import FOR_PERSON, State
from machimado.ground.people.models import Officer, Role
from machimado.ground.people.permissions import Refused, can_role

WATCHING = (Role.OFFICER, Role.SPECIALIST, Role.SUPERVISOR, Role.ADMINISTRATOR)
ANYWHERE = (Role.SPECIALIST, Role.SUPERVISOR, Role.ADMINISTRATOR)


class NotNow(Refused):
    """The delivery is in a state in which that cannot be done; the message says what can."""


def check_look(officer: Officer, delivery: Delivery) -> None:
    """Check that the officer may see whom the delivery is about.

    Raises: Refused.
    """
    same_office = delivery.submission.application.case.office_id == officer.office_id
    if not same_office and not can_role(officer, *ANYWHERE):
        raise Refused("この申請は別の拠点のものです。その拠点の職員か責任者に依頼してください。")


def check_decide(officer: Officer, delivery: Delivery) -> None:
    """Check that the officer may say what became of the delivery, and that it waits for that.

    Raises: Refused.
    """
    check_look(officer, delivery)
    if State(delivery.state) not in FOR_PERSON:
        raise NotNow(
            "この申請は、いまは職員の判断を待っていません。画面を読み込み直して、今の状態を確かめてください。"
        )


def can_decide(officer: Officer, delivery: Delivery) -> bool:
    """Return whether the officer may say what became of the delivery."""
    try:
        check_decide(officer, delivery)
    except Refused:
        return False
    return True


def check_hurry(officer: Officer, delivery: Delivery) -> None:
    """Check that the next step can be brought forward.

    Raises: Refused.
    """
    check_look(officer, delivery)
    if not machine.can_hurry(delivery.progress()):
        raise NotNow("いまは送信中か、結果が出ています。画面を読み込み直して、今の状態を確かめてください。")


def can_hurry(officer: Officer, delivery: Delivery) -> bool:
    """Return whether the next step can be brought forward by the officer."""
    try:
        check_hurry(officer, delivery)
    except Refused:
        return False
    return True
