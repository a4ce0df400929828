"""What becomes of the windows: when a limit is reached, or what is used at the reset."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.domain.limit_windows import Forecast, WindowNow
from engine.domain.reports import Snapshot
from tui.live.drawing.lines import Line, LinePane, Piece, cells, joined
from tui.live.words import brief_label, day_and_clock
from tui.words import format as fmt
from tui.words.limits import when

_ALWAYS = ("five_hour", "seven_day")
_TITLE_ROOM = 8
_LEAST_BASIS = 8
_PACE_INKS = {"under": "fine", "on": "plain", "over": "high"}


class ForecastRow(Struct, frozen=True):
    """One window's forecast in words; times are in whole minutes, so it rests between."""

    brief: str
    said: tuple[Line, ...]
    """What becomes of it, the most important part first."""
    pace: Line
    basis: str


class ForecastView(Struct, frozen=True):
    """What the pane shows."""

    rows: tuple[ForecastRow, ...]
    is_reading: bool


def forecast_view(snapshot: Snapshot) -> ForecastView:
    """Take from a snapshot the forecasts: the 5 hours, the week, what is reached, the rest."""
    known = [
        window
        for window in snapshot.windows
        if window.window in _ALWAYS or window.forecast.basis != "none" or window.hit is not None
    ]
    known.sort(key=lambda each: (each.window not in _ALWAYS, each.forecast.reaches_at is None))
    now, zone = snapshot.generated_at, snapshot.zone
    rows = tuple(forecast_row(window, now, zone) for window in known)
    return ForecastView(rows, snapshot.state == "reading")


def forecast_row(window: WindowNow, now: int, zone: str) -> ForecastRow:
    """Say one window's forecast in words."""
    return ForecastRow(
        brief=brief_label(window),
        said=tuple(_said(window, now, zone)),
        pace=pace_line(window.forecast),
        basis="" if window.forecast.basis == "none" else fmt.plain(window.forecast.basis_label),
    )


def _said(window: WindowNow, now: int, zone: str) -> list[Line]:
    forecast, resets_at = window.forecast, window.resets_at
    if forecast.is_frozen:
        until = "" if resets_at is None else f" until {when(resets_at, now, zone)}"
        return [(Piece("limit hit", "reached"), Piece(f" · nothing moves{until}"))]
    if forecast.reaches_at is not None:
        at = Piece(when(forecast.reaches_at, now, zone), "critical")
        parts: list[Line] = [(Piece("limit "), at, *_range_of_times(forecast, zone))]
        if resets_at is not None and resets_at > forecast.reaches_at:
            before = fmt.duration(resets_at - forecast.reaches_at)
            parts.append((Piece(f"{before} before reset"),))
        return parts
    if forecast.share_at_reset is None:
        return [(Piece(fmt.plain(forecast.basis_label) or "no forecast yet", "muted"),)]
    parts = [(Piece("not before the reset", "fine"),)]
    at_reset = f"~{fmt.percent(forecast.share_at_reset)}"
    if resets_at is not None:
        at_reset += f" at {when(resets_at, now, zone)}"
    return [*parts, (Piece(at_reset + range_of_shares(forecast)),)]


def _range_of_times(forecast: Forecast, zone: str) -> Line:
    """Say between which times the limit is reached; `later` means after the reset."""
    earliest, latest, at = forecast.earliest, forecast.latest, forecast.reaches_at
    if earliest is None or at is None:
        return ()
    first = day_and_clock(earliest, at, zone)
    last = "later" if latest is None else day_and_clock(latest, at, zone)
    return () if first == last else (Piece(f" ({first}-{last})", "muted"),)


def range_of_shares(forecast: Forecast) -> str:
    """Say between which shares a forecast lies, such as ` (70-90)`."""
    low, high = forecast.share_low, forecast.share_high
    if low is None or high is None:
        return ""
    first, last = round(low * 100), round(high * 100)
    return "" if first == last else f" ({first}-{last})"


def pace_line(forecast: Forecast) -> Line:
    """Say how far use is ahead of even use, in points of the limit, such as `6 pts over pace`."""
    if forecast.pace is None or forecast.pace_word is None:
        return ()
    word = forecast.pace_word
    points = abs(round(forecast.pace * 100))
    unit = "pt" if points == 1 else "pts"
    ahead = f"{points} {unit} " if points and word != "on" else ""
    return (Piece(ahead), Piece(f"{word} pace", _PACE_INKS[word]))


class ForecastPane(LinePane):
    """A line or two per window: what becomes of it, its pace, and what that is known from."""

    TITLE = "Forecast"

    def watch_view(self) -> None:
        """Name in the border what the forecasts stand on where the lines have no room for it."""
        self._entitle_by_bases()
        super().watch_view()

    def on_resize(self) -> None:
        """Fit the name to the size."""
        self._entitle_by_bases()
        super().on_resize()

    def _entitle_by_bases(self) -> None:
        view = self.view
        title = self.TITLE
        if isinstance(view, ForecastView):
            width, height = self.size
            room = width - len(title) - _TITLE_ROOM
            drawn = {piece.text for line in self.draw(width, height) for piece in line}
            bases: list[Line] = [
                (Piece(f"{row.brief}: {row.basis}"),)
                for row in view.rows
                if row.basis and row.basis not in drawn
            ]
            named = "".join(piece.text for piece in joined(bases, room, " · "))
            title = f"{title} · {named}" if named else title
        self.entitle(title)

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """Return a line per window, or two where there is room."""
        view = self.view
        if not isinstance(view, ForecastView):
            return ()
        if not view.rows:
            said = "Reading…" if view.is_reading else "No window is known."
            return [(Piece(f" {said}", "muted"),)]
        name = max(len(row.brief) for row in view.rows)
        room = width - name - 3
        lines: list[Line] = []
        is_roomy = _is_roomy(view, height)
        for row in view.rows[: height // 2 if is_roomy else height]:
            label = Piece(f" {fmt.fit(row.brief, name)} ")
            pace = [row.pace] if row.pace else []
            if not is_roomy:
                lines.append((label, *joined([*row.said, *pace], room, " · ")))
                continue
            indent = Piece(" " * (name + 2))
            first, *more = _rows_of(row, room, height >= 3 * len(view.rows))
            lines += [(label, *first), *((indent, *line) for line in more)]
        return lines


def _rows_of(row: ForecastRow, width: int, has_more: bool) -> list[Line]:
    """Say a forecast on two lines: what has no room on the first one comes before the pace.

    The basis has a line of its own where both are too short for it and there is one more.
    """
    count = len(row.said)
    while count > 1 and _length(row.said[:count]) > width:
        count -= 1
    more = [*row.said[count:], *([row.pace] if row.pace else [])]
    first, second = joined(row.said[:count], width, " · "), joined(more, width, " · ")
    if not row.basis:
        return [first, second] if more else [first]
    room = width - cells(second) - 3 if more else width
    if cells((Piece(row.basis),)) > room and has_more and more:
        return [first, second, (Piece(row.basis, "muted"),)]
    if room < _LEAST_BASIS:
        return [first, second]
    basis = Piece(fmt.fit(row.basis, room).rstrip(), "muted")
    return [first, joined([*([second] if more else []), (basis,)], width, " · ")]


def _length(parts: Sequence[Line]) -> int:
    return sum(cells(part) + 3 for part in parts) - 3


def _is_roomy(view: ForecastView, height: int) -> bool:
    """Say whether there are two lines for each of the first two windows."""
    return height >= 2 * min(2, len(view.rows))
