from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "machimado.ground.live"
    label = "live"
    verbose_name = "同時画面"
    default_auto_field = "django.db.models.BigAutoField"
