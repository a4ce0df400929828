"""Seeded made-up transcripts: plain work with now and then what ccusage gets wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any

MINUTE = 60_000
HOUR = 3_600_000

_MODELS = (
    "claude-opus-4-6",
    "claude-opus-4-6",
    "claude-sonnet-4-20250514",
    "claude-sonnet-4-5-20250929",
    "claude-haiku-4-5-20251001",
    "claude-opus-5",
    "claude-opus-5-5",
    "claude-sonnet-5-5",
    "claude-haiku-5-5",
    "lighthouse-coder-32b",
)
_PLACES = (
    ("-home-me-alpha", "s1", "s1.jsonl"),
    ("-home-me-alpha", "s1", "s1/subagents/agent-a1.jsonl"),
    ("-home-me-alpha", "s2", "s2.jsonl"),
    ("-home-me-beta", "s3", "s3.jsonl"),
    ("-home-me-beta", "s4", "s4/subagents/workflows/wf_1/agent-b1.jsonl"),
    ("-home-me-beta", "s1", "s1.jsonl"),
)
STARTS = (
    1_762_020_000_000,  # 2025-11-01 18:00 UTC: New York's clocks go back that night
    1_772_895_600_000,  # 2026-03-07 15:00 UTC: they go forward in the night
    1_791_313_200_000,  # 2026-10-06 19:00 UTC: a price changes at midnight
    1_793_484_000_000,  # 2026-10-31 22:00 UTC: a month ends
)


def write_made(root: Path, seed: int, now: int | None = None) -> None:
    """Write a few days of work; with `now` they end with a block that is running."""
    _Writer(root, Random(seed), now).write()


class _Writer:
    def __init__(self, root: Path, chance: Random, now: int | None) -> None:
        self._projects = root / "projects"
        self._chance = chance
        self._now = now
        self._time = chance.choice(STARTS) if now is None else now - 30 * HOUR
        self._number = 0

    def write(self) -> None:
        self._projects.mkdir(parents=True)
        for _ in range(self._chance.randint(15, 60)):
            self._time += self._pause()
            if self._now is not None and self._time > self._now - 3 * HOUR:
                break
            self._respond()
        if self._now is not None:
            for _ in range(6):
                self._time = self._now - self._chance.randint(5 * MINUTE, 100 * MINUTE)
                self._respond()

    def _pause(self) -> int:
        usual = self._chance.randint(1_000, 20 * MINUTE)
        exact = (5 * HOUR, 5 * HOUR + 1, HOUR - self._time % HOUR, 0)
        rare = (self._chance.randint(1, 9) * HOUR, *exact)
        return self._chance.choice(rare) if self._chance.random() < 0.2 else usual

    def _is_rare(self, share: float = 0.06) -> bool:
        return self._chance.random() < share

    def _respond(self) -> None:
        """Write the lines of one response, some of them again elsewhere."""
        self._number += 1
        place = self._chance.choice(_PLACES)
        record = self._record(place[1])
        usage = record["message"]["usage"]
        final = usage["output_tokens"]
        time = self._time
        for output in (*([1] if self._is_rare(0.4) else []), final):
            usage["output_tokens"] = output
            record["timestamp"] = self._stamp(time)
            self._put(place, record)
            time += self._chance.choice((0, 400, 9_000))
        if self._is_rare():
            copy = self._chance.choice(_PLACES)
            self._put(copy, {**record, **self._copied(copy[1])})
        if self._is_rare(0.04):
            self._put(place, self._as_progress(record))

    def _copied(self, session: str) -> dict[str, Any]:
        """Return what a copy of a line says otherwise."""
        ways: tuple[dict[str, Any], ...] = (
            {"sessionId": session},
            {"isSidechain": True, "requestId": f"req_r{self._number}"},
            {"isSidechain": True, "requestId": "req_x", "timestamp": self._stamp(self._time + 70)},
            {"sessionId": session, "forkedFrom": {"sessionId": "s0"}},
            {"timestamp": self._stamp(self._time + 26 * HOUR)},
        )
        return self._chance.choice(ways)

    def _record(self, session: str) -> dict[str, Any]:
        name = "gen" if self._is_rare(0.1) else "msg"
        record: dict[str, Any] = {
            "type": "assistant",
            "isSidechain": False,
            "sessionId": session,
            "version": "2.1.97",
            "uuid": f"u{self._number}",
            "requestId": f"req_{self._number}",
            "message": {
                "id": f"{name}_{self._number}",
                "role": "assistant",
                "model": self._chance.choice(_MODELS),
                "content": [],
                "usage": self._usage(),
            },
        }
        if self._is_rare(0.1):
            del record["requestId"]
        if self._is_rare(0.1):
            record["costUSD"] = self._chance.choice((0, 0.25, 0.0123))
        return record | self._strange(record)

    def _usage(self) -> dict[str, Any]:
        count = self._chance.randint
        usage: dict[str, Any] = {
            "input_tokens": count(0, 3_000),
            "cache_creation_input_tokens": count(0, 20_000),
            "cache_read_input_tokens": count(0, 120_000),
            "output_tokens": count(1, 4_000),
        }
        if self._is_rare(0.3):
            hour = count(0, usage["cache_creation_input_tokens"])
            usage["cache_creation"] = {
                "ephemeral_5m_input_tokens": usage["cache_creation_input_tokens"] - hour,
                "ephemeral_1h_input_tokens": hour,
            }
        rare: tuple[dict[str, Any], ...] = (
            {"cache_read_input_tokens": 260_000},
            {"cache_creation": {}},
            {"speed": "fast"},
            {"inference_geo": "us"},
            {"service_tier": "batch"},
            {"server_tool_use": {"web_search_requests": 3}},
            {"cache_read_input_tokens": None},
            {"speed": "turbo"},
            {
                "iterations": [
                    {"type": "compaction", "input_tokens": 700, "output_tokens": 30},
                    {"type": "message", "input_tokens": 1, "output_tokens": 1, "model": None},
                    {
                        "type": "advisor_message",
                        "model": "claude-opus-4-6",
                        "input_tokens": 500,
                        "output_tokens": 90,
                    },
                ]
            },
        )
        return usage | (self._chance.choice(rare) if self._is_rare(0.15) else {})

    def _strange(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return something else the line says, that few do."""
        message = record["message"]
        nothing = {"input_tokens": 0, "output_tokens": 0}
        ways: tuple[dict[str, Any], ...] = (
            {"message": {**message, "model": "<synthetic>", "usage": nothing}},
            {"message": {**message, "model": "<synthetic>"}},
            {"message": {**message, "content": [{"type": "tool_use", "input": {"id": None}}]}},
            {"message": {**message, "usage": nothing}},
            {"message": {**message, "id": ""}},
            {"version": "dev"},
            {"requestId": None},
            {"note": "\ud83d"},
        )
        return self._chance.choice(ways) if self._is_rare() else {}

    def _as_progress(self, record: dict[str, Any]) -> dict[str, Any]:
        message = {**record["message"], "id": f"msg_p{self._number}"}
        nested = {"type": "assistant", "timestamp": record["timestamp"], "message": message}
        return {
            "type": "progress",
            "timestamp": record["timestamp"],
            "sessionId": record["sessionId"],
            "data": {"type": "agent_progress", "message": nested},
        }

    def _stamp(self, time: int) -> str:
        zone = timezone(timedelta(hours=9)) if self._is_rare(0.05) else UTC
        moment = datetime.fromtimestamp(time // 1000, zone)
        fraction = f".{time % 1000:03d}" + ("000" if self._is_rare(0.03) else "")
        shift = "Z" if zone is UTC else "+09:00"
        return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}{shift}"

    def _put(self, place: tuple[str, str, str], record: dict[str, Any]) -> None:
        path = self._projects / place[0] / place[2]
        path.parent.mkdir(parents=True, exist_ok=True)
        separators = (", ", ": ") if self._is_rare(0.02) else (",", ":")
        with path.open("ab") as file:
            file.write(json.dumps(record, separators=separators).encode() + b"\n")
