"""The one counter that this computer's card reader belongs to, kept in a file that only its user can read."""

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path


class PairingUnreadable(Exception):
    """The file is there and says nothing; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """With whom we are paired: the page's origin, what the counter is called, and the key that both know (hex)."""

    origin: str
    desk: str
    key: str


def usual_place() -> Path:
    """Return where the pairing is kept unless somebody says otherwise."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local")))
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share")))
    return base / "machimado" / "card-agent.json"


def load(place: Path) -> Pairing | None:
    """Return the pairing; nothing where there is none.

    Raises: PairingUnreadable.
    """
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        return Pairing(
            origin=str(kept["origin"]), desk=str(kept["desk"]), key=bytes.fromhex(kept["key"]).hex()
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PairingUnreadable(
            f"窓口とのつながりを書いたファイル {place} を読めません。ファイルを消し、窓口の画面でつなぎ直してください。"
        ) from error


def save(place: Path, pairing: Pairing) -> None:
    """Keep the pairing in place of the one before; whole, or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f"{place.name}.fresh")
    fresh.unlink(missing_ok=True)
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(asdict(pairing), file, ensure_ascii=False)
    fresh.replace(place)
