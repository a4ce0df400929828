"""Groups what a slow reading found: days, weeks, months, sessions, blocks, models, projects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.slow_reading import SlowResponse, SlowTokens

HOUR = 3_600_000
BLOCK = 5 * HOUR


@dataclass
class SlowFigures:
    """What a set of responses sums to."""

    responses: int = 0
    tokens: SlowTokens = field(default_factory=SlowTokens)
    cost: int = 0
    models: set[str] = field(default_factory=set)
    first_of: dict[str, int] = field(default_factory=dict)
    """When each model was first used."""
    unpriced: set[str] = field(default_factory=set)
    first: int = 0
    last: int = 0

    def add(self, response: SlowResponse) -> None:
        self.first = response.time if not self.responses else min(self.first, response.time)
        self.last = response.time if not self.responses else max(self.last, response.time)
        self.responses += 1
        self.tokens += response.tokens
        self.models.add(response.model)
        earliest = self.first_of.get(response.model, response.time)
        self.first_of[response.model] = min(earliest, response.time)
        if response.cost is None:
            self.unpriced.add(response.model)
        else:
            self.cost += response.cost


def group(
    responses: Iterable[SlowResponse], name: Callable[[SlowResponse], str]
) -> dict[str, SlowFigures]:
    """Return the figures of the responses that share a name, by name."""
    groups: dict[str, SlowFigures] = {}
    for response in responses:
        groups.setdefault(name(response), SlowFigures()).add(response)
    return groups


def reports(
    responses: Sequence[SlowResponse], zone: str = "UTC", week_start: int = 0
) -> dict[str, dict[str, SlowFigures]]:
    """Return every grouping of the responses by the kind and the key of its rows."""
    place = ZoneInfo(zone)

    def day(response: SlowResponse) -> date:
        return datetime.fromtimestamp(response.time // 1000, place).date()

    def week(response: SlowResponse) -> str:
        on = day(response)
        return (on - timedelta(days=(on.weekday() - week_start) % 7)).isoformat()

    starts = {
        id(response): str(start) for start, inside in blocks(responses) for response in inside
    }
    return {
        "daily": group(responses, lambda response: day(response).isoformat()),
        "weekly": group(responses, week),
        "monthly": group(responses, lambda response: day(response).isoformat()[:7]),
        "sessions": group(responses, lambda response: response.session),
        "blocks": group(responses, lambda response: starts[id(response)]),
        "models": group(responses, lambda response: response.model),
        "projects": group(responses, lambda response: response.project),
    }


def blocks(responses: Iterable[SlowResponse]) -> list[tuple[int, list[SlowResponse]]]:
    """Return each block's start and responses, oldest first."""
    found: list[tuple[int, list[SlowResponse]]] = []
    for response in sorted(responses, key=lambda response: response.time):
        if (
            not found
            or response.time > found[-1][0] + BLOCK
            or response.time > found[-1][1][-1].time + BLOCK
        ):
            found.append((response.time // HOUR * HOUR, []))
        found[-1][1].append(response)
    return found


def gaps(responses: Iterable[SlowResponse]) -> int:
    """Return how many times work stood still for longer than a block."""
    times = sorted(response.time for response in responses)
    return sum(later - earlier > BLOCK for earlier, later in pairwise(times))
