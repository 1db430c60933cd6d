from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "machimado.cases.delivery"
    label = "delivery"
    verbose_name = "基幹連携"
    default_auto_field = "django.db.models.BigAutoField"
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {
        "delivery.viewed": "送信の内容を見た",
        "delivery.decided": "送信の扱いを決めた",
        "delivery.pending": "基幹システムで審査中になった",
        "delivery.accepted": "基幹システムが受理した",
        "delivery.rejected": "基幹システムが差し戻した",
        "delivery.undecided": "職員の判断待ちになった",
        "delivery.failed": "送信できなかった",
        "delivery.reconciled": "基幹システムと突き合わせた",
    }
    journal_details = {
        "core_number": "基幹システムの番号",
        "outcome": "決めたこと",
        "from": "それまでの状態",
        "ours": "こちらの件数",
        "theirs": "基幹システムの件数",
        "differences": "違いの件数",
    }
