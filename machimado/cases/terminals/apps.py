from django.apps import AppConfig


class TerminalsConfig(AppConfig):
    name = "machimado.cases.terminals"
    label = "terminals"
    verbose_name = "ほかの機械"
    default_auto_field = "django.db.models.BigAutoField"
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {"terminals.counts_taken": "ほかの機械の件数を取り込んだ"}
    journal_details = {"rows": "行数", "changed": "変わった件数"}
