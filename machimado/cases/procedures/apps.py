from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "machimado.cases.procedures"
    label = "procedures"
    verbose_name = "手続定義"
    default_auto_field = "django.db.models.BigAutoField"
