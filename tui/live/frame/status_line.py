"""The whole live tab in a few words, for a pane too small for anything else."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.hits import FIVE_HOUR
from engine.domain.limit_windows import WindowNow
from engine.domain.owners import UNKNOWN, is_of_store
from engine.domain.snapshots import SessionNow, Snapshot
from tui.live.drawing.lines import LinePane
from tui.live.frame.hit_banner import hit_view, is_held_up
from tui.live.panes.hero import hero_view
from tui.live.panes.sessions import sessions_view
from tui.live.panes.windows import WindowRow, window_lines, window_row
from tui.live.words import brief_label, figure, note
from tui.words import format as fmt
from tui.words.limits import LEVEL_WORDS, when
from tui.words.lines import Line, Piece, cells

_LOUD = ("critical", "reached")
"""Levels that stand in capitals: they are to be seen without colour too."""
_LEAST_FOR_BARS = (24, 5)
"""Cells and lines from which bars say the windows."""
_LEAST_FOR_ANSWER, _LINES_OF_REST = 36, 3
"""Cells from which the sentence has room, and lines that are left to what else there is."""


class StatusView(Struct, frozen=True):
    """What is said: first of all, then the windows, as bars or in words, then the rest."""

    first: tuple[Line, ...]
    answer: tuple[Line, ...]
    """What is left of the gravest window, and what is foreseen; empty while all is held up."""
    bars: tuple[WindowRow, ...]
    gravest: int
    """The place of the bar that must not be missing."""
    windows: tuple[Line, ...]
    """The gravest first."""
    reached: tuple[Line, ...]
    """Which limits will be reached before their resets."""
    rest: tuple[Line, ...]
    sessions: tuple[tuple[str, bool, str], ...]
    """Name, whether it is at work, cost."""


def status_view(snapshot: Snapshot, is_paused: bool) -> StatusView:
    """Return what matters, the most important first."""
    first: list[Line] = [(Piece("PAUSED", "high"),)] if is_paused else []
    hit = hit_view(snapshot)
    if hit is not None:
        word = "EXTRA" if hit.is_extra_usage else "HIT"
        ink = "high" if hit.is_extra_usage else "reached"
        first.append((Piece(word, ink), Piece(f" {hit.label} {hit.left}".rstrip())))
    if snapshot.progress is not None:
        first.append(note("reading", fmt.percent(snapshot.progress.share)))
    now, zone = snapshot.generated_at, snapshot.zone
    known = [window for window in snapshot.windows if window.used_share is not None]
    own = next((window.owner for window in known if window.is_gravest), "")
    named = {id(window): _name(window, own) for window in known}
    hero = hero_view(snapshot)
    has_answer = bool(known) and not is_held_up(snapshot)
    return StatusView(
        tuple(first),
        tuple(map(_trimmed, (*hero.left, *hero.ahead))) if has_answer else (),
        tuple(window_row(window, now, zone) for window in known),
        next((place for place, window in enumerate(known) if window.is_gravest), 0),
        tuple(
            _used(each, named[id(each)])
            for each in sorted(known, key=lambda each: not each.is_gravest)
        ),
        tuple(
            _reached(window, named[id(window)], now, zone)
            for window in known
            if window.forecast.reaches_at and _is_own(window, own)
        ),
        tuple(_rest(snapshot)),
        tuple(_session(each) for each, _ in sessions_view(snapshot, "cost", 0, False).sessions),
    )


def _session(session: SessionNow) -> tuple[str, bool, str]:
    name = " ".join(filter(None, (fmt.plain(session.project), fmt.plain(session.title))))
    cost = fmt.dollars(session.figures.cost, bool(session.figures.unpriced))
    return name, session.is_busy, cost


def _trimmed(part: Line) -> Line:
    """Take the space away with which the sentence begins."""
    return (part[0]._replace(text=part[0].text.lstrip()), *part[1:]) if part else part


def _used(window: WindowNow, name: str) -> Line:
    """Say how much of a window is used; the 5 hours go without a name."""
    floor = "≥ " if window.is_floor else ""
    word = LEVEL_WORDS[window.level]
    said: Line = (
        Piece(f"{floor}{fmt.percent(window.used_share or 0)}", "bold"),
        Piece(f" {word.upper() if window.level in _LOUD else word}", window.level),
    )
    return (Piece(name, "muted"), *said)


def _reached(window: WindowNow, name: str, now: int, zone: str) -> Line:
    return note(f"{name}limit at", when(window.forecast.reaches_at or now, now, zone))


def _is_own(window: WindowNow, own: str) -> bool:
    """Say whether a window is of who answered last, or of another agent's store."""
    return window.owner in (own, UNKNOWN) or is_of_store(window.owner)


