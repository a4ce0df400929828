"""Readings of limits as the ledger keeps them, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from engine.ledger.limit_readings import KeptRow, ReadingRow
from engine.limits.readings import Reading, ReadingSource


def rows_of(readings: Iterable[Reading]) -> list[ReadingRow]:
    """Return readings as the ledger keeps them."""
    return [
        (r.window, r.owner, r.source, r.session, r.resets_at, r.captured_at, r.used_share, r.age)
        for r in readings
    ]


def reading_of_row(row: KeptRow, time: int) -> Reading:
    """Return a kept reading as given at a time: first, or last."""
    return Reading(
        window=row[0],
        owner=row[1],
        source=cast("ReadingSource", row[2]),
        session=row[3],
        resets_at=row[4],
        captured_at=time,
        used_share=row[6],
        is_ageless=row[7],
        is_repeat=bool(row[3]) and time > row[5],
    )
