from typing import Any

from django.db import models
from django.db.models import F, Q

from machimado.cases.applications.models import Submission
from machimado.cases.delivery.rules import machine
from machimado.cases.delivery.rules.machine import AUTOMATIC, Cause, State
from machimado.cases.delivery.rules.words import LABELS
from machimado.ground.people.models import Officer
from machimado.ground.rows.by_key import ByKey


class Delivery(models.Model):
    """How far one submission has got on its way into the core system (連携)."""

    submission = models.OneToOneField(
        Submission, models.PROTECT, primary_key=True, related_name="delivery", verbose_name="送信"
    )
    system = models.CharField("業務ID", max_length=3)
    # What the core knows it by. Each round has its own, so that a look-up never finds the round before.
    reference = models.CharField("連携番号", max_length=26, unique=True)
    state = models.CharField("状態", max_length=10, choices=[(state.value, LABELS[state]) for state in State])
    cause = models.CharField("理由", max_length=20)
    since = models.DateTimeField("状態の開始日時")
    # Sending: until when the sender counts as alive. Otherwise: when the next step is due.
    next_at = models.DateTimeField("次の処理日時", null=True)
    holder = models.CharField("送信中の配送係", max_length=80, blank=True)
    sends = models.PositiveIntegerField("送信回数", default=0)
    misses = models.PositiveIntegerField("続けて失敗した回数", default=0)
    sent_until = models.DateTimeField("最後の送信の終わり", null=True)
    core_number = models.CharField("基幹受付番号", max_length=60, blank=True)
    reasons = models.JSONField("差戻し理由", default=list)  # [{"field": "account.number", "reason": "…"}]

    personal_data = {"reasons": "完結から5年"}

    class Meta:
        ordering = ["submission_id"]
        indexes = [
            models.Index(fields=["next_at"], name="delivery_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["state", "since"], name="delivery_state_since"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(State)), name="delivery_known_state"),
            models.CheckConstraint(condition=Q(cause__in=list(Cause)), name="delivery_known_cause"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(AUTOMATIC), next_at__isnull=False)
                | Q(~Q(state__in=sorted(AUTOMATIC)), next_at__isnull=True),
                name="delivery_never_waits_silently",
            ),
            models.CheckConstraint(
                condition=Q(state=State.SENDING) & ~Q(holder="") | ~Q(state=State.SENDING) & Q(holder=""),
                name="delivery_sending_has_holder",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.UNKNOWN) | Q(sent_until__isnull=False),
                name="delivery_unknown_was_sent",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.ACCEPTED, State.PENDING]) | ~Q(core_number=""),
                name="delivery_accepted_has_number",
            ),
            models.UniqueConstraint(
                fields=["system", "core_number"],
                condition=~Q(core_number=""),
                name="delivery_core_number_once",
            ),
        ]

    def progress(self) -> machine.Progress:
        """Return what the rules know of this row."""
        return machine.Progress(
            id=self.pk,
            state=State(self.state),
            cause=Cause(self.cause),
            since=self.since,
            next_at=self.next_at,
            sends=self.sends,
            misses=self.misses,
            sent_until=self.sent_until,
            core_number=self.core_number,
            reasons=tuple(machine.FieldReason(**reason) for reason in self.reasons),
        )


class Append(Exception):
    """A line of the past was to be changed."""


class Attempt(models.Model):
    """One thing that was tried for a delivery (試行), and what was known afterwards; written once, at its end."""

    class Kind(models.TextChoices):
        SEND = "send", "送信"
        ASK = "ask", "照会"
        DECIDE = "decide", "職員の判断"
        HURRY = "hurry", "職員による再確認"

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "受理"
        PENDING = "pending", "審査中"
        REJECTED = "rejected", "差戻し"
        ABSENT = "absent", "見当たらない"
        NOT_RECEIVED = "not_received", "届いていない"
        NO_REPLY = "no_reply", "返事がない"
        SENDER_LOST = "sender_lost", "配送係が停止"
        REFUSED = "refused", "電文を受け付けない"
        CANNOT_ASK = "cannot_ask", "照会できない"
        ASK_FAILED = "ask_failed", "照会に失敗"
        FOUND = "found", "基幹に入っている"
        SEND_AGAIN = "send_again", "入っていない・もう一度送る"
        ASKED_FOR = "asked_for", "すぐに確認"

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts", verbose_name="連携")
    kind = models.CharField("種類", max_length=6, choices=Kind)
    started_at = models.DateTimeField("開始日時")
    ended_at = models.DateTimeField("終了日時")
    outcome = models.CharField("結果", max_length=12, choices=Outcome)
    core_number = models.CharField("基幹受付番号", max_length=60, blank=True)
    # A technical word (ReadTimeout, status 502 …), never what was sent.
    note = models.CharField("詳細", max_length=200, blank=True)
    worker = models.CharField("配送係", max_length=80, blank=True)
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, verbose_name="職員")

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at")), name="attempt_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["decide", "hurry"], officer__isnull=False)
                | Q(kind__in=["send", "ask"], officer__isnull=True),
                name="attempt_decided_by_somebody",
            ),
        ]

    def save(self, **options: Any) -> None:
        """Write the line once.

        Raises: Append.
        """
        if self.pk is not None:
            raise Append("試行の記録は書き換えられません。")
        super().save(**options)


class Worker(models.Model):
    """A worker process (配送係) and when it last gave a sign of life."""

    name = models.CharField("名前", max_length=80, primary_key=True)
    started_at = models.DateTimeField("開始日時")
    seen_at = models.DateTimeField("最終応答日時", db_index=True)
    stopped_at = models.DateTimeField("停止日時", null=True)
    # Why it cannot work at the moment, as a sentence; empty when all is well.
    trouble = models.CharField("支障", max_length=200, blank=True)

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["-seen_at"]


# What was submitted, by its application.
SENT = ByKey(Submission, "application", along=("delivery",))
