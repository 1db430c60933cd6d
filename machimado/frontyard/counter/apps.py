from django.apps import AppConfig


class CounterConfig(AppConfig):
    name = "machimado.frontyard.counter"
    label = "counter"
    verbose_name = "窓口"
    default_auto_field = "django.db.models.BigAutoField"
    # What tells the residents' own pages whether somebody goes on with an application at a desk's screen.
    goes_on_at = "machimado.frontyard.counter.alone.desk_of_screen"
    # Each action that this room records, in the words of the auditor's page.
    journal_words = {
        "card.reader_paired": "カードリーダーをつないだ",
        "card.reader_unpaired": "カードリーダーを外した",
        "card.asked": "カードの読み取りを始めた",
        "card.read": "カードを読んだ",
        "screen.paired": "住民の画面をつないだ",
        "screen.unpaired": "住民の画面を外した",
        "screen.shown": "住民の画面に申請を出した",
        "screen.given": "住民の画面で続きを入力していただいた",
    }
