from django.apps import AppConfig


class SelfserviceConfig(AppConfig):
    name = "machimado.frontyard.selfservice"
    label = "selfservice"
    verbose_name = "自分で手続"
    default_auto_field = "django.db.models.BigAutoField"
    # Devices that open this room's pages: in words, and the page.
    device_kinds = {"lobby": ("ロビーの端末", "selfservice:home")}
    # Where whoever sits at a counter goes on by themselves.
    goes_on_in = "selfservice:go-on"
    # What the worker calls to forget whose time is over.
    forgets = "machimado.frontyard.selfservice.actions.forget_sign_ins"
    # What this room records, in the words of the auditor's page.
    journal_words = {
        "selfservice.signed_in": "住民が本人確認サービスでサインインした",
        "selfservice.signed_out": "住民がサインアウトした",
    }
