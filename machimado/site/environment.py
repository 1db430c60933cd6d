"""Typed readers of the environment: a wrong value stops the start with a sentence that says what to do."""

import os
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit


class SettingRefused(Exception):
    """A setting has a value that cannot be used."""


def text(name: str, default: str) -> str:
    """Return the value of `name`, or `default` where it is not set."""
    return os.environ.get(name, default)


def integer(name: str, default: int, *, low: int, high: int) -> int:
    """Return the whole number in `name`, between `low` and `high`.

    Raises: SettingRefused.
    """
    raw = os.environ.get(name)
    if raw is None:
        return default
    if not raw.strip().isdecimal() or not low <= int(raw) <= high:
        raise SettingRefused(
            f"環境変数 {name} は {low} から {high} までの整数にしてください（今の値: {raw!r}）。"
        )
    return int(raw)


def flag(name: str, default: bool) -> bool:
    """Return whether `name` says yes.

    Raises: SettingRefused.
    """
    raw = os.environ.get(name, "1" if default else "0").strip().lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off", ""}:
        return False
    raise SettingRefused(f"環境変数 {name} は 1 か 0 にしてください（今の値: {raw!r}）。")


def folder(name: str, default: Path, *, holding: tuple[str, ...] = ()) -> Path:
    """Return the folder in `name` as an absolute path; one that has to hold files has to be there.

    Raises: SettingRefused.
    """
    path = Path(os.environ.get(name, str(default))).expanduser().resolve()
    if holding and not path.is_dir():
        raise SettingRefused(f"環境変数 {name} のフォルダーがありません: {path}")
    lacking = [file for file in holding if not (path / file).is_file()]
    if lacking:
        raise SettingRefused(
            f"環境変数 {name} のフォルダー {path} に {'・'.join(lacking)} がありません。場所を確かめてください。"
        )
    return path


def listing(name: str, default: list[str]) -> list[str]:
    """Return the comma-separated values in `name`."""
    raw = os.environ.get(name)
    return default if raw is None else [part.strip() for part in raw.split(",") if part.strip()]


def pairs(name: str, default: str, *, keys: Collection[str]) -> dict[str, str]:
    """Return the comma-separated `key=value` pairs in `name`; no other keys than `keys` are known.

    Raises: SettingRefused.
    """
    found = {}
    for part in filter(None, (part.strip() for part in os.environ.get(name, default).split(","))):
        key, _, value = part.partition("=")
        if key.strip() not in keys or not value.strip():
            raise SettingRefused(
                f"環境変数 {name} の「{part}」を読めません。{'・'.join(keys)} のどれかを「名前=値」の形で書き、カンマで区切ってください。"
            )
        found[key.strip()] = value.strip()
    return found


def issuer(name: str, default: str) -> str:
    """Return the address of an identity provider in `name`: https, but on this machine itself.

    Raises: SettingRefused.
    """
    raw = os.environ.get(name, default).strip()
    parts = urlsplit(raw)
    is_here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if raw and (not (parts.scheme == "https" or is_here) or not parts.hostname or parts.query):
        raise SettingRefused(
            f"環境変数 {name} は https:// で始まるアドレスにしてください（今の値: {raw!r}）。"
        )
    return raw
