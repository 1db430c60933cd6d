from django.apps import AppConfig


class SelfserviceConfig(AppConfig):
    name = "machimado.frontyard.selfservice"
    label = "selfservice"
    verbose_name = "自分で手続"
    default_auto_field = "django.db.models.BigAutoField"
    # Devices that open this room's pages: in words, and the page.
    device_kinds = {"lobby": ("ロビーの端末", "selfservice:home")}
