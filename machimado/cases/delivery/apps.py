from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "machimado.cases.delivery"
    label = "delivery"
    verbose_name = "基幹連携"
    default_auto_field = "django.db.models.BigAutoField"
