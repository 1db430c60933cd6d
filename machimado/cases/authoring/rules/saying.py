"""What stands in a part of a file, whether or not the file can be loaded."""

from typing import Any


def listed_in(holder: Any, name: str) -> list[dict[str, Any]]:
    """Return the parts in a list; nothing where there is none."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def said(part: dict[str, Any], name: str) -> str:
    """Return a text in Japanese; empty where there is none."""
    text = part.get(name)
    return str(text.get("ja", "")) if isinstance(text, dict) else ""
