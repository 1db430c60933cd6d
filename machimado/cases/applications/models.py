import uuid

from django.db import models
from django.db.models import Q

from machimado.cases.register.models import Resident
from machimado.ground.people.models import Office, Officer, Section
from machimado.ground.rows.by_key import ByKey


class Lane(models.TextChoices):
    """How much help a resident needs, as seen at reception (案内区分)."""

    ALONE = "alone", "ひとりでできる"
    WITH_HELP = "with_help", "職員と一緒に"


class Channel(models.TextChoices):
    """How an application reached us (受付方法)."""

    COUNTER = "counter", "窓口（書かない）"
    PAPER = "paper", "紙の申請書"
    WEB = "web", "ウェブ（ご自宅など）"
    KIOSK = "kiosk", "ロビーの端末"


class Turn(models.TextChoices):
    """Who goes on with an application (入力する人)."""

    OFFICER = "officer", "職員"
    RESIDENT = "resident", "住民"


class Step(models.TextChoices):
    """The steps of a case that are stamped, in their order."""

    ARRIVED = "arrived", "来庁"
    CALLED = "called", "呼出し"
    IDENTIFIED = "identified", "本人確認"
    INTERVIEWED = "interviewed", "聞取り完了"
    SIGNED = "signed", "署名"
    DELIVERED = "delivered", "基幹システム受理"


class Case(models.Model):
    """What one resident came for (受付): from arrival until everything is done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    office = models.ForeignKey(Office, models.PROTECT, verbose_name="拠点")
    opened_date = models.DateField("受付日")
    # What somebody began at home has none until somebody at the city hall has it in hand.
    number = models.PositiveIntegerField("受付番号", null=True)
    lane = models.CharField("案内区分", max_length=10, choices=Lane)
    purpose = models.CharField("用件", max_length=80, blank=True)
    resident = models.ForeignKey(Resident, models.PROTECT, null=True, verbose_name="住民")
    # Whoever moves in is in no register yet.
    newcomer = models.BooleanField("住民記録にない方", default=False)
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, verbose_name="担当職員")
    closed_at = models.DateTimeField("終了日時", null=True)
    # Its time is over: whose it was and what was answered is gone.
    forgotten = models.BooleanField("個人情報の消去済み", default=False)
    # What the card of somebody who is in no register yet says, until they go (rules/card.py).
    card = models.JSONField("カードの4情報", null=True)
    # From arrival at reception to the call; none where nobody waited: whoever came straight to a desk, or by paper.
    wait_seconds = models.PositiveIntegerField("待ち時間（秒）", null=True)

    personal_data = {"resident": "終了から5年", "purpose": "終了から5年", "card": "受付の終了まで"}

    class Meta:
        ordering = ["opened_date", "number"]
        # Of the few that are open, reception asks for those of earlier days.
        indexes = [
            models.Index(
                fields=["office", "opened_date"], condition=Q(closed_at__isnull=True), name="case_open"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "opened_date", "number"], name="case_number_once_a_day"
            ),
            models.CheckConstraint(condition=Q(lane__in=Lane.values), name="case_known_lane"),
            models.CheckConstraint(
                condition=Q(number__isnull=False) | Q(officer__isnull=True), name="case_in_hand_has_a_number"
            ),
            models.CheckConstraint(
                condition=Q(newcomer=False) | Q(resident__isnull=True), name="case_newcomer_is_no_resident"
            ),
        ]


class Stamp(models.Model):
    """When a case reached a step (段階の刻印); each step once."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="stamps", verbose_name="受付")
    step = models.CharField("段階", max_length=12, choices=Step)
    at = models.DateTimeField("日時")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, verbose_name="職員")

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "step"], name="stamp_each_step_once"),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="stamp_known_step"),
        ]


class Transfer(models.Model):
    """A case goes to another section or office, with its applications (引継ぎ)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="transfers", verbose_name="受付")
    at = models.DateTimeField("日時")
    officer = models.ForeignKey(Officer, models.PROTECT, verbose_name="職員")
    to_office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="引継ぎ先の拠点")
    to_section = models.ForeignKey(
        Section, models.PROTECT, null=True, related_name="+", verbose_name="引継ぎ先の課"
    )
    note = models.CharField("引継ぎのメモ", max_length=120, blank=True)
    # As it was before: so it is taken back, and the office's number is given to nobody else.
    from_office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="引継ぎ元の拠点")
    from_section = models.ForeignKey(
        Section, models.PROTECT, null=True, related_name="+", verbose_name="引継ぎ元の課"
    )
    from_officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="+", verbose_name="引継ぎ前の担当職員"
    )
    opened_date = models.DateField("受付日")
    number = models.PositiveIntegerField("受付番号")
    taken_back_at = models.DateTimeField("取り戻した日時", null=True)

    personal_data = {"note": "終了から5年"}

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["from_office", "opened_date"], name="transfer_of_day")]


class FrozenDefinition(models.Model):
    """A procedure's definition as it was when an application began (申請時の定義); later versions never change it."""

    content_hash = models.CharField("内容のハッシュ", max_length=64, primary_key=True)
    procedure = models.CharField("手続", max_length=80)
    title = models.CharField("手続名", max_length=200)
    version = models.PositiveIntegerField("版")
    definition = models.JSONField("定義")

    personal_data: dict[str, str] = {}


