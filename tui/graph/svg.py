"""A picture as SVG: text that is written down, light or dark as its reader's screen is."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from tui.graph.picture import LETTER_HEIGHT, LETTER_WIDTH, Picture, Square, Text

LIGHT = (
    "#ebedf0",
    "#9be9a8",
    "#40c463",
    "#30a14e",
    "#216e39",
    "#1f2328",
    "#1f2328",
    "#59636e",
    "#ffffff",
)
"""The tones in order, last the paper."""
DARK = (
    "#21262d",
    "#0e4429",
    "#006d32",
    "#26a641",
    "#39d353",
    "#f0f6fc",
    "#e6edf3",
    "#9198a1",
    "#0d1117",
)
_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace"


def svg_text(picture: Picture) -> str:
    """Return the file's text."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    width, height = picture.width, picture.height
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" font-family="{_FONT}">'
    )
    yield f"<title>{escape(picture.title)}</title>"
    yield f"<style>{_rules(LIGHT)}@media(prefers-color-scheme:dark){{{_rules(DARK)}}}</style>"
    yield f'<rect class="t8" width="{width}" height="{height}" rx="6"/>'
    for square in picture.squares:
        yield _square(square)
    for text in picture.texts:
        yield _text(text)
    yield "</svg>"


def _rules(tones: tuple[str, ...]) -> str:
    return "".join(f".t{number}{{fill:{tone}}}" for number, tone in enumerate(tones))


def _square(square: Square) -> str:
    side = square.side
    shape = (
        f'<rect class="t{square.tone}" x="{square.x}" y="{square.y}"'
        f' width="{side}" height="{side}" rx="2"'
    )
    return f"{shape}><title>{escape(square.told)}</title></rect>" if square.told else f"{shape}/>"


def _text(text: Text) -> str:
    """Return one text, stretched to the width that its letters are given."""
    size = text.size
    bold = ' font-weight="bold"' if size > 1 else ""
    return (
        f'<text class="t{text.tone}" x="{text.x}" y="{text.y + LETTER_HEIGHT * size - size}"'
        f' font-size="{LETTER_WIDTH * size * 10 // 6}"{bold}'
        f' textLength="{text.width}">{escape(text.text)}</text>'
    )
