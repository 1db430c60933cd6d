from django.apps import AppConfig


class CounterConfig(AppConfig):
    name = "machimado.frontyard.counter"
    label = "counter"
    verbose_name = "窓口"
    default_auto_field = "django.db.models.BigAutoField"
