from typing import Any

from django.db import migrations, models

RUNNING = ["interview", "review", "signed"]


def withdraw_doubled(apps: Any, _: Any) -> None:
    """Of applications that run beside each other keep the one that went furthest; the others stay to be seen, withdrawn."""
    from machimado.ground.journal.actions import record

    kept = set()
    running = apps.get_model("applications", "Application").objects.filter(state__in=RUNNING)
    found = running.select_related("case").defer("answers", "sources")
    furthest_first = sorted(found, key=lambda one: (RUNNING.index(one.state), one.revision, one.begun_at), reverse=True)
    for application in furthest_first:
        place = (application.case_id, application.procedure)
        if place in kept:
            application.state = "cancelled"
            application.save(update_fields=["state"])
            subject, case = str(application.case.resident_id or ""), str(application.case_id)
            record(by=None, action="application.cancelled", subject=subject, case=case)
        kept.add(place)


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0003_submission_attachments"),
        ("journal", "0002_refuse_changes"),
    ]

    operations = [
        migrations.RunPython(withdraw_doubled, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", RUNNING)),
                fields=("case", "procedure"),
                name="application_one_running",
            ),
        ),
    ]
