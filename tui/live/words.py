"""Small turns of phrase that several panes share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from engine.domain.limit_windows import WindowNow
from engine.domain.model_labels import short_model
from engine.domain.reports import Figures
from tui.words.format import clock, dollars, fit, moment_of, percent, plain
from tui.words.lines import Line, Piece, names_within

Basis = Literal["cost", "tokens"]
"""What bars, plots and shares are drawn by; `c` changes it."""


def figure(amount: str, unit: str) -> Line:
    """Say an amount and what it counts: the amount stands out."""
    return (Piece(amount, "bold"), Piece(f" {unit}" if unit else "", "muted"))


def note(name: str, amount: str) -> Line:
    """Say a name and its amount."""
    return (Piece(f"{name} ", "muted"), Piece(amount))


def names_of_models(names: Sequence[str], cells: int) -> str:
    """Return models by their short names; those beyond so many cells as `+2`."""
    short = list(dict.fromkeys(map(short_model, names)))
    return names_within(short, cells) if cells else ", ".join(short)


def share_text(share: float, figures: Figures, by: Basis) -> str:
    """Return a share; of a cost that is not known, a question mark."""
    return "?" if by == "cost" and figures.unpriced and figures.cost == 0 else percent(share)


def cost_text(figures: Figures) -> str:
    """Return a cost for a column: a last cell is kept for `+`, so that cents stand in line."""
    if figures.unpriced and figures.cost == 0:
        return "? "
    return dollars(figures.cost, bool(figures.unpriced)) + ("" if figures.unpriced else " ")


def brief_label(window: WindowNow) -> str:
    """Return a window's name in few cells: `Fable` for `Week · Fable`, `Week Codex`."""
    label = plain(window.label)
    of_model = label.removeprefix("Week · ") if window.source != "agent" else label
    return of_model.replace(" · ", " ")


def day_and_clock(time: int, beside: int, zone: str) -> str:
    """Return the clock, with the weekday or the date where the day is not that of `beside`."""
    moment, other = moment_of(time, zone), moment_of(beside, zone)
    days = abs((moment.date() - other.date()).days)
    if days == 0:
        return clock(time, zone)
    day = f"{moment:%a}" if days < 7 else f"{moment.day} {moment:%b}"
    return f"{day} {clock(time, zone)}"


def first_of(names: Sequence[str], cells: int) -> str:
    """Return the first name, and how many more there are."""
    if not names:
        return ""
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    name = plain(names[0])
    return (fit(name, cells - len(more)).rstrip() if cells else name) + more
