"""Which of what was sent are requests to the API, and what each of them says."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from engine.agents.base import MOST_TOKENS
from engine.agents.claude_telemetry import ApiRequest
from engine.domain.digest import blake2b
from engine.domain.responses import MOST_DOLLARS
from engine.domain.times import DAY, parse_time
from engine.service.otlp.records import Record, Scalar

_NAMES = frozenset({"api_request", "claude_code.api_request"})
_MAIN = ("", "main", "repl_main_thread", "sdk")
"""How the names begin of what asks in a session's main chain."""
_PER_MILLISECOND = 1_000_000
_MOST_CHARACTERS = 256


class Told(NamedTuple):
    """What was sent of requests to the API."""

    requests: list[ApiRequest]
    rejected: int
    """Those that cannot be counted."""
    reason: str
    """Why the first of them cannot, in one sentence; empty where all can."""


class _Uncountable(Exception):
    """A request that cannot be counted; the text says why."""


def told_by(records: Iterable[Record], now: int) -> Told:
    """Return the requests to the API among records; all others are passed over unread."""
    found: list[ApiRequest] = []
    reasons: list[str] = []
    for record in records:
        if record.is_named(_NAMES):
            try:
                request = _request(record, now)
            except _Uncountable as error:
                reasons.append(str(error))
                continue
            if request.says_anything:
                found.append(request)
    return Told(found, len(reasons), reasons[0] if reasons else "")


def _request(record: Record, now: int) -> ApiRequest:
    session, model = _text(record.value("session.id")), _text(record.value("model"))
    if not session:
        raise _Uncountable(
            "A request without session.id is not counted: leave OTEL_METRICS_INCLUDE_SESSION_ID on."
        )
    time = _time(record, now)
    counts = [
        _count(record.value(f"{kind}_tokens"))
        for kind in ("input", "output", "cache_read", "cache_creation")
    ]
    return ApiRequest(
        id=_identity(record, time, model, counts),
        time=time,
        session=session,
        model=model,
        input=counts[0],
        output=counts[1],
        cache_read=counts[2],
        cache_write=counts[3],
        cost_usd=_dollars(record.value("cost_usd")),
        is_fast=record.value("speed") == "fast",
        is_beside=not _is_main(_text(record.value("query_source"))),
    )


def _identity(record: Record, time: int, model: str, counts: list[int]) -> str:
    """Return what names a request: its own id, else what an export sent twice has alike."""
    for name in ("request_id", "client_request_id"):
        if said := _text(record.value(name)):
            return said
    nanoseconds = max(record.times)
    parts = (nanoseconds, time, record.value("event.sequence"), model, *counts)
    return blake2b("\n".join(map(str, parts)).encode(), digest_size=12).hexdigest()


def _time(record: Record, now: int) -> int:
    happened, noted = record.times
    said = record.value("event.timestamp")
    time = happened // _PER_MILLISECOND
    if not time and isinstance(said, str):
        time = parse_time(said) or 0
    time = time or noted // _PER_MILLISECOND
    if not 0 < time <= now + DAY:
        raise _Uncountable("A request without a time, or with one to come, is not counted.")
    return time


def _is_main(source: str) -> bool:
    return any(source == each or source.startswith(f"{each}:") for each in _MAIN)


def _text(said: Scalar) -> str:
    """Return a text; numbers are none."""
    return (
        said.encode("utf-8", "replace").decode()[:_MOST_CHARACTERS] if isinstance(said, str) else ""
    )


def _count(said: Scalar) -> int:
    """Return a token count, which Claude Code sends as a number or as a text."""
    if isinstance(said, str) and said.isascii() and said.isdigit():
        said = int(said[:20])
    if isinstance(said, float) and said.is_integer():
        said = int(said)
    if isinstance(said, bool) or not isinstance(said, int):
        return 0
    return said if 0 < said <= MOST_TOKENS else 0


def _dollars(said: Scalar) -> float | None:
    if isinstance(said, str):
        try:
            said = float(said)
        except ValueError:
            return None
    if isinstance(said, bool) or not isinstance(said, int | float) or not math.isfinite(said):
        return None
    return float(said) if 0 <= said <= MOST_DOLLARS else None
