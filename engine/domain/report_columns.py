"""Names of columns and options that the definitions of reports have in common."""

from __future__ import annotations

GIVES_WAY = (
    *("bar", "title", "responses", "sessions", "share", "provider"),
    *("exact", "roomy", "cache kinds", "models", "cache", "input"),
    *("trend", "last", "person", "agent", "machine", "project", "output"),
)
"""What gives way on paper, first to last, unless a report says otherwise: `exact` figures become
short, what is `roomy` tight, and the `cache kinds` one column."""

COUNTS = ("input", "output", "cache_write", "cache_read", "cache", "total")
KINDS = ("input", "output", "cache_write", "cache_read", "total", "cost")
LEAST = ("cache_write", "cache_read", "input")
SUMS = ("responses", "tokens", "cost")
WHOSE = ("machine", "person")
APART = ("by_agent", "by_machine", "by_person")
