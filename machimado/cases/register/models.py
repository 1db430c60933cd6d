import uuid

from django.db import models
from django.db.models import Q

from machimado.ground.rows.by_key import ByKey


class Status(models.TextChoices):
    """Where the core says a person stands."""

    RESIDENT = "resident", "住民"
    MOVED_OUT = "moved_out", "転出"
    DECEASED = "deceased", "死亡"
    # The core no longer knows the person: an opaque id stays for cases and the journal, and nobody behind it.
    GONE = "gone", "消除"


class Resident(models.Model):
    """One person of the core's register (住民) as the search index knows them; the truth stays in the core."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resident_number = models.CharField("宛名番号", max_length=15, unique=True)
    household_number = models.CharField("世帯番号", max_length=15, db_index=True)
    status = models.CharField("住民区分", max_length=10, choices=Status)
    name_text = models.TextField("氏名")
    name_kana = models.TextField("フリガナ")
    alias_text = models.TextField("通称", blank=True)
    alias_kana = models.TextField("通称フリガナ", blank=True)
    latin_name = models.TextField("ローマ字氏名", blank=True)
    former_name = models.TextField("旧氏", blank=True)
    birth_date = models.CharField("生年月日", max_length=10)  # EDTF
    birth_date_text = models.TextField("生年月日の不詳表記", blank=True)
    sex = models.CharField("性別", max_length=2)
    relationship = models.TextField("続柄", blank=True)
    is_head = models.BooleanField("世帯主", default=False)
    # Empty for whoever is shielded: the index does not hold what must not be shown.
    address = models.TextField("住所", blank=True)
    # 支援措置 (protection of victims of domestic violence, stalking and the like) for this very person …
    restricted = models.BooleanField("支援措置", default=False)
    # … or for someone of the same household, whose address would be told by this one's.
    shielded = models.BooleanField("住所を伏せる", default=False)
    # Of the core's record, so that what did not change is not written again.
    fingerprint = models.BinaryField("記録のハッシュ", max_length=16)
    import_run = models.ForeignKey(
        "ImportRun", models.SET_NULL, null=True, db_index=False, verbose_name="取込み"
    )
    indexed_at = models.DateTimeField("取込み日時")

    personal_data = {
        "resident_number": "住民基本台帳から消えた後は番号だけを残す",
        "household_number": "住民基本台帳にある間",
        "status": "住民基本台帳にある間",
        "name_text": "住民基本台帳にある間",
        "name_kana": "住民基本台帳にある間",
        "alias_text": "住民基本台帳にある間",
        "alias_kana": "住民基本台帳にある間",
        "latin_name": "住民基本台帳にある間",
        "former_name": "住民基本台帳にある間",
        "birth_date": "住民基本台帳にある間",
        "birth_date_text": "住民基本台帳にある間",
        "sex": "住民基本台帳にある間",
        "relationship": "住民基本台帳にある間",
        "is_head": "住民基本台帳にある間",
        "address": "住民基本台帳にある間",
        "restricted": "住民基本台帳にある間",
        "shielded": "住民基本台帳にある間",
        "fingerprint": "住民基本台帳にある間",
    }

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="resident_known_status"),
            models.CheckConstraint(
                condition=Q(shielded=False) | Q(address=""), name="resident_shielded_has_no_address"
            ),
            models.CheckConstraint(
                condition=Q(restricted=False) | Q(shielded=True), name="resident_restricted_is_shielded"
            ),
            models.CheckConstraint(
                condition=~Q(status="gone") | Q(name_text="", name_kana="", birth_date="", address=""),
                name="resident_gone_is_nobody",
            ),
        ]
        # Members of a household, and whether one of them is protected, are read with every search.
        indexes = [
            models.Index(
                fields=["household_number"], condition=Q(restricted=True), name="resident_restricted"
            )
        ]

    @property
    def is_current(self) -> bool:
        """Return whether the person lives here now."""
        return self.status == Status.RESIDENT


class SearchEntry(models.Model):
    """One way in which a resident is found (検索キー): a name borne now or before, beside date and address, as keys.

    Keys are folded UTF-8 (rules/keys.py), compared byte by byte on every store: no collation has a say.
    A beginning of what was written has a beginning of the key, so "starts with" is a range of an index.
    """

    class Form(models.TextChoices):
        NAME = "name", "氏名"
        ALIAS = "alias", "通称"
        LATIN = "latin", "ローマ字氏名"
        FORMER = "former", "旧氏"

    id = models.BigAutoField(primary_key=True)
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="entries", verbose_name="住民")
    form = models.CharField("名前の種類", max_length=6, choices=Form)
    kana = models.BinaryField("フリガナのキー")
    given_kana = models.BinaryField("名のフリガナのキー")
    text = models.BinaryField("氏名のキー")
    given_text = models.BinaryField("名のキー")
    born = models.BinaryField("生年月日のキー")
    place = models.BinaryField("町字・番地のキー")
    block = models.BinaryField("番地のキー")
    building = models.BinaryField("方書のキー")

    personal_data = {
        "kana": "住民基本台帳にある間",
        "given_kana": "住民基本台帳にある間",
        "text": "住民基本台帳にある間",
        "given_text": "住民基本台帳にある間",
        "born": "住民基本台帳にある間",
        "place": "住民基本台帳にある間",
        "block": "住民基本台帳にある間",
        "building": "住民基本台帳にある間",
    }

    class Meta:
        # Each index holds kana, the order of what is shown, and what is most often typed beside its first column:
        # common searches are answered without a look at the rows behind.
        indexes = [
            models.Index(fields=["kana", "given_kana", "born"], name="search_kana"),
            models.Index(fields=["given_kana", "kana"], name="search_given_kana"),
            models.Index(fields=["text", "kana", "born"], name="search_text"),
            models.Index(fields=["given_text", "text", "kana"], name="search_given_text"),
            models.Index(fields=["born", "kana", "text"], name="search_born"),
            models.Index(fields=["place", "kana", "text"], name="search_place"),
            models.Index(fields=["block", "kana"], name="search_block"),
            models.Index(fields=["building", "kana"], name="search_building"),
        ]


class ImportRun(models.Model):
    """One full import of the register (全件取込み); it can be resumed at its cursor after a crash."""

    class State(models.TextChoices):
        RUNNING = "running", "取込み中"
        DONE = "done", "完了"
        FAILED = "failed", "中断"

    id = models.BigAutoField(primary_key=True)
    state = models.CharField("状態", max_length=8, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField("開始日時")
    finished_at = models.DateTimeField("終了日時", null=True)
    # Whoever imports says so at each page; a run that was silent for long has died and is taken over.
    heartbeat_at = models.DateTimeField("最終応答日時")
    cursor = models.TextField("再開位置", blank=True)
    # Of the core when the run began: changes are read from there afterwards.
    sequence = models.BigIntegerField("開始時の通番", null=True)
    read_count = models.PositiveIntegerField("読取り件数", default=0)
    changed_count = models.PositiveIntegerField("更新件数", default=0)
    removed_count = models.PositiveIntegerField("消除件数", default=0)
    failure = models.TextField("中断の理由", blank=True)

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="import_one_at_a_time"
            ),
        ]


class Feed(models.Model):
    """Up to where the core's changes are known (変更の取込み位置); one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField("取込み済み通番")
    read_at = models.DateTimeField("最終確認日時")

    personal_data: dict[str, str] = {}

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="feed_one_row")]


RESIDENTS = ByKey(Resident)
