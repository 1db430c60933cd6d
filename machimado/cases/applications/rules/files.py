"""What kind of file somebody attached, told by its first bytes and not by what a browser says."""

# Source: the formats' own specifications (PDF ISO 32000, PNG ISO 15948, JPEG ISO 10918, HEIF ISO 23008-12).
_SIGNATURES = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
)
MOST_BYTES = 15 * 1024 * 1024


class FileRefused(Exception):
    """A file that cannot be kept; the message says what to do."""


def media_type(content: bytes) -> str:
    """Return the media type of a document or photograph.

    Raises: FileRefused for anything else, for an empty and for a too large file.
    """
    if not content:
        raise FileRefused("ファイルが空です。撮り直すか、別のファイルを選んでください。")
    if len(content) > MOST_BYTES:
        raise FileRefused("ファイルが大きすぎます（15MBまで）。写真を小さくするか、取り直してください。")
    for offset, signature, name in _SIGNATURES:
        if content.startswith(signature, offset):
            return name
    raise FileRefused("写真（JPEG・PNG・HEIC）か PDF を選んでください。ほかの形式は受け付けられません。")
