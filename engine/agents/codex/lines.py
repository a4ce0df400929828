"""The fields of Codex's rollout lines that are read, and what its counts mean.

A field may hold anything: what uses it looks at its type, so that a wrong one drops no
more than itself.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Tokens, Unreadable, count
from engine.domain.times import parse_time

_MOST_IN_ALL = 10**15
"""A larger running total is damage."""

AUTO_REVIEW = "codex-auto-review"
"""A label under which the then current model reviews."""
PLAIN_MODEL = "gpt-5"
"""What answered where a rollout names no model: early ones did not."""
_REVIEWERS = tuple(
    (parse_time(f"{day}T00:00:00Z") or 0, model)
    for day, model in (
        ("2026-04-23", "gpt-5.5"),
        ("2026-03-05", "gpt-5.4"),
        ("2026-02-05", "gpt-5.3-codex"),
        ("2025-12-11", "gpt-5.2-codex"),
        ("2025-11-13", "gpt-5.1-codex"),
        ("2025-09-15", "gpt-5-codex"),
    )
)
"""Which model reviewed from which time on, the newest first."""


class Payload(Struct, gc=False):
    """What a line carries, of all types of lines."""

    type: Any = None
    id: Any = None
    session_id: Any = None
    forked_from_id: Any = None
    parent_thread_id: Any = None
    cwd: Any = None
    originator: Any = None
    source: Any = None
    thread_source: Any = None
    agent_nickname: Any = None
    model_provider: Any = None
    history_mode: Any = None
    model: Any = None
    turn_id: Any = None
    info: Any = None
    rate_limits: Any = None
    thread_settings: Any = None
    thread_id: Any = None
    response_id: Any = None
    usage: Any = None
    thread_token_usage: Any = None
    service_tier: Any = None


class Line(Struct, gc=False):
    """One line of a rollout."""

    timestamp: Any = None
    ordinal: Any = None
    type: Any = None
    payload: Payload | None = None


class Spent(Struct, frozen=True, gc=False, array_like=True):
    """Codex's counts: cached and written are parts of the input, reasoning of the output."""

    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def sum(self) -> int:
        """All tokens."""
        return self.input + self.output

    @property
    def name(self) -> str:
        """What tells a running total from all others of its thread."""
        return f"{self.input}.{self.cached}.{self.written}.{self.output}.{self.reasoning}"

    @property
    def tokens(self) -> Tokens:
        """The same in disjoint kinds."""
        whole, output = count(self.input), count(self.output)
        cached = min(self.cached, whole)
        written = min(self.written, whole - cached)
        return Tokens(whole - cached - written, output, cached, written)

    def is_within(self, other: Spent) -> bool:
        """Say whether none of the counts is larger than the other's."""
        return (
            self.input <= other.input
            and self.cached <= other.cached
            and self.written <= other.written
            and self.output <= other.output
            and self.reasoning <= other.reasoning
        )

    def since(self, before: Spent) -> Spent:
        """Return what came to an earlier running total."""
        return Spent(
            max(0, self.input - before.input),
            max(0, self.cached - before.cached),
            max(0, self.written - before.written),
            max(0, self.output - before.output),
            max(0, self.reasoning - before.reasoning),
        )


LINES = msgspec.json.Decoder(Line)


def is_worth_reading(line: bytes) -> bool:
    """Say cheaply whether a line may tell of usage, or of what later usage belongs to.

    Usage is looked for in the whole line, which damage may have made of several ones.
    """
    if b'"token_' in line:
        return True
    head = line[:256]
    return b'"turn_context"' in head or b'"session_meta"' in head or b'"thread_settings_' in head


def spent_in(value: object) -> Spent | None:
    """Return the counts of a usage object, `None` where there is none."""
    if not isinstance(value, dict):
        return None
    return Spent(
        _whole(value.get("input_tokens")),
        _whole(value.get("cached_input_tokens")),
        _whole(value.get("cache_write_input_tokens")),
        _whole(value.get("output_tokens")),
        _whole(value.get("reasoning_output_tokens")),
    )


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 < value <= _MOST_IN_ALL else 0


def time_in(line: Line) -> int | None:
    """Return when a line was written, UTC milliseconds, if it says so."""
    return parse_time(line.timestamp) if isinstance(line.timestamp, str) else None


def time_of(line: Line) -> int:
    """Return when a line was written, UTC milliseconds; raises `Unreadable`."""
    time = time_in(line)
    if time is None:
        raise Unreadable("a response without a time and zone")
    return time


def model_at(model: str, time: int) -> str:
    """Return the model that answered under a name at a time."""
    if model != AUTO_REVIEW:
        return model or PLAIN_MODEL
    return next((name for since, name in _REVIEWERS if time >= since), PLAIN_MODEL)
