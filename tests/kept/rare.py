"""Transcripts of what the made-up user never meets: refusals, odd lines, worktrees, advisors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

MINUTE = 60_000
HOUR = 60 * MINUTE
_OPUS = "claude-opus-5-5"


def write_rare(root: Path, now: int) -> None:
    """Write a root of two projects whose last response was refused half an hour ago."""
    _write(root, "-home-mika-shop/s1.jsonl", _shop(now))
    _write(root, "-home-mika-shop/s1/subagents/agent-a1.jsonl", _sub_agent(now))
    _write(root, "-home-mika-shop--claude-worktrees-cart/s2.jsonl", _worktree(now))
    _write(root, "-home-mika-blog/s3.jsonl", _odd(now))


def _shop(now: int) -> Iterator[object]:
    yield {"type": "custom-title", "customTitle": "Cart [bold]rounding[/]", "sessionId": "s1"}
    yield _response("msg_01", now - 26 * HOUR, output=900, cwd="/home/mika/shop")
    for output in (40, 400):
        yield _response("msg_02", now - 2 * HOUR, output=output, cwd="/home/mika/shop")
    yield _response("msg_03", now - 100 * MINUTE, model="lighthouse-coder-32b")
    yield _response("msg_04", now - 90 * MINUTE, costUSD=0.125)
    yield _response("msg_05", now - 80 * MINUTE, usage={"speed": "fast", "service_tier": "batch"})
    advisor = {"type": "advisor_message", "model": "claude-opus-4-8", **_tokens(70)}
    yield _response("msg_06", now - 70 * MINUTE, usage={"iterations": [advisor]})
    yield _response("msg_07", now - 60 * MINUTE, usage={"cache_read_input_tokens": 240_000})
    yield _refusal(now - 30 * MINUTE, now + 90 * MINUTE)


def _sub_agent(now: int) -> Iterator[object]:
    more = {"isSidechain": True, "agentId": "a1"}
    yield _response("msg_11", now - 95 * MINUTE, model="claude-haiku-5-5", **more)
    inner = _response("msg_12", now - 94 * MINUTE, model="claude-haiku-5-5")
    yield {**_envelope(now - 94 * MINUTE), "type": "progress", "data": {"message": inner}}


def _worktree(now: int) -> Iterator[object]:
    where = "/home/mika/shop/.claude/worktrees/cart/packages/api"
    yield _response("msg_21", now - 3 * HOUR, session="s2", cwd=where)
    yield _response("msg_02", now - 1 * HOUR, session="s2", cwd=where, output=400)


def _odd(now: int) -> Iterator[object]:
    yield b'{"type":"assistant","message":{"usage":\n'
    yield b"\xff\xfe no JSON\n"
    yield _response("msg_31", now - 8 * HOUR, session="s3", usage={"output_tokens": -4})
    yield _response("msg_32", now - 8 * HOUR, session="s3", model="<synthetic>")
    yield b"\xef\xbb\xbf" + _line(_response("msg_33", now - 7 * HOUR, session="s3"))
    yield _line(_response("msg_34", now - 6 * HOUR, session="s3")).rstrip()[:-9]


def _response(
    key: str,
    time: int,
    output: int = 200,
    *,
    model: str = _OPUS,
    session: str = "s1",
    usage: Mapping[str, object] | None = None,
    **more: object,
) -> dict[str, object]:
    message = {"id": key, "model": model, "role": "assistant", "content": []}
    message["usage"] = {**_tokens(output), **(usage or {})}
    told = {"type": "assistant", "requestId": f"req_{key}", "message": message}
    return {**_envelope(time, session), **told, **more}


def _refusal(time: int, resets_at: int) -> dict[str, object]:
    limits = {"status": "rejected", "rateLimitType": "five_hour", "resetsAt": resets_at // 1_000}
    message = {
        "model": "<synthetic>",
        "content": [{"type": "text", "text": "You've hit your limit."}],
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
    told = {"isApiErrorMessage": True, "error": "rate_limit", "quotaLimits": limits}
    return {**_envelope(time), "type": "assistant", **told, "message": message}


def _envelope(time: int, session: str = "s1") -> dict[str, object]:
    moment = datetime.fromtimestamp(time / 1_000, UTC).isoformat().replace("+00:00", "Z")
    return {"uuid": f"u{time}", "timestamp": moment, "sessionId": session}


def _tokens(output: int) -> dict[str, object]:
    written = {"ephemeral_5m_input_tokens": 300, "ephemeral_1h_input_tokens": 100}
    return {
        "input_tokens": 10,
        "output_tokens": output,
        "cache_read_input_tokens": 5_000,
        "cache_creation_input_tokens": 500,
        "cache_creation": written,
    }


def _write(root: Path, name: str, lines: Iterator[object]) -> None:
    path = root / "projects" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(each if isinstance(each, bytes) else _line(each) for each in lines))


def _line(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"
