"""One row per limit window: bar, share, reset, what is foreseen, source and age."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len

from engine.domain.limit_windows import OFFICIAL, WindowNow
from engine.domain.snapshots import Snapshot
from tui.live.drawing.lines import SnapshotPane
from tui.live.drawing.plot import gauge
from tui.live.words import Basis, brief_label, day_and_clock
from tui.words import format as fmt
from tui.words.limits import (
    LEVEL_WORDS,
    Outlook,
    age_text,
    amount_text,
    is_estimated,
    left_text,
    outlook_of,
    range_text,
    then_text,
    usual_text,
    when,
)
from tui.words.lines import BLANK, Line, Piece, cells, padded

_MOST_ROWS = 8

_OLD_AFTER = 600_000
"""An official figure older than this is dimmed."""
_LEAST_BAR, _MOST_BAR, _MOST_NAME = 12, 72, 26
_INKS: dict[Outlook, str] = {
    "hit": "reached",
    "extra usage": "high",
    "runs out": "critical",
    "past usual": "half",
    "may run out": "half",
    "lasts": "fine",
    "": "accent",
}
"""Bars and words have one colour each; the word says the same without it."""


class WindowRow(Struct, frozen=True):
    """One window in words and rounded shares, so that it rests while they stay."""

    label: str
    brief: str
    ink: str
    share: float | None
    """How long the bar is: what is used, or of an estimate the time that has gone."""
    percent: str
    mark: float | None
    """Part of the window that has gone: even use would stand here."""
    ahead: float | None
    reset: str
    left: str
    pace: str
    outlook: tuple[Line, ...]
    """What becomes of it, in ever fewer words."""
    source: tuple[str, str, str]
    """Where the figures are from and how old they are, in ever fewer words."""
    is_old: bool
    reason: str


class WindowsView(Struct, frozen=True):
    """What the pane shows."""

    rows: tuple[WindowRow, ...]
    is_reading: bool


def windows_view(snapshot: Snapshot) -> WindowsView:
    """Take from a snapshot what the pane shows."""
    now, zone = snapshot.generated_at, snapshot.zone
    rows = tuple(window_row(window, now, zone) for window in snapshot.windows)
    is_reading = snapshot.state == "reading"
    if is_reading:
        rows = tuple(replace(row, reason="reading…") if row.reason else row for row in rows)
    return WindowsView(rows, is_reading)


def window_row(window: WindowNow, now: int, zone: str) -> WindowRow:
    """Say one window in words."""
    resets_at, outlook = window.resets_at, outlook_of(window)
    is_estimate = is_estimated(window)
    at_reset = None if is_estimate else window.forecast.share_at_reset
    share = window.elapsed_share if is_estimate else window.used_share
    is_full = (window.used_share or 0.0) >= 1
    mark = None if is_estimate or is_full else window.elapsed_share
    owner = f" {fmt.plain(window.owner_name)}" if window.owner_name else ""
    return WindowRow(
        label=f"{fmt.plain(window.label)}{owner}",
        brief=f"{brief_label(window)}{owner}",
        ink="second" if is_estimate else _ink(window, outlook),
        share=None if share is None or window.used_share is None else round(share, 3),
        percent=_percent(window, is_estimate=is_estimate),
        mark=None if mark is None else round(mark, 2),
        ahead=None if at_reset is None else round(at_reset, 2),
        reset="" if resets_at is None else when(resets_at, now, zone),
        left="" if resets_at is None else left_text(resets_at, now),
        pace=_pace(window),
        outlook=tuple(_outlook(window, outlook, now, zone)),
        source=_sources(window),
        is_old=window.age is not None and window.age >= _OLD_AFTER,
        reason=fmt.plain(window.reason),
    )


def _ink(window: WindowNow, outlook: Outlook) -> str:
    """Colour a bar by what is foreseen; where nothing is, by how much is used."""
    is_known = outlook or window.level in ("fine", "half")
    return _INKS[outlook] if is_known else window.level


def _percent(window: WindowNow, *, is_estimate: bool) -> str:
    if window.used_share is None:
        return ""
    if is_estimate:
        return usual_text(window)
    return f"{'≥' if window.is_floor else ''}{fmt.percent(window.used_share)}"


def _pace(window: WindowNow) -> str:
    """Say how many points of the limit use is before or behind even use."""
    pace = window.forecast.pace
    if pace is None or not round(abs(pace) * 100) or outlook_of(window) == "past usual":
        return ""
    return f"{abs(round(pace * 100))} {'ahead' if pace > 0 else 'behind'}"


def _outlook(window: WindowNow, outlook: Outlook, now: int, zone: str) -> list[Line]:
    forecast, ink = window.forecast, _INKS[outlook]
    if outlook == "hit":
        return [(Piece("used up", "alarm"),)]
    if outlook == "past usual" and forecast.reaches_at is not None:
        at = day_and_clock(forecast.reaches_at, now, zone)
        return [(Piece(f"past usual ~{at}", ink),), (Piece(f"more ~{at}", ink),)]
    if outlook == "runs out" and forecast.reaches_at is not None:
        at = day_and_clock(forecast.reaches_at, now, zone)
        short: Line = (Piece(f"out ~{at}", ink),)
        if forecast.earliest is None:
            return [short]
        first = day_and_clock(forecast.earliest, forecast.reaches_at, zone)
        last = (
            "later"
            if forecast.latest is None
            else day_and_clock(forecast.latest, forecast.reaches_at, zone)
        )
        return [(*short, Piece(f" ({first} to {last})", "muted")), short]
    if window.state == "extra usage":
        return [(Piece("on extra usage", "high"),), (Piece("extra", "high"),)]
    if window.state == "last known":
        return [(Piece("last known", "muted"),)]
    if forecast.share_at_reset is None:
        is_known = window.level in ("fine", "half") or is_estimated(window)
        return [] if is_known else [(Piece(LEVEL_WORDS[window.level], window.level),)]
    line: Line = (Piece(f"~{then_text(window)} then", ink),)
    return [(*line, Piece(range_text(window), "muted")), line]


def _sources(window: WindowNow) -> tuple[str, str, str]:
    age = "" if window.age is None else age_text(window.age).removesuffix(" ago")
    if window.source in OFFICIAL or window.source == "provider":
        full = f"{fmt.plain(window.basis)} · {age}" if age else fmt.plain(window.basis)
        return (full, f"official {age}".rstrip(), age)
    words = {"given": ("your limit", "yours"), "budget": ("your budget", ""), "none": ("", "")}
    full, brief = words.get(window.source, ("estimate", "est."))
    amount = amount_text(window)
    basis = fmt.plain(window.basis)
    return (f"{basis} · {amount}" if amount else basis, full, brief)


class WindowsPane(SnapshotPane):
    """A bar for each window; every row has all its figures from the source it names."""

    def show(self, snapshot: Snapshot, by: Basis) -> None:  # noqa: ARG002
        """Show a snapshot."""
        self.view = windows_view(snapshot)
        self.styles.height = min(max(1, len(snapshot.windows)), _MOST_ROWS)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Give each window a line; those that have no room become a count."""
        view = self.view
        if not isinstance(view, WindowsView) or height < 1:
            return ()
        if not view.rows:
            said = "Reading…" if view.is_reading else "No limit is known."
            return [(Piece(f" {said}", "muted"),)]
        shown = view.rows if len(view.rows) <= height else view.rows[:height]
        lines = [(Piece(" "), *line) for line in window_lines(shown, width - 2)]
        hidden = len(view.rows) - len(shown)
        if hidden:
            more = Piece(f" +{hidden}", "muted")
            lines[-1] = (*padded(lines[-1], width - len(more.text) - 1), more)
        return lines


