import uuid

from django.db import models
from django.db.models import Q

from machimado.cases.applications.models import Case
from machimado.ground.people.models import Office, Officer, Section
from machimado.ground.rows.by_key import ByKey
from machimado.ground.ui.languages import Language


class Ticket(models.Model):
    """Somebody's place among those who wait (番号札): for whom they wait, since when it counts, and how they are called."""

    class Standing(models.TextChoices):
        WAITING = "waiting", "お待ち"
        AWAY = "away", "保留"
        MISSING = "missing", "呼んでも来ない"

    case = models.OneToOneField(
        Case, models.CASCADE, primary_key=True, related_name="ticket", verbose_name="受付"
    )
    standing = models.CharField("列での状態", max_length=8, choices=Standing, default=Standing.WAITING)
    # From when their turn counts: their arrival, unless they came back and let somebody go first.
    queued_at = models.DateTimeField("並んだ日時")
    booked_at = models.DateTimeField("予約日時", null=True)
    # What was chosen from the list at their arrival: a life event or a procedure.
    procedure = models.CharField("手続", max_length=80, blank=True)
    # What they came for, as a 業務ID; empty where that is not known: then every officer may call them.
    business_id = models.CharField("業務ID", max_length=3, blank=True)
    # The section to which they were sent; then its officers call them.
    section = models.ForeignKey(Section, models.PROTECT, null=True, verbose_name="課")
    language = models.CharField("画面の言語", max_length=10, choices=Language, default=Language.JAPANESE)
    # The window to which they were called last.
    window = models.PositiveSmallIntegerField("窓口番号", null=True)
    called_at = models.DateTimeField("呼出し日時", null=True)
    # Of the code by which the resident sees their place on a phone only the hash is kept.
    code_hash = models.CharField("番号札のコードのハッシュ", max_length=64, blank=True)

    personal_data: dict[str, str] = {}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code_hash"], condition=~Q(code_hash=""), name="ticket_code_opens_one"
            ),
            models.CheckConstraint(
                condition=Q(standing__in=["waiting", "away", "missing"]), name="ticket_known_standing"
            ),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="ticket_known_language"),
        ]


class Duty(models.Model):
    """Which businesses an officer serves, as they said themselves (受け持ち); without it the staff list's skills decide."""

    officer = models.OneToOneField(Officer, models.CASCADE, primary_key=True, verbose_name="職員")
    business_ids = models.JSONField("受け持つ業務", default=list)

    personal_data: dict[str, str] = {}


class Call(models.Model):
    """A number that was called to a window (呼出し): what displays show and say, each once."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="calls", verbose_name="受付")
    office = models.ForeignKey(Office, models.PROTECT, verbose_name="拠点")
    number = models.PositiveIntegerField("受付番号")
    window = models.PositiveSmallIntegerField("窓口番号", null=True)
    language = models.CharField("画面の言語", max_length=10, choices=Language, default=Language.JAPANESE)
    at = models.DateTimeField("日時")

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["office", "at"], name="call_of_day")]


class Timetable(models.Model):
    """When an office takes bookings, for what, and how many at a time (予約枠)."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="拠点")
    section = models.ForeignKey(Section, models.PROTECT, null=True, verbose_name="課")
    name = models.CharField("予約枠の名前", max_length=40)
    # A life event or procedure; empty for whatever somebody comes for.
    procedure = models.CharField("手続", max_length=80, blank=True)
    business_id = models.CharField("業務ID", max_length=3, blank=True)
    # Monday is 0.
    weekdays = models.JSONField("曜日", default=list)
    opens = models.TimeField("始まる時刻")
    closes = models.TimeField("終わる時刻")
    minutes = models.PositiveSmallIntegerField("1件の分数")
    capacity = models.PositiveSmallIntegerField("同じ時刻の件数")
    days_ahead = models.PositiveSmallIntegerField("何日先まで", default=30)
    is_open = models.BooleanField("予約を受け付ける", default=True)

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(opens__lt=models.F("closes")), name="timetable_has_hours"),
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=240, capacity__gte=1, capacity__lte=20),
                name="timetable_of_sensible_size",
            ),
        ]


class ClosedDay(models.Model):
    """A day on which an office takes no bookings, besides weekends and holidays (休業日)."""

    office = models.ForeignKey(Office, models.PROTECT, verbose_name="拠点")
    closed_date = models.DateField("休む日")

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["closed_date"]
        constraints = [models.UniqueConstraint(fields=["office", "closed_date"], name="closed_day_once")]


class Appointment(models.Model):
    """A time that somebody has booked (予約); of the code by which they change it only the hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    timetable = models.ForeignKey(Timetable, models.PROTECT, verbose_name="予約枠")
    starts_at = models.DateTimeField("予約日時")
    # Of those that the timetable has at that time: nobody else has this one.
    seat = models.PositiveSmallIntegerField("席")
    name = models.CharField("お名前", max_length=40, blank=True)
    language = models.CharField("画面の言語", max_length=10, choices=Language, default=Language.JAPANESE)
    code_hash = models.CharField("予約コードのハッシュ", max_length=64, unique=True)
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, verbose_name="職員")
    made_at = models.DateTimeField("予約した日時")
    cancelled_at = models.DateTimeField("取り消した日時", null=True)
    case = models.OneToOneField(
        Case, models.SET_NULL, null=True, related_name="appointment", verbose_name="受付"
    )

    personal_data = {"name": "予約日から30日"}

    class Meta:
        ordering = ["starts_at", "seat"]
        indexes = [models.Index(fields=["starts_at"], name="appointment_of_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["timetable", "starts_at", "seat"],
                condition=Q(cancelled_at__isnull=True),
                name="appointment_seat_once",
            )
        ]


TICKETS = ByKey(Ticket, along=("case__office",))
