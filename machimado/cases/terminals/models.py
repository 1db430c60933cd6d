from django.db import models

from machimado.ground.people.models import Officer


class MonthlyCount(models.Model):
    """How often a service of somebody else's machine was used in a month (月別件数), as its operator reports it."""

    terminal = models.SlugField("機械", max_length=40)
    service = models.SlugField("サービス", max_length=40)
    month = models.CharField("年月", max_length=7)
    count = models.PositiveIntegerField("件数")
    taken_at = models.DateTimeField("取込み日時")
    # Nobody where a command took it over.
    officer = models.ForeignKey(Officer, models.PROTECT, null=True, verbose_name="職員")

    personal_data: dict[str, str] = {}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terminal", "service", "month"], name="monthly_count_once")
        ]
