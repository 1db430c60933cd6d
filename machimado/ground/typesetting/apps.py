"""The room as Django knows it."""

from django.apps import AppConfig


class TypesettingConfig(AppConfig):
    """Typesetting: pure functions without models or pages."""

    name = "machimado.ground.typesetting"
    verbose_name = "帳票の組版"
