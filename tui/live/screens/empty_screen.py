"""What is shown where there is nothing to read: where ccmon looked, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.scans import PlaceLookedAt
from tui.live.drawing.lines import LinePane
from tui.words import format as fmt
from tui.words.limits import EXACT_STEP
from tui.words.lines import BLANK, Line, Piece
from tui.words.shells import example_path, with_variable


class EmptyView(Struct, frozen=True):
    """Every place looked at, and whether a demo can be started."""

    places: tuple[PlaceLookedAt, ...]
    has_demo: bool


class EmptyScreen(LinePane):
    """A friendly page in place of the first tab."""

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return the page, in the middle of a large screen."""
        view = self.view
        if not isinstance(view, EmptyView):
            return ()
        inner = min(84, width - 4)
        lines = [
            (Piece("No Claude Code responses were found on this machine yet.", "bold"),),
            (Piece("As soon as one is written, it appears here by itself.", "muted"),),
            BLANK,
            *_places(view.places, inner, max(1, height - 14)),
            BLANK,
            (Piece("Transcripts somewhere else? Point ccmon at them:", "plain"),),
            *((Piece(f"  {each}", "accent"),) for each in _ways()),
            BLANK,
            (Piece(EXACT_STEP, "muted"),),
        ]
        if view.has_demo:
            lines += [
                BLANK,
                (
                    Piece("Only looking? Press ", "plain"),
                    Piece(" d ", "chip", "screen.open_demo"),
                    Piece(" for a demo on made-up data.", "plain"),
                ),
            ]
        edge = Piece(" " * max(2, (width - inner) // 2))
        top = [BLANK] * max(0, (height - len(lines)) // 3)
        return [*top, *((edge, *line) for line in lines)]


def _ways() -> tuple[str, str]:
    """Return what can be typed to read transcripts that lie elsewhere."""
    place = example_path("path/to/claude")
    return (
        with_variable("CLAUDE_CONFIG_DIR", place, "ccmon live"),
        f"ccmon live --config-dir {place}",
    )


def _places(places: Sequence[PlaceLookedAt], width: int, height: int) -> list[Line]:
    """Name each place and what was found; a long path keeps its end."""
    if not places:
        return [(Piece("ccmon found no place to look at.", "high"),)]
    lines: list[Line] = [(Piece("ccmon looked at", "plain"),)]
    most = max(len(place.found) for place in places)
    room = min(max(len(place.path) for place in places), max(12, width - most - 4))
    for place in places[:height]:
        found, path = fmt.plain(place.found), fmt.plain(place.path)
        if len(path) > room:
            path = "…" + path[-room + 1 :]
        ink = "fine" if place.is_root else "muted"
        lines.append((Piece(f"  {fmt.fit(path, room)}  "), Piece(found, ink)))
    if len(places) > height:
        lines.append((Piece(f"  and {len(places) - height} more places", "muted"),))
    return lines
