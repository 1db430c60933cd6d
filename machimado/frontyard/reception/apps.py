from django.apps import AppConfig


class ReceptionConfig(AppConfig):
    name = "machimado.frontyard.reception"
    label = "reception"
    verbose_name = "受付"
    default_auto_field = "django.db.models.BigAutoField"
    # Devices that open this room's pages: in words, and the page.
    device_kinds = {
        "display": ("呼出し表示", "reception:lobby"),
        "tickets": ("番号札の発券", "reception:take"),
    }
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {
        "ticket.held": "保留にした",
        "ticket.missing": "呼んでも来ないため、脇に置いた",
        "ticket.come_back": "列に戻した",
        "ticket.called_again": "もう一度呼び出した",
        "timetable.made": "予約枠を作った",
        "timetable.opened": "予約枠の受付を始めた",
        "timetable.closed": "予約枠の受付を止めた",
        "timetable.day_closed": "予約を休む日を決めた",
        "timetable.day_opened": "予約を休む日を取り消した",
        "booking.made": "予約を受けた",
        "booking.moved": "予約の日時を変えた",
        "booking.cancelled": "予約を取り消した",
        "booking.restored": "取り消した予約を戻した",
        "booking.checked_in": "予約の方を受け付けた",
        "duty.taken": "受け持つ業務を決めた",
    }
    journal_details = {"businesses": "業務", "day": "日"}