def _name(window: WindowNow, own: str) -> str:
    """Return what a window is called: other owners' by their names too."""
    label = "" if window.window == FIVE_HOUR else f"{brief_label(window)} "
    is_other = window.owner_name and window.owner != own
    return f"{fmt.plain(window.owner_name)} {label}" if is_other else label


def _rest(snapshot: Snapshot) -> list[Line]:
    today = note("today", fmt.dollars(snapshot.today.cost, bool(snapshot.today.unpriced)))
    block = snapshot.block
    if block is None:
        return [(Piece("no window open", "muted"),), today]
    cost = fmt.dollars(block.figures.cost, bool(block.figures.unpriced))
    return [
        figure(fmt.duration(block.remaining), "left"),
        (Piece(cost, "bold"),),
        (Piece(f"{fmt.dollars(snapshot.burn_rate.cost_per_hour)}/h", "bold"),),
        figure(fmt.tokens(block.figures.tokens.total), "tokens"),
        today,
    ]


class StatusLine(LinePane):
    """What its view says, on as many lines as there are."""

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return a bar for each window where there is room, and the words that fit."""
        view = self.view
        if not isinstance(view, StatusView):
            return ()
        least_width, least_height = _LEAST_FOR_BARS
        if not view.bars or width < least_width or height < least_height:
            used = (*view.windows[:1], *view.reached, *view.windows[1:])
            return _flowing((*view.first, *used, *view.rest), width, height)
        rows = view.bars[: height - 2]
        if view.gravest >= len(rows):
            rows = (view.bars[view.gravest], *rows[:-1])
        bars = [(Piece(" "), *line) for line in window_lines(rows, width - 2)]
        room = height - len(bars) - _LINES_OF_REST
        has_answer = width >= _LEAST_FOR_ANSWER
        said = [_within(part, width - 1) for part in view.answer] if has_answer else []
        answer = _flowing(said, width, room)
        lines = [*_flowing(view.first, width, 1), *answer, *bars]
        reached = () if answer else view.reached
        lines += _flowing((*reached, *view.rest), width, height - len(lines))
        return [*lines, *_session_lines(view.sessions, width)][:height]


def _within(part: Line, width: int) -> Line:
    """Take from the end of a sentence what has no room."""
    while len(part) > 1 and (cells(part) > width or part[-1].text.strip() == "until"):
        part = part[:-1]
    return part


def _session_lines(sessions: Sequence[tuple[str, bool, str]], width: int) -> list[Line]:
    """Return a line for each session, below what matters more."""
    size = max((len(cost) for _, _, cost in sessions), default=0)
    return [
        (
            Piece(" ● " if is_busy else " ○ ", "fine" if is_busy else "muted"),
            Piece(fmt.fit(name, width - size - 5) + " "),
            Piece(fmt.fit(cost, size, "right"), "bold"),
        )
        for name, is_busy, cost in sessions
    ]


def _flowing(parts: Sequence[Line], width: int, height: int) -> list[Line]:
    """Set parts one after the other, on to the next line where one is full."""
    lines: list[Line] = []
    for part in parts:
        if lines and cells(lines[-1]) + cells(part) + 3 < width:
            lines[-1] = (*lines[-1], Piece(" · ", "muted"), *part)
        elif len(lines) < height:
            lines.append((Piece(" "), *part))
        else:
            break
    return lines
