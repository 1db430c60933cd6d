from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "machimado.cases.applications"
    label = "applications"
    verbose_name = "申請"
    default_auto_field = "django.db.models.BigAutoField"
