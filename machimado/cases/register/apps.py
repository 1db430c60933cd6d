from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """The search index over the core system's register."""

    name = "machimado.cases.register"
    label = "register"
    verbose_name = "住民検索"
    default_auto_field = "django.db.models.BigAutoField"
