"""Transcripts line by line as ccusage 20 sees them: what it refuses, and by which fault."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from tests.parity.faults import COMPACTED
from tests.slow_reading import BESIDE, MOST_TOKENS, SlowLine, SlowTokens, read_bytes, transcripts

Loader = Literal["daily", "entries"]
"""ccusage has two readers: that of `daily`, and that of all other reports."""

SYNTHETIC = "=synthetic="
"""The name under which lines of no model are read here, so that they are not left out."""

_NAMES = (
    "id|cwd|model|speed|costUSD|version|sessionId|requestId|isApiErrorMessage"
    "|cache_read_input_tokens|cache_creation_input_tokens"
)
_NULL = re.compile(rf'"(?:{_NAMES})":null'.encode())
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{3})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_VERSION = re.compile(r"\d+\.\d+\.\d", re.ASCII)


@dataclass(frozen=True)
class SeenLine:
    """A line that tells of a response, and what ccusage would make of it."""

    line: SlowLine
    message: str
    """`message.id`, empty where there is none; an advisor's is told apart."""
    request: str
    own: str
    """The session that the transcript's path names, as ccusage reads paths."""
    directory: str
    """The project path of ccusage's session report."""
    tokens: SlowTokens
    """What ccusage counts, which leaves out a flat cache write beside a breakdown."""
    huge: SlowTokens
    """What we leave out as impossible, and ccusage counts."""
    flat_write: int
    has_speed: bool
    is_synthetic: bool
    """The line is of no model, though an advisor's own may have one."""
    is_sidechain: bool
    """What the line says of itself; sub-agent progress need not say it."""
    refused: tuple[frozenset[int], frozenset[int]]
    """The faults that drop the line: in `daily`, and in all other reports."""

    def refused_by(self, loader: Loader) -> frozenset[int]:
        return self.refused[loader != "daily"]


def seen_lines(roots: Sequence[Path]) -> list[SeenLine]:
    """Return every line that tells of a response, in ccusage's order: by path, then place."""
    found: list[SeenLine] = []
    for root, path in sorted(transcripts(roots), key=lambda each: str(each[1])):
        below = path.relative_to(root / "projects")
        offset = 0
        for raw in path.read_bytes().split(b"\n"):
            if b'"usage"' in raw:
                found.extend(_seen(raw, below.parts, offset, is_linked=path.is_symlink()))
            offset += len(raw) + 1
    return found


def _seen(
    raw: bytes, parts: tuple[str, ...], offset: int, *, is_linked: bool
) -> Iterator[SeenLine]:
    lines = read_bytes(raw.replace(b'"<synthetic>"', f'"{SYNTHETIC}"'.encode()), parts)
    if not lines:
        return
    record = _record(raw)
    refused = _refused(raw, record) if record is not None else (frozenset({3}), frozenset({3}))
    if is_linked:
        refused = (refused[0] | {20}, refused[1] | {20})
    own, directory = _path_session(parts)
    outer, message = _parts_of(record or {})
    usage = _object(message.get("usage"))
    advice, is_synthetic = 0, False
    for line in lines:
        is_compaction = False
        steps = [usage]
        name = _text(message.get("id"))
        if line.key[0] != "advice":
            is_synthetic = line.model == SYNTHETIC
        if line.key[0] == "advice":
            steps = [s for s in usage.get("iterations", []) if s.get("type") in BESIDE]
            steps = steps[advice : advice + 1]
            is_compaction = bool(steps) and steps[0]["type"] == "compaction"
            name = f"{name}:advisor:{advice}" if name else ""
            advice += 1
            is_nested = outer is not record
            refused = (refused[0] | {12}, refused[1]) if is_nested else refused
            if not all(map(_has_counts, usage.get("iterations", []))):
                refused = (refused[0] | {2}, refused[1] | {2})
        counted = steps[0] if steps else {}
        yield SeenLine(
            line=replace(line, key=_placed(line.key, offset)),
            message=name,
            request=_text(outer.get("requestId")),
            own=own,
            directory=directory,
            tokens=_their_tokens(line.tokens, counted),
            huge=_huge(counted),
            flat_write=_count(counted.get("cache_creation_input_tokens")),
            has_speed=counted.get("speed") is not None,
            is_synthetic=is_synthetic,
            is_sidechain=outer.get("isSidechain") is True,
            refused=(refused[0] | {COMPACTED}, refused[1] | {COMPACTED})
            if is_compaction
            else refused,
        )


def _placed(key: tuple[object, ...], offset: int) -> tuple[object, ...]:
    """Tell lines that are known by their place alone apart within the file."""
    if key[0] == "advice" and isinstance(key[1], tuple):
        return (key[0], _placed(key[1], offset), *key[2:])
    return (*key, offset) if key[0] == "line" else key


