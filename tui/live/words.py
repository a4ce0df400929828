"""Small turns of phrase that several panes share."""

from __future__ import annotations

from typing import Literal

from tui.live.lines import Line, Piece

Basis = Literal["cost", "tokens"]
"""What bars, plots and shares are drawn by; `c` changes it."""


def figure(amount: str, unit: str) -> Line:
    """Say an amount and what it counts: the amount stands out."""
    return (Piece(amount, "bold"), Piece(f" {unit}" if unit else "", "muted"))


def note(name: str, amount: str) -> Line:
    """Say a name and its amount."""
    return (Piece(f"{name} ", "muted"), Piece(amount))
