import uuid

from django.db import models
from django.db.models import Q

from machimado.ground.people.models import Office, Officer
from machimado.ground.rows.by_key import ByKey


class Device(models.Model):
    """A screen that stands in an office by itself (端末). Its cookie holds a secret, of which only the hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret_hash = models.CharField("秘密のハッシュ", max_length=64, unique=True)
    # What it shows until an officer has connected it.
    code = models.CharField("接続番号", max_length=6, null=True, unique=True)  # noqa: DJ001 - many have none, none twice
    code_until = models.DateTimeField("接続番号の期限", null=True)
    office = models.ForeignKey(Office, models.PROTECT, null=True, verbose_name="拠点")
    # Which room's page it opens: a name out of some room's `device_kinds`.
    kind = models.SlugField("端末の種類", max_length=20, blank=True)
    name = models.CharField("端末の名前", max_length=40, blank=True)
    seen_at = models.DateTimeField("最終接続日時")
    # The CUPS queue of the printer beside it; where there is none, its browser prints.
    printer = models.CharField("プリンター", max_length=127, blank=True)
    # Somebody in front of it asked for an officer, and whoever is on the way.
    called_at = models.DateTimeField("職員を呼んだ日時", null=True)
    coming = models.ForeignKey(
        Officer, models.SET_NULL, null=True, related_name="+", verbose_name="向かっている職員"
    )

    personal_data: dict[str, str] = {}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "name"], name="device_name_once_an_office"),
            models.CheckConstraint(
                condition=(Q(office=None) & Q(kind="", name="", called_at=None))
                | (Q(office__isnull=False) & ~Q(kind="") & ~Q(name="")),
                name="device_is_something_where_it_stands",
            ),
            models.CheckConstraint(
                condition=Q(called_at__isnull=False) | Q(coming=None),
                name="device_somebody_comes_when_called",
            ),
            models.CheckConstraint(
                condition=Q(code=None) | Q(code_until__isnull=False), name="device_code_ends"
            ),
        ]


DEVICES = ByKey(Device, along=("office", "coming"))
DEVICES_BY_SECRET = ByKey(Device, "secret_hash", along=("office", "coming"))
