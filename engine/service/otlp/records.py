"""What was sent, as OTLP has it: log records, of which only named attributes are ever read.

A prompt may stand in any other attribute and in a record's body: those are passed over undecoded.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

import msgspec
from msgspec import Raw, Struct

from engine.agents.protobuf import fields, is_whole

Scalar = str | int | float | bool | None

MOST_PARTS = 200_000
"""Of one export, whose records are 512 at most: resources, scopes, records, attributes."""
_MOST_ATTRIBUTES = 1_000
_LONGEST_NAME = 80
"""Bytes of a body that may be an event's name; a longer one is not looked at."""


class NotOtlp(Exception):
    """A body that is not an export request; the text is one sentence."""


class Record(Protocol):
    """One log record."""

    @property
    def times(self) -> tuple[int, int]:
        """When it happened and when it was noted, nanoseconds since 1970; 0 for unknown."""

    def is_named(self, names: Collection[str]) -> bool:
        """Say whether the event has one of some names."""

    def value(self, name: str) -> Scalar:
        """Return an attribute of the record, else of its resource."""


class _Value(Struct, rename="camel"):
    string_value: str | None = None
    int_value: int | str | None = None
    double_value: float | str | None = None
    bool_value: bool | None = None

    def scalar(self) -> Scalar:
        """Return the one that is there."""
        found = (self.string_value, self.int_value, self.double_value, self.bool_value)
        return next((each for each in found if each is not None), None)


class _Attribute(Struct):
    key: str = ""
    value: Raw = Raw(b"null")


class _Resource(Struct):
    attributes: list[_Attribute] | None = None


class _LogRecord(Struct, rename="camel"):
    time_unix_nano: str | int | None = None
    observed_time_unix_nano: str | int | None = None
    event_name: str | None = None
    body: Raw = Raw(b"null")
    attributes: list[_Attribute] | None = None


class _ScopeLogs(Struct, rename="camel"):
    log_records: list[_LogRecord] | None = None


class _ResourceLogs(Struct, rename="camel"):
    resource: _Resource | None = None
    scope_logs: list[_ScopeLogs] | None = None


class _ExportLogs(Struct, rename="camel"):
    resource_logs: list[_ResourceLogs] | None = None


_logs = msgspec.json.Decoder(_ExportLogs)
_value = msgspec.json.Decoder(_Value)


class _Said:
    """A record of JSON."""

    def __init__(self, record: _LogRecord, resource: Iterable[_Attribute]) -> None:
        self._record = record
        self._values = {each.key: each.value for each in resource}
        self._values |= {each.key: each.value for each in record.attributes or ()}

    @property
    def times(self) -> tuple[int, int]:
        """When it happened and when it was noted."""
        record = self._record
        return _whole(record.time_unix_nano), _whole(record.observed_time_unix_nano)

    def is_named(self, names: Collection[str]) -> bool:
        """Say whether the event has one of some names."""
        said = self.value("event.name") or self._record.event_name
        if said is None and len(self._record.body) <= _LONGEST_NAME:
            return any(f'"{name}"'.encode() in bytes(self._record.body) for name in names)
        return said in names

    def value(self, name: str) -> Scalar:
        """Return an attribute; what is not a plain value is none."""
        found = self._values.get(name)
        if found is None:
            return None
        try:
            return _value.decode(found).scalar()
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None


class _Packed:
    """A record of Protocol Buffers."""

    def __init__(self, record: bytes, resource: dict[str, bytes]) -> None:
        self._fields = dict(fields(record))
        self._values = {**resource, **_attributes(record, 6)}

    @property
    def size(self) -> int:
        """How many attributes it has."""
        return len(self._values)

    @property
    def times(self) -> tuple[int, int]:
        """When it happened and when it was noted."""
        return _fixed(self._fields.get(1)), _fixed(self._fields.get(11))

    def is_named(self, names: Collection[str]) -> bool:
        """Say whether the event has one of some names."""
        said = self.value("event.name") or _text(self._fields.get(12))
        body = self._fields.get(5, b"")
        if said is None and isinstance(body, bytes) and len(body) <= _LONGEST_NAME:
            return _unpacked(body) in names
        return said in names

    def value(self, name: str) -> Scalar:
        """Return an attribute."""
        found = self._values.get(name)
        return None if found is None else _unpacked(found)


def records_in_json(body: bytes) -> Iterator[Record]:
    """Yield the log records of a request; raises `NotOtlp`."""
    try:
        sent = _logs.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotOtlp(f"The body is not an export of logs: {error}.") from error
    parts = _Parts()
    for of in sent.resource_logs or ():
        resource = (of.resource.attributes or ()) if of.resource is not None else ()
        for scope in of.scope_logs or ():
            for record in scope.log_records or ():
                parts.count(1 + len(resource) + len(record.attributes or ()))
                yield _Said(record, resource)


def records_in_protobuf(body: bytes) -> Iterator[Record]:
    """Yield the log records of a request; raises `NotOtlp`."""
    parts = _Parts()
    for of in parts.of(body, 1):
        resource = {
            key: value for each in parts.of(of, 1) for key, value in _attributes(each, 1).items()
        }
        for scope in parts.of(of, 2):
            for record in parts.of(scope, 2):
                made = _Packed(record, resource)
                parts.count(made.size)
                yield made


class _Parts:
    """Counts the parts of an export, so that one of nothing but parts takes no time for all."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def count(self, number: int) -> None:
        """Count parts; raises `NotOtlp` where they are too many."""
        self._left -= number
        if self._left < 0:
            raise NotOtlp(f"The body has more than {MOST_PARTS} parts: send fewer records at once.")

    def of(self, message: bytes, field: int) -> Iterator[bytes]:
        """Yield the messages in a field of another, each a part."""
        for each in _messages(message, field):
            self.count(1)
            yield each


def _messages(message: bytes, field: int) -> Iterator[bytes]:
    if not is_whole(message):
        raise NotOtlp("The body is not an export of logs: it breaks off.")
    for number, value in fields(message):
        if number == field and isinstance(value, bytes):
            yield value


def _attributes(message: bytes, field: int) -> dict[str, bytes]:
    """Return the attributes of a record or a resource, their values as they were sent."""
    found: dict[str, bytes] = {}
    for each in _messages(message, field):
        said = dict(fields(each))
        key, value = _text(said.get(1)), said.get(2)
        if key and isinstance(value, bytes):
            found[key] = value
        if len(found) > _MOST_ATTRIBUTES:
            raise NotOtlp(f"A record has more than {_MOST_ATTRIBUTES} attributes.")
    return found


def _unpacked(value: bytes) -> Scalar:
    for number, said in fields(value):
        if number == 1 and isinstance(said, bytes):
            return said.decode("utf-8", "replace")
        if number == 2 and isinstance(said, int):
            return bool(said)
        if number == 3 and isinstance(said, int):
            return said - (1 << 64) if said >> 63 else said
        if number == 4 and isinstance(said, bytes) and len(said) == 8:
            return float(struct.unpack("<d", said)[0])
    return None


def _text(value: int | bytes | None) -> str | None:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else None


def _fixed(value: int | bytes | None) -> int:
    return int.from_bytes(value, "little") if isinstance(value, bytes) else value or 0


def _whole(said: str | int | None) -> int:
    """Return a number that JSON has as a text; 0 for none."""
    if isinstance(said, str):
        return int(said) if said.isascii() and said.isdigit() and len(said) <= 20 else 0
    return said or 0
