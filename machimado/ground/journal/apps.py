from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "machimado.ground.journal"
    label = "journal"
    verbose_name = "記録台帳"
    default_auto_field = "django.db.models.BigAutoField"
