"""The fields of Claude Code's lines that are read, strictly and leniently.

The strict decoder skips all other fields and refuses a field of an unexpected type; the
lenient reader takes what is usable from any object, field by field.
"""

# No annotation is put off here: as text, each would be compiled anew at every start.

import json
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct

MOST_TOKENS = 10**9
"""A larger count than any response can have is damage and counts as 0."""

ABSENT = Raw(b"")
"""A nested value that the line does not have."""

_Count = Annotated[int, Meta(ge=0, le=MOST_TOKENS)] | None


class CacheCreation(Struct, gc=False):
    """Cache writes by lifetime."""

    ephemeral_5m_input_tokens: _Count = None
    ephemeral_1h_input_tokens: _Count = None


class Tools(Struct, gc=False):
    """What the server did beside answering."""

    web_search_requests: _Count = None


class Usage(Struct, gc=False):
    """The counts of one response."""

    input_tokens: _Count = None
    output_tokens: _Count = None
    cache_creation_input_tokens: _Count = None
    cache_read_input_tokens: _Count = None
    cache_creation: CacheCreation | None = None
    server_tool_use: Tools | None = None
    speed: str | None = None
    service_tier: str | None = None
    inference_geo: str | None = None
    iterations: Raw = ABSENT


class Message(Struct, gc=False):
    """The answer of the model."""

    id: str | None = None
    model: str | None = None
    usage: Usage | None = None


class Line(Struct, gc=False, rename="camel"):
    """One line of a transcript."""

    type: str | None = None
    timestamp: str | None = None
    session_id: str | None = None
    request_id: str | None = None
    uuid: str | None = None
    cwd: str | None = None
    agent_id: str | None = None
    is_sidechain: bool | None = None
    cost_u_s_d: float | None = msgspec.field(default=None, name="costUSD")
    forked_from: Raw = ABSENT
    message: Message | None = None
    data: Raw = ABSENT
    compact_metadata: Raw = ABSENT
    microcompact_metadata: Raw = ABSENT


class Inner(Struct, gc=False, rename="camel"):
    """A sub-agent's line inside a progress line."""

    timestamp: str | None = None
    request_id: str | None = None
    uuid: str | None = None
    message: Message | None = None


class ProgressData(Struct, gc=False, rename="camel"):
    """What a progress line carries."""

    message: Inner | None = None
    agent_id: str | None = None


decode_line = msgspec.json.Decoder(Line).decode
decode_progress = msgspec.json.Decoder(ProgressData).decode


def lenient_line(value: dict[str, Any]) -> Line:
    """Take from any object what the strict decoder would, field by field."""
    return Line(
        type=None if value.get("type") is None else text_of(value["type"]) or "?",
        timestamp=text_of(value.get("timestamp")),
        session_id=text_of(value.get("sessionId")),
        request_id=text_of(value.get("requestId")),
        uuid=text_of(value.get("uuid")),
        cwd=text_of(value.get("cwd")),
        agent_id=text_of(value.get("agentId")),
        is_sidechain=value.get("isSidechain") is True,
        cost_u_s_d=_number(value.get("costUSD")),
        forked_from=Raw(b"1") if value.get("forkedFrom") is not None else ABSENT,
        message=_lenient_message(value.get("message")),
        data=_encoded(value.get("data")),
        compact_metadata=_encoded(value.get("compactMetadata")),
        microcompact_metadata=_encoded(value.get("microcompactMetadata")),
    )


def _lenient_message(value: object) -> Message | None:
    if not isinstance(value, dict):
        return None
    usage = value.get("usage")
    return Message(
        id=text_of(value.get("id")),
        model=text_of(value.get("model")),
        usage=lenient_usage(usage) if isinstance(usage, dict) else None,
    )


def lenient_usage(value: dict[str, Any]) -> Usage:
    """Take from any object what the strict decoder would of a usage; else nothing."""
    split = value.get("cache_creation")
    tools = value.get("server_tool_use")
    return Usage(
        input_tokens=_count(value.get("input_tokens")),
        output_tokens=_count(value.get("output_tokens")),
        cache_creation_input_tokens=_count(value.get("cache_creation_input_tokens")),
        cache_read_input_tokens=_count(value.get("cache_read_input_tokens")),
        cache_creation=CacheCreation(
            _count(split.get("ephemeral_5m_input_tokens")),
            _count(split.get("ephemeral_1h_input_tokens")),
        )
        if isinstance(split, dict)
        else None,
        server_tool_use=Tools(_count(tools.get("web_search_requests")))
        if isinstance(tools, dict)
        else None,
        speed=text_of(value.get("speed")),
        service_tier=text_of(value.get("service_tier")),
        inference_geo=text_of(value.get("inference_geo")),
        iterations=_encoded(value.get("iterations")),
    )


def lenient_progress(value: object) -> ProgressData:
    """Take from anything what the strict decoder would of a progress line's data."""
    if not isinstance(value, dict) or not isinstance(value.get("message"), dict):
        return ProgressData()
    inner = value["message"]
    return ProgressData(
        message=Inner(
            timestamp=text_of(inner.get("timestamp")),
            request_id=text_of(inner.get("requestId")),
            uuid=text_of(inner.get("uuid")),
            message=_lenient_message(inner.get("message")),
        ),
        agent_id=text_of(value.get("agentId")),
    )


def loads(data: bytes | Raw) -> object:
    """Return a nested value, whatever bytes its texts hold."""
    return json.loads(bytes(data).decode("utf-8", "replace"), strict=False)


def _encoded(value: object) -> Raw:
    """Return a nested value as the strict decoder would have kept it."""
    if value is None:
        return ABSENT
    return Raw(json.dumps(value).encode("ascii"))


def text_of(value: object) -> str | None:
    """Return a text without surrogates, which no ledger could keep."""
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "replace").decode("utf-8")


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        return None
    return float(value)


def _count(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MOST_TOKENS else None
