"""Divides whole counts so that the parts add up."""

from __future__ import annotations


def share(whole: int, number: int, parts: int) -> int:
    """Return one of so many parts, by its number from 0."""
    return whole * (number + 1) // parts - whole * number // parts


def part(whole: int, before: int, own: int, total: int) -> int:
    """Return the part that goes with `own` of a total of which so much came before; 0 of none."""
    return whole * (before + own) // total - whole * before // total if total else 0
