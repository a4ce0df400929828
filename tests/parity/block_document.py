"""The `blocks` document of ccusage, made plainly from responses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tests.parity.asks import Ask
from tests.parity.sums import Document, cost_of, counts_of, day_of, in_order, is_between, iso
from tests.parity.theirs import Entry
from tests.slow_blocks import hours_as_length, in_blocks
from tests.slow_rows import DAY, MINUTE


def blocks_of(ask: Ask, entries: Sequence[Entry], faults: frozenset[int], now: int) -> Document:
    length = hours_as_length(ask.length or "5")
    rows: list[Document] = []
    last = None
    for start, inside in in_blocks(entries, length):
        if last is not None and inside[0].time - last > length:
            rows.append(_gap(last + length, inside[0].time))
        last = inside[-1].time
        rows.append(_block(start, inside, length, now))
    every = sorted(rows, key=lambda row: row["at"])
    rows = [row for row in every if is_between(ask, day_of(row["at"], ask.zone))]
    if ask.is_recent:
        rows = [row for row in rows if row["at"] >= now - 3 * DAY or row["isActive"]]
    if ask.is_active:
        rows = [row for row in rows if row["isActive"]]
    limit = _limit(ask.limit, rows if 15 in faults else every, faults)
    for row in rows:
        if limit is not None and row["projection"] is not None:
            row["tokenLimitStatus"] = _limit_status(limit, row["projection"]["totalTokens"])
    for row in every:
        row.pop("at", None)
    return {"blocks": in_order(ask, rows)}


def _gap(start: int, end: int) -> Document:
    return {
        "at": start,
        "id": f"gap-{iso(start)}",
        "startTime": iso(start),
        "endTime": iso(end),
        "actualEndTime": None,
        "isActive": False,
        "isGap": True,
        "models": [],
        "burnRate": None,
        "projection": None,
        **_block_sums([]),
    }


def _block_sums(entries: Sequence[Entry]) -> Document:
    counts = counts_of(entries)
    counts["cacheCreationInputTokens"] = counts.pop("cacheCreationTokens")
    counts["cacheReadInputTokens"] = counts.pop("cacheReadTokens")
    return {
        "entries": len(entries),
        "tokenCounts": counts,
        "totalTokens": sum(entry.tokens.total for entry in entries),
        "costUSD": cost_of(entries),
    }


def _block(start: int, inside: Sequence[Entry], length: int, now: int) -> Document:
    first, last = inside[0].time, inside[-1].time
    sums = _block_sums(inside)
    is_active = now - last < length and now < start + length
    rate = _rate(sums, last - first) if is_active else None
    return {
        "at": start,
        "id": iso(start),
        "startTime": iso(start),
        "endTime": iso(start + length),
        "actualEndTime": iso(last),
        "isActive": is_active,
        "isGap": False,
        "models": list(dict.fromkeys(entry.model for entry in inside if entry.model)),
        "burnRate": rate,
        "projection": _projection(sums, rate, start + length - now) if rate else None,
        **sums,
    }


def _rate(sums: Mapping[str, Any], span: int) -> Document | None:
    if span <= 0:
        return None
    counts, minutes = sums["tokenCounts"], span / MINUTE
    return {
        "tokensPerMinute": sums["totalTokens"] / minutes,
        "tokensPerMinuteForIndicator": (counts["inputTokens"] + counts["outputTokens"]) / minutes,
        "costPerHour": sums["costUSD"] / minutes * 60,
    }


def _half_up(number: float) -> int:
    return int(number + 0.5)


def _projection(sums: Mapping[str, Any], rate: Mapping[str, Any], left: int) -> Document:
    minutes = _half_up(left / MINUTE)
    cost = sums["costUSD"] + rate["costPerHour"] / 60 * minutes
    return {
        "remainingMinutes": minutes,
        "totalTokens": _half_up(sums["totalTokens"] + rate["tokensPerMinute"] * minutes),
        "totalCost": _half_up(cost * 100) / 100,
    }


def _limit(text: str | None, rows: Iterable[Document], faults: frozenset[int]) -> int | None:
    if text is None:
        return None
    if text == "max":
        finished = (row for row in rows if not row["isActive"] and not row["isGap"])
        return max((row["totalTokens"] for row in finished), default=0) or None
    if text.isdigit():
        return int(text)
    return None if 16 in faults else round(Fraction(text[:-1]) * {"k": 1000, "M": 10**6}[text[-1]])


def _limit_status(limit: int, projected: int) -> Document:
    share = projected / limit
    return {
        "limit": limit,
        "projectedUsage": projected,
        "percentUsed": share * 100,
        "status": "exceeds" if share > 1 else "warning" if share > 0.8 else "ok",
    }
