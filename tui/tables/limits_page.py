"""Every limit window on one page, and what happened to them."""

from __future__ import annotations

from collections.abc import Iterable

from engine.domain.levels import Level
from engine.domain.limit_windows import Event, LimitsNow, WindowNow
from tui.tables.columns import steps_of
from tui.tables.layout import Across, Cell, Column, Table, TableLine, TableRow, draw
from tui.tables.look import Look
from tui.tables.title import title_line
from tui.words.format import plain
from tui.words.limits import (
    LEVEL_WORDS,
    exact_step,
    hit_text,
    is_estimated,
    left_text,
    name_text,
    share_text,
    usual_text,
    when,
    window_notes,
)
from tui.words.lines import BLANK, Line, Piece, footnotes, line, paragraph, text_of

_STYLES: dict[Level, str] = {
    "fine": "green",
    "half": "",
    "high": "yellow",
    "critical": "red",
    "reached": "bold red",
}
_SEVERITIES = {"information": "", "warning": "yellow", "error": "red"}
_INDENT = "  "
_COLUMNS = (
    Column(name="window", title="Window", kind="text", align="left", least=8, tight=6, most=28),
    Column(name="bar", title="", kind="bar", align="left"),
    Column(name="used", title="Used"),
    Column(name="level", title="", kind="text", align="left", least=9, snug=9, tight=4),
    Column(name="resets", title="Resets"),
    Column(name="left", title="Left"),
)
_STEPS = steps_of("bar", "level", "left", "roomy")


def limits_lines(limits: LimitsNow, look: Look, notices: Iterable[str] = ()) -> list[Line]:
    """Return the page: what is hit, and each window with its source and forecast below it."""
    lines: list[Line] = [title_line("Limits", [limits.plan, look.zone], look.width), BLANK]
    if limits.hit is not None:
        said = hit_text(limits.hit, limits.generated_at, look.zone)
        lines += [*paragraph(said, look.width, "bold red"), BLANK]
    if limits.windows:
        lines += _table(limits, look)
    else:
        lines.append(line("No limit is known yet."))
    step = exact_step(limits.windows)
    return lines + footnotes([step, *notices] if step else notices, look.width)


def events_lines(events: Iterable[Event], now: int, look: Look) -> list[Line]:
    """Return what happened, the newest first, each with its sentence."""
    lines: list[Line] = [title_line("Events", [look.zone], look.width), BLANK]
    found = list(events)
    if not found:
        return [*lines, line("Nothing happened yet: no limit came near.", "dim")]
    times = [when(event.time, now, look.zone) for event in found]
    size = max(map(len, times))
    room = max(1, look.width - size - 2)
    for event, time in zip(found, times, strict=True):
        titled = paragraph(plain(event.title), room, "bold")
        said = paragraph(plain(event.text), room, _SEVERITIES[event.severity])
        for place, row in enumerate((*titled, *said)):
            shown = "" if place else time
            lines.append((Piece(f"{shown:<{size}}  ", "dim"), *row))
    return lines


def _table(limits: LimitsNow, look: Look) -> list[Line]:
    rows: list[TableLine] = []
    for window in limits.windows:
        rows.append(_row(window, limits.generated_at, look.zone))
        for note in window_notes(window, limits.generated_at, look.zone):
            for part in paragraph(note, max(1, look.width - len(_INDENT))):
                rows.append(Across(f"{_INDENT}{text_of(part)}", "dim"))
    return draw(Table(columns=_COLUMNS, lines=rows, steps=_STEPS), look.width)


def _row(window: WindowNow, now: int, zone: str) -> TableRow:
    style = _STYLES[window.level]
    end = window.resets_at
    is_known = window.used_share is not None
    word = LEVEL_WORDS[window.level] if is_known else "unknown"
    return TableRow(
        {
            "window": Cell(name_text(window), style="bold"),
            "bar": Cell("", share=min(window.used_share or 0.0, 1.0), style=style),
            "used": Cell(usual_text(window) if is_estimated(window) else share_text(window)),
            "level": Cell(word, style=style),
            "resets": Cell("" if end is None else when(end, now, zone)),
            "left": Cell("" if end is None else left_text(end, now)),
        }
    )
