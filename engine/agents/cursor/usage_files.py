"""The files of Cursor's usage in ccmon's data directory: what was synced, and what was given."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from engine.agents.base import Unreadable, pico
from engine.agents.cursor import kind_of
from engine.agents.cursor.events import UsageEvent, events_of, keyed, read_csv, read_events
from engine.agents.cursor.web import Range, time_of
from engine.domain.files import read_or_nothing, read_regular, replace, write_whole
from engine.domain.mistakes import SettingsError

SYNCED = "usage.json"
EXPORTED = "usage.csv"


class UsageFile(Struct, frozen=True):
    """A file of usage and what is in it."""

    path: str
    events: int
    problem: str = ""
    """Why it, or some of it, could not be read."""


class UsageSums(Struct, frozen=True):
    """What some files hold together, an event of two of them once."""

    files: tuple[UsageFile, ...]
    events: int
    first: int | None
    """UTC milliseconds."""
    last: int | None
    charged: int
    """Pico-dollars that the user is charged."""
    api_cost: int
    """Pico-dollars that Cursor says the same costs through the API, as far as it does."""


def synced_events(path: Path) -> list[dict[str, Any]] | None:
    """Return the events that were synced before, `None` where there is no whole file of them."""
    try:
        events = events_of(msgspec.json.decode(read_or_nothing(path)))
        for each in events or ():
            time_of(each)
    except (ValueError, RecursionError, Unreadable):
        return None
    return events


def merge_synced(path: Path, known: list[dict[str, Any]], news: Range, until: int) -> bool:
    """Put a range of events in the place of those known of it; return whether that changed any.

    What is older than all that came stays: Cursor may have forgotten it. Raises `OSError` where
    the file cannot be written.
    """
    since = max(news.since, min((time_of(each) for each in news.events), default=until + 1))
    kept = [each for each in known if not since <= time_of(each) <= until]
    encode = msgspec.json.Encoder(order="sorted").encode
    events = sorted([*kept, *news.events], key=lambda each: (time_of(each), encode(each)))
    data = b'{"usageEventsDisplay":[\n' + b",\n".join(map(encode, events)) + b"\n]}\n"
    if data == read_or_nothing(path):
        return False
    write_whole(path, data)
    return True


def set_aside(directory: Path, account: str) -> None:
    """Keep the events of another account beside those to come; raises `OSError`."""
    for name in (SYNCED, EXPORTED):
        path = directory / name
        if path.exists():
            replace(path, path.with_name(f"usage.{_digest(account.encode())}{path.suffix}"))


def take_csv(given: Path, directory: Path) -> tuple[Path, int]:
    """Check a CSV that the user exported and copy it; return where to, and its events.

    Raises `SettingsError` for a file that cannot be read, holds no usage or cannot be copied.
    """
    refused: list[str] = []
    try:
        data = read_regular(given)
        count = sum(1 for _ in read_csv(data, lambda _number, reason: refused.append(reason)))
    except OSError as error:
        raise SettingsError(f"{given} cannot be read ({error.strerror}).") from error
    except Unreadable as error:
        raise SettingsError(
            f"{given} is {error}: export it on cursor.com, Dashboard, Usage, Export CSV."
        ) from error
    if refused and not count:
        raise SettingsError(f"{given} holds no event that can be read ({refused[0]}).")
    target = directory / f"given.{_digest(data)}.csv"
    try:
        write_whole(target, data)
    except OSError as error:
        raise SettingsError(
            f"{target} cannot be written ({error.strerror}): make the place writable."
        ) from error
    return target, count


def sum_files(directories: list[Path]) -> UsageSums:
    """Return what all usage files in some directories hold together."""
    files: list[UsageFile] = []
    events: dict[str, UsageEvent] = {}
    charged: dict[str, int] = {}
    costs: dict[str, int] = {}
    for path in [path for directory in directories for path in _usage_in(directory)]:
        found, problem = _read(path)
        files.append(UsageFile(str(path), len(found), problem))
        for key, event in keyed(iter(found)):
            events[key] = event
            charged[key] = max(charged.get(key, 0), pico(event.charged) or 0)
            costs[key] = max(costs.get(key, 0), pico(event.cost) or 0)
    times = [event.time for event in events.values()]
    return UsageSums(
        files=tuple(files),
        events=len(events),
        first=min(times, default=None),
        last=max(times, default=None),
        charged=sum(charged.values()),
        api_cost=sum(costs.values()),
    )


def _read(path: Path) -> tuple[list[UsageEvent], str]:
    """Return a file's events, and why not all of it could be read."""
    found: list[UsageEvent] = []
    problems: list[str] = []
    try:
        found += read_events(read_regular(path), path.name, lambda _, why: problems.append(why))
    except OSError as error:
        problems.append(error.strerror or "it cannot be read")
    except Unreadable as error:
        problems.append(str(error))
    return found, problems[0] if problems else ""


def _usage_in(directory: Path) -> list[Path]:
    try:
        return sorted(path for path in directory.iterdir() if kind_of(path.name) is not None)
    except OSError:
        return []


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=6).hexdigest()
