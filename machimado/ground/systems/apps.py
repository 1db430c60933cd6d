from django.apps import AppConfig


class SystemsConfig(AppConfig):
    """The municipal systems that this installation is connected to."""

    name = "machimado.ground.systems"
    label = "systems"
    verbose_name = "接続システム"
    default_auto_field = "django.db.models.BigAutoField"
