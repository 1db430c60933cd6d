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

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    procedure = models.CharField("手続", max_length=80)
    text = models.TextField("定義の本文")
    revision = models.PositiveIntegerField("改訂", default=0)
    state = models.CharField("状態", max_length=10, choices=State, default=State.EDITING)
    author = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="作成者")
    begun_at = models.DateTimeField("開始日時")
    effective_date = models.DateField("施行日", null=True)
    approver = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+", verbose_name="承認者")
    decided_at = models.DateTimeField("決定日時", null=True)
    # Why it was sent back.
    note = models.CharField("差戻しの理由", max_length=400, blank=True)

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["-begun_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["editing", "proposed", "published", "withdrawn"]),
                name="draft_known_state",
            ),
            # Whoever wrote it does not let it through.
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("author")), name="draft_second_officer"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(approver__isnull=False, effective_date__isnull=False),
                name="draft_published_is_approved",
            ),
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(state__in=["editing", "proposed"]), name="draft_one_open"
            ),
        ]


class DraftText(models.Model):
    """The text of a draft as it was after a change (下書きの履歴)."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="texts", verbose_name="下書き")
    revision = models.PositiveIntegerField("改訂")
    text = models.TextField("定義の本文")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="職員")
    at = models.DateTimeField("日時")

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["revision"]
        constraints = [models.UniqueConstraint(fields=["draft", "revision"], name="draft_text_revision_once")]
