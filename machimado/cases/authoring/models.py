import uuid

from django.db import models
from django.db.models import F, Q

from machimado.ground.people.models import Officer


class Draft(models.Model):
    """The next version of a procedure while it is written (下書き): a text, until a second officer lets it become a file."""

    class State(models.TextChoices):
        EDITING = "editing", "作成中"
        PROPOSED = "proposed", "承認待ち"
        PUBLISHED = "published", "公開済み"
        WITHDRAWN = "withdrawn", "取下げ"
        RECALLED = "recalled", "公開取りやめ"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    procedure = models.CharField("手続", max_length=80)
    text = models.TextField("定義の本文")
    revision = models.PositiveIntegerField("改訂", default=0)
    state = models.CharField("状態", max_length=10, choices=State, default=State.EDITING)
    # The number of the version from which it was begun; nothing where the procedure is new here.
    based_on = models.PositiveIntegerField("もとの版", null=True)
    # Begun although another officer's draft of the same procedure was open: whoever comes second is told what changed.
    is_beside = models.BooleanField("並行", default=False)
    author = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="作成者")
    begun_at = models.DateTimeField("開始日時")
    effective_date = models.DateField("施行日", null=True)
    approver = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="承認者")
    decided_at = models.DateTimeField("決定日時", null=True)
    # Why it was sent back, or why it did not take effect after all.
    note = models.CharField("差戻し・取りやめの理由", max_length=400, blank=True)

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["-begun_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["editing", "proposed", "published", "withdrawn", "recalled"]),
                name="draft_known_state",
            ),
            # Whoever wrote it does not let it through.
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")), name="draft_second_officer"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "recalled"])
                | Q(approver__isnull=False, effective_date__isnull=False),
                name="draft_published_is_approved",
            ),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(state__in=["editing", "proposed"], is_beside=False),
                name="draft_one_open",
            ),
            models.UniqueConstraint(
                fields=["procedure", "author"],
                condition=Q(state__in=["editing", "proposed"]),
                name="draft_one_open_of_each",
            ),
        ]


class DraftText(models.Model):
    """The text of a draft as it was after a change (下書きの履歴). Taking a change back is another change."""

    class Did(models.TextChoices):
        BEGUN = "begun", "始めた"
        CHANGED = "changed", "直した"
        DATED = "dated", "施行日を入れた"
        UNDONE = "undone", "元に戻した"
        REDONE = "redone", "やり直した"

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="texts", verbose_name="下書き")
    revision = models.PositiveIntegerField("改訂")
    did = models.CharField("したこと", max_length=10, choices=Did, default=Did.CHANGED)
    # The part that was changed, in words.
    what = models.CharField("直した所", max_length=200, blank=True)
    text = models.TextField("定義の本文")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="職員")
    at = models.DateTimeField("日時")

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["revision"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "revision"], name="draft_text_revision_once"),
            models.CheckConstraint(
                condition=Q(did__in=["begun", "changed", "dated", "undone", "redone"]),
                name="draft_text_known_did",
            ),
        ]


class DraftLayout(models.Model):
    """A form on paper that came with a file from elsewhere (取り込んだ様式): its version will be printed with it."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="layouts", verbose_name="下書き")
    name = models.CharField("様式の名前", max_length=90)
    text = models.TextField("様式の本文")

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["draft", "name"], name="draft_layout_once")]


class Hand(models.Model):
    """What an officer did with a draft (下書きへの関わり): wrote on it or let it through, never both, however many wrote."""

    class Role(models.TextChoices):
        WROTE = "wrote", "書いた"
        APPROVED = "approved", "承認した"

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="hands", verbose_name="下書き")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="職員")
    role = models.CharField("関わり方", max_length=10, choices=Role)

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=["wrote", "approved"]), name="hand_known_role"),
            models.UniqueConstraint(fields=["draft", "officer"], name="hand_writes_or_approves"),
            models.UniqueConstraint(fields=["draft"], condition=Q(role="approved"), name="hand_one_approval"),
        ]
