"""Tags that every template has: assets, the field's dates, plain icons."""

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from machimado.ground.japanese import eras

register = template.Library()
MANIFEST = Path(__file__).resolve().parents[1] / "static" / "built" / "manifest.json"


@cache
def _manifest() -> dict[str, dict[str, Any]]:
    if not MANIFEST.exists():
        raise FileNotFoundError("画面の部品がまだ作られていません。`make install` を実行してください。")
    built: dict[str, dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return built


@register.simple_tag
def island(name: str) -> SafeString:
    """Return the tags that load the island `name`: its script and its style sheets."""
    entry = _manifest()[f"islands/{name}/index.ts"]
    styles = format_html_join(
        "", '<link rel="stylesheet" href="{}">', ((static(f"built/{css}"),) for css in entry.get("css", []))
    )
    return format_html('{}<script type="module" src="{}"></script>', styles, static(f"built/{entry['file']}"))


@register.filter
def wareki(value: date | datetime | str | None) -> str:
    """Return the date in the Japanese calendar; a string is EDTF and may have unknown parts."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return eras.wareki(value)


@register.filter
def clock(value: datetime | None) -> str:
    """Return the time of day as officers write it: 9:05."""
    return "" if value is None else f"{timezone.localtime(value):%-H:%M}"


@register.filter
def yen(value: int | None) -> str:
    """Return an amount as 1,200円."""
    return "" if value is None else f"{value:,}円"


@register.filter
def entry(mapping: dict[str, Any], key: str) -> Any:
    """Return `mapping[key]`, or None."""
    return mapping.get(key)


@register.simple_tag
def lock_after_seconds() -> int:
    """Return after how many seconds without a touch an officer's screen locks itself."""
    return int(settings.LOCK_AFTER_MINUTES) * 60
