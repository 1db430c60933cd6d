from typing import Any

from django.db import migrations, models
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce


def count(apps: Any, _: Any) -> None:
    application = apps.get_model("applications", "Application")
    submission = apps.get_model("applications", "Submission")
    sent = submission.objects.filter(application=OuterRef("pk")).order_by().values("application")
    application.objects.filter(submissions__isnull=False).update(
        rounds=Coalesce(Subquery(sent.annotate(n=Count("pk")).values("n")), F("rounds"))
    )


class Migration(migrations.Migration):
    dependencies = [("applications", "0004_one_running")]
    operations = [
        migrations.AddField(
            model_name="application",
            name="rounds",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="送信回数"),
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
