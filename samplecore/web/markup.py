"""Small pieces of HTML. Everything that comes from elsewhere passes through `escape`."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

STYLE = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def page(title: str, city: str, *parts: str) -> str:
    """Return a whole page."""
    return (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head><body><header>'
        '<p class="notice">見本　これは架空のまちの基幹システムです。人物はすべて作りものです。</p>'
        f"<h1>{escape(title)}</h1>"
        f"<p>{escape(city)}の住民と申請の台帳です。まち窓とは HTTP だけでつながる、別のシステムです。</p></header>"
        f"<main>{''.join(parts)}</main>"
        "<footer>APIの説明は samplecore/README.md にあります。</footer></body></html>"
    )


def section(heading: str, *parts: str) -> str:
    """Return a part of a page with its heading."""
    return f"<section><h2>{escape(heading)}</h2>{''.join(parts)}</section>"


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are HTML already, its first column holds the rows' names."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    # A wide table scrolls inside; who uses the keyboard must be able to get there.
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and values; the values are HTML already."""
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{value}</dd>' for name, value in pairs)}</dl>"


def link(address: str, text: str) -> str:
    """Return a link."""
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def message(text: str, *, error: bool = False) -> str:
    """Return a message to the reader, announced by screen readers."""
    kind, role = ("message error", "alert") if error else ("message", "status")
    return f'<p class="{kind}" role="{role}">{escape(text)}</p>'
