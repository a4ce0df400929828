"""Made-up transcripts, small and strange: every way a response is known to be written."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

HOUR = 3_600_000
QUARTER = 900_000
START = 1_793_484_000_000
"""2026-10-31 22:00 UTC: two hours before a month ends; Sunday comes a day later."""

FILES = (
    (0, "-a/s1.jsonl"),
    (0, "-a/s2.jsonl"),
    (0, "-b/s3.jsonl"),
    (0, "-a/s1/subagents/agent-a1.jsonl"),
    (0, "alone.jsonl"),
    (1, "-a/s1.jsonl"),
    (1, "-c/s4.jsonl"),
)
"""Root and path below `projects` of the transcripts there are."""

_TIMES = st.one_of(
    st.integers(0, 240).map(lambda quarters: START + quarters * QUARTER),
    st.sampled_from((-1, 1, 5 * HOUR, 5 * HOUR + 1, 10 * HOUR)).map(lambda ms: START + ms),
    st.integers(0, 60 * HOUR).map(lambda ms: START + ms),
)
_COUNTS = st.one_of(
    st.sampled_from((0, 1, 3, 40, 2_500, 60_000, 100_000, 250_000)),
    st.sampled_from((None, -3, True, "5", 2.0, 10**9 + 1)),
)
_MODELS = st.sampled_from(
    (
        "claude-opus-5-5",
        "claude-sonnet-5-5",
        "anthropic/claude-haiku-5-5",
        "claude-sonnet-4-20250514[1m]",
        "lighthouse-coder-32b",
        "<synthetic>",
        None,
    )
)
_IDS = st.sampled_from(("msg_1", "msg_2", "msg_3", "msg_4", "gen-1", "gen-2", None))
_SOME = st.sampled_from
_CWDS = st.sampled_from(
    (
        "/a",
        "/a/",
        "/b",
        "/c",
        "/a/.claude/worktrees/w1",
        "/a/.claude/worktrees/w2/b/.claude/worktrees/w3",
        "/home/u/.claude/worktrees/w1",
        "/home/u/.codex/worktrees/1a/b",
        "c:\\x",
        "C:/x/",
        None,
        7,
    )
)


@st.composite
def _usages(draw: st.DrawFn) -> dict[str, Any]:
    usage: dict[str, Any] = {
        "input_tokens": draw(_COUNTS),
        "cache_read_input_tokens": draw(_COUNTS),
        "output_tokens": draw(_COUNTS),
        "cache_creation_input_tokens": draw(_COUNTS),
    }
    if draw(st.booleans()):
        usage["cache_creation"] = {
            "ephemeral_5m_input_tokens": draw(_COUNTS),
            "ephemeral_1h_input_tokens": draw(_COUNTS),
        }
    usage |= draw(
        _SOME(
            (
                {},
                {"speed": "fast"},
                {"inference_geo": "us", "speed": None},
                {"service_tier": "batch"},
                {"server_tool_use": {"web_search_requests": 3}},
                {"cache_creation": None, "server_tool_use": None},
            )
        )
    )
    if draw(st.integers(0, 9)) == 0:
        own = {"type": "advisor_message", "model": "claude-opus-5-5", "output_tokens": 70}
        compaction = {"type": "compaction", "input_tokens": 900, "output_tokens": 40}
        compaction |= draw(_SOME(({}, {"model": "claude-haiku-5-5"}, {"speed": "standard"})))
        usage["iterations"] = [{"type": "message", "input_tokens": 1}, compaction, own]
    return usage


@st.composite
def _records(draw: st.DrawFn) -> dict[str, Any]:
    """Return a line that tells of a response, as an object."""
    message = {"id": draw(_IDS), "model": draw(_MODELS), "usage": draw(_usages())}
    request = draw(_SOME(("req_1", "req_2", None)))
    stamp = _iso(draw(_TIMES), draw(_SOME(("Z", "+05:45", "short"))))
    record: dict[str, Any] = {"type": "assistant", "timestamp": stamp, "requestId": request}
    record["sessionId"] = draw(_SOME(("s1", "s2", "s9", None)))
    record["uuid"] = draw(_SOME(("u1", "u2", None)))
    record["cwd"] = draw(_CWDS)
    record["isSidechain"] = draw(_SOME((False, False, True, None)))
    if draw(st.integers(0, 5)) == 0:
        record["forkedFrom"] = {"sessionId": "s0"}
    if draw(st.integers(0, 7)) == 0:
        nested = {"type": "assistant", "message": message, "requestId": "req_1"}
        record["type"] = "progress"
        record["data"] = {"type": "agent_progress", "message": nested}
    else:
        record["message"] = message
        if draw(st.integers(0, 5)) == 0:
            record["costUSD"] = draw(_SOME((0, 0.5, 0.0123, None, "1")))
    return record


def _iso(time: int, form: str) -> str:
    zone = timezone(timedelta(hours=5, minutes=45)) if form == "+05:45" else UTC
    moment = datetime.fromtimestamp(time // 1000, zone)
    text = f"{moment:%Y-%m-%dT%H:%M:%S}"
    if form != "short" or time % 1000:
        text += f".{time % 1000:03d}"
    return text + (form if form == "+05:45" else "Z")


_USER = b'{"parentUuid":null,"type":"user","message":{"role":"user","content":"\\"usage\\":{"}}'


@st.composite
def _lines(draw: st.DrawFn) -> bytes:
    """Return a line as bytes, sometimes damaged, always with its end."""
    record = draw(_records())
    compact = json.dumps(record, separators=(",", ":")).encode()
    form = draw(st.integers(0, 19))
    forms = {
        0: json.dumps(record, indent=None).encode() + b"\r",
        1: b"\xef\xbb\xbf" + compact,
        2: b"\x00" * 9 + compact,
        3: compact[: len(compact) // 2] + compact,
        4: compact + _USER,
        5: _USER + compact,
        6: _USER[:40] + compact,
        7: compact[:-1] + b',"cut":"\\ud83d"}',
        8: compact[:-1] + b',"raw":"\xff\xfe"}',
        9: _USER,
        10: b"not json at all",
        11: compact[:-1] + b',"note":{"usage":[1,"\\"type\\":\\"user\\""]}}',
    }
    return forms.get(form, compact) + b"\n"


def transcripts() -> st.SearchStrategy[dict[int, bytes]]:
    """Return the bytes of some of `FILES`, by their number."""
    numbered = st.tuples(st.integers(0, len(FILES) - 1), _lines())
    return st.lists(numbered, min_size=1, max_size=24).map(_by_file)


def _by_file(lines: list[tuple[int, bytes]]) -> dict[int, bytes]:
    files: dict[int, bytes] = {}
    for number, line in lines:
        files[number] = files.get(number, b"") + line
    return files


Step = tuple[int, float, str, int]
"""A file's number, the share of what is left of it to append, what happens then, and at
which statement to the ledger a kill strikes."""


def steps() -> st.SearchStrategy[list[Step]]:
    """Return in which order, in which pieces and with what in between files are written."""
    share = st.sampled_from((0.0, 0.1, 0.35, 0.5, 0.9, 1.0))
    then = st.sampled_from(("nothing", "read", "read", "restart", "kill"))
    step = st.tuples(st.integers(0, len(FILES) - 1), share, then, st.integers(1, 60))
    return st.lists(step, max_size=12)
