"""The room as Django knows it."""

from django.apps import AppConfig


class JapaneseConfig(AppConfig):
    """Japanese data: pure functions without models or pages."""

    name = "machimado.ground.japanese"
    verbose_name = "日本語データ"
