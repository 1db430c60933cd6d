import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from machimado.cases.applications.models import Application
from machimado.ground.people.models import Office
from machimado.ground.rows.by_key import ByKey
from machimado.ground.ui.languages import Language

# A tablet that has not asked for so long is out of reach, or switched off.
SCREEN_ALIVE = timedelta(seconds=20)


class Desk(models.Model):
    """A counter at which one officer serves one resident (窓口)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, models.PROTECT, related_name="desks", verbose_name="拠点")
    number = models.PositiveSmallIntegerField("窓口番号")
    # What the resident's screen at this desk shows; a new key for each showing, so that nothing of one
    # resident's can act on the next one's.
    shown = models.ForeignKey(
        Application, models.SET_NULL, null=True, related_name="+", verbose_name="表示中の申請"
    )
    showing = models.UUIDField("表示キー", default=uuid.uuid4)
    question = models.CharField("表示中の質問", max_length=200, blank=True)
    # Of whoever sits there: it goes when they go.
    language = models.CharField("画面の言語", max_length=10, choices=Language, default=Language.JAPANESE)
    # How they want to read it: it goes when they go, too.
    reads = models.CharField("読みやすさ", max_length=40, blank=True)
    # The section of which the resident said that something has to be put right.
    objection = models.CharField("指摘のあった章", max_length=80, blank=True)
    # Since when whoever sits there goes on by themselves at its screen with what is shown; nothing once they have gone.
    given_at = models.DateTimeField("住民に渡した日時", null=True)
    # When somebody last did something on either side of it: what was left standing is hidden after a while.
    touched_at = models.DateTimeField("最終操作日時", default=timezone.now)

    personal_data: dict[str, str] = {}

    @property
    def screen(self) -> "Screen | None":
        """The screen on the resident's side, if one is paired."""
        return getattr(self, "paired_screen", None)

    @property
    def reader(self) -> "CardReader | None":
        """The card reader at it, if one is paired."""
        return getattr(self, "paired_reader", None)

    def is_hidden(self, at: datetime) -> bool:
        """Whether what is shown was left standing for so long that its screen shows nothing of it any more."""
        left = timedelta(minutes=settings.LOCK_AFTER_MINUTES)
        return self.shown_id is not None and at - self.touched_at > left

    class Meta:
        ordering = ["office", "number"]
        constraints = [
            models.UniqueConstraint(fields=["office", "number"], name="desk_number_once_an_office"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="desk_known_language"),
            models.UniqueConstraint(
                fields=["shown"], condition=Q(shown__isnull=False), name="desk_shows_what_no_other_shows"
            ),
        ]


class Screen(models.Model):
    """A tablet on the resident's side of a desk (住民の画面). Its cookie holds a secret, of which only the hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    secret_hash = models.CharField("秘密のハッシュ", max_length=64, unique=True)
    code = models.CharField("接続番号", max_length=6, null=True, unique=True)  # noqa: DJ001 - many have none, none twice
    code_until = models.DateTimeField("接続番号の期限", null=True)
    # One screen a desk: what one resident sees must not stand on a forgotten tablet.
    desk = models.OneToOneField(
        Desk, models.CASCADE, null=True, related_name="paired_screen", verbose_name="窓口"
    )
    seen_at = models.DateTimeField("最終接続日時")

    personal_data: dict[str, str] = {}


class Invitation(models.Model):
    """A one-time address shown as QR at a desk (招待): the tablet that opens it becomes the desk's screen."""

    secret_hash = models.CharField("秘密のハッシュ", max_length=64, primary_key=True)
    desk = models.ForeignKey(Desk, models.CASCADE, verbose_name="窓口")
    valid_until = models.DateTimeField("期限")

    personal_data: dict[str, str] = {}


class CardReader(models.Model):
    """The card reader on the officer's computer at a desk (カードリーダー): with its agent we share a key, and with no other."""

    desk = models.OneToOneField(
        Desk, models.CASCADE, primary_key=True, related_name="paired_reader", verbose_name="窓口"
    )
    # It leaves for the agent once, when both are paired, and signs which reading is asked for.
    key = models.CharField("共有鍵", max_length=64)
    paired_at = models.DateTimeField("接続日時")

    personal_data: dict[str, str] = {}


DESKS = ByKey(Desk, along=("paired_screen", "paired_reader"))
# By what they show.
SHOWING = ByKey(Desk, "shown", along=("paired_screen",))
