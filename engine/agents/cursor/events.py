"""Cursor's usage events as its CSV export and its web answers have them.

Cursor counts requests on its servers, so an event is what a request used: four kinds of
tokens that are disjoint (the total is their sum), and up to two costs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Tokens, Unreadable, count
from engine.agents.claude.lines import text_of
from engine.domain.responses import MOST_DOLLARS
from engine.domain.times import parse_time

EVENTS = ("usageEventsDisplay", "usageEvents", "events")
"""Under which names a JSON answer holds its events: the web's, the team interface's, others'."""

_INPUT = "input (w/o cache write)"
_CACHE_WRITE = "input (w/ cache write)"
_CACHE_READ = "cache read"
_OUTPUT = "output tokens"
_COLUMNS = (_INPUT, _OUTPUT, _CACHE_READ, _CACHE_WRITE)
"""The column that says `w/ Cache Write` holds the tokens written, and no others."""
_MONEY = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\Z", re.ASCII)
_LATEST = 10**14
"""Milliseconds: a later time is none."""
_DIGITS = re.compile(r"\d{1,12}\Z", re.ASCII)

Refuse = Callable[[int, str], None]
"""Is told the number of an event that cannot be read, and why."""


class UsageEvent(Struct, frozen=True):
    """What one request used."""

    time: int
    """UTC milliseconds."""
    model: str
    tokens: Tokens
    conversation: str = ""
    """Where it is known which one the request was part of."""
    cost: float | None = None
    """US dollars that the same would cost through the API, as Cursor says."""
    charged: float | None = None
    """US dollars that the user is charged for it, as far as Cursor says."""


def keyed(events: Iterator[UsageEvent]) -> Iterator[tuple[str, UsageEvent]]:
    """Yield a file's events with a key each, equal for the same event of another file.

    Events have no id. Two of one file that are alike are two, so the key counts them.
    """
    seen: Counter[str] = Counter()
    for event in events:
        tokens = event.tokens
        counts = (tokens.input, tokens.output, tokens.cache_read, tokens.cache_write_5m)
        alike = f"{event.time}:{event.model}:{':'.join(map(str, counts))}"
        seen[alike] += 1
        yield f"{alike}:{seen[alike]}", event


def read_events(data: bytes, name: str, refuse: Refuse) -> Iterator[UsageEvent]:
    """Yield the events of a file by its name's ending; raises `Unreadable` for a broken one."""
    return read_json(data, refuse) if name.endswith(".json") else read_csv(data, refuse)


def read_csv(data: bytes, refuse: Refuse) -> Iterator[UsageEvent]:
    """Yield the events of an export of any generation, told apart by its columns' names."""
    import csv
    from io import StringIO

    rows = csv.reader(StringIO(data.decode("utf-8-sig", "replace"), newline=""))
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        if not {"date", "model", *_COLUMNS} <= set(names):
            raise Unreadable("no CSV of Cursor's usage: its first line does not name the columns")
        for number, row in enumerate(rows, 2):
            if len(row) == len(names):
                try:
                    yield _of_row(dict(zip(names, row, strict=True)))
                except Unreadable as error:
                    refuse(number, str(error))
            elif row:
                refuse(number, "a row with other columns than the first line names")
    except csv.Error as error:
        raise Unreadable(f"a broken CSV ({error})") from error


def _of_row(row: Mapping[str, str]) -> UsageEvent:
    used, output, cache_read, cache_write = (_whole(row[name]) for name in _COLUMNS)
    is_errored = row.get("kind", "").lower().startswith("errored")
    cost = None if is_errored else _money(row.get("cost", ""))
    charged = row.get("cost to you")
    return UsageEvent(
        time=_time(row["date"]),
        model=row["model"].strip(),
        tokens=Tokens(used, output, cache_read, cache_write),
        cost=cost,
        charged=_money(charged) if charged is not None else cost,
    )


def read_json(data: bytes, refuse: Refuse) -> Iterator[UsageEvent]:
    """Yield the events of a JSON answer, or of a list of them."""
    try:
        listed = events_of(msgspec.json.decode(data))
    except (ValueError, RecursionError):
        raise Unreadable("a broken JSON document") from None
    if listed is None:
        raise Unreadable("no JSON of Cursor's usage: it holds no events")
    for number, each in enumerate(listed):
        try:
            yield event_of(each)
        except Unreadable as error:
            refuse(number, str(error))


def events_of(answer: object) -> list[Any] | None:
    """Return the events that a JSON answer holds, as they are, `None` for no such answer."""
    if isinstance(answer, dict):
        answer = next((answer[name] for name in EVENTS if name in answer), None)
    return answer if isinstance(answer, list) else None


def event_of(record: object) -> UsageEvent:
    """Return an event; one that is charged by the request has no tokens. Raises `Unreadable`."""
    if not isinstance(record, dict):
        raise Unreadable("an event that is not an object")
    counted = record.get("tokenUsage")
    used = counted if isinstance(counted, dict) else {}
    names = ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")
    counts = (count(_number(used.get(name))) for name in names)
    is_errored = "errored" in str(record.get("kind", "")).lower()
    return UsageEvent(
        time=_time(record.get("timestamp")),
        model=text_of(record.get("model")) or "",
        tokens=Tokens(*counts),
        conversation=text_of(record.get("conversationId")) or "",
        cost=None if is_errored else _dollars(used.get("totalCents")),
        charged=_dollars(record.get("chargedCents")),
    )


def _time(value: object) -> int:
    """Return UTC milliseconds of an ISO time or of a number of them; raises `Unreadable`."""
    milliseconds = _number(value)
    if isinstance(milliseconds, int) and 0 < milliseconds < _LATEST:
        return milliseconds
    time = parse_time(value.strip()) if isinstance(value, str) else None
    if time is None:
        raise Unreadable("an event without a time and zone")
    return time


def _number(value: object) -> object:
    """Return the number that a text is, anything else as it is."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return value


def _whole(text: str) -> int:
    """Return a token count; what is none counts as 0."""
    digits = text.strip().replace(",", "")
    return count(int(digits)) if _DIGITS.match(digits) else 0


def _money(text: str) -> float | None:
    """Return dollars: `1.5` or `$1,234.50`; `Included`, `-`, `NaN` and nothing are none."""
    bare = text.strip().removeprefix("$").replace(",", "")
    return _sound(float(bare)) if _MONEY.match(bare) else None


def _dollars(cents: object) -> float | None:
    if isinstance(cents, str):
        return None if (dollars := _money(cents)) is None else dollars / 100
    if isinstance(cents, bool) or not isinstance(cents, int | float):
        return None
    return _sound(cents / 100)


def _sound(dollars: float) -> float | None:
    return dollars if 0 <= dollars <= MOST_DOLLARS else None
