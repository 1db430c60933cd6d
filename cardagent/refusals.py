"""Why something was not done, in a sentence that an officer can act on; none of them holds anything of the card's."""


class Refusal(Exception):
    """Something was not done. `reason` is for programs, the message for people; `tries` are those the PIN has left."""

    def __init__(self, reason: str, message: str, tries: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.tries = tries


# Where the PIN is set anew. Source: 個人番号カードの暗証番号の再設定は住所地市町村の窓口で受け付ける（J-LIS の案内）。
_RESET = "暗証番号の再設定は、ご本人がカードを持って市民課の窓口で申し込めます。"
_BY_HAND = "今日の手続は、いままでどおり聞き取って続けられます。"


def last_try() -> Refusal:
    """The PIN has one try left: a wrong one would block it."""
    return Refusal(
        "last_try",
        "暗証番号は、あと1回まちがえると使えなくなります。そのため、このカードの暗証番号はここでは受け付けません。"
        f"{_RESET}{_BY_HAND}",
        1,
    )


def blocked() -> Refusal:
    """The PIN is blocked."""
    return Refusal("blocked", f"このカードの暗証番号は、ロックされています。{_RESET}{_BY_HAND}", 0)


def wrong_pin(tries: int) -> Refusal:
    """The PIN was wrong; `tries` are left."""
    if tries == 0:
        return blocked()
    if tries == 1:
        words = "暗証番号が違います。あと1回まちがえると使えなくなるため、ここではもう受け付けません。"
        return Refusal("wrong_pin", f"{words}{_RESET}{_BY_HAND}", 1)
    words = f"暗証番号が違います。あと{tries - 1}回まで試せます。ご存じないときは、無理に試さず、聞き取りで続けてください。"
    return Refusal("wrong_pin", words, tries)


def pin_is_no_pin() -> Refusal:
    """What came is no PIN; nothing was sent to the card."""
    return Refusal("no_pin", "暗証番号は数字4桁です。カードには何も送っていません。もう一度押してください。")


def no_service() -> Refusal:
    """Windows' or Linux's service for smart cards does not run."""
    return Refusal(
        "no_service",
        "このパソコンのカード読取りサービス（PC/SC）が動いていません。"
        "パソコンを起動し直してください。それでも同じときは、情報政策課に連絡してください。",
    )


def no_reader(wanted: str = "") -> Refusal:
    """No reader is there, or not the one that is wanted."""
    which = f"「{wanted}」という名前のカードリーダー" if wanted else "カードリーダー"
    return Refusal(
        "no_reader",
        f"{which}が見つかりません。USB の線がささっているかを確かめてください。それでも出ないときは、情報政策課に連絡してください。",
    )


def no_card() -> Refusal:
    """No card lies on the reader."""
    return Refusal("no_card", "カードリーダーにカードがありません。マイナンバーカードを置いてください。")


def several_cards() -> Refusal:
    """Whose card is meant nobody knows."""
    return Refusal(
        "several_cards", "カードが2枚以上あります。読み取る方のカードだけを、カードリーダーに置いてください。"
    )


def in_use() -> Refusal:
    """Another program holds the card."""
    return Refusal(
        "in_use",
        "ほかのソフトがこのカードを使っています。そのソフトを閉じてから、もう一度読み取ってください。",
    )


def pulled() -> Refusal:
    """The card went away while it was read."""
    return Refusal(
        "pulled", "読み取りの途中でカードがはなれました。カードを置き直して、もう一度読み取ってください。"
    )


def silent() -> Refusal:
    """The card does not answer, or not as a smart card does."""
    return Refusal(
        "silent",
        "カードが応えません。置く位置と表裏を確かめて、置き直してください。"
        "何度か試しても同じときは、聞き取りで続けてください。",
    )


def other_card() -> Refusal:
    """The card has no application of ours: a driver's licence, a residence card."""
    return Refusal(
        "other_card",
        "マイナンバーカードとして読めないカードです。運転免許証や在留カードではないかを確かめて、マイナンバーカードを置いてください。",
    )


def still_open() -> Refusal:
    """The card takes its PIN as shown already: by whom nobody knows."""
    return Refusal(
        "still_open", "カードを一度はなして、置き直してください。前の読み取りの状態が残っています。"
    )


def unreadable() -> Refusal:
    """What the card holds is not what is known of such cards."""
    return Refusal(
        "unreadable",
        "カードの内容が、知られている形ではありませんでした。聞き取りで続け、カードの種類と時刻を情報政策課に知らせてください。",
    )


def odd(status: int) -> Refusal:
    """The card answered with a status that nobody expected here."""
    return Refusal(
        "odd",
        f"カードから思わぬ返事（{status:04X}）がありました。カードを置き直して、もう一度読み取ってください。"
        "続くときは、この番号を情報政策課に知らせてください。",
    )
