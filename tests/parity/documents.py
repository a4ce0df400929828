"""ccusage's JSON documents, made plainly from responses, with its faults of reporting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.parity.asks import Ask
from tests.parity.block_document import blocks_of
from tests.parity.faults import EMPTY, PATH_ORDER
from tests.parity.sums import (
    Document,
    cost_of,
    counts_of,
    day_of,
    dollars,
    grouped,
    in_order,
    is_between,
    iso,
    row_of,
    totals_of,
)
from tests.parity.theirs import Entry


def document(
    ask: Ask, entries: Sequence[Entry], faults: frozenset[int], now: int
) -> Document | None:
    """Return what a program with these faults prints of these responses."""
    if PATH_ORDER not in faults:
        entries = sorted(entries, key=lambda entry: (entry.time, entry.model or ""))
    if ask.project is not None:
        entries = [entry for entry in entries if entry.project == ask.project]
    if ask.session is not None:
        found: Document | None = _one_session(ask.session, entries, faults)
    elif ask.command == "blocks":
        found = blocks_of(ask, entries, faults, now)
    elif ask.command == "session":
        found = _sessions(ask, _of_days(ask, entries, now), faults)
    else:
        found = _periods(ask, _of_days(ask, entries, now), faults)
    if ask.is_without_cost:
        _leave_out_costs(found, is_leaking=22 in faults)
    return found


def _first_day(ask: Ask, day: date) -> date:
    """Return the first day of the period that a day is in."""
    if ask.command == "weekly":
        begins = 0 if ask.week_start == "monday" else 6
        return day - timedelta(days=(day.weekday() - begins) % 7)
    return day.replace(day=1) if ask.command == "monthly" else day


def _of_days(ask: Ask, entries: Iterable[Entry], now: int) -> list[Entry]:
    """Return the responses of the days asked for."""
    first = date.min
    if ask.last is not None:
        first = _first_day(ask, day_of(now, ask.zone))
        for _ in range(ask.last - 1):
            first = _first_day(ask, first - timedelta(days=1))
    return [
        entry
        for entry in entries
        if (day := day_of(entry.time, ask.zone)) >= first and is_between(ask, day)
    ]


def _periods(ask: Ask, entries: Sequence[Entry], faults: frozenset[int]) -> Document:
    names = {"daily": "date", "weekly": "week", "monthly": "month"}

    def key(entry: Entry) -> str:
        first = _first_day(ask, day_of(entry.time, ask.zone))
        return f"{first:%Y-%m}" if ask.command == "monthly" else first.isoformat()

    is_backwards = ask.order == "desc" and PATH_ORDER in faults
    by_day = _by_day(entries, ask.zone, is_backwards=is_backwards)
    if ask.is_by_project and (entries or EMPTY not in faults):
        projects: Document = {}
        for project in sorted({entry.project for entry in entries}):
            groups = grouped([each for each in by_day if each.project == project], key)
            rows = [{"date": day, **row_of(groups[day])} for day in sorted(groups)]
            projects[project] = [{**row, "project": project} for row in in_order(ask, rows)]
        return {"projects": projects, "totals": totals_of(entries)}
    groups = grouped(by_day, key)
    rows = [{names[ask.command]: name, **row_of(groups[name])} for name in sorted(groups)]
    named = {} if ask.project is None else {"project": ask.project}
    return {
        ask.command: [{**row, **named} for row in in_order(ask, rows)],
        "totals": totals_of(entries),
    }


def _by_day(entries: Iterable[Entry], zone: str, *, is_backwards: bool) -> list[Entry]:
    """Return responses day by day, those of a day in the order they stand in."""
    return sorted(entries, key=lambda entry: day_of(entry.time, zone), reverse=is_backwards)


def _sessions(ask: Ask, entries: Sequence[Entry], faults: frozenset[int]) -> Document:
    by_path = 19 in faults
    groups = grouped(
        entries, lambda entry: (entry.session, entry.directory) if by_path else entry.session
    )
    rows = []
    for group in groups.values():
        times = [entry.time for entry in group]
        place = min(group, key=lambda entry: entry.time)
        rows.append(
            {
                "sessionId": place.session,
                "projectPath": place.directory,
                "firstActivity": iso(min(times)),
                "lastActivity": iso(max(times)),
                **row_of(group),
            }
        )
    rows = [row for row in rows if row["totalTokens"] or row["totalCost"]]
    is_rising = ask.order == "asc" and 23 not in faults
    rows.sort(key=lambda row: row["totalCost"] if is_rising else -row["totalCost"])
    return {"sessions": rows, "totals": totals_of(entries)}


def _one_session(session: str, entries: Iterable[Entry], faults: frozenset[int]) -> Document | None:
    own = [entry for entry in entries if session in entry.names]
    own.sort(key=lambda entry: entry.time)
    if not own:
        return None
    return {
        "sessionId": session,
        "totalCost": cost_of(own),
        "totalTokens": sum(entry.tokens.total for entry in own),
        "entries": [_one_response(entry, faults) for entry in own],
    }


def _one_response(entry: Entry, faults: frozenset[int]) -> Document:
    counts = counts_of([entry])
    if 22 in faults:
        counts["cacheCreationTokens"] = entry.flat_write
    cost = Fraction(entry.recorded or 0) if 22 in faults else entry.cost
    return {
        **counts,
        "timestamp": iso(entry.time),
        "model": (entry.plain_model if 22 in faults else entry.model) or "unknown",
        "costUSD": dollars(cost),
    }


def _leave_out_costs(found: Any, *, is_leaking: bool) -> None:
    if isinstance(found, dict):
        for name in ("cost", "totalCost", "costUSD", *(() if is_leaking else ("costPerHour",))):
            found.pop(name, None)
        for value in found.values():
            _leave_out_costs(value, is_leaking=is_leaking)
    elif isinstance(found, list):
        for value in found:
            _leave_out_costs(value, is_leaking=is_leaking)
