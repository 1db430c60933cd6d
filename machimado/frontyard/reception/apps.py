from django.apps import AppConfig


class ReceptionConfig(AppConfig):
    name = "machimado.frontyard.reception"
    label = "reception"
    verbose_name = "受付"
    default_auto_field = "django.db.models.BigAutoField"
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {
        "ticket.held": "保留にした",
        "ticket.missing": "呼んでも来ないため、脇に置いた",
        "ticket.come_back": "列に戻した",
        "ticket.called_again": "もう一度呼び出した",
        "terminal.paired": "受付の端末をつないだ",
        "terminal.unpaired": "受付の端末を外した",
        "duty.taken": "受け持つ業務を決めた",
    }
    journal_details = {"businesses": "業務"}
