from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "machimado.cases.certificates"
    label = "certificates"
    verbose_name = "証明書"
    default_auto_field = "django.db.models.BigAutoField"
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {
        "certificate.paid": "証明書の手数料を受け取った",
        "certificate.payment_undone": "証明書の手数料の受取りを取り消した",
        "certificate.printed": "証明書を印刷した",
    }
    journal_details = {"fee": "手数料", "receipt": "領収番号", "copies": "通数", "how": "支払い方法"}