class Application(models.Model):
    """One procedure that a resident applies for (申請)."""

    class State(models.TextChoices):
        INTERVIEW = "interview", "聞取り中"
        REVIEW = "review", "住民の確認中"
        SIGNED = "signed", "署名済み"
        SUBMITTED = "submitted", "送信済み"
        CANCELLED = "cancelled", "取下げ"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="applications", verbose_name="受付")
    reference = models.CharField("申請番号", max_length=20, unique=True)
    procedure = models.CharField("手続", max_length=80, db_index=True)
    definition = models.ForeignKey(FrozenDefinition, models.PROTECT, verbose_name="定義")
    # The life event with which it was asked and signed, of which it is one procedure.
    within = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="parts", verbose_name="まとめて受けた申請"
    )
    channel = models.CharField("受付方法", max_length=10, choices=Channel)
    turn = models.CharField("入力する人", max_length=10, choices=Turn, default=Turn.OFFICER)
    state = models.CharField("状態", max_length=12, choices=State, default=State.INTERVIEW)
    begun_at = models.DateTimeField("開始日時")
    answers = models.JSONField("回答", default=dict)
    # path → {"source": "record" | "index" | "case" | "card" | "identity" | "officer" | "resident", "revision": n}; at a
    # group's own path, who last put rows in or took them out ("" where nobody did), and at which revision rows last
    # moved. "registered": what the record says instead of what a resident said alone.
    sources = models.JSONField("回答の出所", default=dict)
    # path → {"typed": what could not be taken, "reason": why}: it stays in its field until it is put right.
    refused = models.JSONField("直す入力", default=dict)
    revision = models.PositiveIntegerField("改訂", default=0)
    record_read_at = models.DateTimeField("住民記録の読取り日時", null=True)
    typed_characters = models.PositiveIntegerField("入力文字数", default=0)
    rekeyed_fields = models.PositiveIntegerField("再入力項目数", default=0)
    rounds = models.PositiveSmallIntegerField("送信回数", default=0)

    personal_data = {"answers": "完結から5年", "sources": "完結から5年", "refused": "送信か取下げまで"}

    class Meta:
        ordering = ["begun_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["interview", "review", "signed", "submitted", "cancelled"]),
                name="application_known_state",
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="application_known_channel"),
            models.CheckConstraint(condition=Q(turn__in=Turn.values), name="application_known_turn"),
            # Two tabs, five clicks, a correction: whoever comes second goes on with the first one's.
            models.UniqueConstraint(
                fields=["case", "procedure"],
                condition=Q(state__in=["interview", "review", "signed"]),
                name="application_one_running",
            ),
        ]


class Resumption(models.Model):
    """How a resident goes on with an application by themselves (再開): by a code, on whichever screen, without an account.

    Of the code only the hash is kept: it can be worked out again for whoever is in already (actions/handing.py).
    An application that is begun anew with a newer version takes the code along.
    """

    application = models.OneToOneField(
        Application, models.CASCADE, primary_key=True, related_name="resumption", verbose_name="申請"
    )
    code_hash = models.CharField("再開コードのハッシュ", max_length=64, unique=True)
    # Which application the code was first made for.
    seed = models.UUIDField("再開コードのもと")
    # Counts the codes that were given out: with a new one, whoever came in by an older one is out.
    epoch = models.PositiveSmallIntegerField("再開コードの代", default=1)
    # Where they are: the page's own word for it.
    place = models.CharField("続きの場所", max_length=200, blank=True)
    language = models.CharField("画面の言語", max_length=10, default="ja")
    touched_at = models.DateTimeField("最終操作日時")
    valid_until = models.DateTimeField("期限")
    # They asked for an officer, and nobody has taken it up yet.
    asked_at = models.DateTimeField("職員を呼んだ日時", null=True)
    # What the officer who handed it back wants them to look at.
    note = models.CharField("職員からの連絡", max_length=400, blank=True)
    # The newer version (in force since, ISO) that they were told of and did not want.
    declined = models.CharField("見送った新しい版", max_length=10, blank=True)
    # Whoever signed in: a keyed hash of the identity provider and its word for them, never that word itself.
    person = models.CharField("本人確認サービスの利用者", max_length=64, blank=True)
    verified_at = models.DateTimeField("本人確認サービスの確認日時", null=True)
    # How sure the provider is, in its own words (the claim acr).
    assurance = models.CharField("本人確認の保証レベル", max_length=120, blank=True)
    # A keyed hash of the name and birth date that were confirmed: whether the answers still are about that person.
    confirmed_hash = models.CharField("確認した氏名と生年月日のハッシュ", max_length=64, blank=True)
    claims_taken = models.BooleanField("本人確認の内容を入れた", default=False)

    personal_data = {
        "place": "再開の期限まで",
        "note": "再開の期限まで",
        "person": "終了から5年",
        "verified_at": "終了から5年",
        "assurance": "終了から5年",
        "confirmed_hash": "終了から5年",
    }

    class Meta:
        indexes = [
            models.Index(fields=["valid_until"], name="resumption_ends"),
            models.Index(fields=["person"], condition=~Q(person=""), name="resumption_of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(person="", verified_at__isnull=True)
                | (~Q(person="") & Q(verified_at__isnull=False)),
                name="resumption_person_was_verified",
            )
        ]


