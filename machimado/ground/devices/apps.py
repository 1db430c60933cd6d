from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "machimado.ground.devices"
    label = "devices"
    verbose_name = "端末"
    default_auto_field = "django.db.models.BigAutoField"
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {
        "device.connected": "端末をつないだ",
        "device.disconnected": "端末を外した",
        "device.printer_set": "端末のプリンターを決めた",
        "device.staff_called": "端末から職員が呼ばれた",
        "device.officer_coming": "呼ばれた端末へ向かった",
    }
    journal_details = {"kind": "種類", "name": "名前", "printer": "プリンター"}
