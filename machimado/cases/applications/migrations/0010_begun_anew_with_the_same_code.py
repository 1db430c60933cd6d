"""The code of an application stays with it when it is begun anew: what the code was made of is kept."""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def _made_of_the_application(apps: Any, schema_editor: Any) -> None:
    apps.get_model("applications", "Resumption").objects.update(seed=F("application_id"))


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0009_self_service'),
    ]

    operations = [
        migrations.AddField(
            model_name='resumption',
            name='declined',
            field=models.CharField(blank=True, max_length=10, verbose_name='見送った新しい版'),
        ),
        migrations.AddField(
            model_name='resumption',
            name='note',
            field=models.CharField(blank=True, max_length=400, verbose_name='職員からの連絡'),
        ),
        migrations.AddField(
            model_name='resumption',
            name='seed',
            field=models.UUIDField(null=True, verbose_name='再開コードのもと'),
        ),
        migrations.RunPython(_made_of_the_application, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='resumption',
            name='seed',
            field=models.UUIDField(verbose_name='再開コードのもと'),
        ),
    ]