class AnswerChange(models.Model):
    """What stood in an application before a change (回答の変更): by it an officer can undo, and see what was changed."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="changes", verbose_name="申請")
    revision = models.PositiveIntegerField("改訂")
    # {"answers": {top-level id: value before, or null}, "sources": {path: source before}, "record_read_at": time before,
    # where the change put a record in}
    before = models.JSONField("変更前")
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, verbose_name="職員")
    at = models.DateTimeField("日時")

    personal_data = {"before": "送信まで"}

    class Meta:
        ordering = ["revision"]
        constraints = [
            models.UniqueConstraint(fields=["application", "revision"], name="change_revision_once")
        ]


class StoredFile(models.Model):
    """A file that belongs to an application (添付ファイル): an attachment, or the signature as SVG."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="files", verbose_name="申請")
    # "signature", or the path of the question that it answers.
    purpose = models.CharField("用途", max_length=200)
    name = models.CharField("ファイル名", max_length=200)
    media_type = models.CharField("種類", max_length=80)
    sha256 = models.CharField("ハッシュ", max_length=64)
    content = models.BinaryField("内容")
    stored_at = models.DateTimeField("保存日時")

    personal_data = {"name": "完結から5年", "content": "完結から5年"}


class Submission(models.Model):
    """What is to reach the core system, written in the transaction that submits (送信待ち): delivery picks it up."""

    id = models.BigAutoField(primary_key=True)
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="submissions", verbose_name="申請"
    )
    # A rejected application that was corrected is a new round; the core sees another key.
    round = models.PositiveSmallIntegerField("回")
    key = models.UUIDField("送信キー", unique=True, default=uuid.uuid4)
    system = models.CharField("業務ID", max_length=3)
    message = models.CharField("電文", max_length=60)
    payload = models.JSONField("送信内容")
    # [{"file_id", "name", "media_type", "sha256"}]: what goes with it; the contents stay in StoredFile.
    attachments = models.JSONField("添付", default=list)
    submitted_at = models.DateTimeField("送信登録日時")

    personal_data = {"payload": "完結から5年", "attachments": "完結から5年"}

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "round"], name="submission_each_round_once"),
            models.CheckConstraint(condition=Q(round__gte=1), name="submission_round_from_one"),
        ]


class Tally(models.Model):
    """One application as the figures count it (実績): nothing about the person, so it stays when the application goes."""

    id = models.BigAutoField(primary_key=True)
    application = models.OneToOneField(Application, models.SET_NULL, null=True, verbose_name="申請")
    date = models.DateField("受付日")
    office = models.ForeignKey(Office, models.PROTECT, verbose_name="拠点")
    procedure = models.CharField("手続", max_length=80)
    channel = models.CharField("受付方法", max_length=10, choices=Channel)
    # From the call, or from the case's application sent before this one, to the first submission.
    officer_seconds = models.PositiveIntegerField("職員の所要時間（秒）", null=True)
    # Once a case: a resident with two applications waited once.
    wait_seconds = models.PositiveIntegerField("待ち時間（秒）", null=True)
    typed_characters = models.PositiveIntegerField("入力文字数", default=0)
    rekeyed_fields = models.PositiveIntegerField("再入力項目数", default=0)

    personal_data: dict[str, str] = {}

    class Meta:
        # Holds all that the figures of a period need: they are read from it alone.
        indexes = [
            models.Index(
                fields=[
                    "date",
                    "office",
                    "procedure",
                    "channel",
                    "officer_seconds",
                    "wait_seconds",
                    "typed_characters",
                    "rekeyed_fields",
                ],
                name="tally_period",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="tally_known_channel"),
        ]


# Hardly anybody looks at one of them without asking whose it is.
CASES = ByKey(Case, along=("resident",))
DEFINITIONS = ByKey(FrozenDefinition)
APPLICATIONS = ByKey(Application, along=("case__resident",))
CHANGES = ByKey(AnswerChange)
RESUMPTIONS = ByKey(Resumption)
RESUMPTION_BY_CODE = ByKey(Resumption, "code_hash")
CASES_OF = ByKey(Case, "resident")
APPLICATIONS_OF = ByKey(Application, "case", along=("case__resident",))
STAMPS_OF = ByKey(Stamp, "case")
SUBMISSIONS = ByKey(Submission)
TALLY_OF = ByKey(Tally, "application")
