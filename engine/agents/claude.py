"""Claude Code: which responses a line of its transcripts tells of.

The rules are SPEC §1 to §4; the reader is strict and fast first, and turns to the
patient one only for lines that the strict one refuses.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from engine.agents.claude_lines import (
    Line,
    ProgressData,
    Usage,
    decode_line,
    decode_progress,
    lenient_line,
    lenient_progress,
    lenient_usage,
    loads,
    text_of,
)
from engine.agents.claude_places import SUFFIX
from engine.agents.patient import read_objects
from engine.responses import PICO, Sighting, Tokens
from engine.times import parse_time

MOST_TOKENS = 10**9
"""A larger count than any response can have is damage and counts as 0."""
MOST_DOLLARS = 10_000
"""A larger recorded cost than any response can have is damage, and is none."""


class Place(Struct, frozen=True, gc=False):
    """Where a line stands: the file below `projects`, and what its path says."""

    path: str
    """Relative to the root's `projects` directory, with `/`."""
    project: str
    """The directory directly below `projects`, empty where there is none."""
    session: str
    """The session that the path names, for lines that name none."""


class Unreadable(Exception):
    """A line that should tell of a response and cannot be read; the text says why."""


def place_of(relative: str) -> Place:
    """Return what the path of a transcript below `projects` says."""
    parts = relative.split("/")
    if len(parts) == 1:
        return Place(relative, "", _stem(parts[0]))
    session = _stem(parts[1]) if len(parts) == 2 else parts[1]
    return Place(relative, parts[0], session)


def _stem(name: str) -> str:
    return name[: -len(SUFFIX)] if name.endswith(SUFFIX) else name


def is_worth_reading(line: bytes) -> bool:
    """Say cheaply whether a line may tell of a response, or is damaged.

    Quotes inside JSON strings are escaped, so the bytes looked for can only be a key. The
    line's head is no help: a damaged line can begin with one record and end with another.
    """
    return b'"usage"' in line or line[:1] != b"{" or line[-2:-1] != b"}"


def read_line(line: bytes, offset: int, place: Place) -> tuple[list[Sighting], str | None]:
    """Return what a line says of responses, and the directory it was said in.

    Raises `msgspec.DecodeError`, `ValueError` or `RecursionError` for a line that needs
    `read_patiently`, `Unreadable` for a response that cannot be counted.
    """
    decoded = decode_line(line)
    return _sightings(decoded, offset, place), decoded.cwd


def read_patiently(
    line: bytes, offset: int, place: Place
) -> tuple[list[Sighting], str | None, str | None]:
    """Return the sightings of a refused line, the directory, and why it was not whole.

    The reason is `None` where every byte of the line could be read.
    """
    objects, is_whole = read_objects(line)
    sightings: list[Sighting] = []
    cwd: str | None = None
    reason = None if is_whole else _reason(line, bool(objects))
    for position, value in objects:
        try:
            decoded = lenient_line(value)
            cwd = cwd or decoded.cwd
            sightings += _sightings(decoded, offset + position, place)
        except Unreadable as error:
            reason = reason or str(error)
        except (ValueError, RecursionError):
            reason = reason or "a record nested too deep"
    return sightings, cwd, reason


def _reason(line: bytes, has_objects: bool) -> str:
    if has_objects:
        return "a broken record beside a whole one"
    if not line.lstrip(b"\x00\xef\xbb\xbf \t").startswith(b"{"):
        return "not a JSON object"
    return "a broken record"


