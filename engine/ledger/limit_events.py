"""Keeps what was told of windows: each thing once in a window, by whichever process comes first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from msgspec import Struct

from engine.domain.levels import BY_GRAVITY, Level
from engine.domain.limit_windows import Event, EventKind, Severity
from engine.domain.owners import NOBODY, UNKNOWN
from engine.ledger.connection import Connection

"""Lowest first."""


class Told(Struct, frozen=True):
    """An event with the window that it belongs to."""

    event: Event
    start: int
    until: int
    """The window's end, or when it is over for good."""
    is_official: bool
    """Whether it rests on an official source: what was told of an estimate may be told again."""
    since: int = 0
    """The window's last early reset: what was told before it may be told again."""


_COLUMNS = "window, owner, start, kind, level, is_official, until, time, severity, title, text"
_SAME_WINDOW = (
    f"window = :window AND owner IN (:owner, '{UNKNOWN}', '{NOBODY}')"
    " AND (kind = :kind OR (:kind = 'level' AND kind = 'hit'))"
    " AND time >= :since AND abs(start - :start) * 2 < max(:until - :start, 1)"
)
"""An estimate of a window's start may be off: half of its length tells windows apart."""
_IS_TOLD = (
    f"SELECT 1 FROM events WHERE {_SAME_WINDOW} AND is_official >= :is_official"
    " AND instr(:levels, ' ' || level || ' ')"
)
_KEEP = (
    f"INSERT OR IGNORE INTO events ({_COLUMNS}) SELECT :window, :owner, :start, :kind, :level,"
    " :is_official, :until, :time, :severity, :title, :text"
    f" WHERE NOT EXISTS ({_IS_TOLD})"
)


def keep_events(ledger: Connection, wanted: Sequence[Told]) -> list[Event]:
    """Keep events that nobody has told in their windows; return those, for the caller to tell.

    A level counts as told with any higher one. Nothing is written where there is nothing new.
    """
    with ledger.lock:
        news = [
            told
            for told in wanted
            if ledger.connection.execute(_IS_TOLD, _values(told)).fetchone() is None
        ]
    if not news:
        return []
    won = []
    with ledger.transaction():
        for told in news:
            if ledger.connection.execute(_KEEP, _values(told)).rowcount == 1:
                won.append(told.event)
    return won


def newest_events(ledger: Connection, most: int) -> list[Told]:
    """Return the newest events of all processes, newest first."""
    with ledger.lock:
        rows = ledger.connection.execute(
            f"SELECT {_COLUMNS} FROM events ORDER BY time DESC, window, kind, start LIMIT ?",
            (most,),
        ).fetchall()
    return [_told(row) for row in rows]


def _values(told: Told) -> dict[str, object]:
    event = told.event
    return {
        "window": event.window,
        "owner": event.owner,
        "start": told.start,
        "kind": event.kind,
        "level": event.level,
        "levels": f" {' '.join(BY_GRAVITY[BY_GRAVITY.index(event.level) :])} ",
        "is_official": int(told.is_official),
        "until": told.until,
        "since": told.since,
        "time": event.time,
        "severity": event.severity,
        "title": event.title,
        "text": event.text,
    }


def _told(row: Sequence[object]) -> Told:
    window, owner, start, kind, level, is_official, until, time, severity, title, text = row
    event = Event(
        time=cast("int", time),
        kind=cast("EventKind", kind),
        window=str(window),
        severity=cast("Severity", severity),
        title=str(title),
        text=str(text),
        level=cast("Level", level),
        owner=str(owner),
    )
    return Told(event, cast("int", start), cast("int", until), bool(is_official))
