"""What the card reader's agent and we say to each other past the page between us, which knows no key.

The agent gives a nonce; we sign it with what the reading is for; what was read comes back under a seal over both.
The agent's own words for the same are in `cardagent/agent.py`: the two share HTTP and nothing else.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

VERSION = "machimado-card-1"
MINUTES = 10
NONCE = re.compile(r"[0-9a-f]{32}")
KEY = re.compile(r"[0-9a-f]{64}")


class SealRefused(Exception):
    """What came was not read for this, or not by our card reader; the message says what to do."""


def sign(key: str, *parts: str) -> str:
    """Return the signature of the parts, none of which can be taken for another: each goes with its length."""
    told = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in (VERSION, *parts))
    return hmac.new(bytes.fromhex(key), told, hashlib.sha256).hexdigest()


def purpose(use: str, at: datetime) -> str:
    """Return what a reading is for: its use, and when it was asked for."""
    return f"{use} {int(at.timestamp())}"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a page brings of a reading: what the agent read, for what, and its seal."""

    reading: str
    nonce: str
    purpose: str
    seal: str

    def check(self, key: str, use: str, at: datetime) -> None:
        """Check that our card reader read this, for this use, and not long ago.

        Raises: SealRefused.
        """
        whole = sign(key, "read", self.nonce, self.purpose, self.reading)
        if not hmac.compare_digest(whole.encode(), self.seal.encode()):
            raise SealRefused(
                "この窓口のカードリーダーで読んだものか確かめられません。「窓口と住民の画面」で、カードリーダーをつなぎ直してください。"
            )
        meant, _, asked = self.purpose.rpartition(" ")
        age = at.timestamp() - int(asked)
        if meant != use or not -60 <= age <= MINUTES * 60:
            raise SealRefused(
                "カードを読んでから時間がたっています。もう一度「カードを読む」を押してください。"
            )
