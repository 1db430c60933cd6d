"""Reads what a request brings: forms and JSON, within bounds."""

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from samplecore.web.gate import Refusal

FORM_BYTES = 64 * 1024
JSON_BYTES = 24 * 1024 * 1024  # attachments travel inside, as base64
MAX_PAGE = 10_000


async def form_of(request: Request) -> dict[str, str]:
    """Read a urlencoded form; a name that stands twice counts once, with its last value.

    Raises:
        Refusal: where it is too large or no text.
    """
    body = await _read(request, FORM_BYTES)
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))
    except (UnicodeDecodeError, ValueError) as error:
        raise Refusal(400, "フォームの内容を読めません。UTF-8で送ってください。") from error


async def object_of(request: Request) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        Refusal: where it is too large, no JSON, or not an object.
    """
    body = await _read(request, JSON_BYTES)
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "本文をJSONとして読めません。UTF-8のJSONで送ってください。") from error
    if not isinstance(value, dict):
        raise Refusal(400, "本文はJSONのオブジェクトで送ってください。")
    return value


def number_of(request: Request, name: str, default: int, largest: int) -> int:
    """Read a whole number of the query, 0…largest; larger ones count as the largest.

    Raises:
        Refusal: where it is no such number.
    """
    text = request.query_params.get(name)
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Refusal(400, f"{name} は0以上の整数で指定してください。")
    return min(int(text), largest)


async def _read(request: Request, limit: int) -> bytes:
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Refusal(413, f"本文が大きすぎます。{limit // 1024:,} KB以内にして送り直してください。")
        parts.append(chunk)
    return b"".join(parts)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
