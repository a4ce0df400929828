"""Writes a status line for who shows it: Claude Code, tmux, a desktop's bar, or anything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from tui.statusline.line import CONTEXT, GRAVEST, Part, Piece, Tone

Format = Literal["claude", "plain", "tmux", "waybar", "polybar", "xbar"]

_BETWEEN = " │ "
_NEAR = " · "
_WHOLE_FIRST = 4
"""Parts of this rank and above stand only where all others do, as whole as there is room."""
_OF_LIMITS = (GRAVEST, 0, CONTEXT)
"""Ranks of what stands in the second row, where there are two."""
_ANSI: dict[Tone, str] = {
    "strong": "1",
    "muted": "2",
    "good": "32",
    "warning": "33",
    "bad": "31",
}
_POLYBAR: dict[Tone, str] = {"good": "#4caf50", "warning": "#f0b84a", "bad": "#ff6b6b"}
_TMUX: dict[Tone, str] = {
    "strong": "bold",
    "muted": "dim",
    "good": "fg=green",
    "warning": "fg=yellow",
    "bad": "fg=red",
}


def escape(text: str, output: Format) -> str:
    """Return text that came from elsewhere so that it steers nothing where it is shown."""
    if output == "tmux":
        return text.replace("#", "##")
    if output == "waybar":
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if output == "polybar":
        return text.replace("%", "%%")
    return text.replace("|", "\u00a6") if output == "xbar" else text


def written(parts: Sequence[Part], output: Format, *, is_coloured: bool, cells: int | None) -> str:
    """Return the parts as one line; in fewer cells lesser parts give way first."""
    fitting = parts if cells is None else _fitting(parts, cells)
    return "".join(_piece(piece, output, is_coloured) for piece in _pieces(fitting))


def rows_of(parts: Sequence[Part], rows: int) -> list[Sequence[Part]]:
    """Return the parts row by row: limits and context stand in the second of two."""
    if rows < 2:
        return [parts]
    below = [part for part in parts if part.rank in _OF_LIMITS]
    above = [part for part in parts if part.rank not in _OF_LIMITS]
    return [row for row in (above, below) if row]


def _piece(piece: Piece, output: Format, is_coloured: bool) -> str:
    text = escape(piece.text, output)
    if not piece.tone or not is_coloured:
        return text
    if output == "claude":
        return f"\x1b[{_ANSI[piece.tone]}m{text}\x1b[0m"
    if output == "polybar" and piece.tone in _POLYBAR:
        return f"%{{F{_POLYBAR[piece.tone]}}}{text}%{{F-}}"
    return f"#[{_TMUX[piece.tone]}]{text}#[default]" if output == "tmux" else text


def _fitting(parts: Sequence[Part], cells: int) -> Sequence[Part]:
    """Return the parts that fit, the most wanted first; none stands where a more wanted one fails.

    First all that must be said is said shortly, then as wholly as there is room, then the rest.
    """
    wanted = sorted(range(len(parts)), key=lambda place: (parts[place].rank, place))
    kept: dict[int, Part] = {}

    def takes(place: int, part: Part) -> bool:
        tried = {**kept, place: part}
        if width(plain_text([tried[each] for each in sorted(tried)])) > cells:
            return False
        kept[place] = part
        return True

    least = [place for place in wanted if parts[place].rank < _WHOLE_FIRST]
    is_all = all(takes(place, _shortened(parts[place])) for place in least)
    for place in [place for place in least if place in kept]:
        takes(place, parts[place])
    if is_all:
        all(takes(place, parts[place]) for place in wanted[len(least) :])
    if not kept and wanted:
        first = parts[wanted[0]]
        return [Part((Piece(cut(plain_text([_shortened(first)]), cells)),))]
    return [kept[place] for place in sorted(kept)]


def _shortened(part: Part) -> Part:
    return part._replace(pieces=part.short or part.pieces)


def _pieces(parts: Sequence[Part]) -> Iterator[Piece]:
    topic = ""
    for place, part in enumerate(parts):
        if place:
            yield Piece(_NEAR if part.topic and part.topic == topic else _BETWEEN, "muted")
        topic = part.topic
        yield from part.pieces


def plain_text(parts: Sequence[Part]) -> str:
    """Return the parts as one line without any style."""
    return "".join(piece.text for piece in _pieces(parts))


def width(text: str) -> int:
    """Return the cells a line takes."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(sign) in ("Mn", "Me", "Cf") else 1 + (east_asian_width(sign) in "WF")
        for sign in text
    )


def cut(text: str, cells: int) -> str:
    """Return the beginning of a text in so many cells, an ellipsis where it was longer."""
    if width(text) <= cells:
        return text
    while text and width(text) > cells - 1:
        text = text[:-1]
    return f"{text}…" if cells > 0 else ""


def xbar(text: str, below: Sequence[str]) -> str:
    """Return what SwiftBar, xbar and Argos read: a title, then a menu of what it is made of."""
    menu = [escape(line, "xbar") for line in below]
    return "\n".join((text, *(("---", *menu) if menu else ())))


def waybar(text: str, tooltip: Sequence[str], level: str | None, share: float | None) -> str:
    """Return the JSON object waybar reads; `class` and `percentage` only where known."""
    import msgspec

    module: dict[str, object] = {
        "text": text,
        "tooltip": "\n".join(escape(line, "waybar") for line in tooltip),
    }
    if level is not None:
        module["class"] = level
    if share is not None:
        module["percentage"] = round(share * 100)
    return msgspec.json.encode(module).decode()
