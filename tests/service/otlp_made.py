"""Exports as Claude Code sends them, in JSON and packed, every figure chosen by the test."""

from __future__ import annotations

import struct
from typing import Any

from tests.made_lines import OPUS

SECRET = "a prompt that nobody may read"
RESOURCE = {"service.name": "claude-code", "service.version": "2.1.90"}


def api_request(number: int, at: int, tokens: int = 100, **more: Any) -> dict[str, Any]:
    """Return the attributes of one request to the API, counts as texts, as they are sent."""
    return {
        "event.name": "api_request",
        "event.sequence": number,
        "event.timestamp": "2020-01-01T00:00:00Z",
        "user.email": "somebody@example.com",
        "session.id": "s1",
        "model": OPUS,
        "input_tokens": str(tokens),
        "output_tokens": "0",
        "cache_read_tokens": 0,
        "cache_creation_tokens": "0",
        "_at": at,
        **more,
    }


def prompt(at: int) -> dict[str, Any]:
    """Return the attributes of what a user wrote."""
    return {"event.name": "user_prompt", "session.id": "s1", "prompt": SECRET, "_at": at}


def exported(*events: dict[str, Any], resource: dict[str, Any] = RESOURCE) -> dict[str, Any]:
    """Return an export of logs as JSON has it."""
    records = [
        {
            "timeUnixNano": str(each["_at"] * 1_000_000),
            "severityNumber": 9,
            "body": {"stringValue": f"claude_code.{each.get('event.name', SECRET)}"},
            "attributes": _attributes({k: v for k, v in each.items() if k != "_at"}),
        }
        for each in events
    ]
    scope = {"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": records}
    return {
        "resourceLogs": [{"resource": {"attributes": _attributes(resource)}, "scopeLogs": [scope]}]
    }


def _attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": value}


def packed(*events: dict[str, Any], resource: dict[str, Any] = RESOURCE) -> bytes:
    """Return the same export as Protocol Buffers have it."""
    records = b"".join(_field(2, _record(each)) for each in events)
    attributes = b"".join(_field(1, _pair(*each)) for each in resource.items())
    return _field(1, _field(1, attributes) + _field(2, records))


def _record(event: dict[str, Any]) -> bytes:
    attributes = [_field(6, _pair(k, v)) for k, v in event.items() if k != "_at"]
    body = _field(5, _packed_value(f"claude_code.{event['event.name']}"))
    at = bytes([1 << 3 | 1]) + struct.pack("<Q", event["_at"] * 1_000_000)
    return at + bytes([2 << 3, 9]) + body + b"".join(attributes)


def _pair(key: str, value: Any) -> bytes:
    return _field(1, key.encode()) + _field(2, _packed_value(value))


def _packed_value(value: Any) -> bytes:
    if isinstance(value, bool):
        return bytes([2 << 3, value])
    if isinstance(value, int):
        return bytes([3 << 3]) + _varint(value)
    if isinstance(value, float):
        return bytes([4 << 3 | 1]) + struct.pack("<d", value)
    return _field(1, value.encode())


def _field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += bytes([value & 0x7F | 0x80])
        value >>= 7
    return found + bytes([value])
