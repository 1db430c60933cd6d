import re
from typing import Any

from django.conf import settings
from django.db import migrations, models


def tell_what_was_begun_from(apps: Any, schema_editor: Any) -> None:
    """A draft that is open has the number after the version from which it was begun."""
    for draft in apps.get_model("authoring", "Draft").objects.filter(state__in=["editing", "proposed"]):
        found = re.search(r"\bnumber: *(\d+)", draft.text)
        if found and int(found[1]) > 1:
            draft.based_on = int(found[1]) - 1
            draft.save(update_fields=["based_on"])


class Migration(migrations.Migration):

    dependencies = [
        ('authoring', '0002_hands_and_steps'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='draft',
            name='draft_one_open',
        ),
        migrations.AddField(
            model_name='draft',
            name='is_beside',
            field=models.BooleanField(default=False, verbose_name='並行'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(condition=models.Q(('is_beside', False), ('state__in', ['editing', 'proposed'])), fields=('procedure',), name='draft_one_open'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['editing', 'proposed'])), fields=('procedure', 'author'), name='draft_one_open_of_each'),
        ),
        migrations.RunPython(tell_what_was_begun_from, migrations.RunPython.noop),
    ]
