import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import connection, models

from machimado.ground.rows.by_key import ByKey


class Office(models.Model):
    """A building in which residents are served (拠点: 庁舎・出張所)."""

    class Kind(models.TextChoices):
        HEAD = "head", "本庁"
        BRANCH = "branch", "支所・庁舎"
        OUTPOST = "outpost", "出張所"

    code = models.SlugField("拠点コード", unique=True)
    name = models.CharField("拠点名", max_length=60)
    short_name = models.CharField("略称", max_length=10)
    kind = models.CharField("区分", max_length=10, choices=Kind)
    branch = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="所管庁舎")
    distance_km = models.DecimalField("所管庁舎までの距離（km）", max_digits=5, decimal_places=1, null=True)
    winter_minutes = models.PositiveSmallIntegerField("冬の移動時間（分）", null=True)

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["id"]


class Section(models.Model):
    """A section of the city hall (課)."""

    code = models.SlugField("課コード", unique=True)
    name = models.CharField("課名", max_length=60)
    office = models.ForeignKey(Office, models.PROTECT, verbose_name="拠点")
    # The 業務ID of the national standard for which the section answers.
    business_ids = models.JSONField("受け持つ業務", default=list)

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["id"]


class Role(models.TextChoices):
    """What an officer may do, by the kind of their work (役割)."""

    OFFICER = "officer", "窓口職員"
    SPECIALIST = "specialist", "専門職員"
    SUPERVISOR = "supervisor", "責任者"
    AUDITOR = "auditor", "監査担当"
    ADMINISTRATOR = "administrator", "システム管理者"


class OfficerManager(BaseUserManager["Officer"]):
    """Finds an officer by the name used to sign in."""

    def get_by_natural_key(self, username: str | None) -> "Officer":
        """Return the officer with this staff id."""
        return self.get(login=username)


class Officer(AbstractBaseUser):
    """A member of the city hall's staff (職員)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    login = models.CharField("職員ID", max_length=40, unique=True)
    name = models.CharField("氏名", max_length=60)
    kana = models.CharField("フリガナ", max_length=60)
    email = models.EmailField("電子メール", blank=True)
    office = models.ForeignKey(Office, models.PROTECT, verbose_name="拠点")
    section = models.ForeignKey(Section, models.PROTECT, verbose_name="課")
    is_active = models.BooleanField("在職", default=True)
    # Keys of one character press buttons; who speaks to the computer, or whose hand slips, does without (WCAG 2.1.4).
    has_single_keys = models.BooleanField("1文字キーを使う", default=True)

    _roles: frozenset[str] | None = None

    objects = OfficerManager()
    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["name", "kana"]

    personal_data = {"login": "在職中", "name": "在職中", "kana": "在職中", "email": "在職中"}

    class Meta:
        ordering = ["login"]

    def role_codes(self) -> frozenset[str]:
        """Return the codes of this officer's roles; read once per object."""
        if self._roles is None:
            with connection.cursor() as cursor:
                # Each page asks for this: written once, not composed each time.
                key = Officer._meta.pk.get_db_prep_value(self.pk, connection)
                cursor.execute("SELECT role FROM people_grant WHERE officer_id = %s", [key])
                self._roles = frozenset(role for (role,) in cursor.fetchall())
        return self._roles

    def get_full_name(self) -> str:
        """Return the name as allauth shows it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the name as Django shows it."""
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:  # noqa: ARG002 - the signature is Django's
        """Return False: our permissions are the check_… functions of each room."""
        return False


class Grant(models.Model):
    """A role that an officer has (役割の付与)."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="grants", verbose_name="職員")
    role = models.CharField("役割", max_length=20, choices=Role)

    personal_data: dict[str, str] = {}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "role"], name="people_grant_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="people_grant_known_role"),
        ]


class Skill(models.Model):
    """What an officer can help with, by language or subject (技能)."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="skills", verbose_name="職員")
    name = models.CharField("技能", max_length=40)

    personal_data: dict[str, str] = {}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["officer", "name"], name="people_skill_once")]


OFFICERS = ByKey(Officer, along=("office",))
