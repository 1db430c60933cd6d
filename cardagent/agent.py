"""Who may have a card read, and when: one counter, one reading at a time, each asked for by the counter's own server.

The key is known to two: this program and the server. The page between them knows none. So a reading needs somebody who is
signed in at the paired counter, and what was read reaches the server as the card said it.

    page → us       challenge                        → a nonce
    page → server   the nonce, and what it is for    → HMAC(key, open ‖ nonce ‖ purpose): the server says who asked
    page → us       open with it                     → a token for this one reading
    page → us       look, until a card lies there    → tries left
    page → us       read with the PIN                → the items, and HMAC(key, read ‖ nonce ‖ purpose ‖ items)
    page → server   both                             : the server knows that no page has made them up
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from cardagent import pairing as pairings
from cardagent.card import ask_tries, read_card
from cardagent.channel import Channel, type_of_transmit
from cardagent.pairing import Pairing
from cardagent.refusals import Refusal

CODE_SECONDS = 600
WRONG_CODES = 5
NONCE_SECONDS = 60
# Finding the card and remembering the PIN takes its time.
TOKEN_SECONDS = 300

type_of_cards = Callable[[], AbstractContextManager[type_of_transmit]]


@dataclass(frozen=True, slots=True)
class _Code:
    digits: str
    until: float
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class _Opened:
    """A reading that the server has asked for."""

    token: str
    nonce: str
    purpose: str
    until: float


class Agent:
    """The card reader of one counter."""

    def __init__(
        self,
        *,
        place: Path,
        cards: type_of_cards,
        clock: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = print,
    ) -> None:
        self._place, self._cards, self._clock, self._say = place, cards, clock, say
        self.paired: Pairing | None = pairings.load(place)
        self._code: _Code | None = None
        self._nonce: tuple[str, float] | None = None
        self._opened: _Opened | None = None
        # A card is spoken with by one at a time.
        self._one = Lock()

    # --- pairing ------------------------------------------------------------------------------------------------

    def invite(self) -> str:
        """Return a code that pairs one counter; it counts for some minutes and for once."""
        self._code = _Code(f"{secrets.randbelow(10**8):08}", self._clock() + CODE_SECONDS)
        return self._code.digits

    @property
    def is_inviting(self) -> bool:
        """Whether a counter may be paired now."""
        return self._code is not None

    def pair(self, *, origin: str, code: str, desk: str) -> str:
        """Belong to this counter from now on, and to no other; return the key.

        Raises: Refusal.
        """
        self._check_code(code)
        self._code = self._nonce = self._opened = None
        fresh = Pairing(origin=origin, desk=desk, key=secrets.token_hex(32))
        pairings.save(self._place, fresh)
        self.paired = fresh
        self._say(f"{origin} の「{desk}」とつなぎました。これからは、この窓口だけに応えます。")
        return fresh.key

    def _check_code(self, typed: str) -> None:
        code = self._code
        if code is None:
            raise Refusal(
                "not_inviting",
                "この読取りソフトは登録を受け付けていません。"
                "このパソコンで machimado card-agent --pair を実行し、出てきた番号を入れてください。",
            )
        if self._clock() > code.until:
            self._say(f"登録コードの期限が切れました。新しい登録コード: {spoken(self.invite())}")
            raise Refusal(
                "old_code",
                "登録コードの期限が切れています。読取りソフトの画面に出た新しい番号を入れてください。",
            )
        digits = "".join(sign for sign in typed if sign.isdecimal())
        if not hmac.compare_digest(digits.encode(), code.digits.encode()):
            self._count_wrong(code)

    def _count_wrong(self, code: _Code) -> None:
        wrong = code.wrong + 1
        self._code = _Code(code.digits, code.until, wrong) if wrong < WRONG_CODES else None
        if self._code is None:
            self._say(
                "登録コードの間違いが続いたため、登録を止めました。もう一度 machimado card-agent --pair で起動してください。"
            )
        raise Refusal(
            "wrong_code",
            "登録コードが違います。読取りソフトの画面に出ている8桁の番号を、もう一度確かめてください。"
            if self._code
            else "登録コードの間違いが続いたため、登録を止めました。読取りソフトを machimado card-agent --pair で起動し直してください。",
        )

    # --- a reading ----------------------------------------------------------------------------------------------

    def challenge(self) -> str:
        """Return a nonce for the server to sign; the one before counts no more."""
        nonce = secrets.token_hex(16)
        self._nonce = (nonce, self._clock() + NONCE_SECONDS)
        return nonce

    def open(self, *, nonce: str, purpose: str, proof: str) -> str:
        """Begin a reading that the server has asked for; return its token. A reading before it has ended with that.

        Raises: Refusal.
        """
        asked, self._nonce = self._nonce, None
        is_ours = asked is not None and hmac.compare_digest(nonce.encode(), asked[0].encode())
        if not is_ours or asked is None or self._clock() > asked[1]:
            raise Refusal(
                "stale", "読み取りの用意が古くなりました。もう一度「カードを読む」を押してください。"
            )
        if not hmac.compare_digest(proof.encode(), self._sign("open", nonce, purpose).encode()):
            raise Refusal(
                "not_ours",
                "この窓口の鍵と合いません。窓口の画面（窓口と住民の画面）で、カードリーダーをつなぎ直してください。",
            )
        self._opened = _Opened(secrets.token_hex(32), nonce, purpose, self._clock() + TOKEN_SECONDS)
        return self._opened.token

    def look(self, token: str) -> int:
        """Return how many tries the PIN of the card has that lies there.

        Raises: Refusal, also where there is no card, or only one try is left.
        """
        self._reading(token)
        with self._card() as channel:
            return ask_tries(channel)

    def read(self, token: str, pin: bytearray) -> tuple[str, str]:
        """Read the card with the PIN, which is wiped; return the items (JSON) and the seal for the server. It ends the reading.

        Raises: Refusal; the reading goes on then.
        """
        try:
            opened = self._reading(token)
            with self._card() as channel:
                items = read_card(channel, pin)
        finally:
            pin[:] = bytes(len(pin))
        self._opened = None
        told = json.dumps(items.as_dict(), ensure_ascii=False)
        return told, self._sign("read", opened.nonce, opened.purpose, told)

    def close(self, token: str) -> None:
        """End a reading; may be repeated."""
        opened = self._opened
        if opened is not None and hmac.compare_digest(token.encode(), opened.token.encode()):
            self._opened = None

    def _reading(self, token: str) -> _Opened:
        opened = self._opened
        if opened is None or not hmac.compare_digest(token.encode(), opened.token.encode()):
            raise Refusal("ended", "この読み取りは終わっています。もう一度「カードを読む」を押してください。")
        if self._clock() > opened.until:
            self._opened = None
            raise Refusal(
                "ended", "時間がたったため、読み取りを終えました。もう一度「カードを読む」を押してください。"
            )
        return opened

    @contextmanager
    def _card(self) -> Iterator[Channel]:
        """Give the card to one caller alone."""
        if not self._one.acquire(blocking=False):
            raise Refusal("busy", "いま読み取っています。終わるまで待ってください。")
        try:
            with self._cards() as transmit:
                yield Channel(transmit)
        finally:
            self._one.release()

    def _sign(self, *parts: str) -> str:
        assert self.paired is not None
        return sign(self.paired.key, *parts)


def sign(key: str, *parts: str) -> str:
    """Return the signature of the parts, none of which can be taken for another: each goes with its length."""
    told = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in ("machimado-card-1", *parts))
    return hmac.new(bytes.fromhex(key), told, hashlib.sha256).hexdigest()


def spoken(code: str) -> str:
    """Return a code as it is read out."""
    return f"{code[:4]} {code[4:]}"