def _record(raw: bytes) -> dict[str, Any] | None:
    """Return the line's one object, `None` where a plain JSON parser finds something else."""
    try:
        record = json.loads(raw.decode("utf-8", "replace"))
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _parts_of(record: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what tells of the request, and its message."""
    if record.get("type") == "progress":
        outer = _object(_object(record.get("data")).get("message"))
        return outer, _object(outer.get("message"))
    return record, _object(record.get("message"))


def _refused(raw: bytes, record: dict[str, Any]) -> tuple[frozenset[int], frozenset[int]]:
    """Return by which faults the two readers drop a line."""
    outer, message = _parts_of(record)
    usage = _object(message.get("usage"))
    both = set(_nulls(raw, record, outer, message, usage))
    if b'"usage":{' not in raw or not _TIME.fullmatch(_text(outer.get("timestamp"))):
        both.add(3)
    version = record.get("version")
    if isinstance(version, str) and not _VERSION.match(version):
        both.add(3)
    if "speed" in usage and usage["speed"] not in ("standard", "fast", None):
        both.add(3)
    for name in ("input_tokens", "output_tokens"):
        if not _is_count(usage.get(name)):
            both.add(2)
    for name in ("cache_read_input_tokens", "cache_creation_input_tokens"):
        if not _is_count(usage.get(name, 0)):
            both.add(2)
    for name in ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"):
        if not _is_count(_object(usage.get("cache_creation")).get(name, 0)):
            both.add(2)
    if not isinstance(usage.get("cache_creation", {}), dict | None):
        both.add(2)
    for value in (record.get("sessionId"), outer.get("requestId"), message.get("id")):
        if value == "":
            both.add(2)
    daily, entries = set(both), set(both)
    if record.get("type") == "progress":
        entries.add(12)
    if not _is_clean_text(raw):
        daily.add(12)
    return frozenset(daily), frozenset(entries)


def _nulls(
    raw: bytes,
    record: dict[str, Any],
    outer: dict[str, Any],
    message: dict[str, Any],
    usage: dict[str, Any],
) -> Iterator[int]:
    """Yield 2 for a null in a field that is read, 1 for one anywhere else."""
    found = len(_NULL.findall(raw))
    names = _NAMES.split("|")
    places = [record, message, usage, *([outer] if outer is not record else [])]
    read = sum(name in place and place[name] is None for place in places for name in names)
    steps = [step for step in usage.get("iterations") or [] if isinstance(step, dict)]
    allowed = sum("model" in step and step["model"] is None for step in steps)
    if read:
        yield 2
    if found > read + allowed:
        yield 1


def _is_clean_text(raw: bytes) -> bool:
    """Say whether text is valid UTF-8 and every surrogate has its other half."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    if not _SURROGATE.search(raw):
        return True
    high = None
    for found in _ESCAPE.finditer(raw):
        code = int(found[1], 16) if found[1] else 0
        is_low = 0xDC00 <= code < 0xE000
        if (high is not None) != is_low or (is_low and high != found.start()):
            return False
        high = found.end() if 0xD800 <= code < 0xDC00 else None
    return high is None


def _path_session(parts: tuple[str, ...]) -> tuple[str, str]:
    """Return the session and project path that a transcript's place names to ccusage."""
    if len(parts) == 2:
        return parts[1].removesuffix(".jsonl"), parts[0]
    if len(parts) >= 4 and parts[-2] == "subagents":
        return parts[-3], "/".join(parts[:-3])
    if len(parts) == 1:
        return parts[0], "Unknown Project"
    return parts[-2], "/".join(parts[:-2])


def _their_tokens(tokens: SlowTokens, usage: dict[str, Any]) -> SlowTokens:
    creation = usage.get("cache_creation")
    if not isinstance(creation, dict):
        return tokens
    return replace(
        tokens,
        cache_write_5m=_possible(creation.get("ephemeral_5m_input_tokens")),
        cache_write_1h=_possible(creation.get("ephemeral_1h_input_tokens")),
    )


def _possible(value: object) -> int:
    count = _count(value)
    return count if count <= MOST_TOKENS else 0


def _huge(usage: dict[str, Any]) -> SlowTokens:
    def beyond(value: object) -> int:
        count = _count(value)
        return count if count > MOST_TOKENS else 0

    creation = usage.get("cache_creation")
    flat = usage.get("cache_creation_input_tokens") if not isinstance(creation, dict) else 0
    split = _object(creation)
    return SlowTokens(
        input=beyond(usage.get("input_tokens")),
        output=beyond(usage.get("output_tokens")),
        cache_read=beyond(usage.get("cache_read_input_tokens")),
        cache_write_5m=beyond(flat) + beyond(split.get("ephemeral_5m_input_tokens")),
        cache_write_1h=beyond(split.get("ephemeral_1h_input_tokens")),
    )


def _has_counts(step: object) -> bool:
    counts = (_object(step).get(name) for name in ("input_tokens", "output_tokens"))
    return all(map(_is_count, counts))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _count(value: object) -> int:
    return value if isinstance(value, int) and _is_count(value) else 0


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
