"""The chain of hashes. A line's hash covers its own fields, its detail's hash and the hash of the line before."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the chain sees it."""

    seq: int
    recorded_at: datetime
    actor: str
    action: str
    subject: str
    case: str
    detail_hash: str
    previous_hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the chain does not hold."""

    seq: int
    reason: str


def hash_of_detail(content: Mapping[str, Any], *, salt: bytes) -> str:
    """Return the keyed hash of a detail; keyed, so that nobody can guess a deleted name by trying names."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(salt, text.encode(), hashlib.sha256).hexdigest()


def hash_of(line: Line) -> str:
    """Return the line's hash."""
    at = line.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [
        line.seq,
        at,
        line.actor,
        line.action,
        line.subject,
        line.case,
        line.detail_hash,
        line.previous_hash,
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def breaks(lines: Iterable[tuple[Line, str]], *, after: tuple[int, str] = (0, FIRST)) -> Iterator[Break]:
    """Yield each place where the chain of (line, its stored hash) does not hold.

    `after` is the number and hash of the line before the first of these.
    """
    seq, previous = after
    for line, stored in lines:
        if line.seq != seq + 1:
            yield Break(line.seq, f"{seq + 1} 番から {line.seq - 1} 番までの記録がありません。")
        if line.previous_hash != previous:
            yield Break(line.seq, "直前の記録とつながっていません。")
        if hash_of(line) != stored:
            yield Break(line.seq, "記録の内容が書き換えられています。")
        seq, previous = line.seq, stored
