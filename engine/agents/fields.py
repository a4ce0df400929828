"""Takes usable values out of an agent's record, whatever else the record holds."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from engine.agents.base import Place, Unreadable
from engine.agents.claude.lines import loads, text_of
from engine.agents.claude.patient import read_records, shallow
from engine.domain.files import open_regular
from engine.domain.times import SECOND, parse_time

T = TypeVar("T")

Odd = str | int | float | bool | list[Any] | None
"""What may stand in a list of objects and is none; it is ignored."""

_FIRST_MILLISECONDS = 10**11
"""A smaller number of a time counts seconds: it is 1973 in milliseconds, 5138 in seconds."""


def decode(decoder: msgspec.json.Decoder[T], data: bytes | str) -> T:
    """Decode a record, repairing bytes that are not UTF-8; raises `Unreadable`."""
    try:
        return decoder.decode(data)
    except msgspec.DecodeError as error:
        reason = str(error)
    except UnicodeEncodeError as error:
        reason = str(error)
    except RecursionError:
        reason = "a record nested too deep"
        if isinstance(data, bytes):
            data = data.decode("utf-8", "replace")
        data = shallow(data)
    whole = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    try:
        record: T = msgspec.convert(loads(whole), decoder.type)
    except (ValueError, RecursionError, msgspec.ValidationError):
        raise Unreadable(reason) from None
    return record


def take_records(line: bytes, decoder: msgspec.json.Decoder[T], take: Callable[[T], None]) -> None:
    """Hand on each record of a line; raises `Unreadable` when all that can be read was taken.

    `take` raises `Unreadable` for a record that should tell of a response and does not.
    """
    records, reason = read_records(line, decoder)
    for record in records:
        try:
            take(record)
        except Unreadable as error:
            reason = str(error)
    if reason is not None:
        raise Unreadable(reason)


def text(value: object) -> str:
    """Return a text without surrogates, empty for anything else."""
    return text_of(value) or ""


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object's fields, none for anything else."""
    return value if isinstance(value, dict) else {}


def milliseconds(value: object) -> int | None:
    """Return seconds, milliseconds or a text (UTC where no zone stands) as UTC milliseconds."""
    if isinstance(value, str):
        return _of_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**15:
        return None
    return round(value if value >= _FIRST_MILLISECONDS else value * SECOND)


def _of_text(value: str) -> int | None:
    time = parse_time(value) or parse_time(value.replace(" ", "T", 1) + "Z")
    if time is None:
        try:
            return milliseconds(float(value))
        except ValueError:
            return None
    return time


def read_beside(place: Place, *names: str, most: int = -1) -> bytes:
    """Return the beginning of another file of a store, by its path below the root.

    That is all of it where `most` names no number of bytes, and empty where there is none.
    """
    try:
        with open_regular(os.path.join(place.root, *names)) as file:
            return file.read(most)
    except OSError:
        return b""


def written_at(place: Place) -> int:
    """Return when a file was last written, UTC milliseconds; now where that cannot be told."""
    try:
        return os.stat(os.path.join(place.root, place.path)).st_mtime_ns // 1_000_000
    except OSError:
        return place.now
