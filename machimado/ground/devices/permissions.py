from machimado.ground.devices.models import Device
from machimado.ground.people.models import Office, Officer, Role
from machimado.ground.people.permissions import Refused, can_role

KEEPERS = (Role.OFFICER, Role.SPECIALIST, Role.SUPERVISOR, Role.ADMINISTRATOR)


def check_keep(officer: Officer, office: Office | None) -> None:
    """Check that the officer looks after the devices of the office.

    Raises: Refused, also where a device is none's.
    """
    if office is None:
        raise Refused("この端末は、もうどの拠点にもつながっていません。一覧を読み込み直してください。")
    if officer.office_id != office.pk and not can_role(officer, Role.ADMINISTRATOR):
        raise Refused("ほかの拠点の端末は変えられません。その拠点の職員かシステム管理者に依頼してください。")


def can_keep(officer: Officer, device: Device) -> bool:
    """Return whether the officer looks after the device."""
    try:
        check_keep(officer, device.office)
    except Refused:
        return False
    return True