def window_lines(rows: Sequence[WindowRow], width: int) -> list[Line]:
    """Draw one line per window in columns; what has no room goes, the bar keeps its least."""
    table = _Columns(rows, width)
    return [table.line(row) for row in rows]


class _Columns:
    """Which columns are drawn, and how wide: the least important gives way first."""

    def __init__(self, rows: Sequence[WindowRow], width: int) -> None:
        self._width = width
        self._name = max(cell_len(row.label) for row in rows)
        self._is_brief = width < 100
        if self._is_brief:
            self._name = max(cell_len(row.brief) for row in rows)
        self._name = min(self._name, _MOST_NAME)
        self._percent = max(4, *(cell_len(row.percent) for row in rows))
        self._outlook = self._source = -1
        self._reset = self._left = self._pace = 0
        room = width - self._name - self._percent - 2
        room = self._take_first(rows, room)
        self._bar = min(_MOST_BAR, room)

    def _take_first(self, rows: Sequence[WindowRow], room: int) -> int:
        """Take columns while the bar has its room; what is longer comes last."""
        least = _LEAST_BAR
        left = max(cell_len(row.left) for row in rows)
        if left and room - left - 2 >= least:
            self._left, room = left, room - left - 2
        short = max((cells(row.outlook[-1]) for row in rows if row.outlook), default=0)
        if short and room - short - 2 >= least:
            self._outlook, self._short, room = short, True, room - short - 2
        reset = max(cell_len(row.reset) for row in rows)
        if reset and room - reset - 2 >= least:
            self._reset, room = reset, room - reset - 2
        age = max(cell_len(row.source[-1]) for row in rows)
        if age and room - age - 2 >= least:
            self._source, self._form, room = age, 2, room - age - 2
        least = 24
        pace = max(cell_len(row.pace) for row in rows)
        if pace and room - pace - 2 >= least:
            self._pace, room = pace, room - pace - 2
        long = max((cells(row.outlook[0]) for row in rows if row.outlook), default=0)
        if self._outlook > 0 and room - (long - self._outlook) >= least:
            room -= long - self._outlook
            self._outlook, self._short = long, False
        least = 32
        for form in (1, 0):
            size = max(cell_len(row.source[form]) for row in rows)
            if self._source > 0 and room - (size - self._source) >= least:
                room -= size - self._source
                self._source, self._form = size, form
        return room

    def line(self, row: WindowRow) -> Line:
        name = fmt.fit(row.brief if self._is_brief else row.label, self._name)
        if row.share is None:
            said = fmt.fit(row.reason or "no limit known", self._width - self._name - 1)
            return (Piece(f"{name} "), Piece(said, "muted"))
        line: Line = (
            Piece(f"{name} "),
            *gauge(row.share, self._bar - 1, ink=row.ink, mark=row.mark, ahead=row.ahead),
            Piece("┤", "edge"),
            Piece(" " + fmt.fit(row.percent, self._percent, "right"), "bold"),
        )
        if self._reset:
            line += (Piece("  " + fmt.fit(row.reset, self._reset, "right")),)
        if self._left:
            line += (Piece("  " + fmt.fit(row.left, self._left, "right"), "muted"),)
        if self._pace:
            line += (Piece("  " + fmt.fit(row.pace, self._pace, "right"), "muted"),)
        if self._outlook > 0:
            words: Line = row.outlook[-1 if self._short else 0] if row.outlook else BLANK
            line += (Piece("  "), *padded(words, self._outlook))
        if self._source > 0:
            form = self._form
            text = fmt.fit(row.source[form], self._source, "right" if form == 2 else "left")
            line += (Piece("  " + text, "muted" if row.is_old else "plain"),)
        return line
