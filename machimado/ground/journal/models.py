from django.db import models

from machimado.ground.rows.by_key import ByKey


class Entry(models.Model):
    """One line of the append-only journal (記録台帳): opaque ids and hashes only, each chained to the line before."""

    seq = models.BigIntegerField("通し番号", primary_key=True)
    recorded_at = models.DateTimeField("日時")
    actor = models.CharField("行為者", max_length=64)
    action = models.CharField("行為", max_length=60)
    subject = models.CharField("対象", max_length=64, blank=True)
    case = models.CharField("受付", max_length=64, blank=True)
    detail_hash = models.CharField("内容のハッシュ", max_length=64)
    previous_hash = models.CharField("直前のハッシュ", max_length=64)
    hash = models.CharField("ハッシュ", max_length=64, unique=True)

    personal_data: dict[str, str] = {}

    class Meta:
        ordering = ["seq"]
        indexes = [
            models.Index(fields=["actor", "seq"]),
            models.Index(fields=["subject", "seq"]),
            models.Index(fields=["case", "seq"]),
            models.Index(fields=["recorded_at"]),
        ]


class Detail(models.Model):
    """What a line is about, in words (記録の詳細); may name people, and so goes when its time is over. The chain holds without it."""

    entry = models.OneToOneField(Entry, models.CASCADE, primary_key=True, verbose_name="記録")
    content = models.JSONField("内容")
    keep_until = models.DateField("保存期限", db_index=True)

    personal_data = {"content": "keep_until まで"}


ENTRIES = ByKey(Entry)
DETAILS = ByKey(Detail)