def _sightings(line: Line, offset: int, place: Place) -> list[Sighting]:
    """Apply SPEC §2: which lines are responses, and which responses they hold."""
    if line.type == "progress":
        inner = _progress(line)
        return _sightings(inner, offset, place) if inner is not None else []
    message = line.message
    if line.type not in (None, "assistant") or message is None or message.usage is None:
        return []
    if message.model == "<synthetic>":
        return []
    time = parse_time(line.timestamp) if line.timestamp else None
    if time is None:
        raise Unreadable("a response without a time and zone")
    tokens = _tokens(message.usage)
    session = line.session_id or place.session
    key = _key(line, message.id, session, tokens) or f"{place.path}:{offset}:{time}:{tokens.total}"
    usage = message.usage
    sighting = Sighting(
        key=key,
        is_sidechain=line.is_sidechain is True,
        won_at=time,
        model=message.model or "",
        tokens=tokens,
        is_fast=usage.speed == "fast",
        is_us=usage.inference_geo == "us",
        is_batch=usage.service_tier == "batch",
        searches=_count(usage.server_tool_use.web_search_requests) if usage.server_tool_use else 0,
        recorded=_money(line.cost_u_s_d),
        agent=line.agent_id or "",
        time=time,
        is_forked=bytes(line.forked_from) not in (b"", b"null"),
        session=session,
        project=place.project,
    )
    if b"advisor_message" in bytes(usage.iterations):
        return [sighting, *_advisors(sighting, bytes(usage.iterations))]
    return [sighting]


def _key(line: Line, id_: str | None, session: str, tokens: Tokens) -> str | None:
    """Return what names a response across files and roots (SPEC §3)."""
    if id_:
        if id_.startswith("msg_"):
            return id_
        if line.request_id:
            return f"{id_}\n{line.request_id}"
        prompt = f"{tokens.input} {tokens.cache_read} {tokens.cache_write}"
        return f"{id_}\n\n{session}\n{prompt}"
    if line.request_id:
        return f"\n{line.request_id}"
    return f"\n\n{line.uuid}" if line.uuid else None


def _tokens(usage: Usage) -> Tokens:
    """Apply SPEC §4: five disjoint kinds; an unsplit rest of cache writes is 5-minute."""
    split = usage.cache_creation
    write_5m = _count(split.ephemeral_5m_input_tokens) if split else 0
    write_1h = _count(split.ephemeral_1h_input_tokens) if split else 0
    rest = _count(usage.cache_creation_input_tokens) - write_5m - write_1h
    return Tokens(
        _count(usage.input_tokens),
        _count(usage.output_tokens),
        _count(usage.cache_read_input_tokens),
        write_5m + rest if rest > 0 else write_5m,
        write_1h,
    )


def _count(value: int | None) -> int:
    return value if value is not None and 0 < value <= MOST_TOKENS else 0


def _money(dollars: float | None) -> int | None:
    """Return a recorded cost in pico-dollars; what cannot be one is none."""
    if dollars is None or not 0 <= dollars <= MOST_DOLLARS:
        return None
    return round(dollars * PICO)


def _progress(line: Line) -> Line | None:
    """Return the sub-agent's line inside a progress line, the older way of writing it."""
    try:
        data = decode_progress(line.data) if bytes(line.data) else ProgressData()
    except msgspec.DecodeError:
        data = lenient_progress(loads(line.data))
    inner = data.message
    if inner is None or inner.message is None or inner.message.usage is None:
        return None
    return Line(
        type="assistant",
        timestamp=inner.timestamp or line.timestamp,
        session_id=line.session_id,
        request_id=inner.request_id or line.request_id,
        uuid=inner.uuid or line.uuid,
        agent_id=data.agent_id or line.agent_id,
        is_sidechain=True,
        forked_from=line.forked_from,
        message=inner.message,
    )


def _advisors(parent: Sighting, iterations: bytes) -> list[Sighting]:
    """Return the advisor's own responses, which the top level does not contain."""
    found: list[Sighting] = []
    decoded = loads(iterations)
    for number, iteration in enumerate(decoded if isinstance(decoded, list) else []):
        if not isinstance(iteration, dict) or iteration.get("type") != "advisor_message":
            continue
        usage = lenient_usage(iteration)
        found.append(
            msgspec.structs.replace(
                parent,
                key=f"{parent.key}:iter:{number}",
                model=text_of(iteration.get("model")) or "",
                tokens=_tokens(usage),
                is_fast=usage.speed == "fast",
                is_us=usage.inference_geo == "us",
                is_batch=usage.service_tier == "batch",
                searches=0,
                recorded=None,
            )
        )
    return found
