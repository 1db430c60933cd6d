"""The room as Django knows it."""

from django.apps import AppConfig


class RowsConfig(AppConfig):
    """How single rows are read: without models or pages of its own."""

    name = "machimado.ground.rows"
    verbose_name = "行の読取り"
