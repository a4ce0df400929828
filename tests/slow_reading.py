"""A slow, plain reading of transcripts: what the tests hold the engine's figures against.

Written from the rules alone, with the standard library's json and fractions, line by
line, nothing kept from one reading to the next, and none of the engine's code.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.slow_prices import Prices
from tests.slow_projects import projects_of

MOST_TOKENS = 10**9

BESIDE = ("advisor_message", "compaction")
"""Iterations that a usage leaves out of its own tokens."""

_OF_NESTED = ("requestId", "uuid", "timestamp")
"""What a progress line's nested message says of itself."""


@dataclass(frozen=True)
class SlowTokens:
    """Tokens of the five kinds."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0

    @property
    def prompt(self) -> int:
        return self.input + self.cache_read + self.cache_write_5m + self.cache_write_1h

    @property
    def total(self) -> int:
        return self.prompt + self.output

    def __add__(self, other: SlowTokens) -> SlowTokens:
        return SlowTokens(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write_5m + other.cache_write_5m,
            self.cache_write_1h + other.cache_write_1h,
        )


@dataclass(frozen=True)
class SlowLine:
    """What one line says of one response, before lines are put together."""

    key: tuple[object, ...]
    time: int
    session: str
    project: str
    is_forked: bool
    is_sidechain: bool
    model: str
    tokens: SlowTokens
    is_fast: bool
    is_us: bool
    is_batch: bool
    searches: int
    recorded: int | None
    cwd: str = ""


@dataclass(frozen=True)
class SlowResponse:
    """One response; money in pico-dollars.

    `cost` is the recorded one, else the calculated one, which is `None` where the model
    has no price.
    """

    time: int
    session: str
    directory: str
    """The name of the directory below `projects`."""
    model: str
    tokens: SlowTokens
    cost: int | None
    recorded: int | None = None
    calculated: int | None = None
    project: str = ""
    """What names its session's project."""


def read(roots: Path | Sequence[Path], prices: Prices | None = None) -> list[SlowResponse]:
    """Return the responses found below one or several roots, in time order."""
    places = [roots] if isinstance(roots, Path) else roots
    lines: list[SlowLine] = []
    for root, path in transcripts(places):
        parts = path.relative_to(root / "projects").parts
        lines.extend(read_bytes(path.read_bytes(), parts))
    return put_together(lines, prices or Prices())


def transcripts(roots: Iterable[Path]) -> Iterator[tuple[Path, Path]]:
    seen: set[Path] = set()
    for root in roots:
        for path in sorted((root / "projects").rglob("*.jsonl")):
            real = path.resolve()
            if path.is_file() and real not in seen:
                seen.add(real)
                yield root, path


def read_bytes(content: bytes, parts: tuple[str, ...]) -> list[SlowLine]:
    """Return all that a transcript's bytes say; `parts` is its path below `projects`."""
    project = parts[0] if len(parts) > 1 else ""
    own = parts[1] if len(parts) > 2 else parts[-1].removesuffix(".jsonl")
    lines: list[SlowLine] = []
    offset = 0
    for raw in content.split(b"\n"):
        for position, found in _objects(raw):
            lines.extend(_read_object(found, own, project, ("line", parts, offset + position)))
        offset += len(raw) + 1
    return lines


