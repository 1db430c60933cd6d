from django.apps import AppConfig


class ReceptionConfig(AppConfig):
    name = "machimado.frontyard.reception"
    label = "reception"
    verbose_name = "受付"
    default_auto_field = "django.db.models.BigAutoField"
