"""The columns of the database's tables, from which its statements are made.

A person is a role of the database. Times are UTC milliseconds, money is whole pico-dollars, a
machine is its id as a number (`engine.domain.machines`), a slot is as in `engine.domain.slots`.
"""

from __future__ import annotations

from engine.domain.slots import QUARTER
from engine.domain.times import DAY, HOUR

WINNER = {
    "is_sidechain": "boolean NOT NULL",
    "won_at": "bigint NOT NULL",
    "model": "text NOT NULL",
    "is_fast": "boolean NOT NULL",
    "is_us": "boolean NOT NULL",
    "is_batch": "boolean NOT NULL",
    "input": "bigint NOT NULL",
    "output": "bigint NOT NULL",
    "cache_read": "bigint NOT NULL",
    "cache_write_5m": "bigint NOT NULL",
    "cache_write_1h": "bigint NOT NULL",
    "searches": "bigint NOT NULL",
    "recorded": "bigint",
    "sub_agent": "text NOT NULL",
    "provider": "text NOT NULL",
    "reasoning": "bigint NOT NULL",
    "context": "bigint NOT NULL",
    "calculated": "bigint",
}
"""Of the line that wins (`engine.domain.responses.Sighting`), and what it costs."""
ORIGIN = {
    "time": "bigint NOT NULL",
    "is_forked": "boolean NOT NULL",
    "session": "text NOT NULL",
    "directory": "text NOT NULL",
    "machine": "bigint NOT NULL",
}
"""Of the earliest line."""
RESPONSE = {"agent": "text NOT NULL", "id": "bigint NOT NULL", **ORIGIN, **WINNER}

_TOTAL = "({0}.input + {0}.output + {0}.cache_read + {0}.cache_write_5m + {0}.cache_write_1h)"


def winning(row: str) -> str:
    """Return what ranks a row's winning line, the greatest wins: the rule of `responses.merge`."""
    of = (
        "coalesce({0}.recorded, -1), {0}.input, {0}.cache_read, {0}.cache_write_1h, {0}.searches,"
        ' {0}.model COLLATE "C", {0}.is_fast, {0}.is_us, {0}.is_batch, {0}.sub_agent COLLATE "C",'
        ' {0}.provider COLLATE "C", {0}.reasoning, {0}.context'
    )
    return f"({row}.output, NOT {row}.is_sidechain, {_TOTAL.format(row)}, {row}.won_at, " + (
        of.format(row) + ")"
    )


def beginning(row: str) -> str:
    """Return what ranks a row's origin, the least holds: the rule of `responses.merge`."""
    return (
        f'({row}.time, {row}.is_forked, {row}.session COLLATE "C",'
        f' {row}.directory COLLATE "C", {row}.machine)'
    )


SUMS = {
    "responses": "1",
    "unpriced": "(recorded IS NULL AND calculated IS NULL)::int",
    "uncalculated": "(calculated IS NULL)::int",
    "input": "input",
    "output": "output",
    "cache_read": "cache_read",
    "cache_write_5m": "cache_write_5m",
    "cache_write_1h": "cache_write_1h",
    "cost": "coalesce(recorded, calculated, 0)",
    "calculated": "coalesce(calculated, 0)",
    "recorded": "coalesce(recorded, 0)",
    "reasoning": "reasoning",
}
"""What rollups sum, each with what a response adds to it."""

_KEYS = {
    "slot": ("bigint", f"(time / {QUARTER} * 2 + (time % {QUARTER} <> 0)::int)"),
    "hour": ("bigint", f"(time / {HOUR})"),
    "day": ("bigint", f"(time / {DAY})"),
    "agent": ("text", "agent"),
    "session": ("text", "session"),
    "directory": ("text", "directory"),
    "provider": ("text", "provider"),
    "model": ("text", "CASE WHEN is_fast AND model <> '' THEN model || '-fast' ELSE model END"),
    "machine": ("bigint", "machine"),
}
_MODEL = ("agent", "provider", "model", "machine")
ROLLUPS: dict[str, tuple[str, ...]] = {
    "buckets": ("session", "slot", "directory", *_MODEL),
    "hours": ("hour", *_MODEL),
    "days": ("day", *_MODEL),
    "session_totals": ("session", "directory", *_MODEL),
    "session_spans": ("session", "agent"),
}
"""Each with its keys beside the person; `model` is the name under which a response counts."""


def key_type(key: str) -> str:
    """Return the type of a rollup's key."""
    return _KEYS[key][0]


def key_of(key: str) -> str:
    """Return a rollup's key of a response, as SQL."""
    return _KEYS[key][1]
