"""Pictures of a terminal that look alike everywhere: frames and bars are shapes, not letters.

An SVG as rich writes it leaves bars and frames to the font of whoever looks: without that font
they have seams, and wide characters are squeezed. Here each of those signs is drawn as what it
looks like in a terminal, every text is as long as its cells, and no font is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from itertools import groupby

from rich.cells import cell_len

CELL, ROW = 12.2, 24.4
"""Width and height of a cell in rich's pictures."""
_BASE, _TOP, _OVERLAP = 20.0, 1.5, 0.25
_FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_LEFT, _LOWER = " ▏▎▍▌▋▊▉█", " ▁▂▃▄▅▆▇█"
_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
_LINES = {
    "─": "we", "│": "ns", "┤": "nsw", "├": "nse", "└": "ne", "┘": "nw", "┌": "es", "┐": "ws",
    "╭": "es", "╮": "ws", "╰": "ne", "╯": "nw", "┬": "wes", "┴": "wen", "┼": "wens",
    "━": "WE", "┃": "NS",
}  # fmt: skip
"""The sides of its cell that a line reaches from the middle, heavy ones in capitals."""
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
_TEXT = re.compile(
    r'<text class="(?P<ink>\S+)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" textLength="[\d.]+"'
    r' clip-path="(?P<clip>[^"]+)">(?P<said>[^<]*)</text>'
)
_FACE = re.compile(r"@font-face \{[^}]*\}\s*")
_Box = tuple[float, float, float, float, float]
"""Left, top, width and height in parts of a cell, and how much of the ink covers it."""


def drawn(svg: str) -> str:
    """Return rich's picture of a terminal with its signs drawn and no font asked for."""
    svg = _FACE.sub("", svg).replace("font-family: Fira Code, monospace", f"font-family: {_FONTS}")
    return _TEXT.sub(_redrawn, svg)


def _redrawn(found: re.Match[str]) -> str:
    """Draw a run of one ink: its letters as texts, its signs as shapes."""
    x, y = float(found["x"]), float(found["y"])
    top = y - _BASE + _TOP
    made: list[str] = []
    said = unescape(found["said"])
    for is_sign, run in groupby(said, _is_sign):
        text = "".join(run)
        if is_sign:
            made += _shapes(text, x, top, found["ink"])
        else:
            made += _words(text, x, y, found["ink"], found["clip"])
        x += cell_len(text) * CELL
    return "".join(made)


def _words(text: str, x: float, y: float, ink: str, clip: str) -> Iterator[str]:
    """Yield the text without the blanks around it, which some readers of SVG leave out."""
    text = text.replace("\xa0", " ")
    words = text.strip(" ")
    if words:
        x += (len(text) - len(text.lstrip(" "))) * CELL
        said = escape(words).replace(" ", "&#160;")
        length = cell_len(words) * CELL
        yield (
            f'<text class="{ink}" x="{x:.2f}" y="{y:.2f}" textLength="{length:.2f}" '
            f'clip-path="{clip}">{said}</text>'
        )


def _is_sign(sign: str) -> bool:
    return bool(_boxes(sign))


def _shapes(text: str, x: float, top: float, ink: str) -> Iterator[str]:
    """Yield the shapes of signs side by side; equal ones that touch are one."""
    for sign, run in groupby(text):
        count = len(list(run))
        for left, upper, width, height, cover in _boxes(sign):
            wide = left == 0 and width == 1
            for number in range(1 if wide else count):
                at = x + (number + left) * CELL
                size = (count if wide else width) * CELL
                tall = height * ROW + (_OVERLAP if upper + height >= 1 else 0)
                opacity = f' fill-opacity="{cover:g}"' if cover < 1 else ""
                yield (
                    f'<rect class="{ink}" x="{at:.2f}" y="{top + upper * ROW:.2f}" '
                    f'width="{size:.2f}" height="{tall:.2f}"{opacity} '
                    'shape-rendering="crispEdges"/>'
                )
        x += count * CELL


def _boxes(sign: str) -> tuple[_Box, ...]:
    """Return what a sign looks like, nothing for what is a letter."""
    if sign in _SHADES:
        return ((0, 0, 1, 1, _SHADES[sign]),)
    if sign in _LEFT[1:]:
        return ((0, 0, _LEFT.index(sign) / 8, 1, 1),)
    if sign in _LOWER[1:]:
        part = _LOWER.index(sign) / 8
        return ((0, 1 - part, 1, part, 1),)
    if sign == "╌":
        return ((0.1, 0.47, 0.3, 0.06, 1), (0.6, 0.47, 0.3, 0.06, 1))
    if sign in _LINES:
        return tuple(_stroke(side) for side in _LINES[sign])
    dots = ord(sign) - 0x2800
    if 0 < dots < 256:
        return tuple(
            (0.18 + 0.5 * x, 0.09 + 0.25 * y, 0.18, 0.09, 1)
            for bit, (x, y) in enumerate(_DOTS)
            if dots >> bit & 1
        )
    return ()


def _stroke(side: str) -> _Box:
    """Return half a line, from the middle of the cell to one of its sides."""
    wide, tall = (0.24, 0.12) if side.isupper() else (0.12, 0.06)
    x, y = 0.5 - wide / 2, 0.5 - tall / 2
    return {
        "n": (x, 0.0, wide, 0.5, 1.0),
        "s": (x, 0.5, wide, 0.5, 1.0),
        "w": (0.0, y, 0.5 + wide / 2, tall, 1.0),
        "e": (x, y, 1 - x, tall, 1.0),
    }[side.lower()]
