from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def keep_the_last(apps: Any, _: Any) -> None:
    """Of several screens of a desk keep the one that was seen last."""
    screens = apps.get_model("counter", "Screen").objects
    kept = set()
    for screen in screens.exclude(desk=None).order_by("-seen_at"):
        if screen.desk_id in kept:
            screens.filter(pk=screen.pk).update(desk=None)
        kept.add(screen.desk_id)


class Migration(migrations.Migration):
    dependencies = [("counter", "0001_initial")]
    operations = [
        migrations.RunPython(keep_the_last, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="screen",
            name="desk",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="paired_screen",
                to="counter.desk",
                verbose_name="窓口",
            ),
        ),
    ]
