"""What Claude Code itself counted of a session: a line that it writes when it ends.

It holds the calls that make titles and the like, which stand in no other line.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.claude.places import place_of
from engine.domain.files import open_regular
from engine.domain.responses import PICO
from engine.domain.scans import Found

_MARK = b'"cost-state"'
_RESPONSE = b'"usage"'
_MOST_BYTES = 256 << 10
"""Of a longer transcript the end is read: what was counted before something else is not whole."""


class _Line(Struct):
    """The fields that are read."""

    type: Any = None
    sessionId: Any = None
    totalCostUSD: Any = None
    hasUnknownModelCost: Any = None


_decode = msgspec.json.Decoder(_Line).decode


def costs_by_session(transcripts: Iterable[Found]) -> dict[str, int]:
    """Return what sessions cost by Claude Code itself, in pico-dollars, as far as it says so.

    Of a session that has gone on since it was said nothing is returned.
    """
    found: dict[str, int] = {}
    for transcript in transcripts:
        place = place_of(transcript.relative)
        if not transcript.relative.endswith(f"/{place.session}.jsonl"):
            continue
        for session, cost in _said_in(transcript.path, place.session).items():
            found[session] = max(cost, found.get(session, 0))
    return found


def _said_in(path: str, session: str) -> dict[str, int]:
    try:
        with open_regular(path) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _MOST_BYTES))
            end = file.read()
    except OSError:
        return {}
    found: dict[str, int] = {}
    for line in end[end.rfind(_RESPONSE) + 1 :].splitlines():
        said = _cost(line)
        if said is not None:
            name = said[0] or session
            found[name] = max(said[1], found.get(name, 0))
    return found


def _cost(line: bytes) -> tuple[str, int] | None:
    """Return session and cost of a line that says them, `None` of another or an unsure one."""
    if _MARK not in line:
        return None
    try:
        said = _decode(line)
    except (ValueError, RecursionError):
        return None
    dollars = said.totalCostUSD
    is_number = isinstance(dollars, int | float) and not isinstance(dollars, bool)
    if said.type != "cost-state" or not is_number or said.hasUnknownModelCost is True:
        return None
    if not 0 < dollars < 10**6:
        return None
    return said.sessionId if isinstance(said.sessionId, str) else "", round(dollars * PICO)
