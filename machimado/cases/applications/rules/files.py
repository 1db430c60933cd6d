"""Files that somebody attached: their kind, told by the first bytes and not by what a browser says, and how much is too much."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from machimado.ground.japanese.individual_number import contains_individual_number
from machimado.ground.ui.sentences import Sentence

# Source: the formats' own specifications (PDF ISO 32000, PNG ISO 15948, JPEG ISO 10918, HEIF ISO 23008-12).
_SIGNATURES = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftyphevc", "image/heic"),
    (4, b"ftypheim", "image/heic"),
    (4, b"ftypheis", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypmsf1", "image/heif"),
)
MEGABYTE = 1024 * 1024
# Of all files of an application together: a core system takes them in one message, a third larger as base64.
MOST_BYTES = 15 * MEGABYTE
# Of a photograph as the phone took it: it is made smaller here (photographs.py).
MOST_BYTES_OF_PHOTOGRAPH = 50 * MEGABYTE
LONGEST_NAME = 200
# The reference core takes 20; one is the signature.
MOST_TOGETHER = 19


class FileRefused(Exception):
    """A file that cannot be kept; the message says what to do."""


def media_type(content: bytes) -> str:
    """Return the media type of a document or photograph.

    Raises: FileRefused for anything else, for an empty and for a too large file.
    """
    if not content:
        raise FileRefused(Sentence("ファイルが空です。撮り直すか、別のファイルを選んでください。"))
    kind = next((name for at, signature, name in _SIGNATURES if content.startswith(signature, at)), "")
    if not kind:
        raise FileRefused(
            Sentence("写真（JPEG・PNG・HEIC）か PDF を選んでください。ほかの形式は受け付けられません。")
        )
    if is_photograph(kind) and len(content) > MOST_BYTES_OF_PHOTOGRAPH:
        raise FileRefused(
            Sentence("写真が大きすぎます（50MBまで）。カメラの設定を「標準」にして撮り直してください。")
        )
    if not is_photograph(kind) and len(content) > MOST_BYTES:
        raise FileRefused(
            Sentence(
                "ファイルが大きすぎます（PDF は15MBまで）。必要なページだけにするか、紙を写真に撮って選んでください。"
            )
        )
    return kind


def is_photograph(kind: str) -> bool:
    """Return whether a media type is that of a picture."""
    return kind.startswith("image/")


def kept_name(name: str, suffix: str = "") -> str:
    """Return the name under which a file is kept: one that holds a My Number gives way to a plain one.

    `suffix` takes the place of the name's own where the file was made into another kind.
    """
    own = PurePath(name).suffix[:6]
    stem = name.removesuffix(own) if suffix else name
    if contains_individual_number(name):
        return f"添付ファイル{suffix or own}"
    return (stem + suffix)[-LONGEST_NAME:] if stem else f"添付ファイル{suffix}"


def check_room(sizes: list[int], more: int) -> None:
    """Check that a file of `more` bytes still goes with those that are attached, whose `sizes` are in bytes.

    Raises: FileRefused.
    """
    if len(sizes) >= MOST_TOGETHER:
        raise FileRefused(
            Sentence(
                "添付できるのは1件の申請に{most}個までです。何枚かの書類を1つの PDF にまとめてください。",
                most=MOST_TOGETHER,
            )
        )
    if sum(sizes) + more > MOST_BYTES:
        raise FileRefused(
            Sentence(
                "添付ファイルはあわせて15MBまでです（添付済み {sum}MB、このファイル {this}MB）。"
                "写真を小さくして撮り直すか、PDF にまとめてください。",
                sum=f"{sum(sizes) / MEGABYTE:.1f}",
                this=f"{more / MEGABYTE:.1f}",
            )
        )


def check_number(count: int, most: int) -> None:
    """Check that a question that has `count` files takes one more.

    Raises: FileRefused.
    """
    if count >= most:
        raise FileRefused(
            Sentence(
                "この欄に添付できるのは{most}個までです。何枚かの書類を1つの PDF にまとめてください。",
                most=most,
            )
        )


def named(answers: Any) -> Iterator[str]:
    """Yield the id of each stored file that answers name, wherever it stands in them."""
    if isinstance(answers, dict):
        if isinstance(answers.get("file_id"), str):
            yield answers["file_id"]
        answers = list(answers.values())
    if isinstance(answers, list):
        for part in answers:
            yield from named(part)
