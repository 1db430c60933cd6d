"""The tour: one page that shows every photograph of every journey, in its order, in three sizes."""

import html
from collections.abc import Iterator
from pathlib import Path

STYLE = (
    "body{font-family:sans-serif;margin:2rem;background:#f6f8fb}"
    "section{margin-bottom:3rem}figure{display:inline-block;vertical-align:top;margin:0 1rem 1rem 0}"
    "img{height:22rem;width:auto;max-width:36rem;object-fit:cover;object-position:top;border:1px solid #999;background:#fff}"
)


def write_index(folder: Path) -> Path:
    """Write index.html beside the journeys' folders; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    journeys = sorted(path for path in folder.iterdir() if path.is_dir())
    body = "".join("".join(_journey(journey)) for journey in journeys)
    page = f'<!doctype html><html lang="ja"><meta charset="utf-8"><title>まち窓の全画面</title><style>{STYLE}</style>{body}'
    target = folder / "index.html"
    target.write_text(page, encoding="utf-8")
    return target


def _journey(folder: Path) -> Iterator[str]:
    yield f"<section><h1>{html.escape(folder.name.replace('_', ' '))}</h1>"
    for title in sorted({path.name.split(".")[0] for path in folder.glob("*.png")}):
        yield f"<h2>{html.escape(title)}</h2>"
        for size in ("desktop", "tablet", "phone"):
            source = html.escape(f"{folder.name}/{title}.{size}.png")
            yield f'<figure><a href="{source}"><img src="{source}" alt="{html.escape(title)}" loading="lazy"></a>'
            yield f"<figcaption>{size}</figcaption></figure>"
    yield "</section>"
