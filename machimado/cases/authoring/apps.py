from django.apps import AppConfig


class AuthoringConfig(AppConfig):
    name = "machimado.cases.authoring"
    label = "authoring"
    verbose_name = "手続の作成"
    default_auto_field = "django.db.models.BigAutoField"
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {
        "draft.begun": "手続の下書きを始めた",
        "draft.imported": "手続のファイルを取り込んだ",
        "draft.changed": "手続の下書きを直した",
        "draft.undone": "手続の下書きの変更を元に戻した",
        "draft.redone": "手続の下書きの変更をやり直した",
        "draft.proposed": "手続の公開を申し出た",
        "draft.published": "手続の新しい版を公開した",
        "draft.sent_back": "手続の下書きを差し戻した",
        "draft.recalled": "手続の新しい版の公開を取りやめた",
        "draft.withdrawn": "手続の下書きを取り下げた",
    }
    journal_details = {
        "procedure": "手続",
        "revision": "改訂",
        "version": "版",
        "effective_from": "施行日",
        "sha256": "内容のハッシュ",
        "note": "理由",
    }
