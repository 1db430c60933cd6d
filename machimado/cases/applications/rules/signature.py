"""A signature as strokes. The drawing is made here, from numbers only: nothing a tablet sends reaches a page as markup."""

import json
from dataclasses import dataclass
from html import escape

MAX_BYTES = 400_000
MAX_POINTS = 20_000
# A dot or a slip of the finger is no signature.
MIN_POINTS = 8
MIN_EXTENT = 30.0
MARGIN = 6.0


class SignatureRefused(Exception):
    """What was sent is no signature; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Strokes of (x, y) in pixels of the pad, whose size is `width` × `height`."""

    width: float
    height: float
    strokes: tuple[tuple[tuple[float, float], ...], ...]

    def svg(self) -> str:
        """Return the drawing as SVG, cut to the strokes so that it fills the box on paper."""
        xs = [x for stroke in self.strokes for x, _ in stroke]
        ys = [y for stroke in self.strokes for _, y in stroke]
        box = (
            min(xs) - MARGIN,
            min(ys) - MARGIN,
            max(xs) - min(xs) + 2 * MARGIN,
            max(ys) - min(ys) + 2 * MARGIN,
        )
        paths = "".join(f'<path d="{_way(stroke)}"/>' for stroke in self.strokes if stroke)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{" ".join(f"{side:.1f}" for side in box)}">'
            f'<g fill="none" stroke="#000" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">'
            f"{paths}</g></svg>"
        )


LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Typed:
    """A name that somebody typed who cannot draw it (記名)."""

    name: str

    def svg(self) -> str:
        """Return the name as SVG."""
        width = 40 * len(self.name) + 20
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 60">'
            f'<text x="10" y="44" font-size="36" font-family="IPAmjMincho, Noto Sans JP">{escape(self.name)}</text></svg>'
        )


def given(name: str, raw: str) -> Signature | Typed:
    """Return how somebody signed: with the name that was typed where there is one, with what the pad sent otherwise.

    Raises: SignatureRefused.
    """
    return typed(name) if name.strip() else read(raw)


def typed(name: str) -> Typed:
    """Return a name that was typed as the signature.

    Raises: SignatureRefused.
    """
    plain = " ".join(name.split())
    if not 2 <= len(plain) <= LONGEST_NAME or not plain.isprintable():
        raise SignatureRefused("お名前を入れてください。")
    return Typed(plain)


def read(raw: str) -> Signature:
    """Return the signature in what the pad sent: {"width", "height", "strokes": [[[x, y], …], …]}.

    Raises: SignatureRefused.
    """
    if len(raw) > MAX_BYTES:
        raise SignatureRefused("署名が大きすぎます。「書き直す」を押して、もう一度お書きください。")
    try:
        sent = json.loads(raw)
        strokes = tuple(tuple((float(x), float(y)) for x, y in stroke) for stroke in sent["strokes"])
        signature = Signature(_side(sent["width"]), _side(sent["height"]), strokes)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise SignatureRefused(
            "署名を読み取れませんでした。「書き直す」を押して、もう一度お書きください。"
        ) from error
    _check(signature)
    return signature


def _side(value: object) -> float:
    side = float(str(value))
    if not 50 <= side <= 10_000:
        raise ValueError(side)
    return side


def _check(signature: Signature) -> None:
    points = [point for stroke in signature.strokes for point in stroke]
    if len(points) > MAX_POINTS:
        raise SignatureRefused("署名が大きすぎます。「書き直す」を押して、もう一度お書きください。")
    inside = all(-1 <= x <= signature.width + 1 and -1 <= y <= signature.height + 1 for x, y in points)
    if len(points) < MIN_POINTS or not inside or _extent(points) < MIN_EXTENT:
        raise SignatureRefused("署名がまだ書かれていません。枠の中にお名前をお書きください。")


def _extent(points: list[tuple[float, float]]) -> float:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(max(xs) - min(xs), max(ys) - min(ys))


def _way(stroke: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{'L' if index else 'M'}{x:.1f} {y:.1f}" for index, (x, y) in enumerate(stroke))
