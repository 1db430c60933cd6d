from django.db import models
from django.db.models import Q

from machimado.cases.applications.models import Application
from machimado.ground.people.models import Office, Officer
from machimado.ground.rows.by_key import ByKey


class Payment(models.TextChoices):
    """How a fee was paid (支払い方法)."""

    CASH = "cash", "現金"
    CASHLESS = "cashless", "キャッシュレス"
    WAIVED = "waived", "免除"


class Certificate(models.Model):
    """What the core system issues for an application (証明書): paid for, printed, handed over. The document is not kept."""

    application = models.OneToOneField(
        Application, models.PROTECT, primary_key=True, related_name="certificate", verbose_name="申請"
    )
    title = models.CharField("証明書の名前", max_length=60)
    copies = models.PositiveSmallIntegerField("通数")
    fee = models.PositiveIntegerField("手数料")
    printed_at = models.DateTimeField("印刷日時", null=True)

    personal_data: dict[str, str] = {}


class Receipt(models.Model):
    """A fee that was received (領収書). One that was taken back keeps its number: no number is given twice."""

    certificate = models.ForeignKey(
        Certificate, models.PROTECT, related_name="receipts", verbose_name="証明書"
    )
    office = models.ForeignKey(Office, models.PROTECT, verbose_name="拠点")
    receipt_date = models.DateField("領収日")
    number = models.PositiveIntegerField("領収番号")
    fee = models.PositiveIntegerField("手数料")
    how = models.CharField("支払い方法", max_length=10, choices=Payment)
    received_at = models.DateTimeField("領収日時")
    cashier = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="受け取った職員")
    voided_at = models.DateTimeField("取消し日時", null=True)

    personal_data: dict[str, str] = {}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "receipt_date", "number"], name="receipt_number_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(voided_at=None), name="receipt_one_a_certificate"
            ),
            models.CheckConstraint(condition=Q(how__in=Payment.values), name="receipt_known_payment"),
        ]


CERTIFICATES = ByKey(Certificate, along=("application__case",))
