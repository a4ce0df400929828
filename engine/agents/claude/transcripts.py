"""Claude Code: which responses a line of its transcripts tells of.

The rules are SPEC §1 to §4; the reader is strict and fast first, and turns to the
patient one only for lines that the strict one refuses.
"""

from __future__ import annotations

import re

import msgspec

from engine.agents.claude.lines import (
    ABSENT,
    MOST_TOKENS,
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
from engine.agents.claude.signs import MOST_PATIENCE
from engine.domain.responses import BESIDE, COMPACTED, MOST_DOLLARS, PICO, PROMPT, Sighting
from engine.domain.scans import Place
from engine.domain.times import parse_time

_OWN_ID = r"(?s)msg_.*[0-9]"
"""What an id looks like that names one response: `msg_proxy_stream` is a gateway's for all."""
_BEGINNING = re.compile(rb"[\x00\xef\xbb\xbf \t]*\{")
_OF_MESSAGE = b'"message"'
_BESIDE_IT = (b"advisor_message", b"compaction")
"""Iterations whose tokens the top level of a usage leaves out."""


Keyed = tuple[str, Sighting]
"""A sighting, and what names its response across files and roots (SPEC §3)."""

Said = tuple[list[Keyed], str | None]
"""What one record says of responses, and the working directory it was said in."""


class Unreadable(Exception):
    """A line that should tell of a response and cannot be read; the text says why."""


def read_line(line: bytes, offset: int, place: Place) -> Said:
    """Return what a line says of responses, and the directory it was said in.

    Raises `msgspec.DecodeError`, `ValueError` or `RecursionError` for a line that needs
    `read_patiently`, `Unreadable` for a response that cannot be counted.
    """
    decoded = decode_line(line)
    return _sightings(decoded, offset, place), decoded.cwd


def read_patiently(line: bytes, offset: int, place: Place) -> tuple[list[Said], str | None]:
    """Return what each record of a refused line says, and why the line was not whole.

    The reason is `None` where every byte of the line could be read.
    """
    from engine.agents.claude.patient import read_objects

    objects, is_whole = read_objects(line[-MOST_PATIENCE:])
    said: list[Said] = []
    reason = None if is_whole else _reason(line, bool(objects))
    for position, value in objects:
        try:
            decoded = lenient_line(value)
            said.append((_sightings(decoded, offset + position, place), decoded.cwd))
        except Unreadable as error:
            reason = reason or str(error)
        except (ValueError, RecursionError):
            reason = reason or "a record nested too deep"
    return said, reason


def _reason(line: bytes, has_objects: bool) -> str:
    if has_objects:
        return "a broken record beside a whole one"
    if not _BEGINNING.match(line):
        return "not a JSON object"
    return "a broken record"


def _sightings(line: Line, offset: int, place: Place) -> list[Keyed]:
    """Apply SPEC §2: which lines are responses, and which responses they hold."""
    if line.type == "progress":
        inner = _progress(line)
        return _sightings(inner, offset, place) if inner is not None else []
    if line.type == "system":
        return _compaction(line, place)
    message = line.message
    if line.type not in (None, "assistant") or message is None or message.usage is None:
        return []
    if message.model == "<synthetic>":
        return []
    time = parse_time(line.timestamp) if line.timestamp else None
    if time is None:
        raise Unreadable("a response without a time and zone")
    usage = message.usage
    write_5m, write_1h = _cache_writes(usage)
    tools = usage.server_tool_use
    sighting = Sighting(
        line.is_sidechain is True,
        time,
        message.model or "",
        usage.input_tokens or 0,
        usage.output_tokens or 0,
        usage.cache_read_input_tokens or 0,
        write_5m,
        write_1h,
        usage.speed == "fast",
        usage.inference_geo == "us",
        usage.service_tier == "batch",
        (tools.web_search_requests or 0) if tools is not None else 0,
        _money(line.cost_u_s_d),
        line.agent_id or "",
        time,
        line.forked_from is not ABSENT and bytes(line.forked_from) not in (b"", b"null"),
        line.session_id or place.session,
        place.project,
    )
    id_ = message.id
    is_own = id_ is not None and (id_[:5] == "msg_0" or re.match(_OWN_ID, id_) is not None)
    key = id_ if id_ and is_own else _other_key(line, id_, sighting, offset, place)
    if usage.iterations is not ABSENT:
        return _with_iterations(key, sighting, usage)
    return [(key, sighting)]


def _compaction(line: Line, place: Place) -> list[Keyed]:
    """Return what stands for a compaction: no response, but it says how long the context is.

    After a compaction that is `postTokens` where it is above 0, after a microcompaction what it
    left; else nobody knows (SPEC §7a).
    """
    time = parse_time(line.timestamp) if line.timestamp else None
    if time is None or not line.uuid:
        return []
    context = COMPACTED
    if line.compact_metadata is not ABSENT:
        context = _count_in(line.compact_metadata, "postTokens")
    elif line.microcompact_metadata is not ABSENT:
        before = _count_in(line.microcompact_metadata, "preTokens")
        context = before - _count_in(line.microcompact_metadata, "tokensSaved")
    sighting = Sighting(
        line.is_sidechain is True,
        time,
        "",
        *(0,) * 5,
        *(False,) * 3,
        0,
        None,
        line.agent_id or "",
        time,
        line.forked_from is not ABSENT and bytes(line.forked_from) not in (b"", b"null"),
        line.session_id or place.session,
        place.project,
        context=max(context, COMPACTED),
    )
    return [(f"{line.uuid}\ncompacted", sighting)]


def _count_in(data: msgspec.Raw, key: str) -> int:
    """Return a count of tokens in a nested object, 0 where it has none."""
    value = loads(data)
    count = value.get(key) if isinstance(value, dict) else None
    if not isinstance(count, int) or isinstance(count, bool):
        return 0
    return count if 0 <= count <= MOST_TOKENS else 0


def _other_key(line: Line, id_: str | None, sighting: Sighting, offset: int, place: Place) -> str:
    """Return what names a response across files and roots where its id alone does not (SPEC §3)."""
    if id_:
        if line.request_id:
            return f"{id_}\n{line.request_id}"
        cache_write = sighting.cache_write_5m + sighting.cache_write_1h
        prompt = f"{sighting.input} {sighting.cache_read} {cache_write}"
        return f"{id_}\n\n{sighting.session}\n{prompt}"
    if line.request_id:
        return f"\n{line.request_id}"
    if line.uuid:
        return f"\n\n{line.uuid}"
    return f"{place.path}:{offset}:{sighting.time}:{sighting.total}"


def _cache_writes(usage: Usage) -> tuple[int, int]:
    """Return cache writes of 5 minutes and of 1 hour; an unsplit rest is 5-minute (SPEC §4)."""
    split = usage.cache_creation
    if split is None:
        return usage.cache_creation_input_tokens or 0, 0
    write_5m = split.ephemeral_5m_input_tokens or 0
    write_1h = split.ephemeral_1h_input_tokens or 0
    rest = (usage.cache_creation_input_tokens or 0) - write_5m - write_1h
    return (write_5m + rest if rest > 0 else write_5m), write_1h


def _money(dollars: float | None) -> int | None:
    """Return a recorded cost in pico-dollars; what cannot be one is none."""
    if dollars is None or not 0 <= dollars <= MOST_DOLLARS:
        return None
    return round(dollars * PICO)


def _progress(line: Line) -> Line | None:
    """Return the sub-agent's line inside a progress line, the older way of writing it."""
    try:
        data = decode_progress(line.data) if line.data is not ABSENT else ProgressData()
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


def _with_iterations(key: str, parent: Sighting, usage: Usage) -> list[Keyed]:
    """Return a response, and an advisor's and a compaction's, which its top level leaves out.

    The context is that of the last `message` iteration: of several the top level is the sum. A
    compaction is of the line's model and runs as the line does, where it says nothing else.
    """
    iterations = bytes(usage.iterations)
    is_alone = iterations.count(_OF_MESSAGE) < 2
    if is_alone and not any(kind in iterations for kind in _BESIDE_IT):
        return [(key, parent)]
    found: list[Keyed] = []
    context = PROMPT
    decoded = loads(iterations)
    for number, iteration in enumerate(decoded if isinstance(decoded, list) else []):
        kind = iteration.get("type") if isinstance(iteration, dict) else None
        if kind == "message":
            context = max(_prompt_of(lenient_usage(iteration)), COMPACTED)
        if kind not in ("advisor_message", "compaction"):
            continue
        own = lenient_usage(iteration)
        model = text_of(iteration.get("model")) or ""
        write_5m, write_1h = _cache_writes(own)
        is_like_parent = kind == "compaction"
        how = usage if is_like_parent else own
        sighting = msgspec.structs.replace(
            parent,
            model=model or (parent.model if is_like_parent else ""),
            input=own.input_tokens or 0,
            output=own.output_tokens or 0,
            cache_read=own.cache_read_input_tokens or 0,
            cache_write_5m=write_5m,
            cache_write_1h=write_1h,
            is_fast=(own.speed or how.speed) == "fast",
            is_us=(own.inference_geo or how.inference_geo) == "us",
            is_batch=(own.service_tier or how.service_tier) == "batch",
            searches=0,
            recorded=None,
            context=BESIDE,
        )
        found.append((f"{key}:iter:{number}", sighting))
    return [(key, msgspec.structs.replace(parent, context=context)), *found]


def _prompt_of(usage: Usage) -> int:
    """Return the tokens that the model was given."""
    return (
        (usage.input_tokens or 0) + (usage.cache_read_input_tokens or 0) + sum(_cache_writes(usage))
    )
