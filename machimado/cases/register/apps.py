from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """The search index over the core system's register."""

    name = "machimado.cases.register"
    label = "register"
    verbose_name = "住民検索"
    default_auto_field = "django.db.models.BigAutoField"
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {
        "register.searched": "住民を検索した",
        "register.read": "住民の記録を見た",
        "register.read_index": "住民の索引を見た",
    }
    journal_details = {
        "hits": "件数",
        "more": "ほかにもあり",
        "text_hash": "検索語のハッシュ",
        "reason": "理由",
    }
