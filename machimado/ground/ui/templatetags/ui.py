"""Tags that every template has: assets, the field's dates, plain icons."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.template import engines
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from machimado.ground.japanese import characters, eras
from machimado.ground.ui import languages
from machimado.ground.ui.context import city

register = template.Library()
MANIFEST = Path(__file__).resolve().parents[1] / "static" / "built" / "manifest.json"


@register.simple_tag
def island(name: str, *, looks_only: bool = False) -> SafeString:
    """Return the tags that load the island `name`: its script and its style sheets; for a page that only shows, these alone."""
    try:
        return _tags(name, MANIFEST.stat().st_mtime_ns, looks_only=looks_only)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            "画面の部品がまだ作られていません。`make install` を実行してください。"
        ) from error


@lru_cache(maxsize=64)
def _tags(name: str, _changed_at: int, *, looks_only: bool) -> SafeString:
    """Return the tags; made again when the front end was built anew."""
    built: dict[str, dict[str, Any]] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    key = f"islands/{name}/index.ts"
    sheets = dict.fromkeys(_styles(built, key))
    styles = format_html_join(
        "", '<link rel="stylesheet" href="{}">', ((static(f"built/{css}"),) for css in sheets)
    )
    if looks_only:
        return styles
    script = static(f"built/{built[key]['file']}")
    return format_html('{}<script type="module" src="{}"></script>', styles, script)


def _styles(built: Mapping[str, Mapping[str, Any]], key: str) -> Iterator[str]:
    """Yield the style sheets of a chunk: those of what it imports first, as the cascade needs them."""
    chunk = built[key]
    for imported in chunk.get("imports", []):
        yield from _styles(built, imported)
    yield from chunk.get("css", [])


@register.simple_tag(takes_context=True)
def fragment(context: template.Context, name: str, **more: Any) -> SafeString:
    """Return a fragment that is written in Jinja2, with what the page knows."""
    known: dict[Any, Any] = {**context.flatten(), **more}
    return mark_safe(engines["jinja2"].get_template(name).render(known, context.get("request")))  # noqa: S308 - Jinja2 has escaped what it took in


@register.filter
def wareki(value: date | datetime | str | None) -> str:
    """Return the date in the Japanese calendar; a string is EDTF and may have unknown parts."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    try:
        return eras.wareki(value)
    except ValueError:  # a register may hold a day that no calendar has: it is shown as it stands
        return str(value)


@register.simple_tag
def sample_notice() -> SafeString:
    """Return the notice of a sample city, for pages that are drawn without a request (errors)."""
    described = city()
    if not described.get("sample"):
        return mark_safe("")
    return format_html('<aside class="sample" aria-label="お知らせ">{}</aside>', described["notice"]["ja"])


@register.filter
def said_in(texts: Mapping[str, str], language: str) -> str:
    """Return the text of a map of languages in this one, or in Japanese."""
    return texts.get(language) or texts["ja"]


@register.filter
def tag(language: str) -> str:
    """Return what `lang` says of a language."""
    return languages.tag(language)


@register.filter
def direction(language: str) -> str:
    """Return what `dir` says of a language."""
    return languages.direction(language)


@register.filter
def western(value: str) -> str:
    """Return an EDTF date as it stands on a passport or a residence card: 1985年3月3日, 1985年3月 where the day is unknown."""
    parts = zip(value.split("-"), "年月日", strict=False)
    return "".join(f"{part.lstrip('0')}{unit}" for part, unit in parts if part.isdecimal())


@register.filter
def rare(text: str) -> list[tuple[str, str]]:
    """Return the characters of a name that a screen may not show as they are, each with its code points."""
    return [(character, characters.code_points(character)) for character in characters.rare(text)]


@register.filter
def clock(value: datetime | None) -> str:
    """Return the time of day as officers write it: 9:05."""
    return "" if value is None else f"{timezone.localtime(value):%-H:%M}"


@register.filter
def month(value: str, form: str = "long") -> str:
    """Return a month (`2026-04`) in the Japanese calendar: 令和8年4月, or R8.4 where there is little room."""
    first = date.fromisoformat(f"{value}-01")
    era = eras.era_of(first)
    if form == "short" and era:
        return f"{era.letter}{era.year(first.year)}.{first.month}"
    return eras.wareki(first).removesuffix("1日")


@register.filter
def signed(value: float | None) -> str:
    """Return a difference with its sign, to one digit: −4.2, ＋1.0, ±0.0."""
    if value is None:
        return ""
    rounded = round(value, 1)
    sign = "＋" if rounded > 0 else "−" if rounded < 0 else "±"
    return f"{sign}{abs(rounded):,.1f}"


@register.filter
def number(value: int | None) -> str:
    """Return a whole number with its thousands apart: 12,345."""
    return "" if value is None else f"{value:,}"


@register.filter
def plain(value: float | None) -> str:
    """Return a number as CSS reads it, whatever the language of the page."""
    return "" if value is None else f"{value:.2f}"


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
