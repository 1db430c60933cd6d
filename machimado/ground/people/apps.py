from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "machimado.ground.people"
    label = "people"
    verbose_name = "職員"
    default_auto_field = "django.db.models.BigAutoField"
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {
        "journal.viewed": "記録台帳を見た",
        "journal.exported": "記録台帳をCSVで保存した",
        "journal.verified": "記録台帳を検証した",
        "officer.password_given": "職員にパスワードを渡した",
        "officer.retired": "名簿にない職員の利用を止めた",
    }
    journal_details = {
        "officer": "職員ID",
        "actor": "行為者で絞込み",
        "action": "行為で絞込み",
        "since": "いつから",
        "until": "いつまで",
        "before": "この番号より前",
        "read": "検証した件数",
        "broken": "つながらない件数",
        "head": "末尾のハッシュ",
    }