def _objects(raw: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield every whole object of a line and where it stands, whatever lies between."""
    text = raw.decode("utf-8", "replace")
    decoder = json.JSONDecoder(strict=False)
    at = text.find("{")
    while at >= 0:
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find("{", at + 1)
            continue
        yield at, found
        at = text.find("{", end)


def _read_object(
    found: dict[str, Any], own: str, project: str, by_itself: tuple[object, ...]
) -> list[SlowLine]:
    if found.get("type") == "progress":
        nested = _object(_object(found.get("data")).get("message"))
        outer = {**found, **{k: nested[k] for k in _OF_NESTED if nested.get(k) is not None}}
        message, is_sidechain = nested.get("message"), True
    elif found.get("type", "assistant") in ("assistant", None):
        outer, message, is_sidechain = found, found.get("message"), found.get("isSidechain") is True
    else:
        return []
    message = _object(message)
    usage, time = message.get("usage"), _time(outer.get("timestamp"))
    if not isinstance(usage, dict) or time is None or message.get("model") == "<synthetic>":
        return []
    session = _text(found.get("sessionId")) or own
    tokens = _tokens(usage)
    line = SlowLine(
        key=_key(message, outer, session, tokens) or (*by_itself, time, tokens.total),
        time=time,
        session=session,
        project=project,
        is_forked=found.get("forkedFrom") is not None,
        is_sidechain=is_sidechain,
        model=_text(message.get("model")),
        tokens=tokens,
        is_fast=usage.get("speed") == "fast",
        is_us=usage.get("inference_geo") == "us",
        is_batch=usage.get("service_tier") == "batch",
        searches=_count(_object(usage.get("server_tool_use")).get("web_search_requests")),
        recorded=_recorded(found.get("costUSD")),
        cwd=_text(found.get("cwd")),
    )
    return [line, *_advice(line, usage)]


def _advice(line: SlowLine, usage: dict[str, Any]) -> Iterator[SlowLine]:
    """Yield an advisor's and a compaction's responses, which the line's tokens leave out."""
    iterations = usage.get("iterations")
    for number, step in enumerate(iterations if isinstance(iterations, list) else []):
        kind = step.get("type") if isinstance(step, dict) else None
        if kind not in BESIDE:
            continue
        if kind == "compaction":
            step = {**_how(usage, line.model), **{k: v for k, v in step.items() if _text(v) or v}}
        yield SlowLine(
            key=("advice", line.key, number),
            time=line.time,
            session=line.session,
            project=line.project,
            is_forked=line.is_forked,
            is_sidechain=line.is_sidechain,
            model=_text(step.get("model")),
            tokens=_tokens(step),
            is_fast=step.get("speed") == "fast",
            is_us=step.get("inference_geo") == "us",
            is_batch=step.get("service_tier") == "batch",
            searches=_count(_object(step.get("server_tool_use")).get("web_search_requests")),
            recorded=None,
            cwd=line.cwd,
        )


def _how(usage: dict[str, Any], model: str) -> dict[str, Any]:
    """Return how a line ran, for what in it says nothing else."""
    kept = ("speed", "inference_geo", "service_tier")
    return {"model": model, **{name: usage.get(name) for name in kept}}


def _key(
    message: dict[str, Any], outer: dict[str, Any], session: str, tokens: SlowTokens
) -> tuple[object, ...] | None:
    name, request = _text(message.get("id")), _text(outer.get("requestId"))
    if name.startswith("msg_") and any(each in name for each in "0123456789"):
        return ("message", name)
    if name and request:
        return ("message and request", name, request)
    if name:
        written = tokens.cache_write_5m + tokens.cache_write_1h
        return ("message and prompt", name, session, tokens.input, tokens.cache_read, written)
    if request:
        return ("request", request)
    if _text(outer.get("uuid")):
        return ("uuid", outer["uuid"])
    return None


def _tokens(usage: dict[str, Any]) -> SlowTokens:
    creation = _object(usage.get("cache_creation"))
    five = _count(creation.get("ephemeral_5m_input_tokens"))
    hour = _count(creation.get("ephemeral_1h_input_tokens"))
    flat = _count(usage.get("cache_creation_input_tokens"))
    return SlowTokens(
        input=_count(usage.get("input_tokens")),
        output=_count(usage.get("output_tokens")),
        cache_read=_count(usage.get("cache_read_input_tokens")),
        cache_write_5m=five + max(0, flat - five - hour),
        cache_write_1h=hour,
    )


def _count(value: object) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 <= value <= MOST_TOKENS else 0  # type: ignore[operator,return-value]


def _recorded(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or value < 0:
        return None
    return round(Fraction(Decimal(repr(value))) * 10**12)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d(?::?\d\d)?)", re.ASCII
)


def _time(value: object) -> int | None:
    """Return UTC milliseconds of an ISO 8601 time with a zone, else `None`."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    day, clock, fraction, zone = found.groups()
    try:
        seconds = datetime.fromisoformat(f"{day}T{clock}+00:00").timestamp()
    except ValueError:
        return None
    shift = 0
    if zone not in "Zz":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        shift = int(digits[:2]) * 60 + int(digits[2:])
        shift = -shift if zone[0] == "-" else shift
    return int(seconds) * 1000 + int((fraction or "").ljust(3, "0")[:3]) - shift * 60_000


def put_together(lines: Iterable[SlowLine], prices: Prices) -> list[SlowResponse]:
    """Return one response for each key that has tokens or a recorded cost."""
    by_key: dict[tuple[object, ...], list[SlowLine]] = {}
    lines = list(lines)
    projects = projects_of(lines)
    for line in lines:
        by_key.setdefault(line.key, []).append(line)
    responses = []
    for group in by_key.values():
        winner = max(group, key=how_final)
        origin = min(
            group, key=lambda line: (line.time, line.is_forked, line.session, line.project)
        )
        if not winner.tokens.total and not winner.recorded:
            continue
        calculated = prices.calculated(winner, origin.time)
        responses.append(
            SlowResponse(
                time=origin.time,
                session=origin.session,
                directory=origin.project,
                model=billed_name(winner),
                tokens=winner.tokens,
                cost=calculated if winner.recorded is None else winner.recorded,
                recorded=winner.recorded,
                calculated=calculated,
                project=projects[origin.session],
            )
        )
    return sorted(responses, key=lambda response: response.time)


def billed_name(line: SlowLine) -> str:
    """Return the model, named apart where it ran in fast mode."""
    return f"{line.model}-fast" if line.is_fast and line.model else line.model


def how_final(line: SlowLine) -> tuple[object, ...]:
    tokens = line.tokens
    rules = (tokens.output, not line.is_sidechain, tokens.total, line.time)
    to_be_total = (
        -1 if line.recorded is None else line.recorded,
        tokens.input,
        tokens.cache_read,
        tokens.cache_write_1h,
        line.searches,
        line.model,
        line.is_fast,
        line.is_us,
        line.is_batch,
    )
    return rules + to_be_total
