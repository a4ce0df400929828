"""The line over everything while a limit is hit: which one, and until when."""

from __future__ import annotations

from msgspec import Struct

from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import OneLine
from tui.words.limits import name_text, when
from tui.words.lines import BLANK, Line, Piece, joined


class HitView(Struct, frozen=True):
    """What the banner says; only `left` moves, by the second."""

    label: str
    is_extra_usage: bool
    since: str
    reset: str
    left: str


def hit_view(snapshot: Snapshot) -> HitView | None:
    """Take from a snapshot what the banner says, `None` where no limit is hit."""
    hit, now, zone = snapshot.hit, snapshot.generated_at, snapshot.zone
    if hit is None:
        return None
    return HitView(
        label=name_text(hit),
        is_extra_usage=hit.is_extra_usage,
        since=when(hit.since, now, zone),
        reset="" if hit.resets_at is None else when(hit.resets_at, now, zone),
        left="" if hit.resets_at is None else countdown(hit.resets_at - now),
    )


def is_held_up(snapshot: Snapshot) -> bool:
    """Say whether a hit limit holds all work up; that of one model leaves the others."""
    return snapshot.hit is not None and not snapshot.hit.is_of_model


def countdown(milliseconds: int) -> str:
    """Return what is left as hours, minutes and seconds, such as `1:54:09` or `2d 01:54:09`."""
    minutes, seconds = divmod(max(0, milliseconds) // 1_000, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d {hours:02d}:{minutes:02d}:{seconds:02d}"
    return f"{hours}:{minutes:02d}:{seconds:02d}"


class HitBanner(OneLine):
    """One line; of it only the countdown changes."""

    def line(self, width: int) -> Line:
        """Return the line; what has no room goes from its end."""
        view = self.view
        if not isinstance(view, HitView):
            return BLANK
        if view.is_extra_usage:
            name: Line = (Piece(" ! EXTRA USAGE ", "high"), Piece(f"beyond {view.label}"))
        else:
            name = (Piece(" ! LIMIT HIT ", "alarm"), Piece(f" {view.label}", "bold"))
        parts: list[Line] = [name]
        if view.reset:
            reset = (Piece("resets "), Piece(view.reset, "bold"), Piece(" in "), Piece(view.left))
            parts.append(reset)
        else:
            parts.append((Piece("until a response succeeds"),))
        parts.append((Piece(f"since {view.since}", "muted"),))
        return joined(parts, width, " · ")
