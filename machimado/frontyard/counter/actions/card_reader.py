"""The card reader beside the officer, and what it read."""

from datetime import datetime

from django.db import transaction

from machimado.cases.applications.models import Case
from machimado.cases.applications.rules.card import Card, NoCard, read_card
from machimado.frontyard.counter.actions.pairing import PairingRefused
from machimado.frontyard.counter.models import (
    CardReader,
    Desk,
)
from machimado.frontyard.counter.rules.seal import KEY, NONCE, Sealed, purpose, sign
from machimado.ground.journal.actions import record
from machimado.ground.people.models import Officer


@transaction.atomic
def pair_reader(*, desk: Desk | None, key: str, by: Officer, at: datetime) -> Desk:
    """Let the agent that gave this key read cards for the desk, and return the desk; another one's key counts no more.

    Raises: PairingRefused where there is no desk, or it is no key.
    """
    if desk is None:
        raise PairingRefused("先に、この画面がどの窓口にあるかを選んでください。")
    if not KEY.fullmatch(key):
        raise PairingRefused(
            "カードリーダーとつなげませんでした。読取りソフトを起動し直して、もう一度つないでください。"
        )
    CardReader.objects.update_or_create(desk=desk, defaults={"key": key, "paired_at": at})
    record(by=by, action="card.reader_paired", subject=str(desk.pk), at=at)
    return desk


@transaction.atomic
def unpair_reader(*, desk: Desk, by: Officer, at: datetime) -> None:
    """Take the desk's card reader away. May be repeated."""
    if CardReader.objects.filter(desk=desk).delete()[0]:
        record(by=by, action="card.reader_unpaired", subject=str(desk.pk), at=at)


class ReaderRefused(Exception):
    """No card can be read at this desk; the message says what to do."""


_NO_READER = "この窓口にはカードリーダーがつながっていません。「窓口と住民の画面」でつないでください。"


@transaction.atomic
def ask_reading(
    *, desk: Desk | None, nonce: str, use: str, by: Officer, at: datetime, case: Case | None = None
) -> tuple[str, str]:
    """Ask the desk's card reader for one reading; return what for, and the proof that we ask.

    Raises: ReaderRefused where no reader is paired, or the nonce is none.
    """
    reader = desk.reader if desk is not None else None
    if reader is None or not NONCE.fullmatch(nonce):
        raise ReaderRefused(_NO_READER)
    wanted = purpose(use, at)
    record(by=by, action="card.asked", case=str(case.pk) if case else "", at=at)
    return wanted, sign(reader.key, "open", nonce, wanted)


@transaction.atomic
def opened(
    *, desk: Desk | None, sealed: Sealed, use: str, by: Officer, at: datetime, case: Case | None = None
) -> Card:
    """Return the card that was read at this desk for this use, and leave a line in the journal.

    Raises: ReaderRefused, SealRefused.
    """
    reader = desk.reader if desk is not None else None
    if reader is None:
        raise ReaderRefused(_NO_READER)
    sealed.check(reader.key, use, at)
    try:
        card = read_card(sealed.reading)
    except NoCard:
        raise ReaderRefused("読取りソフトの版が合いません。情報政策課に連絡してください。") from None
    record(by=by, action="card.read", case=str(case.pk) if case else "", at=at)
    return card
